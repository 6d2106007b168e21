"""What centres and their towns are called: the short name, and the town in the page's language."""

import html
import re

import pytest
from django.utils import translation

from centres.matching import Matcher
from centres.models import Centre
from directory.core.fields import LANGUAGE_CODES
from directory.core.places import postal_codes, town_name
from directory.search import service
from directory.vouching.mails import name_of
from tests.builders import a_centre, a_network, a_site, a_trial
from tests.support.demo import centres as demo_centres

pytestmark = pytest.mark.django_db
COLUMNS = ("street", "postal_code", "city", "country")
NAMES = [f"{name}_{code}" for name in ("name", "short_name") for code in LANGUAGE_CODES]
# Where a centre is one of several, and by which of them it is shown there.
LISTS = {
    "": "uz-gent", "trials/": "uz-gent", "trials/?view=map": "uz-gent", "trials/results.html": "uz-gent",
    "trials/shown/": "huderf", "trials/compare/?trial=shown&trial=one": "huderf", "centres/": "huderf",
    "networks/net/": "huderf", "gaps/?show=all": "huderf", "match/?condition=VIIIc": "huderf",
    "quality/": "huderf",
}  # fmt: skip


@pytest.fixture
def world(index_dir):
    """The centres of the demo, a trial at all of them, and one at HUDERF alone."""
    made = {}
    for row in demo_centres():
        place = {"latitude": row["latitude"] or None, "longitude": row["longitude"] or None}
        texts = {column: row[column] for column in (*COLUMNS, *NAMES)}
        made[row["code"]] = a_centre(row["code"], **texts | place)
    trial = a_trial("Shown", conditions=["VIIIc"], opened_in_belgium="2024")
    for centre in made.values():
        a_site(trial, centre, said=10)
    a_site(a_trial("One", conditions=["VIIIc"]), made["huderf"], said=5)
    a_site(a_trial("Alone", conditions=["V"]), made["huderf"], said=3)
    a_network("net", members=list(made.values()))
    service.rebuild()
    return made


def seen(client, path):
    """What somebody reads on a page, without its code."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " | ", page)).split())


def told_in_full(centre, language):
    """The name of a centre, where its short name does not hold it."""
    name = centre.names()[language]
    return name if name not in centre.called()[language] else None


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("path", LISTS)
def test_lists_call_a_centre_by_its_short_name(client, world, path, language):
    text = seen(client, f"/{language}/{path}")
    assert world[LISTS[path]].short_names()[language] in text
    assert [one for centre in world.values() if (one := told_in_full(centre, language)) and one in text] == []


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("code", [row["code"] for row in demo_centres()])
def test_its_own_page_has_both_names(client, world, code, language):
    text = seen(client, f"/{language}/centres/{code}/")
    assert world[code].short_names()[language] in text
    assert world[code].names()[language] in text


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_paper_has_both_names(client, world, language):
    text = seen(client, f"/{language}/trials/shown/print/")
    for centre in world.values():
        assert f"{centre.called()[language]}, " in text
        assert centre.names()[language] in text


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("path", [*LISTS, "trials/shown/print/", "centres/huderf/", "centres/saint-luc/"])
def test_towns_are_named_in_the_language_of_the_page(client, world, path, language):
    text = seen(client, f"/{language}/{path}")
    for centre in world.values():
        for name in {*centre.names().values(), *centre.short_names().values(), centre.street}:
            text = text.replace(name, " ")
    towns = {centre.city: town_name(centre.city, "BE", language) for centre in world.values()}
    others = {town_name(city, "BE", code) for city in towns for code in LANGUAGE_CODES} - {*towns.values()}
    assert [one for one in others if re.search(rf"\b{re.escape(one)}(?!\w)", text)] == []


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_a_centre_is_offered_by_its_short_name(client, world, language):
    for centre in world.values():
        short = centre.short_names()[language]
        found = client.get(f"/{language}/suggest/", {"q": short}).json()["found"]
        town = town_name(centre.city, "BE", language)
        assert (short, town) in [(one["label"], one["detail"]) for one in found], short


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("typed", ["luik", "liège", "lüttich"])
def test_a_town_in_any_language_offers_all_its_centres(client, world, typed, language):
    found = client.get(f"/{language}/suggest/", {"q": typed}).json()["found"]
    there = {centre.called()[language] for centre in world.values() if centre.postal_code == "4000"}
    assert {one["label"] for one in found if one["detail"] == town_name("Liège", "BE", language)} == there


def test_a_search_for_a_short_name_finds_what_is_there(world):
    for centre in world.values():
        for short in set(centre.short_names().values()):
            found = service.find(service.Ask(q=short), limit=3)
            assert "shown" in [hit.key for hit in found.hits], short


def test_without_a_short_name_the_name_stands(client, world):
    Centre.objects.update(**{f"short_name_{code}": "" for code in LANGUAGE_CODES})
    service.rebuild()
    for language in LANGUAGE_CODES:
        assert world["uz-gent"].names()[language] in seen(client, f"/{language}/trials/shown/")


def test_the_short_name_of_another_language_is_not_taken():
    centre = a_centre(name="Children's Hospital", name_nl="Kinderziekenhuis", short_name_en="CH")
    assert centre.called() == {"en": "CH", "nl": "Kinderziekenhuis"}
    with translation.override("nl"):
        assert str(centre) == "Kinderziekenhuis"
    assert name_of(centre, "en") == "CH"


def test_a_sheet_may_name_a_centre_by_its_short_name():
    a_centre("uza", name="Antwerp Hospital", short_name_nl="UZA Edegem")
    assert Matcher().match("UZA  edegem").centre.code == "uza"


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_each_name_of_a_municipality_is_said_in_the_language(language):
    for place in postal_codes():
        wanted = place.names.get(language)
        for written in place.names.values():
            assert town_name(written, "BE", language) == (wanted or written)


@pytest.mark.parametrize(
    ("city", "country", "names"),
    [
        ("Liège", "BE", ("Liège", "Luik", "Liège", "Lüttich")),
        ("Gent", "BE", ("Ghent", "Gent", "Gand", "Gent")),
        ("LEUVEN", "BE", ("Leuven", "Leuven", "Louvain", "Löwen")),
        ("Antwerpen", "BE", ("Antwerp", "Antwerpen", "Anvers", "Antwerpen")),
        (
            "Bruxelles (Laeken)",
            "BE",
            ("Brussels (Laeken)", "Brussel (Laken)", "Bruxelles (Laeken)", "Brüssel (Laeken)"),
        ),
        (
            "Woluwe-Saint-Lambert",
            "BE",
            (
                "Woluwe-Saint-Lambert",
                "Sint-Lambrechts-Woluwe",
                "Woluwe-Saint-Lambert",
                "Woluwe-Saint-Lambert",
            ),
        ),
        ("Bergen", "NL", ("Bergen",) * 4),
        ("Somewhere (else)", "BE", ("Somewhere (else)",) * 4),
    ],
)
def test_a_town_is_what_readers_of_the_language_call_it(city, country, names):
    assert tuple(town_name(city, country, code) for code in LANGUAGE_CODES) == names
