"""Which trial an acronym means: in any spelling its own, near ones and contradictions for a person."""

import csv
import itertools
import re

import pytest
from django.conf import settings

from directory.core import changes
from directory.core.text import strip_marks
from directory.imports import actions
from directory.imports.apply import apply_run
from directory.imports.rows.result import RowResult
from tests.builders import a_centre, a_coordinator, a_network, a_trial, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned
from tests.support.figures import tell
from trials.identifiers import Identifier
from trials.models import Trial, TrialIdentifier, TrialSite
from trials.rows.acronyms import Nearness, key_of
from trials.rows.finding import TrialFinder

DEMO = settings.BASE_DIR / "directory/imports/demo/trials.csv"
ROMAN = {"II": "2", "IV": "4"}


def demo_rows():
    with DEMO.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["acronym"]]


ACRONYMS = [row["acronym"] for row in demo_rows()]


def spellings(acronym):
    """Other spellings of one acronym: case, accents, spaces and whatever stands between its words."""
    words = re.findall(r"\w+", acronym)
    parts = re.findall(r"[^\W\d_]+|[\d.]*\d", acronym)
    found = {
        acronym.lower(), acronym.upper(), f"  {acronym}  ", acronym.replace(" ", "  "),
        acronym.replace(" ", "-"), acronym.replace("-", " "), acronym.replace("-", "\N{EN DASH}"),
        acronym.replace("/", " / "), strip_marks(acronym), " ".join(words), "-".join(words),
        "_".join(words), " ".join(parts).lower(), "-".join(parts),
    }  # fmt: skip
    return sorted(found)


def near_spellings(acronym):
    """What is typed wrong: a letter left out, doubled or swapped; other numerals; one of its names alone."""
    places = [place for place, character in enumerate(acronym) if character.isalpha()]
    for place in places:
        yield acronym[:place] + acronym[place + 1 :]
        yield acronym[:place] + acronym[place] + acronym[place:]
        yield acronym[:place] + acronym[place : place + 2][::-1] + acronym[place + 2 :]
    for roman, arabic in ROMAN.items():
        if re.search(rf"\b{roman}\b", acronym):
            yield re.sub(rf"\b{roman}\b", arabic, acronym)
    if "/" in acronym:
        yield acronym.split("/")[0]


@pytest.fixture
def demo(db):
    """The demo's trials that have an acronym, by it."""
    trials = [
        Trial(slug=f"t{n}", acronym=row["acronym"], title_en=row["title"], state="listed")
        for n, row in enumerate(demo_rows())
    ]
    Trial.objects.bulk_create(trials)
    return {one.acronym: one for one in Trial.objects.all()}


def found(finder, acronym, identifiers=()):
    result = RowResult(2, cells={"acronym": acronym}, values={"acronym": acronym})
    finder.look_up(identifiers, [acronym])
    trial = finder.find(result, "acronym", list(identifiers), acronym)
    return trial, result


def test_each_acronym_of_the_demo_in_any_spelling_is_its_own_trial_and_no_other(demo):
    finder, tried = TrialFinder(), 0
    owners = {}
    for acronym in ACRONYMS:
        owners.setdefault(key_of(acronym), acronym)
    assert len(owners) == len(ACRONYMS)
    missed, wrong = [], []
    for acronym, spelling in ((one, text) for one in ACRONYMS for text in spellings(one)):
        tried += 1
        trial, _verdict = found(finder, spelling)
        if trial is None:
            missed.append(spelling)
        elif trial.acronym != acronym:
            wrong.append((spelling, trial.acronym))
    tell(f"spellings of acronyms of the demo: {tried}, {len(wrong)} wrong, {len(missed)} not found")
    assert (wrong, missed) == ([], [])


def test_what_is_spelt_nearly_like_one_is_taken_for_none_and_most_are_asked_about(demo):
    finder, tried, held, wrong = TrialFinder(), 0, 0, []
    for acronym, spelling in ((one, text) for one in ACRONYMS for text in near_spellings(one)):
        if key_of(spelling) in map(key_of, ACRONYMS):
            continue
        tried += 1
        trial, _verdict = found(finder, spelling)
        wrong += [(spelling, trial.acronym)] if trial else []
        held += acronym in finder.may_be(spelling, ())
    tell(f"near spellings of acronyms of the demo: {tried}, {len(wrong)} merged, {held} held back")
    assert wrong == []
    assert held / tried > 0.75


