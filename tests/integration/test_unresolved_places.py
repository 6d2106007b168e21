"""A place that may be one of our centres is never guessed: counted, listed, asked about once, learned."""

import pytest
from django.core.exceptions import ValidationError

from centres.models import Centre, CentreAlias
from directory.core.changes import Actor
from directory.core.models import Change
from tests.builders import a_centre, a_coordinator, a_trial, an_editor
from tests.support.admin_forms import admin_url
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials.merging import merge_trials
from trials.models import RegistryRecord, StatusStatement, Trial, TrialSite, UnresolvedPlace
from trials.models.place import PlaceState
from trials.parting import undo_merge
from trials.places import keep_unresolved, resolve_place
from trials.sources import sync

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "NCT01234567", "NCT00000002"
NEAR = GENT | {"facility": "Ghent University Hospita"}
NAMELESS = GENT | {"facility": "Research Site"}
ELSEWHERE = GENT | {"facility": "AZ Delta", "city": "Roeselare", "zip": "8800"}
TEXT = "Ghent University Hospita, Ghent, 9000, Belgium"
EDITOR = Actor("editor")


@pytest.fixture(autouse=True)
def gent():
    return a_centre("uz-gent", name="Ghent University Hospital", aliases=["UZ Gent"])


def followed(*studies):
    return sync.follow(CTGOV, answers(*studies))


def counts(run):
    return run.counts["new_sites"], run.counts["unresolved_sites"]


def kept():
    found = UnresolvedPlace.objects.order_by("trial__pk", "pk")
    return [(one.trial.identifiers.get().value, one.text, one.might_be, one.state) for one in found]


def test_what_may_be_ours_is_counted_and_kept_with_what_it_may_be():
    run = followed(a_study(places=[NEAR, ELSEWHERE, GENT | {"country": "France"}]))
    assert (run.counts["new"], *counts(run)) == (1, 0, 1)
    assert kept() == [(NUMBER, TEXT, ["uz-gent"], "open")]
    assert not TrialSite.objects.exists()


def test_a_site_that_was_made_is_counted_and_nothing_is_asked_of_it():
    run = followed(a_study(places=[GENT]), a_study(OTHER, places=[GENT]))
    assert counts(run) == (2, 0)
    assert (TrialSite.objects.count(), kept()) == (2, [])


def test_a_place_without_a_name_may_be_any_centre_of_its_town_and_no_other():
    a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650")
    run = followed(a_study(places=[NAMELESS, NAMELESS | {"city": "Roeselare", "zip": "8800"}]))
    assert counts(run) == (0, 1)
    assert kept() == [(NUMBER, "Research Site, Ghent, 9000, Belgium", ["uz-gent"], "open")]
    assert not UnresolvedPlace.objects.get().is_lasting


def test_where_all_that_it_may_be_has_its_site_nothing_is_asked():
    assert counts(followed(a_study(places=[GENT, NEAR, NAMELESS]))) == (1, 0)
    assert kept() == []


def test_a_second_run_of_the_same_counts_none_and_keeps_what_is_there():
    followed(a_study(places=[NEAR]))
    assert counts(followed(a_study(places=[NEAR]))) == (0, 0)
    assert counts(followed(a_study(places=[NEAR], verified="2026-03"))) == (0, 0)
    assert len(kept()) == 1


def test_a_place_that_the_registry_takes_away_waits_no_more():
    followed(a_study(places=[NEAR]), a_study(OTHER, places=[NEAR]))
    followed(a_study(places=[ELSEWHERE]))
    assert [number for number, *_ in kept()] == [OTHER]


def test_an_answer_makes_the_sites_is_learned_and_settles_the_same_text_everywhere(gent):
    followed(a_study(places=[NEAR]), a_study(OTHER, places=[NEAR]))
    user = an_editor()
    place = UnresolvedPlace.objects.first()
    assert resolve_place(place=place, centre=gent, by=Actor("editor", user.pk)) == 2
    assert {one.trial.slug for one in TrialSite.objects.filter(centre=gent)} == {
        one.slug for one in Trial.objects.all()
    }
    alias = CentreAlias.objects.get(kind="learned")
    assert (alias.centre, alias.text, alias.learned_by, alias.learned_from) == (
        gent, TEXT, user, "ClinicalTrials.gov",
    )  # fmt: skip
    assert {(one.state, one.centre, one.decided_by) for one in UnresolvedPlace.objects.all()} == {
        (PlaceState.OURS, gent, "editor")
    }
    kinds = Change.objects.filter(actor_role="editor").values_list("kind", flat=True)
    assert sorted(kinds) == ["centre", "site", "site"]


