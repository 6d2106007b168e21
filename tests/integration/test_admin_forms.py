"""What the admin's forms accept, refuse and keep."""

import datetime as dt

import pytest

from centres.models import Centre, Membership, Network, Professional
from directory.core.models import Change, State
from tests import builders
from tests.support.admin_forms import act, admin_url, errors, save, shown
from trials.models import Trial, TrialIdentifier, TrialSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = builders.an_editor("mieke")
    client.force_login(user)
    return user


def new_trial(client, **fields):
    return save(client, admin_url(Trial, "add"), **({"acronym": "A", "title_en": "A study"} | fields))


# -- ages, words, short names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "days"),
    [("2 years", 730), ("6m", 182), ("31d", 31), ("18", 6574), ("18 mois", 547), ("", None), ("n/a", None),
     ("> 2 years", 731), ("16 years; 18 years in the EU", 6574)],
)  # fmt: skip
def test_an_age_is_kept_as_people_write_it_and_in_days(client, editor, typed, days):
    assert errors(new_trial(client, age_min_text=typed)) == ""
    trial = Trial.objects.get()
    assert (trial.min_days, trial.age_min_text) == (days, "" if days is None else typed)


@pytest.mark.parametrize("days", [1, 182, 547, 730, 6573, 6574, 6575, 10957, 20000])
def test_an_age_that_nobody_touches_stays_the_same_to_the_day(client, editor, days):
    trial = builders.a_trial("A", min_days=days)
    assert errors(save(client, admin_url(trial, "change"), sponsor="X")) == ""
    assert Trial.objects.get().min_days == days
    assert [name for name, _before, _after in Change.objects.get().fields()] == ["sponsor"]


@pytest.mark.parametrize("typed", ["soon", "-3", "???", "200 years", "9" * 39, "1\x00", "1\x01", "1" * 41])
def test_what_is_no_age_is_an_error_beside_the_field(client, editor, typed):
    response = new_trial(client, age_min_text=typed)
    assert response.context["adminform"].form.errors["age_min_text"]
    assert not Trial.objects.exists()


def test_ages_the_wrong_way_round_are_refused(client, editor):
    response = new_trial(client, age_min_text="18 years", age_max_text="2 years")
    assert "The minimum age must not exceed the maximum age." in errors(response)


def test_one_field_may_say_both_bounds_and_an_emptied_one_says_none(client, editor):
    assert errors(new_trial(client, age_min_text="> 2 and < 50 years")) == ""
    trial = Trial.objects.get()
    assert (trial.age_min_text, trial.age_max_text) == ("> 2 years", "< 50 years")
    assert (trial.min_days, trial.max_days) == (731, 18261)
    said = errors(save(client, admin_url(trial, "change"), age_min_text="> 2 and < 40 years"))
    assert "This says two bounds" in said
    assert errors(save(client, admin_url(trial, "change"), age_max_text="", age_min_text="")) == ""
    trial.refresh_from_db()
    assert (trial.age_min_text, trial.age_max_text, trial.min_days, trial.max_days) == ("", "", None, None)


def test_a_highest_age_in_the_place_of_the_lowest_is_told(client, editor):
    assert "is a maximum age" in errors(new_trial(client, age_min_text="< 18 years"))
    assert not Trial.objects.exists()


@pytest.mark.parametrize(
    ("limit", "field", "value", "named"),
    [
        ("age", "age_max_text", "18 years", "age"), ("lines", "lines_max", "2", "lines"),
        ("alterations", "alterations", "ALK", "alterations"), ("sex", "sex", "female", "sex"),
        ("alterations_excluded", "alterations_excluded", "ALK", "excluded alterations"),
    ],
)  # fmt: skip
def test_no_limit_never_stands_beside_a_recorded_value(client, editor, limit, field, value, named):
    response = new_trial(client, no_limits=[limit], **{field: value})
    assert f"“No limit” of {named} stands beside" in errors(response)
    assert not Trial.objects.exists()
    assert errors(new_trial(client, no_limits=[limit])) == ""
    assert Trial.objects.get().no_limits == [limit]


def test_phases_are_ticked_and_disease_terms_are_one_a_line(client, editor):
    new_trial(client, phases=["phase1", "phase2"], disease_terms="  Ewing sarcoma \r\n\r\nbone  cancer\r\n")
    trial = Trial.objects.get()
    assert (trial.phases, trial.disease_terms) == (["phase1", "phase2"], ["Ewing sarcoma", "bone cancer"])


def test_a_phase_outside_the_vocabulary_is_refused(client, editor):
    assert "phase9 is not one of the available choices" in errors(new_trial(client, phases=["phase9"]))


