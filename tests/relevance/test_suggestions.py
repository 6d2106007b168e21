"""What is offered to who types, on the demo registry: the right thing, and what recruits before the rest."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from django.db import transaction

from centres.models import Centre
from directory.core.fields import LANGUAGE_CODES
from directory.core.text import fold, squash
from directory.search import service
from directory.search.concepts import vocabulary
from tests.relevance import judging
from trials.choices import Recruitment
from trials.models import Trial, TrialSite

pytestmark = pytest.mark.django_db
FILE = Path(__file__).with_name("prefixes.csv")
TERMS = {"disease", "drug", "treatment", "alteration", "antigen"}
HERE = {"centre__country": "BE"}


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo registry, loaded once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        with judging.demo_registry():
            yield
        transaction.set_rollback(True)


def judged() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def asked() -> list[tuple[str, str]]:
    return [(row["prefix"], row["lang"]) for row in judged()]


def test_the_set_has_60_prefixes_of_every_kind_in_four_languages():
    rows = judged()
    assert len({(row["prefix"], row["lang"]) for row in rows}) == len(rows) >= 60
    assert {row["kind"] for row in rows} == TERMS | {"trial", "centre"}
    by_language = Counter(row["lang"] for row in rows)
    assert set(by_language) == set(LANGUAGE_CODES)
    assert min(by_language.values()) >= 8


def test_the_right_thing_is_offered_first(demo):
    wrong = []
    for row in judged():
        found = [
            (one.kind, one.key if one.kind == "centre" else one.label)
            for one in service.suggest(row["prefix"], row["lang"])
        ]
        if found[:1] != [(row["kind"], row["first"])]:
            wrong.append((row["prefix"], row["lang"], row["first"], found[:3]))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_recruits_in_belgium_comes_before_every_other_trial_of_that_name(demo):
    sites = TrialSite.objects.listed().filter(status=Recruitment.RECRUITING, **HERE)
    recruiting, mixed = set(sites.values_list("trial__slug", flat=True)), 0
    for prefix, language in asked():
        found = [one for one in service.suggest(prefix, language, 50) if one.kind == "trial"]
        named = [one.key in recruiting for one in found if squash(prefix) in squash(one.label)]
        assert named == sorted(named, reverse=True), prefix
        mixed += len(set(named)) == 2
    assert mixed >= 5


def test_each_trial_tells_its_status_in_belgium_and_at_how_many_centres(demo):
    statuses = defaultdict(list)
    for slug, status in TrialSite.objects.listed().filter(**HERE).values_list("trial__slug", "status"):
        statuses[slug].append(status)
    whole = dict(Trial.objects.listed().values_list("slug", "status"))
    seen = set()
    for prefix, language in asked():
        for one in service.suggest(prefix, language, 50):
            if one.kind == "trial":
                here = statuses[one.key]
                assert one.status == whole[one.key]
                assert one.centres == here.count(one.status_here)
                assert (one.status_here == Recruitment.RECRUITING) == (Recruitment.RECRUITING in here)
                assert bool(one.status_here) == bool(here)
                seen.add(one.key)
            else:
                assert (one.status, one.status_here, one.centres) == ("", "", None)
    assert len(seen) >= 40


def test_terms_are_named_in_the_language_of_the_page_alone(demo):
    terms = vocabulary().terms
    beginnings = {fold(one.text)[:4] for one in terms if one.type in TERMS}
    for language in LANGUAGE_CODES:
        spoken = {one.concept for one in terms if one.lang == language}
        own = {one.text for one in terms if one.lang == language}
        international = {one.text for one in terms if one.lang == "en" and one.concept not in spoken}
        for text in beginnings:
            for one in service.suggest(text, language, 50):
                if one.kind in ("disease", "treatment"):
                    assert one.label in own, (text, language)
                elif one.kind in TERMS:
                    assert one.label in own | international, (text, language)


def test_every_trial_is_offered_for_each_word_of_its_acronym_and_each_number(demo):
    trials = Trial.objects.listed().exclude(acronym="").prefetch_related("identifiers")
    for trial in trials:
        texts = [word for word in fold(trial.acronym).split() if len(word) > 3 and word.isalpha()]
        numbers = [one.value for one in trial.identifiers.all() if one.scheme in ("nct", "eudract")]
        texts += [number[:-2] for number in numbers]
        for text in texts:
            assert trial.slug in [one.key for one in service.suggest(text, "nl", 50)], (trial.slug, text)


def test_every_centre_is_offered_for_each_of_its_names(demo):
    for centre in Centre.objects.listed().prefetch_related("aliases"):
        for text in (centre.code, *centre.names().values(), *(one.text for one in centre.aliases.all())):
            assert centre.code in [one.key for one in service.suggest(text, "fr", 50)], (centre.code, text)
