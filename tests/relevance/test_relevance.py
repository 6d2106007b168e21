"""The judged set on the demo registry: the figures hold, and they would fall if search got worse."""

from collections import Counter

import pytest
from django.db import transaction

from directory.search import compounds, operators, query, ranking
from directory.search.concepts import Vocabulary
from directory.search.service import Answer, Hit
from tests.relevance import judging
from tests.relevance.judging import Judgement, Verdict
from trials.models import Trial

# Without the mark there is no database when only these tests are run.
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The slugs of the demo registry, loaded once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        with judging.demo_registry():
            yield frozenset(Trial.objects.listed().values_list("slug", flat=True))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def verdicts(demo):
    return judging.judge(judging.read())


def a_verdict(*found, relevant=("right",), relaxed=False):
    return Verdict(Judgement("q", "en", "disease", relevant, ""), found, relaxed)


# The set


def test_the_set_has_its_columns_and_150_queries_and_no_query_twice():
    header = judging.FILE.read_text("utf-8").splitlines()[0]
    assert header.split(",") == judging.COLUMNS
    judgements = judging.read()
    assert len(judgements) >= 150
    assert [one for one, times in Counter(each.query for each in judgements).items() if times > 1] == []


def test_the_set_covers_four_languages_and_every_kind():
    judgements = judging.read()
    assert {one.kind for one in judgements} == judging.KINDS
    by_language = Counter(one.lang for one in judgements)
    assert set(by_language) == {"en", "nl", "fr", "de"}
    assert min(by_language.values()) >= 30


def test_the_set_has_the_traps_and_the_spellings_that_must_survive():
    asked = {one.query for one in judging.read()}
    assert {"ALL", "all trials", "WT", "OS", "CHC", "pnet5"} <= asked
    assert {"BRAF V600E", "BCR::ABL1", "H3 K27M", "Ph+", "AT/RT", "t(9;22)"} <= asked
    assert {"nct 04307576", "2018-001795-38", "EUCTR2018-001795-38-BE", "2022-501454-11"} <= asked
    assert {"CD-19", "B-RAF V600E", "PD1", "MYC-N", "NCT4307576", "LLA", "kinderleukemie"} <= asked
    assert {"haut risque LLA", "hypnose liège", "séquelles dentaires", "leukemia -ALL"} <= asked


def test_every_expected_trial_is_in_the_demo_registry(demo):
    expected = {slug for one in judging.read() for slug in one.relevant}
    assert expected - demo == set()


# The measure


def test_the_figures_are_what_they_are_called():
    got = judging.figures([a_verdict("right"), a_verdict("no", "right"), a_verdict("no"), a_verdict()])
    assert (got.success_1, got.success_3, got.mrr, got.nothing) == (0.25, 0.5, 0.375, 0.25)


def test_any_of_the_relevant_trials_is_right():
    assert a_verdict("b", "a", relevant=("a", "b")).rank == 1
    assert a_verdict("c", "b", relevant=("a", "b")).rank == 2


def test_the_worst_come_first_and_say_why():
    second, last, nothing = a_verdict("x", "right"), a_verdict("x", relaxed=True), a_verdict()
    worst = judging.worst([a_verdict("right"), second, last, nothing])
    assert worst == [last, nothing, second]
    assert last.why == "no right one on the first page; x comes first (only some of the words)"
    assert nothing.why == "nothing is found"
    assert second.why == "first right one at 2; x comes first"


# What is reached


@pytest.mark.parametrize("name", list(judging.FLOORS))
def test_each_figure_holds_its_floor(verdicts, name):
    assert getattr(judging.figures(verdicts), name) >= judging.FLOORS[name], judging.table(verdicts)


def test_hardly_any_query_finds_nothing(verdicts):
    assert judging.figures(verdicts).nothing <= judging.MOST_NOTHING, judging.table(verdicts)


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_no_language_is_left_behind(verdicts, language):
    own = [one for one in verdicts if one.judgement.lang == language]
    assert judging.figures(own).success_3 >= 0.95, judging.table(own)


def test_every_identifier_comes_first(verdicts):
    wrong = [one.judgement.query for one in verdicts if one.judgement.kind == "identifier" and one.rank != 1]
    assert wrong == []


# The measure can fail


def test_without_synonyms_the_figures_fall_below_their_floors(verdicts, monkeypatch):
    """The rows that only synonyms can answer are there, and they count."""
    for module in (query, ranking, operators, compounds):
        monkeypatch.setattr(module, "vocabulary", lambda: Vocabulary(()))
    got, poorer = judging.figures(verdicts), judging.figures(judging.judge(judging.read()))
    assert poorer.success_1 < got.success_1 - 0.1
    for name, floor in judging.FLOORS.items():
        assert getattr(poorer, name) < floor


def test_without_forgiveness_typing_errors_find_less(verdicts, monkeypatch):
    monkeypatch.setattr(ranking, "edits_allowed", lambda _word: 0)
    typos = [one for one in judging.read() if one.kind == "typo"]
    own = [one for one in verdicts if one.judgement.kind == "typo"]
    assert judging.figures(judging.judge(typos)).success_1 < judging.figures(own).success_1 - 0.2


def test_in_the_order_of_the_alphabet_the_figures_fall_below_their_floors(verdicts):
    def sorted_by_slug(one: Judgement) -> Answer:
        answer = judging.ask(one)
        return Answer(answer.count, tuple(Hit(key) for key in sorted(hit.key for hit in answer.hits)))

    poorer = judging.figures(judging.judge(judging.read(), sorted_by_slug))
    assert poorer.success_1 < judging.FLOORS["success_1"]
    assert poorer.mrr < judging.FLOORS["mrr"]