def test_the_status_of_such_a_site_comes_with_the_next_run_though_the_record_is_the_same(gent):
    followed(a_study(places=[NEAR]), a_study(OTHER, places=[GENT]))
    resolve_place(place=UnresolvedPlace.objects.get(), centre=gent, by=EDITOR)
    assert not StatusStatement.objects.filter(site__trial__identifiers__value=NUMBER).exists()
    run = followed(a_study(places=[NEAR]), a_study(OTHER, places=[GENT]))
    assert (run.counts["filled"], run.counts["unchanged"]) == (1, 1)
    said = StatusStatement.objects.get(site__trial__identifiers__value=NUMBER)
    assert (said.status, said.day_as_said, said.role) == ("recruiting", "2026-02", "registry")
    assert followed(a_study(places=[NEAR])).counts["unchanged"] == 1


def test_a_text_that_came_to_mean_a_centre_meanwhile_is_read_anew(gent):
    followed(a_study(places=[NEAR]))
    CentreAlias.objects.create(centre=gent, text=TEXT)
    run = followed(a_study(places=[NEAR]))
    assert counts(run) == (1, 0)
    assert kept() == []
    assert TrialSite.objects.get().status == "recruiting"


def test_many_records_that_are_read_anew_do_not_halt_the_run(gent):
    studies = [a_study(f"NCT{number:08}", places=[NEAR]) for number in range(1, 31)]
    followed(*studies)
    CentreAlias.objects.create(centre=gent, text=TEXT)
    assert counts(followed(*studies)) == (30, 0)


def test_none_of_ours_is_asked_once_whatever_trial_names_it():
    followed(a_study(places=[NEAR]))
    resolve_place(place=UnresolvedPlace.objects.get(), centre=None, by=EDITOR)
    run = followed(a_study(places=[NEAR], verified="2026-03"), a_study(OTHER, places=[NEAR]))
    assert counts(run) == (0, 0)
    assert [state for *_, state in kept()] == ["not_ours"]
    assert not CentreAlias.objects.filter(kind="learned").exists()


def test_an_answer_about_a_place_without_a_name_is_for_its_trial_alone(gent):
    followed(a_study(places=[NAMELESS]), a_study(OTHER, places=[NAMELESS]))
    first, second = UnresolvedPlace.objects.order_by("pk")
    assert resolve_place(place=first, centre=gent, by=EDITOR) == 1
    second.refresh_from_db()
    assert (second.state, TrialSite.objects.count()) == ("open", 1)
    assert not CentreAlias.objects.filter(kind="learned").exists()
    resolve_place(place=second, centre=None, by=EDITOR)
    assert counts(followed(a_study("NCT00000003", places=[NAMELESS]))) == (0, 1)


def test_what_was_decided_meanwhile_is_not_decided_again(gent):
    followed(a_study(places=[NEAR]))
    place = UnresolvedPlace.objects.get()
    resolve_place(place=place, centre=None, by=EDITOR)
    with pytest.raises(ValidationError, match="meanwhile"):
        resolve_place(place=place, centre=gent, by=EDITOR)
    assert not TrialSite.objects.exists()


def test_a_text_that_means_another_centre_by_now_is_not_learned_twice(gent):
    followed(a_study(places=[NEAR]))
    other = a_centre("other")
    CentreAlias.objects.create(centre=other, text=TEXT)
    with pytest.raises(ValidationError, match="is already a name of other"):
        resolve_place(place=UnresolvedPlace.objects.get(), centre=gent, by=EDITOR)
    assert not TrialSite.objects.exists()
    assert UnresolvedPlace.objects.get().state == "open"


def test_a_site_that_is_there_already_is_not_made_twice(gent):
    followed(a_study(places=[NEAR]))
    TrialSite.objects.create(trial=Trial.objects.get(), centre=gent)
    resolve_place(place=UnresolvedPlace.objects.get(), centre=gent, by=EDITOR)
    assert TrialSite.objects.count() == 1


def test_a_text_of_any_length_is_kept_as_far_as_it_is_read():
    trial = a_trial("KIWI", identifiers=[NUMBER])
    text = f"Ghent University Hospita{'l' * 400}, Ghent, Belgium"
    assert keep_unresolved("ctgov", {trial.pk: [text, "Ghent University Hospita\x00, Ghent, Belgium"]}) == 1
    place = UnresolvedPlace.objects.get()
    assert (len(place.text) <= 300, place.is_lasting, "\x00" in place.text) == (True, True, False)


