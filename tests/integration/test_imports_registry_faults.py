"""Files of registries that are about something else, or broken: told, with the place and the way out."""

import itertools

import pytest

from directory.imports import actions
from directory.imports.plan import plan_run
from directory.sheets.reading import MAX_CELL
from tests.builders import a_centre, a_trial, an_editor
from tests.sheets import a_csv, outcomes
from tests.support.figures import tell
from tests.support.registry_rows import (
    CLASSIC,
    CTIS,
    ICTRP,
    ISRCTN,
    ROWS,
    TITLE,
    header_of,
    of_another_trial,
    planned,
    said,
    sheet_of,
    stored,
)
from trials.models import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gent():
    a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


@pytest.fixture
def editor():
    return an_editor()


# A file of another field


ADULTS = {
    "ctis_csv": {"Age group": "18-64 years", "Age range secondary identifier": "N/A",
                 "Location(s) and recruitment status": "France:Ended"},
    "ctgov_classic": {"Age": "18 Years and older (Adult)", "Locations": "Elsewhere, Paris, France"},
    "ictrp": {"Inclusion agemin": "18 Years", "Inclusion agemax": "90 Years", "Countries": "China"},
    "isrctn": {"Lower age limit": "18 Years", "Upper age limit": "99 Years",
               "Countries of recruitment": "England"},
    "euctr": {"Population Age": "Adults", "Trial Protocol": "FR (Completed)"},
}  # fmt: skip