def test_no_two_acronyms_of_the_demo_are_one_and_those_of_a_series_are_not_even_near(demo):
    near = Nearness(ACRONYMS)
    pairs = list(itertools.permutations(ACRONYMS, 2))
    assert not [(one, other) for one, other in pairs if key_of(one) == key_of(other)]
    told = {one: near.to(one) for one in ACRONYMS}
    for one, other in [
        ("HEM-iSMART-A", "HEM-iSMART-B"), ("HEM-iSMART-A", "HEM-iSMART"), ("FORUM2", "BEACON2"),
        ("Interfant-21", "Interfant-06"), ("EpSSG RMS 2005", "EpSSG NRSTS 2005"),
    ]:  # fmt: skip
        assert key_of(other) not in told[one]
    tell(f"pairs of acronyms of the demo: {len(pairs)}, 0 merged")


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("AALL1731", "AALL1732"), ("HR-NBL1", "HR-NBL2"), ("HEM-iSMART-A", "HEM-iSMART-B"),
        ("HEM-iSMART-A", "HEM iSMART F"), ("HEM-iSMART", "HEM-iSMART-F"), ("LCH-III", "LCH-IV"),
        ("Interfant-06", "Interfant-21"), ("EuroNet-PHL-C1", "EuroNet-PHL-C2"), ("FORUM", "FORUM2"),
        ("BIOMEDE 2.0", "BIOMEDE 20"), ("EWING 99", "EWING 2008"), ("FIREFLY-1", "FIREFLY-2"),
    ],
)  # fmt: skip
def test_what_differs_by_its_number_or_letter_is_another_trial(db, known, other):
    a_trial(known)
    a_centre("uz-gent")
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": other}), user=an_editor())
    assert outcomes(run) == {2: "new"}


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("iEuroEwing", "iEuroEwng"), ("HR-NBL2/SIOPEN", "HR NBL2"), ("LCH-IV", "LCH-4"),
        ("ALLTogether1", "ALLTogether"), ("EsPhALL2017/COG AALL1631", "EsPhALL 2017"),
        ("SIOP Ependymoma II", "SIOP Ependymoma 2"), ("Interfant-21", "interfant"),
        ("iEuroEwing", "iEuroEwing study"), ("AcSé-ESMART", "eSMART"),
        ("EuroNet-PHL-C2", "Hodgkin EuroNet PHL-C2"), ("AALL1731", "COG AALL1731"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["sites", "trials"])
def test_a_near_spelling_is_held_back_in_every_kind(db, kind, known, typed):
    a_trial(known, slug="known")
    a_centre("uz-gent")
    row = {"acronym": typed} | {"sites": {"centre_code": "uz-gent"}, "trials": {"title": "Other words"}}[kind]
    run = planned(a_csv(row), kind=kind, user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "duplicate"}, True)
    assert f"{known} (known)" in messages(run)[-1]


@pytest.mark.parametrize(
    ("known", "typed"),
    [("ALLTogether1", "all together 1"), ("iEuroEwing", "iEuro Ewing"), ("HR-NBL2", "HR NBL2")],
)
@pytest.mark.parametrize("kind", ["sites", "trials"])
def test_another_spelling_is_its_trial_which_is_said_and_not_renamed(db, kind, known, typed):
    trial = a_trial(known, slug="known", status="recruiting")
    a_centre("uz-gent")
    row = {"acronym": typed, "status": "suspended"} | ({"centre_code": "uz-gent"} if kind == "sites" else {})
    run = applied(a_csv(row), kind=kind, user=an_editor())
    assert Trial.objects.get().acronym == known
    assert run.counts["new" if kind == "sites" else "update"] == 1
    if typed != "HR NBL2":  # the same but for a hyphen
        assert any(one.startswith(f"2 acronym: “{typed}” is read as {known}.") for one in messages(run))
    assert kind == "trials" or TrialSite.objects.get().trial == trial


def test_what_the_number_speaks_against_is_no_spelling_of_a_trial_but_asked_about(db):
    a_trial("FaR-RMS", identifiers=["NCT04625907"])
    a_centre("uz-gent")
    row = {"centre_code": "uz-gent", "acronym": "FAR RMS", "nct_number": "NCT00000001"}
    run = planned(a_csv(row), user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "duplicate"}, True)
    assert "FaR-RMS (NCT04625907)" in messages(run)[-1]


