"""Where editors see two trials side by side, merge them, decline, and undo; and nobody else."""

import pytest
from django.urls import reverse

from directory.core.models import Change
from tests.builders import a_centre, a_coordinator, a_trial, a_user, an_editor
from tests.support.admin_forms import act, admin_url
from trials.doubles import propose_doubles
from trials.models import SuspectedDouble, Trial, TrialMerge

pytestmark = pytest.mark.django_db
COMPARE = "/admin/trials/suspecteddouble/compare/"
TITLE = "Treatment of relapsed leukaemia in children"


@pytest.fixture
def editor(client):
    user = an_editor("mieke")
    client.force_login(user)
    return user


@pytest.fixture
def pair():
    ghent = a_centre("uz-gent", name="Ghent")
    alpha = a_trial("Alpha", title_en=TITLE, identifiers=["NCT01234567"], at=[(ghent, "suspended")])
    beta = a_trial(
        "Beta",
        title_en=TITLE,
        identifiers=["2022-501454-11"],
        sponsor="Sponsor <b>",
        at=[ghent, a_centre("uza")],
    )
    propose_doubles()
    return alpha, beta


def text(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def side_by_side(client, **query):
    return client.get(COMPARE, {"one": "alpha", "other": "beta", "stays": "alpha"} | query)


def decide(client, button, **more):
    page = side_by_side(client)
    data = {"version": page.context["version"], button: "yes"} | more
    return client.post(f"{COMPARE}?one=alpha&other=beta&stays=alpha", data)


def test_pairs_wait_on_the_first_page_and_lead_to_the_two_side_by_side(client, editor, pair):
    assert "pair that may be the same trial" in text(client.get(reverse("admin:index")))
    assert "Alpha / Beta" in text(client.get(admin_url(SuspectedDouble) + "?decision__exact=open"))
    page = client.get(admin_url(SuspectedDouble.objects.get(), "change"), follow=True)
    assert "the same title" in text(page)


def test_the_page_says_field_by_field_and_centre_by_centre_what_will_be(client, editor, pair):
    page = side_by_side(client)
    fields = {one.name: (one.stays, one.goes, one.result, one.how) for one in page.context["fields"]}
    assert fields["Sponsor"] == ("", "Sponsor <b>", "Sponsor <b>", "filled")
    assert fields["Acronym"] == ("Alpha", "Beta", "Alpha", "kept")
    assert fields["Title (English)"] == (TITLE, TITLE, TITLE, "")
    number, other = "NCT01234567 · nct", "2022-501454-11 · euct"
    assert fields["Identifiers"] == (number, other, f"{number}; {other}", "joined")
    sites = {one.centre.code: one.result for one in page.context["sites"]}
    assert sites["uza"] == "is moved unchanged"
    assert sites["uz-gent"] == "statements about both are kept here: Recruiting"
    assert "Sponsor &lt;b&gt;" in text(page)


def test_what_the_page_foretells_is_what_the_merge_does(client, editor, pair):
    page = side_by_side(client)
    assert decide(client, "merge")["Location"] == admin_url(TrialMerge.objects.get(), "change")
    alpha, _beta = Trial.objects.order_by("slug")
    assert alpha.sponsor == "Sponsor <b>"
    foretold = {one.centre.code: one.result for one in page.context["sites"]}
    for site in alpha.sites.select_related("centre"):
        assert foretold[site.centre.code] in (
            "is moved unchanged",
            f"statements about both are kept here: {site.get_status_display()}",
        )
    assert TrialMerge.objects.get().by == editor
    assert SuspectedDouble.objects.get().decided_by == editor


def test_the_editor_chooses_which_stays_and_the_public_one_with_more_sites_is_proposed(client, editor, pair):
    assert side_by_side(client, stays="").context["stays"].slug == "beta"
    assert side_by_side(client, stays="alpha").context["stays"].slug == "alpha"
    other = side_by_side(client, stays="alpha").context["other_way"]
    assert client.get(other).context["stays"].slug == "beta"
    Trial.objects.filter(slug="beta").update(state="draft")
    assert side_by_side(client, stays="").context["stays"].slug == "alpha"


def test_a_pair_that_is_declined_says_so_and_waits_no_more(client, editor, pair):
    decide(client, "decline")
    double = SuspectedDouble.objects.get()
    assert (double.decision, double.decided_by) == ("declined", editor)
    assert "pair of trials" not in text(client.get(reverse("admin:index")))
    assert "not the same" in text(side_by_side(client))
    assert not Change.objects.exists()


def test_many_pairs_are_declined_at_once(client, editor, pair):
    a_trial("Gamma", title_en=TITLE)
    propose_doubles()
    act(client, SuspectedDouble, "decline", *SuspectedDouble.objects.all())
    assert not SuspectedDouble.objects.open().exists()


def test_what_was_changed_since_the_page_was_shown_is_looked_at_again(client, editor, pair):
    page = decide(client, "merge", version="something else")
    assert "Look again, then decide" in text(page)
    assert not TrialMerge.objects.exists()


def test_what_cannot_be_merged_has_no_button_and_the_reason(client, editor, pair):
    Trial.objects.filter(slug="beta").update(parent=pair[0])
    page = text(side_by_side(client))
    assert "sub-protocol of the other" in page
    assert 'name="merge"' not in page
    assert "sub-protocol of the other" in text(decide(client, "merge"))
    assert not TrialMerge.objects.exists()


def test_two_numbers_of_one_registry_are_a_doubt_that_is_told(client, editor, pair):
    pair[1].identifiers.create(scheme="nct", value="NCT07654321")
    assert "NCT01234567 and NCT07654321" in text(side_by_side(client))


@pytest.mark.parametrize("typed", ["beta", "BETA", "2022 501454 11 00", "eudract 2022-501454-11"])
def test_the_other_trial_is_found_by_whatever_one_calls_it(client, editor, pair, typed):
    found = client.get(COMPARE, {"one": "alpha", "other": typed})
    assert {found.context["stays"].slug, found.context["goes"].slug} == {"alpha", "beta"}


def test_who_is_named_by_nobody_or_by_several_is_asked_for_again(client, editor, pair):
    a_trial("beta", slug="beta-2")
    Trial.objects.filter(slug="beta").update(slug="beta-1")
    page = text(client.get(COMPARE, {"one": "alpha", "other": "Beta"}))
    assert "beta-1" in page
    assert "beta-2" in page
    assert "No other trial has" in text(client.get(COMPARE, {"one": "alpha", "other": "nobody"}))
    assert "Which trial is the same" in text(client.get(COMPARE, {"one": "alpha"}))
    for odd in ("\0", "%00", "x" * 500):
        assert client.get(COMPARE, {"one": "alpha", "other": odd}).status_code == 200
        assert client.get(COMPARE, {"one": odd}, follow=True).status_code == 200


def test_a_trials_page_leads_to_it_and_a_merged_ones_page_is_only_read(client, editor, pair):
    assert "Merge with another trial" in text(client.get(admin_url(pair[0], "change")))
    decide(client, "merge")
    page = text(client.get(admin_url(pair[1], "change")))
    assert "Merged into Alpha" in page
    assert "The merge (can be undone)" in page
    assert client.post(admin_url(pair[1], "change"), {"acronym": "X"}).status_code == 403
    assert client.post(admin_url(pair[1], "delete"), {"post": "yes"}).status_code == 403
    told = act(client, Trial, "list_records", pair[1])
    assert "Merged trials stay as they are" in text(client.get(told["Location"]))
    pair[1].refresh_from_db()
    assert (pair[1].state, pair[1].merged_into) == ("withdrawn", pair[0])


def test_a_merge_is_undone_on_its_page_or_it_is_told_what_changed(client, editor, pair):
    decide(client, "merge")
    merge = TrialMerge.objects.get()
    page = text(client.get(admin_url(merge, "change")))
    assert "Undo this merge" in page
    assert "Sponsor" in page
    undo = reverse("admin:trials_trialmerge_undo", args=[merge.pk])
    Trial.objects.filter(slug="alpha").update(sponsor="Another")
    assert "Sponsor of Alpha was changed since" in text(client.post(undo, follow=True))
    Trial.objects.filter(slug="alpha").update(sponsor="Sponsor <b>")
    assert "are two trials again" in text(client.post(undo, follow=True))
    assert "Undo this merge" not in text(client.get(admin_url(merge, "change")))
    merge.refresh_from_db()
    assert merge.undone_by == editor


def test_a_get_undoes_nothing(client, editor, pair):
    decide(client, "merge")
    client.get(reverse("admin:trials_trialmerge_undo", args=[TrialMerge.objects.get().pk]))
    assert TrialMerge.objects.standing().exists()


def test_the_history_of_a_site_that_moved_goes_back_before_the_merge(client, editor, pair):
    site = pair[1].sites.get(centre__code="uza")
    act(client, type(site), "confirm_today", site)
    decide(client, "merge")
    page = text(client.get(admin_url(site, "history")))
    assert "beta@uza" in page


@pytest.mark.parametrize("who", ["coordinator", "staff", "visitor"])
def test_nobody_but_editors_sees_or_does_any_of_it(client, editor, pair, who):
    decide(client, "merge")
    merge = TrialMerge.objects.get()
    client.logout()
    if who != "visitor":
        client.force_login(
            a_coordinator(*[s.centre for s in pair[0].sites.all()])
            if who == "coordinator"
            else a_user(is_staff=True)
        )
    undo = reverse("admin:trials_trialmerge_undo", args=[merge.pk])
    addresses = [COMPARE + "?one=alpha&other=beta", admin_url(TrialMerge), admin_url(SuspectedDouble), undo]
    for address in [
        *addresses,
        admin_url(merge, "change"),
        admin_url(SuspectedDouble.objects.get(), "change"),
    ]:
        for answer in (client.get(address), client.post(address, {"merge": "yes", "decline": "yes"})):
            assert answer.status_code in (302, 403), address
            assert TITLE not in answer.content.decode()
    assert TrialMerge.objects.standing().exists()
