"""When a new trial is said to be one that may be known: by a number, a title, a name; with which words."""

import pytest

from directory.core import changes
from directory.imports.rows.result import RowResult
from tests.builders import a_trial
from trials.identifiers import parse_identifier
from trials.models import Trial, TrialIdentifier
from trials.rows.finding import TrialFinder

pytestmark = pytest.mark.django_db
TITLE = "Blinatumomab in children with newly diagnosed B-ALL"


def may_be(why, names):
    return f"This may be a known trial: {why} {names}. Accept the row if it is a different trial."


def suspected(acronym="", title="Nothing like it at all", *numbers, visible=None):
    trial = Trial(acronym=acronym, title_en=title, slug="new")
    return TrialFinder(visible).suspect(trial, list(map(parse_identifier, numbers)))


# By a number that the other is called by


@pytest.mark.parametrize("number", ["AALL1731", "aall-1731", "AALL 1731"])
def test_a_sponsors_code_that_another_trial_is_called_by(number):
    a_trial("AALL1731", identifiers=["ISRCTN45535982"])
    assert suspected("X", "Another title", number) == may_be(
        "its number is the acronym of", "AALL1731 (ISRCTN45535982)"
    )


def test_a_code_with_a_dot_is_the_acronym_that_is_written_with_one():
    a_trial("HR-NBL1.8", slug="hr-nbl")
    assert suspected("", "Another title", "HRNBL18").endswith(
        "HR-NBL1.8 (hr-nbl). Accept the row if it is a different trial."
    )


def test_a_short_code_or_the_number_of_a_registry_is_no_acronym():
    a_trial("ALL1", identifiers=["ISRCTN45535982"]), a_trial("NCT00000007", slug="odd")
    assert suspected("", "Another title", "ALL1") == ""
    assert suspected("", "Another title", "NCT00000007") == ""
    a_trial("ALL12", slug="all12")
    assert "ALL12 (all12)" in suspected("", "Another title", "ALL12")


# By its title


def test_the_very_title_in_any_writing():
    a_trial("A", title_en=TITLE, identifiers=["ISRCTN45535982"])
    assert suspected("B", f"  {TITLE.upper()} ", "NCT00000002") == may_be(
        "it has the same title as", "A (ISRCTN45535982)"
    )


def test_a_title_of_few_letters_is_nobodys_own():
    for length, expected in ((20, ""), (21, may_be("it has the same title as", "T21 (t21)"))):
        title = "A study of neutropenia"[:length]
        assert len(title) == length
        a_trial(f"T{length}", slug=f"t{length}", title_en=title)
        assert suspected("", title) == expected


@pytest.mark.parametrize(
    ("stored", "said", "is_other"),
    [
        ("NCT00000001", "NCT00000002", True),
        ("NCT00000001", "2018-000515-24", False),
        ("KIWI-01", "KIWI-02", False),  # any sponsor writes such a number
        ("NCT00000001", "KIWI-02", False),
    ],
)
def test_one_title_is_two_trials_where_one_registry_gave_both_a_number(stored, said, is_other):
    a_trial("A", title_en=TITLE, identifiers=[stored])
    assert bool(suspected("B", TITLE, said)) is not is_other


def test_of_many_of_one_title_three_are_named():
    for number in range(5):
        a_trial(f"T{number}", slug=f"t{number}", title_en=TITLE)
    assert suspected("B", TITLE) == may_be("it has the same title as", "T0 (t0), T1 (t1), T2 (t2)")


def test_whoever_may_not_see_a_trial_is_told_nothing_of_its_title():
    hidden = a_trial("A", title_en=TITLE, state="draft")
    assert suspected("B", TITLE, visible=frozenset()) == ""
    assert suspected("B", TITLE, visible=frozenset({hidden.pk}))


# By an acronym and a title that are nearly the same


@pytest.mark.parametrize(
    ("acronym", "title", "is_near"),
    [
        ("AALL-1731X", "Blinatumomab in children with B-ALL, first line", True),
        ("AALL1731XY", "Inotuzumab in adults with lymphoma", False),
        ("AALL1732X", "Blinatumomab in children with B-ALL, first line", False),  # another number
        ("XALL1731", "Blinatumomab in children with B-ALL, first line", False),  # another beginning
    ],
)
def test_nearly_the_same_acronym_with_nearly_the_same_title(acronym, title, is_near):
    a_trial("AALL1731", title_en=TITLE, identifiers=["ISRCTN45535982"])
    said = suspected(acronym, title, "NCT00000002")
    assert ("acronym and title are nearly the same as those of AALL1731 (ISRCTN45535982)" in said) is is_near


# By its acronym alone