def test_without_a_short_name_the_acronym_gives_it(client, editor):
    builders.a_trial("Other", slug="ieuroewing")
    new_trial(client, acronym="iEuroEwing", slug="")
    assert Trial.objects.get(acronym="iEuroEwing").slug == "ieuroewing-2"


def test_without_an_acronym_the_title_gives_the_short_name(client, editor):
    new_trial(client, acronym="", title_en="A study of Ewing sarcoma", slug="")
    assert Trial.objects.get().slug == "a-study-of-ewing-sarcoma"


def test_a_role_that_begins_in_2027_can_be_entered_today(client, editor):
    network, centre = builders.a_network("n"), builders.a_centre("chc")
    rows = [("memberships", {"centre": centre.pk, "role": "reference", "since": "2027-01-01"})]
    assert errors(save(client, admin_url(network, "change"), rows=rows)) == ""
    member = Membership.objects.get()
    assert (member.role, member.since) == ("reference", dt.date(2027, 1, 1))


# -- addresses that last ------------------------------------------------------------


def test_the_short_name_of_a_draft_can_be_changed(client, editor):
    trial = builders.a_trial("A", state="draft")
    save(client, admin_url(trial, "change"), slug="b")
    assert Trial.objects.get().slug == "b"


@pytest.mark.parametrize("make", [builders.a_trial, builders.a_centre, builders.a_network])
def test_the_address_of_a_listed_record_is_shown_but_cannot_be_changed(client, editor, make):
    record = make("abc")
    before = record.change_key
    page = client.get(admin_url(record, "change"))
    assert "has been listed, so it stays unchanged" in page.content.decode()
    client.post(admin_url(record, "change"), shown(page) | {"slug": "other", "code": "other"})
    record.refresh_from_db()
    assert record.change_key == before


def test_a_draft_that_was_listed_once_keeps_its_address(client, editor):
    trial = builders.a_trial("A", state="draft")
    act(client, Trial, "list_records", trial)
    act(client, Trial, "back_to_draft", trial)
    save(client, admin_url(trial, "change"), slug="b")
    assert Trial.objects.get().slug == "a"


# -- two people at once ------------------------------------------------------------


def test_the_second_of_two_editors_is_told_what_the_first_did_and_loses_nothing(client, editor):
    trial = builders.a_trial("A", sponsor="UZ Gent")
    url = admin_url(trial, "change")
    opened = shown(client.get(url))
    client.post(url, opened | {"sponsor": "SIOPEN"})
    response = client.post(url, opened | {"title_en": "My long new title"})
    assert "Somebody saved this record after you opened it" in errors(response)
    assert "SIOPEN" in errors(response)
    assert "My long new title" in response.content.decode()
    assert Trial.objects.get().title_en != "My long new title"


def test_saving_again_after_the_warning_puts_it_through(client, editor):
    trial = builders.a_trial("A")
    url = admin_url(trial, "change")
    opened = shown(client.get(url))
    client.post(url, opened | {"sponsor": "SIOPEN"})
    warned = client.post(url, opened | {"title_en": "Mine"})
    assert client.post(url, shown(warned)).status_code == 302
    assert Trial.objects.get().title_en == "Mine"


def test_rows_changed_below_make_an_open_page_stale_too(client, editor):
    network = builders.a_network("n")
    url = admin_url(network, "change")
    opened = shown(client.get(url))
    save(client, url, rows=[("memberships", {"centre": builders.a_centre().pk})])
    assert "saved again after you opened it" in errors(client.post(url, opened | {"acronym": "N"}))


def test_a_status_said_meanwhile_makes_an_open_site_stale(client, editor):
    from directory.core.changes import Actor
    from trials.actions import state_status

    site = builders.a_site(status="recruiting", said=3)
    opened = shown(client.get(admin_url(site, "change")))
    state_status(site=site, status="suspended", by=Actor("coordinator"))
    response = client.post(admin_url(site, "change"), opened | {"contact_role": "secretariat"})
    assert "suspended" in errors(response)


def test_a_form_without_its_version_is_not_taken_for_fresh(client, editor):
    trial = builders.a_trial("A")
    data = shown(client.get(admin_url(trial, "change")))
    del data["version"]
    assert "saved again after you opened it" in errors(
        client.post(admin_url(trial, "change"), data | {"sponsor": "X"})
    )


# -- hostile text ------------------------------------------------------------

CONTROL = ["\x00", "\x01", "\x1b", "\x7f", "\x85", "￾"]


