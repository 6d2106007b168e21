"""Every template compiles: a filter or tag that was renamed is missed by no page that still uses it."""

import pytest
from django.conf import settings
from django.template.loader import get_template

TEMPLATES = sorted(
    file.relative_to(folder).as_posix()
    for part in ("directory", "trials", "centres")
    for folder in (settings.BASE_DIR / part).glob("**/templates")
    for file in folder.rglob("*")
    if file.suffix in {".html", ".txt", ".xml"}
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name):
    assert get_template(name).template.origin.name.endswith(name)


def test_templates_of_every_part_are_there():
    assert {"vouch/site.html", "trial.html"} <= {name.removeprefix("directory/") for name in TEMPLATES}
