"""Sheets of centres and networks."""

import datetime as dt

import pytest

from centres.models import Centre, CentreAlias, Membership, Network
from directory.core import changes
from tests.builders import a_centre, a_network, an_editor
from tests.sheets import a_csv, applied, messages, outcomes, planned

pytestmark = pytest.mark.django_db

GENT = {
    "code": "uz-gent",
    "name_en": "Ghent University Hospital",
    "postal_code": "9000",
    "aliases": "UZG; UZ Gent",
}


def changed(run, number):
    return {one["field"]: (one["old"], one["new"]) for one in run.rows.get(number=number).changes}


def test_a_new_centre_of_an_editor_is_listed_with_its_aliases():
    run = applied(a_csv(GENT), kind="centres", user=an_editor())
    centre = Centre.objects.get(code="uz-gent")
    assert (centre.state, centre.name_en, run.counts["new"]) == ("listed", "Ghent University Hospital", 1)
    assert sorted(alias.text for alias in centre.aliases.all()) == ["UZ Gent", "UZG"]


def test_an_update_shows_old_and_new_and_keeps_what_is_blank():
    a_centre("uz-gent", name="Old name", street="Heymanslaan 10")
    run = planned(a_csv({"code": "UZ-Gent", "name_en": "New name", "street": ""}), kind="centres")
    assert outcomes(run) == {2: "update"}
    assert changed(run, 2) == {"name_en": ("Old name", "New name")}
    assert Centre.objects.get().name_en == "Old name"


def test_the_same_sheet_again_is_unchanged_and_writes_nothing(django_assert_max_num_queries):
    applied(a_csv(GENT), kind="centres")
    seq = changes.last_seq()
    run = applied(a_csv(GENT), kind="centres", name="again.csv")
    assert (run.counts["unchanged"], changes.last_seq()) == (1, seq)


def test_a_write_is_in_the_change_log_with_its_run():
    run = applied(a_csv(GENT), kind="centres", user=(editor := an_editor()))
    [change] = changes.history("centre", "uz-gent")
    assert (change.op, change.run, change.actor, change.actor_role) == ("create", run.pk, editor, "editor")
    assert change.after["aliases"] == [
        {"kind": "name", "text": "UZ Gent"}, {"kind": "name", "text": "UZG"},
    ]  # fmt: skip


def test_aliases_are_the_cell_s_but_learned_ones_stay():
    centre = a_centre("uz-gent", aliases=["Old alias"])
    CentreAlias.objects.create(centre=centre, text="Learned once", kind="learned")
    run = applied(a_csv({"code": "uz-gent", "name_en": centre.name_en, "aliases": "UZG"}), kind="centres")
    assert changed(run, 2) == {"aliases": ("Old alias", "UZG")}
    assert {alias.text for alias in centre.aliases.all()} == {"UZG", "Learned once"}


def test_an_alias_of_another_centre_is_refused_naming_it():
    a_centre("uza", aliases=["UZG"])
    run = planned(a_csv(GENT), kind="centres")
    assert outcomes(run) == {2: "invalid"}
    assert messages(run) == ["2 aliases: “UZG” is already a name of uza. Remove it from one of them."]


def test_all_that_is_wrong_with_a_row_is_told_at_once():
    bad = {
        "code": "x y",
        "name_en": "",
        "latitude": "91",
        "email": "nobody",
        "phone": "1",
        "country": "Belgia",
    }
    run = planned(a_csv(bad), kind="centres")
    assert {said.split()[1] for said in messages(run)} == {
        "code:",
        "latitude:",
        "email:",
        "phone:",
        "country:",
    }


def test_a_new_centre_needs_a_name_and_both_coordinates():
    run = planned(a_csv({"code": "new", "latitude": "51"}), kind="centres")
    assert [said.split(":")[0] for said in messages(run)] == ["2 name_en", "2 latitude"]


