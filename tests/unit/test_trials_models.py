"""Trials and sites: what the database refuses, with its sentence, and how the directory speaks of them."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from tests import builders
from trials.conditions import codes, main_groups, name, path_to, rows, subtree, with_those_above
from trials.models import Condition, Trial, TrialIdentifier, TrialSite
from trials.models.condition import load_conditions
from trials.models.trial import free_slug

pytestmark = pytest.mark.django_db


class TestTrial:
    def test_has_its_ages_in_order(self):
        trial = builders.a_trial()
        trial.min_days, trial.max_days = 6574, 730
        with pytest.raises(ValidationError, match="The minimum age must not exceed the maximum age"):
            trial.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            trial.save()

    @pytest.mark.parametrize(("low", "high"), [(730, 730), (None, 730), (730, None), (None, None), (0, 0)])
    def test_may_leave_a_bound_open(self, low, high):
        trial = builders.a_trial(min_days=low, max_days=high)
        trial.full_clean()

    def test_is_not_its_own_parent(self):
        trial = builders.a_trial()
        trial.parent = trial
        with pytest.raises(ValidationError, match="cannot be its own parent"):
            trial.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            trial.save()

    @pytest.mark.parametrize("has_parent", [True, False])
    def test_may_have_a_parent_and_no_acronym(self, has_parent):
        parent = builders.a_trial("Master") if has_parent else None
        trial = Trial(slug="new", title_en="A study", parent=parent)
        trial.full_clean()
        trial.save()
        trial.full_clean()

    @pytest.mark.parametrize("acronym", ["N/A", "n a", "-", "onbekend"])
    def test_has_no_acronym_that_says_there_is_none(self, acronym):
        trial = builders.a_trial()
        trial.acronym = acronym
        with pytest.raises(ValidationError, match="leave the field empty"):
            trial.full_clean()

    def test_with_subprotocols_is_not_deleted(self):
        trial = builders.a_trial()
        builders.a_trial(parent=trial)
        with pytest.raises(ProtectedError):
            trial.delete()

    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("title_en", "", "cannot be blank"),
            ("title_en", "x" * 601, "at most 600"),
            ("summary_nl", "a\x00b", r"U\+0000"),
            ("phases", ["phase9"], "is not one of"),
            ("stages", "relapsed", "Give a list"),
            ("opened_in_belgium", "June 2024", "Write 2024-06-03"),
            ("status", "sometimes", "not a valid choice"),
            ("url", "javascript:alert(1)", "valid URL"),
            ("slug", "two words", "valid “slug”"),
            ("groups", ["a\x1bb"], r"U\+001B"),
        ],
    )
    def test_refuses_what_its_fields_cannot_hold(self, field, value, message):
        trial = builders.a_trial()
        setattr(trial, field, value)
        with pytest.raises(ValidationError, match=message):
            trial.full_clean()

    def test_tells_every_fault_at_once(self):
        trial = builders.a_trial(title_en="x", sponsor="y")
        trial.title_en, trial.sponsor, trial.phases = "", "a\x01", ["phase9"]
        with pytest.raises(ValidationError) as refused:
            trial.full_clean()
        assert set(refused.value.error_dict) == {"title_en", "sponsor", "phases"}


class TestIdentifier:
    def test_is_written_as_its_registry_does_when_it_is_checked(self):
        one = TrialIdentifier(trial=builders.a_trial(), scheme="", value="nct 0430-7576")
        one.full_clean(exclude=["scheme"])
        assert (one.scheme, one.value, one.compact) == ("nct", "NCT04307576", "nct04307576")

    @pytest.mark.parametrize("value", ["NCT04307576", "nct 0430 7576"])
    def test_is_of_one_trial(self, value):
        builders.a_trial("First", identifiers=["NCT04307576"])
        one = TrialIdentifier(trial=builders.a_trial(), scheme="nct", value=value)
        with pytest.raises(ValidationError, match="NCT04307576 already identifies the trial “First”"):
            one.full_clean()

    def test_as_it_is_stored_and_beside_another_is_good(self):
        first = builders.a_trial(identifiers=["NCT04307576"])
        first.identifiers.get().full_clean()
        TrialIdentifier(trial=builders.a_trial(), scheme="nct", value="NCT04307577").full_clean()
        # One number may be that of two trials, each in a registry of its own.
        TrialIdentifier(trial=builders.a_trial(), scheme="ictrp", value="NCT04307576").full_clean()

    def test_of_a_resubmission_is_of_the_same_trial(self):
        builders.a_trial("First", identifiers=["2022-501454-11-00"])
        with pytest.raises(IntegrityError), transaction.atomic():
            builders.a_trial(identifiers=["2022-501454-11-01"])

    def test_of_one_scheme_may_be_two_of_one_trial(self):
        trial = builders.a_trial("EuroNet-PHL-C2", identifiers=["NCT02684708", "NCT02797717"])
        assert trial.identifiers.count() == 2

    @pytest.mark.parametrize("value", ["ITCC\x00057", "ITCC\x01057"])
    def test_has_no_control_character(self, value):
        one = TrialIdentifier(trial=builders.a_trial(), scheme="other", value=value)
        with pytest.raises(ValidationError, match=r"control character|Null characters"):
            one.full_clean()


class TestFindingTrials:
    def test_by_age_counts_both_bounds_and_leaves_a_missing_one_open(self):
        builders.a_trial("bounded", min_days=730, max_days=6574)
        builders.a_trial("from", min_days=730)
        builders.a_trial("upto", max_days=6574)
        builders.a_trial("any")

        def at(days):
            return {one.acronym for one in Trial.objects.open_to_age(days)}

        assert at(729) == {"upto", "any"}
        assert at(730) == at(6574) == {"bounded", "from", "upto", "any"}
        assert at(6575) == {"from", "any"}

    @pytest.mark.parametrize("text", ["NCT04307576", "nct 0430-7576", "2022-501454-11", "itcc057"])
    def test_by_an_identifier_in_any_spelling(self, text):
        trial = builders.a_trial(identifiers=["NCT04307576", "2022-501454-11-00", "ITCC-057"])
        builders.a_trial(identifiers=["NCT00000001"])
        assert list(Trial.objects.with_identifier(text)) == [trial]

    @pytest.mark.parametrize("text", ["", "---", "x" * 100])
    def test_by_what_is_no_identifier_finds_none(self, text):
        builders.a_trial(identifiers=["NCT04307576"])
        assert not Trial.objects.with_identifier(text).exists()

    def test_the_public_sees_the_listed(self):
        listed = builders.a_trial("A")
        for state in ("draft", "withdrawn"):
            builders.a_trial(state, state=state)
        for user in (None, builders.a_user(is_staff=True), builders.a_coordinator(builders.a_centre())):
            assert list(Trial.objects.visible_to(user)) == [listed]
        assert Trial.objects.visible_to(builders.an_editor()).count() == 3


class TestSite:
    def test_is_one_for_a_trial_at_a_centre(self):
        site = builders.a_site()
        again = TrialSite(trial=site.trial, centre=site.centre)
        with pytest.raises(ValidationError, match="This trial already has a site at this centre"):
            again.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            again.save()

    def test_keeps_its_centre_from_being_deleted(self):
        with pytest.raises(ProtectedError):
            builders.a_site().centre.delete()

    def test_is_public_when_both_its_trial_and_its_centre_are(self):
        site = builders.a_site()
        assert TrialSite.objects.visible_to(None).exists()
        for record in (site.trial, site.centre):
            type(record).objects.filter(pk=record.pk).update(state="draft")
            assert not TrialSite.objects.visible_to(None).exists()
            assert not TrialSite.objects.listed().exists()
            type(record).objects.filter(pk=record.pk).update(state="listed")

    def test_of_a_draft_is_the_editors_alone_also_at_ones_own_centre(self):
        own, other = builders.a_centre(), builders.a_centre()
        draft = builders.a_trial("SECRETDRAFT", state="draft")
        sites = [builders.a_site(draft, own), builders.a_site(draft, other)]
        coordinator = builders.a_coordinator(own)
        assert not TrialSite.objects.visible_to(coordinator).exists()
        assert not TrialSite.objects.editable_by(coordinator).exists()
        assert set(TrialSite.objects.visible_to(builders.an_editor())) == set(sites)
        assert set(TrialSite.objects.editable_by(builders.an_editor())) == set(sites)

    def test_is_the_coordinators_again_once_its_trial_is_listed(self):
        own, other = builders.a_centre(state="draft"), builders.a_centre(state="draft")
        trial = builders.a_trial()
        mine = builders.a_site(trial, own)
        builders.a_site(trial, other)
        coordinator = builders.a_coordinator(own)
        assert list(TrialSite.objects.visible_to(coordinator)) == [mine]
        assert list(TrialSite.objects.editable_by(coordinator)) == [mine]

    def test_says_when_it_is_due(self):
        today = timezone.localdate()
        assert builders.a_site(said=10).next_due == today + dt.timedelta(days=20)
        assert builders.a_site(status=None).next_due is None


class TestConditions:
    def test_the_table_equals_the_file(self):
        assert set(Condition.objects.values_list("code", flat=True)) == codes()
        assert Condition.objects.filter(level="group").count() == 12

    def test_every_subgroup_hangs_below_its_group(self):
        for one in Condition.objects.exclude(level="group").select_related("parent"):
            assert one.code.startswith(one.parent.code)

    def test_a_subtree_holds_its_root_and_all_below(self):
        assert {"VIII", "VIIIa", "VIIIc"} <= subtree("VIII")
        assert subtree("VIIIc") <= subtree("VIII")
        assert subtree("nonsense") == frozenset()
        assert all(code.startswith("VIII") for code in subtree("VIII"))

    def test_the_main_groups_are_the_twelve(self):
        assert main_groups() == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]

    def test_above_a_class_are_its_groups_from_the_top(self):
        assert path_to("VIIIc") == ["VIII", "VIIIc"]
        assert with_those_above(["VIIIc", "VIIIa", "nonsense"]) == ["VIII", "VIIIa", "VIIIc"]
        assert with_those_above(codes()) == sorted(codes())

    def test_a_class_has_a_name_in_each_language_and_what_is_not_of_the_tree_its_own_text(self):
        assert [name("VIII", language) for language in ("en", "nl")] == [
            next(row[f"name_{language}"] for row in rows() if row["code"] == "VIII")
            for language in ("en", "nl")
        ]
        assert name("nonsense", "en") == "nonsense"

    def test_loading_again_changes_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            load_conditions()

    def test_loading_mends_a_name_that_was_altered_in_the_table(self):
        Condition.objects.filter(code="VIIIc").update(name_en="Something else")
        load_conditions()
        names = {row["code"]: row["name_en"] for row in rows()}
        assert Condition.objects.get(code="VIIIc").name_en == names["VIIIc"]


@pytest.mark.parametrize(
    ("words", "taken", "slug"),
    [
        (["iEuroEwing", "A title"], {"a-title"}, "ieuroewing"),
        (["", "A title"], set(), "a-title"),
        (["A", "B"], {"a"}, "b"),
        (["A", "B"], {"a", "b", "a-2"}, "a-3"),
        (["★"], {"trial"}, "trial-2"),
        (["x" * 90], {"x" * 73}, "x" * 73 + "-2"),
        (["x" * 72 + " cut behind the hyphen"], set(), "x" * 72),
    ],
)
def test_a_free_slug_is_of_the_first_word_that_has_one(words, taken, slug):
    assert free_slug(words, taken) == slug