def test_each_row_of_a_draft_that_may_be_a_known_trial_waits(db):
    a_trial("iEuroEwing")
    a_centre("uz-gent"), a_centre("uza")
    rows = [
        {"centre_code": "uz-gent", "acronym": "iEuroEwng", "nct_number": "NCT00000001"},
        {"centre_code": "uza", "nct_number": "NCT00000001"},
    ]
    run = planned(a_csv(*rows), user=an_editor())
    assert outcomes(run) == {2: "duplicate", 3: "duplicate"}


# An acronym of one trial beside the number of another


@pytest.fixture
def two(db):
    a_centre("uz-gent")
    a_trial("FaR-RMS", slug="far", identifiers=["NCT04625907"])
    return a_trial("ALLTogether1", slug="all", identifiers=["NCT04307576"], url="", status="recruiting")


NUMBER = "NCT04307576"
CONTRADICTING = {
    "sites": {"centre_code": "uz-gent", "nct_number": NUMBER, "status": "suspended"},
    "trials": {"nct_number": NUMBER, "status": "suspended"},
    "ctgov_csv": {"NCT Number": NUMBER, "Study Status": "SUSPENDED", "Last Update Posted": "2026-01-01"},
}


@pytest.mark.parametrize("acronym", ["FaR-RMS", "far rms", "FaR-RMSS", "FaR-RMS Belgium"])
@pytest.mark.parametrize("kind", CONTRADICTING)
def test_an_acronym_of_one_trial_beside_the_number_of_another_waits_for_a_person(two, kind, acronym):
    row = CONTRADICTING[kind] | {"Acronym" if kind == "ctgov_csv" else "acronym": acronym}
    run = planned(a_csv(row), kind=kind, user=an_editor())
    held = run.rows.get()
    assert (held.outcome, held.may_be_taken) == ("conflict", True)
    assert "FaR-RMS (NCT04625907)" in held.messages[-1]["message"]
    assert "accept the row if it is about ALLTogether1" in held.messages[-1]["message"]


def test_a_former_acronym_of_another_trial_waits_as_well(two):
    other = Trial.objects.get(slug="far")
    with changes.recording(changes.Actor("editor")) as log:
        log.watch(other)
        other.acronym = "RMS-2020"
        other.save()
    row = CONTRADICTING["sites"] | {"acronym": "FaR-RMS"}
    run = planned(a_csv(row, {"centre_code": "uz-gent", "acronym": "FAR-RMS"}), user=an_editor())
    assert outcomes(run) == {2: "conflict", 3: "duplicate"}
    assert all("RMS-2020 (NCT04625907)" in said for said in messages(run) if "may" in said)


def test_an_acronym_that_is_another_number_of_a_trial_is_asked_about(db):
    a_centre("uz-gent")
    a_trial("EsPhALL2017", identifiers=["NCT03007147", "AALL1631"])
    run = planned(a_csv({"centre_code": "uz-gent", "acronym": "AALL 1631"}), user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "duplicate"}, True)


def test_a_parent_named_by_what_is_one_trial_s_number_and_another_s_acronym_waits(db):
    a_trial("EsPhALL2017", identifiers=["AALL1631"]), a_trial("AALL1631")
    row = {"acronym": "CHILD", "title": "A child", "parent": "AALL1631"}
    run = planned(a_csv(row), kind="trials", user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "conflict"}, True)
    assert run.rows.get().messages[-1]["column"] == "parent"


def test_a_parent_in_another_spelling_is_found_and_a_near_one_named(db):
    a_trial("iEuroEwing", slug="master")
    rows = [
        {"acronym": "ARM-ONE", "title": "First", "parent": "i euro ewing"},
        {"acronym": "OTHER", "title": "Second", "parent": "iEuroEwng"},
    ]
    run = planned(a_csv(*rows), kind="trials", user=an_editor())
    assert outcomes(run) == {2: "new", 3: "invalid"}
    assert "2 parent: “i euro ewing” is read as iEuroEwing." in messages(run)
    assert messages(run)[-1].endswith("Did you mean iEuroEwing (master)?")


@pytest.mark.parametrize("taken", [False, True])
def test_a_contradiction_is_stored_only_where_a_person_takes_the_row(two, taken):
    run = planned(a_csv(CONTRADICTING["trials"] | {"acronym": "FaR-RMS"}), kind="trials", user=an_editor())
    if taken:
        actions.decide(run=run, user=run.created_by, decision="take", numbers=[2])
    actions.confirm(run=run, user=run.created_by, queue=False)
    apply_run(run)
    two.refresh_from_db()
    assert two.status == ("suspended" if taken else "recruiting")