def test_a_row_twice_is_a_duplicate_and_two_that_contradict_are_both_out():
    rows = [GENT, GENT, {"code": "uza", "name_en": "A"}, {"code": "uza", "name_en": "B"}]
    run = applied(a_csv(*rows), kind="centres")
    assert outcomes(run) == {2: "new", 3: "duplicate", 4: "duplicate", 5: "duplicate"}
    assert "The same as row 2" in messages(run)[0]
    assert all("Rows 4 and 5" in said for said in messages(run)[1:])
    assert list(Centre.objects.values_list("code", flat=True)) == ["uz-gent"]


# Networks


def test_a_network_comes_with_its_members():
    a_centre("uz-gent", aliases=["UZG"]), a_centre("uza")
    rows = [
        {"network": "Zorgnet", "network_name": "Zorgnetwerk", "centre": "UZG", "role": "reference",
         "since": "01/01/2027", "care": "chemotherapy; blood tests"},
        {"network": "zorgnet", "centre": "uza", "role": "satelliet", "since": "2027-01-01"},
    ]  # fmt: skip
    run = applied(a_csv(*rows), kind="networks", user=an_editor())
    assert run.counts["new"] == 2
    network = Network.objects.get(slug="zorgnet")
    assert (network.name_en, network.state) == ("Zorgnetwerk", "listed")
    member = Membership.objects.get(centre__code="uz-gent")
    assert (member.role, member.since, member.care) == (
        "reference", dt.date(2027, 1, 1), ["chemotherapy", "blood tests"],
    )  # fmt: skip
    assert run.stored == {"network": {"create": 1, "update": 0}, "membership": {"create": 2, "update": 0}}
    assert changes.history("membership", "zorgnet/uz-gent/reference/2027-01-01").count() == 1


def test_a_membership_is_found_by_network_centre_role_and_first_day():
    centre = a_centre("uz-gent")
    a_network("itcc", members=[centre], name_en="ITCC")
    run = applied(a_csv({"network": "itcc", "centre": "uz-gent", "until": "2026-12-31"}), kind="networks")
    assert (outcomes(run), changed(run, 2)) == ({2: "update"}, {"until": ("", "2026-12-31")})
    assert Membership.objects.get().until == dt.date(2026, 12, 31)


def test_a_membership_does_not_end_before_it_begins():
    a_centre("uz-gent")
    row = {"network": "itcc", "centre": "uz-gent", "since": "2027-01-01", "until": "2026-01-01"}
    run = planned(a_csv(row), kind="networks")
    assert messages(run) == ["2 until: A membership cannot end before it begins (2027-01-01)."]


def test_a_network_is_renamed_once_and_two_names_in_a_sheet_are_refused():
    a_centre("uz-gent"), a_centre("uza")
    a_network("itcc", name_en="Old")
    rows = [
        {"network": "itcc", "network_name": "New", "centre": "uz-gent"},
        {"network": "itcc", "network_name": "Other", "centre": "uza"},
    ]
    run = applied(a_csv(*rows), kind="networks")
    assert outcomes(run) == {2: "new", 3: "invalid"}
    assert "Row 2 calls the same network “New”" in messages(run)[0]
    assert Network.objects.get().name_en == "New"
    assert [change.op for change in changes.history("network", "itcc")] == ["update"]


def test_an_unknown_centre_is_refused_with_who_it_might_be():
    a_centre("uz-gent", name="Ghent University Hospital")
    run = planned(a_csv({"network": "itcc", "centre": "uz-gend"}), kind="networks")
    [said] = messages(run)
    assert "“uz-gend” is not a known centre. Did you mean uz-gent (Ghent University Hospital)?" in said


@pytest.mark.parametrize("rows", [5, 60])
def test_the_number_of_queries_does_not_grow_with_the_rows(rows, django_assert_max_num_queries):
    content = a_csv(*({"code": f"c-{n}", "name_en": f"C {n}", "aliases": f"A{n}"} for n in range(rows)))
    with django_assert_max_num_queries(60):
        applied(content, kind="centres")