def test_what_is_called_nearly_like_a_known_one_unless_the_numbers_tell_them_apart():
    a_trial("iEuroEwing", slug="ewing", title_en="Ewing sarcoma", identifiers=["NCT00000001"])
    assert suspected("iEuroEwng") == may_be(
        "its name is nearly the same as that of", "iEuroEwing (NCT00000001)"
    )
    assert suspected("iEuroEwng", "x", "2018-000515-24") != ""
    assert suspected("iEuroEwng", "x", "NCT00000002") == ""
    assert suspected("") == ""


def test_a_known_trial_of_the_same_name_is_told_whatever_its_number():
    a_trial("FaR-RMS", identifiers=["NCT04625907"])
    finder, result = TrialFinder(numbers_decide=True), RowResult(2, cells={}, values={})
    other = [parse_identifier("NCT00000001")]
    finder.look_up(other, ["FaR-RMS"])
    assert finder.find(result, "nct_number", other, "FaR-RMS") is None
    assert result.messages == []
    assert finder.may_be("FaR-RMS", other) == "FaR-RMS (NCT04625907)"


def test_the_names_that_it_may_have_are_told_the_likeliest_first_and_three_of_them():
    for number in range(4):
        a_trial(f"EUROEWINGTRIAL{'ABCD'[number] * 2}", slug=f"t{number}")
    a_trial("EUROEWINGTRIAL", slug="first")
    told = TrialFinder().may_be("EUROEWINGTRIALL", ()).split(", ")
    assert (told[0], len(told)) == ("EUROEWINGTRIAL (first)", 3)


# A former name, and one that came with a merge


def renamed(trial, acronym):
    with changes.recording(changes.SYSTEM) as log:
        log.watch(trial)
        trial.acronym = acronym
        trial.save()


def test_a_former_acronym_means_its_trial_may_be_meant_and_an_edit_of_something_else_does_not():
    trial, other = a_trial("FaR-RMS", slug="far"), a_trial("OTHER", slug="other", sponsor="a")
    renamed(trial, "RMS-2020")
    with changes.recording(changes.SYSTEM) as log:
        log.watch(other)
        other.sponsor = "b"
        other.save()
    finder = TrialFinder()
    assert finder.may_be("far rms", ()) == "RMS-2020 (far)"
    assert (finder.near("OTHER"), finder.near("NOBODY")) == ([], [])
    renamed(trial, "FaR-RMS")
    again = TrialFinder()
    assert again.near("FaR-RMS") == [], "it is called so again"
    assert again.near("RMS 2020") == [trial.pk]


def test_an_acronym_of_a_trial_that_was_merged_means_the_one_it_came_to():
    heir = a_trial("ALLTogether1", slug="heir")
    a_trial("A2G", slug="gone", merged_into=heir, state="withdrawn")
    finder, result = TrialFinder(), RowResult(2, cells={}, values={"acronym": "a2g"})
    finder.look_up([], ["a2g"])
    assert finder.find(result, "acronym", [], "a2g") == heir
    assert [one["message"] for one in result.messages] == ["“a2g” is read as ALLTogether1."]
    assert result.values["acronym"] == "ALLTogether1", "the trial is not renamed by it"


def test_what_was_looked_up_is_let_go_of_and_fetched_again_where_it_is_meant_again():
    trial = a_trial("KIWI", slug="kiwi", identifiers=["NCT00000001"])
    finder = TrialFinder()
    number = parse_identifier("NCT00000001")
    assert finder.look_up([number], []) == {trial.pk}
    assert finder.look_up([number], ["KIWI"]) == set(), "it is there"
    assert finder.known_by(number) == trial
    finder.forget_stored()
    assert (finder.known_by(number), finder.candidates([number], "KIWI")) == (None, [])
    TrialIdentifier.objects.update(value="NCT00000002", compact="nct00000002")
    assert finder.look_up([], ["kiwi"]) == {trial.pk}
    assert [one.value for one in finder.known_identifiers(finder.trials[trial.pk])] == ["NCT00000002"]


def test_a_new_trial_of_an_earlier_row_is_meant_until_it_is_forgotten():
    finder, number = TrialFinder(), parse_identifier("NCT00000001")
    trial = Trial(acronym="NEW-1", title_en="New")
    trial.slug = finder.free_slug(trial, [number])
    finder.remember(trial, [number])
    finder.remember(trial, [number])
    assert finder.find(RowResult(3, cells={}, values={}), "nct_number", [number], "") is trial
    assert finder.find(RowResult(3, cells={}, values={}), "acronym", [], "new 1") is trial
    assert finder.known_identifiers(trial) == [number]
    finder.forget(trial)
    for identifiers, acronym in (([number], ""), ([], "NEW-1")):
        assert finder.find(RowResult(4, cells={}, values={}), "acronym", identifiers, acronym) is None
    assert "new-1" not in finder.slugs
