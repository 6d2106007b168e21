"""A sheet sees and touches only what whoever hands it in may: each kind, role and column that names a record.

Columns come from the sheets themselves, the cells from the exports of another centre's and of hidden records,
each of which is full of canaries. A new column takes part by itself.
"""

import io
import zipfile
from dataclasses import dataclass, field

import pytest
from django.http import QueryDict

from centres.models import Affiliation, Centre, Professional
from directory.api.v1.imports import row_body, run_body
from directory.core import changes
from directory.imports import actions, report
from directory.imports.apply import apply_run
from directory.imports.kinds import all_kinds
from directory.imports.plan_page import PlanPage
from directory.partners import keys
from tests.builders import a_centre, a_coordinator, a_professional, a_site, a_trial, an_editor, says
from tests.sheets import a_csv, planned, received
from tests.support import figures
from trials.models import StatusStatement, Trial, TrialSite
from trials.sheets import SiteSheet

pytestmark = pytest.mark.django_db

SITE = {"status": "recruiting", "status_date": "2026-01-05", "consent_to_publish": "yes"}
FOREIGN = ("second", "other", "hidden", "foreign draft")


def names_a_record(sheet, name: str) -> bool:
    """Whether a cell of the column says which record is meant, or is kept in another record."""
    return name in (*sheet.required, *sheet.one_of) or sheet.model_field(name) is None


@dataclass
class World:
    """One centre that is ours and all that is not; `sites` by whose they are."""

    gent: Centre
    uza: Centre
    sites: dict[str, TrialSite] = field(default_factory=dict)

    def cells(self, whose: str) -> dict[str, str]:
        site = SiteSheet.prepared(TrialSite.objects.filter(pk=self.sites[whose].pk)).get()
        names = [column.column_name for column in SiteSheet.in_order()]
        return dict(zip(names, SiteSheet.cells_of(site), strict=True)) | {"consent_to_publish": "yes"}

    def stored(self, centres) -> dict:
        """All that a sheet for `centres` must leave as it is: their own sites, people and places alone."""
        people = Professional.objects.exclude(pk__in=Professional.objects.known_at(centres))
        sites = TrialSite.objects.exclude(centre__in=centres)
        found = {
            Professional: people, TrialSite: sites, Trial: Trial.objects.filter(pk__in=self.trials),
            Affiliation: Affiliation.objects.filter(professional__in=people),
            Centre: Centre.objects.exclude(pk__in=centres),
        }  # fmt: skip
        shots = {
            model: model.snapshots(list(some.values_list("pk", flat=True))) for model, some in found.items()
        }
        said = StatusStatement.objects.filter(site__in=sites).order_by("pk").values_list("pk", "status")
        return shots | {StatusStatement: list(said)}

    @property
    def trials(self) -> set[int]:
        return {one.trial_id for one in self.sites.values()}


@pytest.fixture
def world():
    gent, uza = a_centre("uz-gent"), a_centre("uza", name="Canary Antwerp")
    leuven = a_centre("uz-leuven", name="Canary Leuven", aliases=["Canary Gasthuisberg"])
    draft = a_centre("canary-draft-centre", name="Canary Draft Hospital", state="draft")
    found = World(gent, uza)
    shared = a_trial("SHARED", slug="shared", identifiers=["NCT01111111", "2031-511111-11-00"])
    hidden = a_trial(
        "CANARYHIDDEN", slug="canaryhidden", state="draft", title_en="Canary title of a draft",
        identifiers=["NCT02222222", "2032-522222-22-00"], disease_terms=["canary disease"], phases=["phase4"],
    )  # fmt: skip
    places = [("own", shared, gent, gent), ("second", shared, uza, uza), ("other", shared, leuven, leuven),
              ("hidden", hidden, gent, leuven), ("foreign draft", hidden, draft, draft)]  # fmt: skip
    for number in (*range(3 * len(FOREIGN)), 98):
        a_trial(f"OURS{number}", slug=f"ours{number}")
    for number, (whose, trial, centre, works_at) in enumerate(places):
        people = [
            a_professional(
                f"Canary {whose} {function}", email=f"canary-{number}{function}@example.org",
                phone=f"+324700000{number}{len(function)}", consent=whose == "other" and function == "Pi",
            )
            for function in ("Contact", "Pi")
        ]  # fmt: skip
        for person in people:
            Affiliation.objects.create(professional=person, centre=works_at, function="trial contact")
        found.sites[whose] = a_site(
            trial, centre, status=None, contact_person=people[0], investigator=people[1],
            url=f"https://canary-{number}.example.org/", opened_on=f"201{number}-0{number + 1}",
        )  # fmt: skip
        says(found.sites[whose], "suspended", said=900 + number)
    return found


