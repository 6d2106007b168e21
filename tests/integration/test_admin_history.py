"""The history of a record, read from the change log; and the log itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centres.models import Affiliation
from directory.adminsite import history
from directory.core.changes import Actor, Entry, record
from directory.core.models import Change
from tests import builders
from tests.support.admin_forms import act, admin_url, save
from trials.actions import state_status
from trials.models import Trial

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = builders.an_editor("mieke")
    client.force_login(user)
    return user


def lines(client, one):
    return client.get(admin_url(one, "history")).context["page"].object_list


def test_the_history_tells_who_in_which_role_changed_what(client, editor):
    trial = builders.a_trial("A", sponsor="UZ Gent")
    save(client, admin_url(trial, "change"), sponsor="SIOPEN", age_min_text="2 years")
    (line,) = lines(client, trial)
    assert line.who == "editor · mieke"
    assert {(one.name, one.before, one.after) for one in line.fields} == {
        ("Sponsor", "UZ Gent", "SIOPEN"),
        ("Minimum age", "", "2 years"),
        ("Minimum age as written", "", "2 years"),
    }
    page = client.get(admin_url(trial, "history")).content.decode()
    assert "UZ Gent" in page
    assert "SIOPEN" in page
    assert "mieke" in page


def test_choices_and_lists_are_shown_in_words(client, editor):
    trial = builders.a_trial("A", status="unknown")
    save(client, admin_url(trial, "change"), status="recruiting", phases=["phase1", "phase2"])
    shown = {one.name: (one.before, one.after) for one in lines(client, trial)[0].fields}
    assert shown == {
        "Status": ("Unknown", "Recruiting"), "Status said by": ("", "editor"),
        "Phases": ("", "Phase 1; Phase 2"),
    }  # fmt: skip


def test_what_a_registry_brought_in_a_run_names_the_run(client, editor):
    site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"), status=None)
    state_status(site=site, status="suspended", by=Actor("registry", run=17))
    (line,) = lines(client, site)
    assert (line.who, line.change.run) == ("registry", 17)
    assert "import run 17" in client.get(admin_url(site, "history")).content.decode()


def test_the_history_of_a_trial_holds_its_sites(client, editor):
    trial = builders.a_trial("A", at=[builders.a_centre("chc")])
    other = builders.a_trial("AB", at=[builders.a_centre("uza")])
    for site in (trial.sites.get(), other.sites.get()):
        state_status(site=site, status="suspended", by=Actor("editor"))
    assert [line.change.key for line in lines(client, trial)] == ["a@chc"]


def test_the_history_of_a_network_holds_its_members_even_those_removed(client, editor):
    network = builders.a_network("suhopl", members=[(builders.a_centre("chc"), "satellite")])
    save(client, admin_url(network, "change"), **{"memberships-0-DELETE": "on"})
    (line,) = lines(client, network)
    assert (line.kind, line.change.key) == ("Membership", "suhopl/chc/satellite/")


def test_a_renamed_record_keeps_the_history_of_its_former_name(client, editor):
    trial = builders.a_trial("A", state="draft", slug="first")
    save(client, admin_url(trial, "change"), sponsor="X")
    save(client, admin_url(trial, "change"), slug="second")
    save(client, admin_url(trial, "change"), sponsor="Y")
    trial.refresh_from_db()
    assert [line.change.key for line in lines(client, trial)] == ["second", "first", "first"]


def test_a_renamed_trials_site_keeps_its_history_too(client, editor):
    trial = builders.a_trial("A", state="draft", slug="first", at=[builders.a_centre("chc")])
    state_status(site=trial.sites.get(), status="suspended", by=Actor("editor"))
    save(client, admin_url(trial, "change"), slug="second")
    site = trial.sites.get()
    assert [line.change.key for line in lines(client, site)] == ["first@chc", "first@chc"]


def test_the_history_of_a_record_that_had_the_same_name_before_stays_its_own(client, editor):
    first = builders.a_trial("A", slug="same", state="draft")
    save(client, admin_url(first, "change"), sponsor="Old")
    client.post(admin_url(first, "delete"), {"post": "yes"})
    save(client, admin_url(Trial, "add"), acronym="A", title_en="New", slug="same")
    again = Trial.objects.get()
    assert [line.change.op for line in lines(client, again)] == ["create"]


def test_a_name_that_another_record_took_and_left_leads_to_nothing_of_that_one(client, editor):
    entries = (
        [Entry("trial", "p", None, {"slug": "p"})],
        [Entry("trial", "p", {"slug": "p"}, {"slug": "q"})],
        [Entry("trial", "q", {"slug": "q"}, None)],
        [Entry("trial", "q", None, {"slug": "q"})],
    )
    for entry in entries:
        record(entry, by=Actor("editor"))
    trial = builders.a_trial("Q")
    assert [(one.change.op, one.change.key) for one in lines(client, trial)] == [("create", "q")]


def test_a_record_made_outside_the_doors_says_that_nothing_is_known(client, editor):
    page = client.get(admin_url(builders.a_trial(), "history")).content.decode()
    assert "The change log holds nothing about this record" in page


def test_a_long_history_is_cut_into_pages(client, editor):
    trial = builders.a_trial("A")
    record(
        [Entry("trial", "a", {"sponsor": str(n)}, {"sponsor": str(n + 1)}) for n in range(120)],
        by=Actor("editor"),
    )
    assert len(lines(client, trial)) == history.PER_PAGE
    last = client.get(admin_url(trial, "history") + "?p=3").context["page"]
    assert (len(last.object_list), last.has_next()) == (20, False)
    assert client.get(admin_url(trial, "history") + "?p=bad").status_code == 200


def test_a_field_that_no_longer_exists_is_still_shown(client, editor):
    trial = builders.a_trial("A")
    record([Entry("trial", "a", {"old_field": True}, {"old_field": False})], by=Actor("editor"))
    assert [(one.name, one.before, one.after) for one in lines(client, trial)[0].fields] == [
        ("Old field", "yes", "no")
    ]


def test_markup_in_a_value_is_shown_as_text(client, editor):
    trial = builders.a_trial("A")
    save(client, admin_url(trial, "change"), sponsor="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(admin_url(trial, "history")).content.decode()
    change = Change.objects.get()
    page = client.get(reverse("admin:core_change_change", args=[change.pk])).content.decode()
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page


def test_somebody_who_left_is_still_told_apart(client, editor):
    trial, gone = builders.a_trial("A"), builders.an_editor("left")
    record([Entry("trial", "a", {"sponsor": "X"}, {"sponsor": "Y"})], by=Actor.of(gone))
    number = gone.pk
    gone.delete()
    assert lines(client, trial)[0].who == f"editor · user {number} (deleted)"


def test_a_coordinator_reads_roles_but_not_the_names_of_others(client):
    centre = builders.a_centre("own")
    site = builders.a_site(builders.a_trial("A"), centre)
    jan = builders.a_coordinator(centre, username="jan")
    state_status(site=site, status="suspended", by=Actor.of(builders.an_editor("mieke")))
    state_status(site=site, status="recruiting", by=Actor.of(jan))
    client.force_login(jan)
    assert [line.who for line in lines(client, site)] == ["coordinator · jan", "editor"]


def test_people_are_named_and_not_numbered(client, editor):
    site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"))
    els, piet = builders.a_professional("Els Peeters"), builders.a_professional("Piet Claes")
    record(
        [Entry("site", "a@chc", {"contact_person_id": els.pk}, {"contact_person_id": piet.pk})],
        by=Actor("editor"),
    )
    (line,) = lines(client, site)
    (field,) = line.fields
    assert (field.name, field.before, field.after) == ("Contact person", "Els Peeters", "Piet Claes")
    url = reverse("admin:core_change_change", args=[line.change.pk])
    assert "Piet Claes" in client.get(url).content.decode()


def test_an_affiliation_and_a_coordination_name_their_people_too(client, editor):
    centre, els = builders.a_centre("chc"), builders.a_professional("Els Peeters")
    jan = builders.a_user("jan")
    record(
        [
            Entry("affiliation", f"{els.pk}/chc/", None, {"professional": str(els.pk), "centre": "chc"}),
            Entry("coordination", f"{jan.pk}/chc", None, {"user": jan.pk, "centre": "chc"}),
        ],
        by=Actor("editor"),
    )
    shown = [{one.name: one.after for one in line.fields} for line in lines(client, centre)]
    assert shown == [{"User": "jan", "Centre": "chc"}, {"Professional": "Els Peeters", "Centre": "chc"}]


def test_a_coordinator_reads_the_names_of_their_own_people_only(client):
    centre = builders.a_centre("own")
    site = builders.a_site(builders.a_trial("A"), centre)
    own, other = builders.a_professional("Own Person"), builders.a_professional("Other Person")
    Affiliation.objects.create(professional=own, centre=centre)
    record(
        [Entry("site", "a@own", {"contact_person_id": other.pk}, {"contact_person_id": own.pk})],
        by=Actor("editor"),
    )
    client.force_login(builders.a_coordinator(centre))
    (line,) = lines(client, site)
    assert (line.fields[0].before, line.fields[0].after) == ("a person", "Own Person")


def test_a_coordinator_reads_the_name_of_no_account_but_their_own(client):
    own, other = builders.a_coordinator(builders.a_centre("own"), username="jan"), builders.a_user("piet")
    record([Entry("coordination", "x", {"user": own.pk}, {"user": other.pk})], by=Actor("editor"))
    told = {
        who: history.people_in(list(Change.objects.filter(kind="coordination")), who) for who in (own, other)
    }
    assert [sorted(names.values()) for names in told.values()] == [["jan"], ["piet"]]


def test_the_number_of_people_named_costs_no_query_each(client, editor):
    site = builders.a_site(builders.a_trial("A"), builders.a_centre("chc"))
    people = [builders.a_professional(f"Person {number}") for number in range(12)]
    counts = []
    for some in (people[:2], people[2:]):
        steps = [Entry("site", "a@chc", None, {"contact_person_id": one.pk}) for one in some]
        record(steps, by=Actor("editor"))
        with CaptureQueriesContext(connection) as asked:
            assert len(lines(client, site))
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_filter_of_roles_is_named_once(client, editor):
    page = client.get(reverse("admin:core_change_changelist")).content.decode()
    assert "By role" in page
    assert "By by" not in page


def test_the_log_lists_filters_and_finds(client, editor):
    act(
        client,
        Trial,
        "list_records",
        builders.a_trial("A", state="draft"),
        builders.a_trial("B", state="draft"),
    )
    url = reverse("admin:core_change_changelist")
    for query, found in (
        ("", 2),
        ("?kind=trial", 2),
        ("?kind=centre", 0),
        ("?op__exact=update", 2),
        ("?q=b", 1),
    ):
        assert client.get(url + query).context["cl"].result_count == found, query


@pytest.mark.parametrize("view", ["add", "delete", "change"])
def test_the_log_cannot_be_written_in_the_admin(client, editor, view):
    act(client, Trial, "list_records", builders.a_trial("A", state="draft"))
    change = Change.objects.get()
    args = [] if view == "add" else [change.pk]
    response = client.post(reverse(f"admin:core_change_{view}", args=args), {"post": "yes", "key": "other"})
    assert response.status_code == 403
    assert Change.objects.get().key == "a"