@pytest.mark.parametrize("character", CONTROL)
@pytest.mark.parametrize(
    ("model", "field", "more"),
    [
        (Trial, "title_en", {"acronym": "A"}),
        (Trial, "acronym", {"title_en": "A"}),
        (Trial, "summary_fr", {"title_en": "A"}),
        (Trial, "url", {"title_en": "A"}),
        (Centre, "name_en", {"code": "c"}),
        (Centre, "code", {"name_en": "C"}),
        (Centre, "phone", {"code": "c", "name_en": "C"}),
        (Network, "description_de", {"name_en": "N", "slug": "n"}),
        (Professional, "name", {}),
        (Professional, "email", {"name": "Demo"}),
    ],
)
def test_a_control_character_is_an_error_of_its_field(client, editor, model, field, more, character):
    response = save(client, admin_url(model, "add"), **more, **{field: f"be{character}fore"})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors.get(field)
    assert not model.objects.exists()


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x1b", "\x7f"])
def test_a_control_character_in_a_list_of_words_is_an_error_of_its_field(client, editor, character):
    response = new_trial(client, groups=f"SIOPEN\nI{character}TCC")
    assert "control character" in str(response.context["adminform"].form.errors["groups"])


@pytest.mark.parametrize("character", CONTROL)
def test_a_control_character_in_a_row_below_is_an_error_of_that_row(client, editor, character):
    rows = [("identifiers", {"value": f"ABC{character}123", "scheme": "other"})]
    assert errors(save(client, admin_url(builders.a_trial(), "change"), rows=rows))
    aliases = [("aliases", {"text": f"Gen{character}t", "kind": "name"})]
    assert errors(save(client, admin_url(builders.a_centre(), "change"), rows=aliases))
    assert not TrialIdentifier.objects.exists()


@pytest.mark.parametrize("character", CONTROL)
def test_a_control_character_in_a_statement_is_an_error_of_its_field(client, editor, character):
    response = save(
        client, admin_url(builders.a_site(), "change"), new_status="recruiting", new_source=f"a{character}b"
    )
    assert response.context["adminform"].form.errors["new_source"]


@pytest.mark.parametrize(
    ("model", "field", "more"),
    [
        (Trial, "title_en", {"acronym": "A"}),
        (Trial, "summary_en", {"title_en": "A"}),
        (Trial, "alterations", {"title_en": "A"}),
        (Trial, "opened_in_belgium", {"title_en": "A"}),
        (Trial, "source_url", {"title_en": "A"}),
        (Centre, "city", {"code": "c", "name_en": "C"}),
        (Network, "acronym", {"name_en": "N", "slug": "n"}),
        (Professional, "consent_evidence", {"name": "Demo"}),
    ],
)
def test_text_too_long_for_its_column_is_an_error_of_its_field(client, editor, model, field, more):
    text = "https://example.org/" + "x" * 20_000 if field.endswith("url") else "x" * 20_000
    response = save(client, admin_url(model, "add"), **more, **{field: text})
    assert response.status_code == 200
    assert response.context["adminform"].form.errors.get(field)
    assert not model.objects.exists()


def test_an_identifier_too_long_for_its_column_is_an_error_of_its_row(client, editor):
    rows = [("identifiers", {"value": "X" * 61, "scheme": ""})]
    assert errors(save(client, admin_url(builders.a_trial(), "change"), rows=rows))


@pytest.mark.parametrize(
    "query", ["q=%00", "q=a%01b", "state__exact=%00", "p=99999999999", "o=99.-88", "e=1"]
)
@pytest.mark.parametrize("model", [Trial, Centre, Network, Professional, TrialSite])
def test_no_address_of_a_list_is_a_server_error(client, editor, model, query):
    response = client.get(f"{admin_url(model)}?{query}", follow=True)
    assert response.status_code in (200, 400)


@pytest.mark.parametrize("term", ["%00", "%01", "x" * 5000, "%25", "'%22"])
def test_no_term_of_an_autocomplete_is_a_server_error(client, editor, term):
    query = "app_label=trials&model_name=trialsite&field_name=trial"
    assert client.get(f"/admin/autocomplete/?{query}&term={term}").status_code == 200


@pytest.mark.parametrize("pk", ["%00", "abc", "99999999999999999999999", "-1", "1%00"])
@pytest.mark.parametrize("view", ["change", "delete", "history"])
def test_no_number_of_a_record_is_a_server_error(client, editor, pk, view):
    for method in (client.get, client.post):
        assert method(f"/admin/trials/trial/{pk}/{view}/").status_code in (302, 404)


def test_the_state_of_a_new_record_is_draft(client, editor):
    new_trial(client)
    assert Trial.objects.get().state == State.DRAFT