def coordinator(world):
    return {"user": a_coordinator(world.gent)}


def key_of_the_centre(world):
    key, _text = keys.make(name="Key", scopes=["imports"], centre=world.gent, by=changes.SYSTEM)
    return {"user": key.user, "centre": world.gent}


def coordinator_of_two(world):
    return {"user": a_coordinator(world.gent, world.uza)}


def two_narrowed_to_one(world):
    return {"user": a_coordinator(world.gent, world.uza), "centre": world.gent}


def editor_narrowed(world):
    return {"user": an_editor(), "centre": world.gent}


ROLES = [coordinator, key_of_the_centre, coordinator_of_two, two_narrowed_to_one, editor_narrowed]
SEES_TRIALS = (editor_narrowed,)  # an editor may see every trial, whatever centre the sheet is narrowed to


def a_base(number: int) -> dict[str, str]:
    """A good row of ours, about a trial of its own."""
    return {"centre_code": "uz-gent", "acronym": f"OURS{number}"} | SITE


def rows_of(world, column: str, whose: tuple[str, ...], *, with_theirs: bool) -> list[dict[str, str]]:
    """Rows of ours in which `column` holds what another's record has, perhaps each below the row of that one.

    Once with a trial of ours beside it, and once without.
    """
    found = []
    for number, one in enumerate(whose):
        theirs = world.cells(one)
        found += [theirs] if with_theirs else []
        found.append(a_base(2 * number) | {column: theirs[column]})
        found.append(a_base(2 * number + 1) | {"acronym": ""} | {column: theirs[column]})
    return found


SAID = ("contact_name", "contact_email", "contact_phone", "pi_name")


def people_of(world, whose: tuple[str, ...], *, with_theirs: bool) -> list[dict[str, str]]:
    """All that is said of people, in rows of ours; or an address and a number alone."""
    found = []
    for number, one in enumerate(whose):
        theirs = world.cells(one)
        found += [theirs] if with_theirs else []
        alone = {"contact_email": theirs["contact_email"], "contact_phone": "+32499999999"}
        found.append(a_base(3 * number) | {name: theirs[name] for name in SAID})
        found.append(a_base(3 * number + 1) | alone)
        found.append(a_base(3 * number + 2) | alone | {"pi_name": theirs["pi_name"]})
    return found


def told(run) -> str:
    """All that whoever handed in the sheet can read of the run."""
    page = PlanPage(run, QueryDict(), run.created_by)
    rows = [(one.record_name, one.record_url, one.differences, one.said) for one in page.page]
    parts = [run_body(run), *map(row_body, run.rows.all()), rows, page.questions, run.problems, run.stored]
    with zipfile.ZipFile(io.BytesIO(b"".join(report.report(run)))) as book:
        parts += [book.read(name).decode() for name in book.namelist()]
    return "\n".join(map(str, parts)).casefold()


def canaries(world, role) -> set[str]:
    """What nobody of `role` may read, unless they wrote it themselves."""
    own = {"own"} | ({"second"} if role is coordinator_of_two else set())
    found = {"canaryhidden", "canary title of a draft", "canary disease", "nct02222222", "2032-522222-22"}
    found = set() if role in SEES_TRIALS else found | {"canary draft hospital", "canary-draft-centre"}
    for whose in set(world.sites) - own:
        cells = world.cells(whose)
        found |= {
            cells[name].casefold()
            for name in ("contact_name", "contact_email", "contact_phone", "pi_name", "start_date", "url")
        }
    return found