@pytest.mark.parametrize("kind", ADULTS)
def test_trials_for_adults_elsewhere_are_asked_about_before_they_are_stored(kind, editor):
    run = planned(ROWS[kind] | ADULTS[kind], user=editor)
    [asked] = [one for one in run.questions if one["key"] == "take_all"]
    where = "one of our centres" if kind == "ctgov_classic" else "a place in Belgium"
    assert f"takes nobody under 18 and does not name {where}. Take it all the same?" in asked["message"]
    with pytest.raises(actions.Refused):
        actions.confirm(run=run, user=editor, queue=False)
    actions.answer(run=run, user=editor, answers={"take_all": "take"}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    stored(run)
    assert Trial.objects.count() == 1


@pytest.mark.parametrize("kind", ADULTS)
def test_one_trial_for_children_or_at_home_is_reason_enough(kind, editor):
    says_nothing = ("Age range secondary identifier", "Inclusion agemax", "Upper age limit")
    for name in ADULTS[kind].keys() - set(says_nothing):
        row = ROWS[kind] | ADULTS[kind] | {name: ROWS[kind][name]}
        run = planned(row, user=editor, name=f"{name[:5]}.csv")
        assert (name, [one["key"] for one in run.questions]) == (name, [])


def adults(kind, *numbers):
    return [of_another_trial(kind, ROWS[kind] | ADULTS[kind], number) for number in numbers]


@pytest.mark.parametrize("kind", ADULTS)
def test_one_row_for_children_does_not_silence_the_question(kind, editor):
    run = planned(ROWS[kind], *adults(kind, 2, 3), user=editor)
    [asked] = [one for one in run.questions if one["key"] == "take_all"]
    named = 1  # the row for children names Belgium as well
    where = "one of our centres" if kind == "ctgov_classic" else "a place in Belgium"
    assert (
        f"Of 3 new trials 1 may take patients under 18, and {named} name {where}. Take them all"
        in asked["message"]
    )
    assert [one["value"] for one in asked["options"]] == ["take", "ours"]
    assert asked["params"]["rows"] == 2


@pytest.mark.parametrize("kind", ADULTS)
def test_where_half_are_for_children_or_at_home_nothing_is_asked(kind, editor):
    run = planned(ROWS[kind], *adults(kind, 2), user=editor)
    assert [one["key"] for one in run.questions] == []


@pytest.mark.parametrize("kind", ADULTS)
def test_the_others_can_be_left_out(kind, editor):
    run = planned(ROWS[kind], *adults(kind, 2, 3), user=editor)
    actions.answer(run=run, user=editor, answers={"take_all": "ours"}, queue=False)
    plan_run(run)
    run.refresh_from_db()
    assert outcomes(run) == {2: "new", 3: "invalid", 4: "invalid"}
    assert any("takes nobody under 18" in one for one in said(run, 3))
    assert [one["key"] for one in run.questions] == ["take_all"]
    stored(run)
    assert Trial.objects.get().title_en == TITLE


@pytest.mark.parametrize("kind", ROWS)
def test_a_plan_says_that_new_trials_become_drafts(kind, editor):
    run = planned(ROWS[kind], user=editor)
    assert "New trials become drafts" in run.warnings[-1]["message"]
    stored(run)
    again = planned(ROWS[kind], user=editor, name="again.csv")
    assert [one["code"] for one in again.warnings] == []


@pytest.mark.parametrize("kind", ROWS)
def test_a_lost_letter_is_told_with_row_and_value(kind, editor):
    title = header_of(kind, "title")
    run = planned(ROWS[kind] | {title: "H�pital des enfants: une �tude"}, user=editor)
    [told] = [one for one in run.rows.get(number=2).messages if "letter was lost" in one["message"]]
    assert (told["column"], told["value"]) == ("title", "H�pital des enfants: une �tude")
    assert "“H�pital des enfants: une �" in told["message"]
    assert "export the file again" in told["message"]
    assert outcomes(run) == {2: "new"}
    assert not any(
        "letter was lost" in one for one in said(planned(ROWS[kind], user=editor, name="whole.csv"))
    )


def test_of_a_column_that_is_not_kept_no_lost_letter_is_told(editor):
    run = planned(ROWS["euctr"] | {"Disease": "Leuk�mie"}, user=editor)
    assert not any("letter was lost" in one for one in said(run))


def test_of_known_trials_nothing_is_asked(editor):
    a_trial("KID", slug="kid", identifiers=["NCT01234567"], title_en=TITLE)
    assert planned(CLASSIC | ADULTS["ctgov_classic"], user=editor).questions == []


# Two trials that share something


OTHER = CLASSIC | {"NCT Number": "NCT07654321", "Title": "Quite another trial of older people"}


def test_two_numbers_of_one_registry_are_two_trials_whatever_they_share(editor):
    """An acronym, and the number of the grant that pays for both."""
    run = planned(CLASSIC, OTHER, user=editor)
    assert outcomes(run) == {2: "new", 3: "new"}
    assert "“KID-2020” is also a number of KID, so it is not stored for this trial." in said(run, 3)
    stored(run)
    kept = {one.acronym + one.title_en[:5]: one.identifiers.count() for one in Trial.objects.all()}
    assert kept == {"KIDA tri": 2, "KIDQuite": 1}
    assert set(outcomes(planned(CLASSIC, OTHER, user=editor, name="again.csv")).values()) == {"unchanged"}


def test_a_known_trial_of_that_acronym_with_another_number_holds_the_new_one_back(editor):
    a_trial("KID", slug="kid", identifiers=["NCT00000001", "KID-2020"], title_en="Ours")
    run = planned(CLASSIC, user=editor)
    row = run.rows.get()
    assert (row.outcome, row.may_be_taken) == ("duplicate", True)
    assert "KID (NCT00000001" in row.messages[-1]["message"]


def test_a_trial_of_two_numbers_is_found_by_each(editor):
    a_trial("KID", slug="kid", identifiers=["NCT01234567", "NCT07654321", "KID-2020"], title_en=TITLE)
    run = planned(CLASSIC, OTHER | {"Title": TITLE}, user=editor)
    assert set(outcomes(run).values()) <= {"update", "duplicate"}
    assert not any("is a number of" in one for number in (2, 3) for one in said(run, number))


# Bad input


@pytest.mark.parametrize("kind", ROWS)
def test_a_number_that_is_none_refuses_its_row_and_no_other(kind, editor):
    number = header_of(kind, sheet_of(kind).required[0])
    spoilt = [ROWS[kind] | {number: cell} for cell in ("", "N/A", "17/09/2024", "x" * 70)]
    run = planned(ROWS[kind], *spoilt, user=editor)
    assert list(outcomes(run).values()) == ["new", "invalid", "invalid", "invalid", "invalid"]
    assert all(row.messages for row in run.rows.filter(outcome="invalid"))


@pytest.mark.parametrize("kind", ROWS)
def test_a_cell_that_is_broken_costs_itself_and_no_trial(kind, editor):
    sheet = sheet_of(kind)
    fit = [name for name in sheet.columns() if sheet.tolerates(name)]
    bad = ("y" * (MAX_CELL + 1), "bell\x07", "#REF!")
    rows = [
        of_another_trial(kind, ROWS[kind], number) | {header_of(kind, name): cell}
        for number, (name, cell) in enumerate(itertools.product(fit, bad))
    ]
    run = planned(*rows, user=editor)
    assert run.problems == []
    assert set(outcomes(run).values()) == {"new"}
    cases = zip(itertools.product(fit, bad), run.rows.order_by("number"), strict=True)
    silent = [
        (name, cell[:9]) for (name, cell), row in cases
        if cell != "#REF!" and name not in sheet.private and not row.messages
    ]  # fmt: skip
    assert silent == []
    tell(f"{kind}: {len(rows)} broken cells cost {len(rows)} cells and no trial.")


@pytest.mark.parametrize("kind", ROWS)
def test_a_title_that_cannot_be_kept_refuses_a_new_trial(kind, editor):
    title = header_of(kind, "title")
    run = planned(ROWS[kind] | {title: "t" * 601}, ROWS[kind] | {title: ""}, user=editor)
    expected = ["invalid", "new" if kind == "ictrp" else "invalid"]  # it has its scientific title
    assert list(outcomes(run).values()) == expected


@pytest.mark.parametrize("kind", ROWS)
def test_a_column_twice_refuses_the_file_and_names_both(kind, editor):
    content = a_csv(ROWS[kind]).decode()
    first, rest = content.split("\n", 1)
    title = header_of(kind, "title")
    run = planned(content=f"{first.rstrip()},{title}\n{rest.rstrip()},x\n", user=editor)
    assert [one["code"] for one in run.problems] == ["header_twice"]


@pytest.mark.parametrize("kind", ROWS)
def test_a_file_that_was_cut_loses_its_last_row_and_says_so(kind, editor):
    rows = [of_another_trial(kind, ROWS[kind], number) for number in (2, 3)]
    content = a_csv(*rows, columns=list(rows[0])).rstrip().rpartition(b",")[0]
    run = planned(content=content, user=editor)
    last = run.rows.order_by("-number").first()
    assert (run.rows.order_by("number").first().outcome, last.outcome) == ("new", "invalid")
    assert any("The row has only" in one["message"] for one in last.messages)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_letters_arrive_whatever_the_encoding(kind, encoding, editor):
    title = "Étude des tumeurs rares de l'enfant à Liège"
    content = a_csv(ROWS[kind] | {header_of(kind, "title"): title}, encoding=encoding)
    run = planned(content=content, user=editor)
    assert (run.kind, outcomes(run)) == (kind, {2: "new"})
    stored(run)
    assert Trial.objects.get().title_en == title


def test_a_formula_is_text(editor):
    run = stored(planned(ISRCTN | {"Sponsor": '=HYPERLINK("http://example.org")'}, user=editor))
    assert Trial.objects.get().sponsor == '=HYPERLINK("http://example.org")'
    assert outcomes(run) == {2: "new"}


def test_dates_of_ctis_are_day_first_unless_one_of_them_cannot_be(editor):
    other = CTIS | {"Trial number": "2024-554321-67-00", "Title of the trial": "Another", "Protocol code": ""}
    plain = planned(CTIS, other | {"Last updated": "03/04/2024"}, user=editor)
    assert (plain.questions, [one["code"] for one in plain.warnings]) == ([], ["drafts"])
    swapped = planned(CTIS, other | {"Last updated": "04/13/2024"}, user=editor, name="swapped.csv")
    assert [one["code"] for one in swapped.warnings] == ["month_first", "drafts"]
    both = [CTIS | {"Last updated": "13/04/2024"}, other | {"Last updated": "04/13/2024"}]
    run = planned(
        *both, CTIS | {"Trial number": "2024-511111-67-00", "Protocol code": ""}, user=editor, name="both.csv"
    )
    assert [one["code"] for one in run.questions] == ["date_order"]


def test_ages_that_end_before_they_begin_are_told(editor):
    run = planned(CLASSIC | {"Age": "18 Years to 2 Years"}, user=editor)
    assert outcomes(run) == {2: "new"}
    assert any("is not a range of ages" in one for one in said(run))
    stored(run)
    assert Trial.objects.filter(min_days=None, max_days=None).count() == 1


def test_ages_of_two_columns_that_stand_the_wrong_way_round_refuse_the_row(editor):
    run = planned(ICTRP | {"Inclusion agemin": "18 Years", "Inclusion agemax": "2 Years"}, user=editor)
    assert outcomes(run) == {2: "invalid"}
    assert "The minimum age must not exceed the maximum age. (18 Years > 2 Years)" in said(run)


def test_criteria_that_are_too_long_together_are_told(editor):
    most = Trial._meta.get_field("eligibility_en").max_length
    long = {"Inclusion Criteria": "i" * (most - 100), "Exclusion Criteria": "e" * 200}
    run = planned(ICTRP | long, user=editor)
    assert outcomes(run) == {2: "new"}
    assert any(f"at most {most} are kept. They are not taken." in one for one in said(run))
    stored(run)
    assert Trial.objects.get().eligibility_en == ""