# In the admin


@pytest.fixture
def place(client):
    followed(a_study(places=[NEAR]), a_study(OTHER, places=[NEAR]))
    client.force_login(an_editor())
    return UnresolvedPlace.objects.order_by("pk").first()


def test_the_first_page_and_the_list_tell_what_is_open(client, place):
    page = client.get("/admin/").content.decode()
    assert "places in registries that may be one of our centres" in page
    listed = client.get(admin_url(UnresolvedPlace), {"state__exact": "open"}).content.decode()
    assert (listed.count(TEXT), "uz-gent" in listed) == (2, True)


def test_an_editor_chooses_the_centre_on_the_page_of_the_place(client, place):
    page = client.get(admin_url(place, "change")).content.decode()
    assert "The same text stands at other trials" in page
    assert page.index("It may be") < page.index("Ghent University Hospital (uz-gent)")
    response = client.post(admin_url(place, "change"), {"centre": "uz-gent"})
    assert response.url == admin_url(UnresolvedPlace)
    assert "2 places are uz-gent." in client.get(response.url).content.decode()
    assert TrialSite.objects.filter(centre__code="uz-gent").count() == 2
    assert "one of our centres: " in client.get(admin_url(place, "change")).content.decode()


def test_an_editor_says_that_it_is_none_of_ours(client, place):
    client.post(admin_url(place, "change"), {"centre": "none"})
    assert {one.state for one in UnresolvedPlace.objects.all()} == {"not_ours"}
    assert not TrialSite.objects.exists()


@pytest.mark.parametrize("data", [{}, {"centre": ""}, {"centre": "nowhere"}])
def test_without_a_centre_nothing_is_decided_and_the_page_says_so(client, place, data):
    response = client.post(admin_url(place, "change"), data)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert UnresolvedPlace.objects.open().count() == 2


def test_what_cannot_be_learned_is_told_on_the_page(client, place):
    CentreAlias.objects.create(centre=a_centre("other"), text=TEXT)
    response = client.post(admin_url(place, "change"), {"centre": "uz-gent"})
    assert "is already a name of other" in response.content.decode()
    assert not TrialSite.objects.exists()


def test_the_next_one_that_waits_is_shown_after_an_answer(client, place):
    waiting = UnresolvedPlace.objects.create(
        trial=place.trial, registry="ctgov", text="Research Site, Ghent", folded="research site ghent",
        might_be=["uz-gent"], is_lasting=False,
    )  # fmt: skip
    assert client.post(admin_url(place, "change"), {"centre": "none"}).url == admin_url(waiting, "change")


def test_a_coordinator_sees_none_of_it(client, place):
    client.force_login(a_coordinator(Centre.objects.get()))
    assert client.get(admin_url(place, "change")).status_code == 403
    assert client.post(admin_url(place, "change"), {"centre": "uz-gent"}).status_code == 403
    assert "may be one of our centres" not in client.get("/admin/").content.decode()
    assert not TrialSite.objects.exists()


def test_a_page_of_a_place_that_is_gone_leads_to_the_start(client, place):
    address = admin_url(place, "change")
    place.delete()
    assert client.get(address).status_code == 302


def test_a_trial_that_is_deleted_takes_its_places_with_it(place):
    Trial.objects.filter(pk=place.trial_id).delete()
    assert UnresolvedPlace.objects.count() == 1
    assert RegistryRecord.objects.filter(trial=None).count() == 1


def test_a_place_left_behind_at_a_merged_trial_waits_for_nobody_and_makes_no_site_there():
    """Both trials name it: what the one that stays has already is left with the other one."""
    followed(a_study(places=[NEAR]), a_study(OTHER, places=[NEAR]))
    stays, goes = Trial.objects.order_by("pk")
    merge = merge_trials(stays=stays, goes=goes, by=EDITOR)
    assert UnresolvedPlace.objects.get(trial=goes) not in UnresolvedPlace.objects.open()
    place = UnresolvedPlace.objects.open().get()
    assert resolve_place(place=place, centre=Centre.objects.get(), by=EDITOR) == 1
    assert [one.trial for one in TrialSite.objects.all()] == [stays]
    undo_merge(merge=merge, by=EDITOR)
    assert [one.trial for one in UnresolvedPlace.objects.open()] == [goes]