def test_every_pair_of_acronym_and_another_s_number_waits(demo):
    """Whichever two trials of the demo are mixed up in a row."""
    finder = TrialFinder()
    numbers = {acronym: Identifier("nct", f"NCT{n:08}") for n, acronym in enumerate(ACRONYMS, start=1)}
    TrialIdentifier.objects.bulk_create(
        TrialIdentifier(trial=demo[acronym], scheme="nct", value=one.value, compact=one.compact)
        for acronym, one in numbers.items()
    )
    finder.look_up(numbers.values(), ACRONYMS)
    pairs = list(itertools.product(ACRONYMS, repeat=2))
    for acronym, other in pairs:
        result = RowResult(2, cells={}, values={})
        trial = finder.find(result, "nct_number", [numbers[other]], acronym)
        assert trial == demo[other]
        assert bool(result.doubts) == (acronym != other), (acronym, other)
    tell(f"acronyms beside numbers: {len(pairs)} pairs, {len(pairs) - len(ACRONYMS)} wait")


# What is hidden


def test_a_hidden_trial_makes_no_difference_to_what_is_near_or_contradicts(two):
    """The plan of a coordinator is the same whether or not there is a draft that is nearly called so."""
    user = a_coordinator(a_centre("uza"))
    rows = [
        {"centre_code": "uza", "acronym": "FaR-RMSS"},
        {"centre_code": "uza", "acronym": "FaR-RMS", "nct_number": "NCT07777777"},
        {"centre_code": "uza", "acronym": "SECRETDRAFT"},
    ]

    def told(name):
        run = planned(a_csv(*rows), user=user, name=name)
        return [
            (one["outcome"], one["record"], one["may_be_taken"])
            for one in run.rows.values("outcome", "record", "may_be_taken")
        ]

    before = told("before.csv")
    a_trial("FaR-RMSX", state="draft", identifiers=["NCT07777777"])
    a_trial("SECRETDRAFT7", state="draft")
    assert told("after.csv") == before


# Centres and networks


@pytest.mark.parametrize("column", ["name_en", "name_nl", "name_fr", "name_de"])
@pytest.mark.parametrize("code", ["uz-gent", "new"])
def test_the_code_of_one_centre_beside_the_name_of_another_waits(db, code, column):
    a_centre("uz-gent", name="UZ Gent"), a_centre("uz-leuven", name="UZ Leuven", city="Leuven")
    row = {"code": code, "name_en": "Elsewhere", column: "uz leuven"}
    run = planned(a_csv(row), kind="centres", user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "conflict"}, True)
    assert f"“uz leuven” means uz-leuven, but the code is {code}." in messages(run)[-1]


def test_a_centre_may_be_renamed_and_a_new_one_called_otherwise(db):
    a_centre("uz-gent", name="UZ Gent"), a_centre("uz-leuven", name="UZ Leuven")
    rows = [{"code": "uz-gent", "name_en": "UZ Ghent"}, {"code": "new", "name_en": "Quite another house"}]
    run = planned(a_csv(*rows), kind="centres", user=an_editor())
    assert outcomes(run) == {2: "update", 3: "new"}


@pytest.mark.parametrize("network", ["one", "new"])
def test_the_short_name_of_one_network_beside_the_name_of_another_waits(db, network):
    a_centre("uz-gent"), a_network("one"), a_network("two", name_en="The Second", name_nl="De Tweede")
    row = {"network": network, "network_name": "De tweede", "centre": "uz-gent"}
    run = planned(a_csv(row), kind="networks", user=an_editor())
    assert (outcomes(run), run.rows.get().may_be_taken) == ({2: "conflict"}, True)
    assert "means the network two" in messages(run)[-1]


def test_a_row_that_is_found_by_its_acronym_alone_is_told_that_it_renames_nothing(db):
    a_trial("INTER-EWING-1", sponsor="")
    row = {"acronym": "Inter-Ewing-1", "sponsor": "Somebody"}
    run = applied(a_csv(row), kind="trials", user=an_editor())
    assert Trial.objects.get().acronym == "INTER-EWING-1"
    assert messages(run) == [
        "2 acronym: “Inter-Ewing-1” is read as INTER-EWING-1. A row with its number may rename it."
    ]