def check(world, role, who, rows, case) -> None:
    own = [world.gent.pk] + ([world.uza.pk] if role is coordinator_of_two else [])
    before, secrets = world.stored(own), canaries(world, role)
    columns = [column.column_name for column in SiteSheet.in_order()]
    run = planned(a_csv(*rows, columns=columns), **who)
    typed = str(rows).casefold()
    for text in (told(run), _applied(run)):
        leaked = [one for one in secrets if one in text and one not in typed]
        assert not leaked, (case, leaked)
    after = world.stored(own)
    changed = {
        model.__name__: (shot, after[model]) for model, shot in before.items()
        if not _holds(after[model], shot)
    }  # fmt: skip
    assert not changed, (case, changed)
    COUNTED.append(len(rows))


def _holds(after, before) -> bool:
    """What was there is as it was; what is new belongs to whoever handed in the sheet."""
    if isinstance(before, list):
        return after == before
    return all(after.get(pk) == shot for pk, shot in before.items())


def _applied(run) -> str:
    if run.status == "planned":
        actions.confirm(run=run, user=run.created_by, queue=False)
        apply_run(run)
        run.refresh_from_db()
        assert run.status == "applied", run.problems
    return told(run)


COLUMNS = [name for name in SiteSheet.columns() if names_a_record(SiteSheet, name)]


def not_of(role) -> tuple[str, ...]:
    return tuple(one for one in FOREIGN if one != "second" or role is not coordinator_of_two)


@pytest.mark.parametrize("with_theirs", [False, True], ids=["alone", "below theirs"])
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("role", ROLES)
def test_a_row_neither_tells_nor_changes_what_is_not_its_scope_s(world, role, column, with_theirs):
    rows = rows_of(world, column, not_of(role), with_theirs=with_theirs)
    check(world, role, role(world), rows, column)


@pytest.mark.parametrize("with_theirs", [False, True], ids=["alone", "below theirs"])
@pytest.mark.parametrize("role", ROLES)
def test_no_row_reaches_people_of_another_centre(world, role, with_theirs):
    rows = people_of(world, not_of(role), with_theirs=with_theirs)
    check(world, role, role(world), rows, "people")


COUNTED: list[int] = []


@pytest.fixture(scope="module", autouse=True)
def _figures():
    yield
    figures.tell(f"scopes of imports: {sum(COUNTED)} rows in {len(COUNTED)} sheets")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", [kind for kind in all_kinds() if kind != "sites"])
def test_no_other_sheet_is_taken_of_a_centre(world, role, kind):
    who, sheet = role(world), all_kinds()[kind].sheet
    before = world.stored([world.gent.pk])
    for column in sheet.columns():
        names = dict.fromkeys([*sheet.required, *sheet.one_of, column])
        content = a_csv({name: sheet.example.get(name, "x") for name in names})
        with pytest.raises(actions.Refused) as refused:
            received(content, kind=kind, **who)
        assert [one["code"] for one in refused.value.problems] == ["rights_kind"]
        COUNTED.append(1)
    run = planned(a_csv({column.header(): "x" for column in sheet.in_order()}), kind="", **who)
    assert (run.status, run.rows.count()) == ("failed", 0)
    assert world.stored([world.gent.pk]) == before


@pytest.mark.parametrize(
    "sheet", [processor.sheet for processor in all_kinds().values()], ids=list(all_kinds())
)
def test_every_column_names_a_record_or_is_a_plain_field_of_the_row_s_own(sheet):
    for name in sheet.columns():
        found = sheet.model_field(name)
        assert names_a_record(sheet, name) or not found.is_relation, f"{sheet.__name__}.{name}"


def test_not_even_an_editor_gives_a_consent_through_a_centre_where_the_person_does_not_work(world):
    """Nor by an address alone, wherever the person works."""
    rows = people_of(world, FOREIGN, with_theirs=False)
    own = {"contact_email": world.cells("own")["contact_email"], "contact_phone": "+32488888888"}
    run = planned(a_csv(*rows, a_base(98) | own), user=an_editor())
    _applied(run)
    public = Professional.objects.publishable().filter(name__startswith="Canary")
    assert [one.name for one in public] == ["Canary other Pi"]
    assert str(told(run)).count("records no consent") >= len(FOREIGN)
    assert "an address alone gives no consent" in told(run)
