"""The recipe of docs/adding-a-record.md, followed on a copy: its blocks and a migration make a record that is
imported, changed, exported and undone, logged, edited in the admin, and held against its rules."""

import re
from pathlib import Path

from config.env import BASE_DIR
from tests.support.scratch import a_copy_of_the_house, run

RECIPE = "docs/adding-a-record.md"
BLOCK = re.compile(r"^`([\w./]+)`(?:, before `([^`\n]+)`)?:\n\n```\w*\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
FOLDER = "directory/laboratories"
# What a person does with a laboratory, as a test of the copy.
USED = """
import pytest
from django.urls import reverse

from directory.core.models import Change
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.plan import plan_run
from directory.laboratories.models import Laboratory
from directory.laboratories.sheets import LaboratorySheet
from tests.builders import an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned

pytestmark = pytest.mark.django_db


def stored():
    return list(Laboratory.objects.values_list("code", "name", "email"))


def test_a_laboratory_is_imported_changed_exported_and_undone(client):
    editor = an_editor()
    client.force_login(editor)
    lab = {"code": "lab-a", "name": "A", "email": "a@example.org", "since": "2026-01-31"}
    first = applied(a_csv(lab, {"code": "lab-b", "name": "B"}), kind="laboratories", user=editor)
    assert outcomes(first) == {2: "new", 3: "new"}
    first_stored = stored()
    assert first_stored == [("lab-a", "A", "a@example.org"), ("lab-b", "B", "")]

    back = client.get(reverse("admin:laboratories_laboratory_export", args=["fr", "csv"]))
    sheet = back.content.decode("utf-8-sig")
    assert sheet.splitlines()[0].startswith("code;nom;e-mail;depuis;jusqu'au;")
    assert outcomes(planned(sheet, kind="", user=editor)) == {2: "unchanged", 3: "unchanged"}

    run = applied(sheet.replace("a@example.org", "new@example.org"), kind="", user=editor)
    assert (run.kind, outcomes(run)) == ("laboratories", {2: "update", 3: "unchanged"})
    assert stored()[0] == ("lab-a", "A", "new@example.org")
    change = Change.objects.latest("seq")
    assert (change.kind, change.key, change.op, change.run) == ("laboratory", "lab-a", "update", run.pk)
    assert change.fields() == [("email", "a@example.org", "new@example.org")]

    for one, left in ((run, first_stored), (first, [])):
        one.refresh_from_db()
        undo = actions.undo(run=one, user=editor, queue=False)
        plan_run(undo)
        actions.confirm(run=undo, user=editor, queue=False)
        apply_run(undo)
        assert stored() == left
    ops = Change.objects.filter(key="lab-a").order_by("seq").values_list("op", flat=True)
    assert list(ops) == ["create", "update", "update", "delete"]


def test_a_laboratory_is_edited_in_the_admin(client):
    client.force_login(an_editor())
    page = reverse("admin:laboratories_laboratory_add")
    data = {"name": "A", "code": "lab-a", "state": "draft"}
    assert client.post(page, data).status_code == 302
    change = Change.objects.get()
    assert (change.kind, change.key, change.op) == ("laboratory", "lab-a", "create")
    history = reverse("admin:laboratories_laboratory_history", args=[Laboratory.objects.get().pk])
    assert "lab-a" in client.get(history).content.decode()


def test_a_rule_of_a_laboratory_is_told_in_the_plan():
    row = {"code": "lab-a", "name": "A", "since": "2026-02-01", "until": "2026-01-01"}
    run = planned(a_csv(row), kind="laboratories", user=an_editor())
    assert outcomes(run) == {2: "invalid"}
    assert messages(run) == ["2 since: A laboratory cannot close before it opens."]


def test_its_sheet_has_its_headers_in_four_languages():
    for column in LaboratorySheet.in_order():
        assert all(column.header(language) for language in ("en", "nl", "fr", "de"))
"""
# The guards that ask of each kind of sheet, and of what stands in lists.
TRIED = [
    "tests/integration/test_imports_columns.py", "tests/integration/test_imports_rules.py",
    "tests/unit/test_imports_header_columns.py", "tests/guards/test_circles.py", "tests/guards/test_docs.py",
    "tests/guards/test_contract_words.py",
]  # fmt: skip
ASKED = "laboratories or laboratory or circles or promised or explained"


def blocks() -> list[tuple[str, str, str]]:
    """File, the text before which a block goes (empty for a file of its own), and the block."""
    return BLOCK.findall((BASE_DIR / RECIPE).read_text(encoding="utf-8"))


def follow(folder: Path) -> None:
    """Write the blocks of the recipe into the copy, in their order."""
    for name, before, block in blocks():
        file = folder / name
        if before:
            text = file.read_text(encoding="utf-8")
            assert text.count(before) == 1, (name, before)
            # Above a line, or into one beside a word.
            begin, end = text.split(before)
            into = "\n" if begin.endswith("\n") else " "
            file.write_text(begin + block + into + before + end, encoding="utf-8")
        else:
            assert not file.exists(), name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block + "\n", encoding="utf-8")
    (folder / FOLDER / "migrations").mkdir()
    for name in ("__init__.py", "migrations/__init__.py"):
        (folder / FOLDER / name).touch()


def test_every_block_of_the_recipe_names_its_file():
    text = (BASE_DIR / RECIPE).read_text(encoding="utf-8")
    assert len(blocks()) == text.count("\n```") / 2


def test_a_record_is_a_folder_and_its_name_in_a_few_lists(tmp_path):
    folder = a_copy_of_the_house(tmp_path)
    follow(folder)
    run(folder, "manage.py", "makemigrations", "laboratories")
    (folder / "tests/integration/test_laboratories.py").write_text(USED, encoding="utf-8")
    told = run(
        folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/integration/test_laboratories.py"
    )
    assert "4 passed" in told
    told = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TRIED, "-k", ASKED)
    assert "laboratories: 4 columns of stored records kept, exported and put back." in told
    assert "laboratories: 5 columns of new records kept and exported." in told
    assert re.search(r"laboratories: \d+ rules of fields and conditions broken in a row each", told)
