"""What the list of a registry says of a trial: titles, numbers, ages and places, in every way they stand."""

import pytest

from tests.support.studies import EUCT, GENT, a_study
from trials.sources import ctis as records_of_ctis
from trials.sources.listings import lines_in, of_ctgov, of_ctis
from trials.sources.records import BadRecord

QUIET = {"facility": "UZ Gent", "city": "Ghent", "country": "Belgium"}


def ctgov(**given):
    return of_ctgov(a_study(**given))


def aged(low="", high="", groups=()):
    study = a_study()
    study["protocolSection"]["eligibilityModule"] = {
        "minimumAge": low, "maximumAge": high, "stdAges": list(groups),
    }  # fmt: skip
    found = of_ctgov(study)
    return found.children, found.has_lower_age, found.ages


# ClinicalTrials.gov


def test_a_study_without_a_short_title_has_its_long_one():
    assert ctgov(identification={"officialTitle": "The long one"}).title == "A study called NCT01234567"
    assert ctgov(identification={"briefTitle": "", "officialTitle": "The long one"}).title == "The long one"


def test_numbers_are_those_of_registries_each_once_its_own_first():
    found = ctgov(
        identification={
            "nctIdAliases": ["NCT00000009", "NCT01234567"], "orgStudyIdInfo": {"id": "2019-001588-63"},
            "secondaryIdInfos": [
                {"id": "DRKS00012345"}, {"id": "ISRCTN45535982"}, {"id": "KIWI-01"}, {"id": ""},
                {"id": "2019-001588-63"},
            ],
        }
    )  # fmt: skip
    assert [(one.scheme, one.value) for one in found.identifiers] == [
        ("nct", "NCT01234567"), ("nct", "NCT00000009"), ("drks", "DRKS00012345"),
        ("isrctn", "ISRCTN45535982"), ("eudract", "2019-001588-63"),
    ]  # fmt: skip
    assert (found.number, found.key) == ("NCT01234567", found.identifiers[0].compact)


def test_of_one_trial_fifty_conditions_keywords_places_and_numbers_are_kept():
    names = [f"Leukemia {number}" for number in range(60)]
    found = ctgov(
        conditions={"conditions": names, "keywords": [*names[:3], names[0]]},
        places=[GENT | {"facility": f"Hospital {number}"} for number in range(60)],
        identification={"nctIdAliases": [f"NCT{number:08}" for number in range(60)]},
    )
    assert found.conditions == tuple(names[:50])
    assert found.keywords == tuple(names[:3]), "each once"
    assert (len(found.sites), len(found.identifiers)) == (50, 50)


def test_a_text_that_is_cut_ends_with_an_ellipsis_and_one_that_just_fits_is_whole():
    assert ctgov(identification={"briefTitle": "x" * 600}).title == "x" * 600
    assert ctgov(identification={"briefTitle": "x" * 601}).title == "x" * 599 + "…"
    assert ctgov(conditions={"conditions": ["  two\nlines  ", "x" * 301]}).conditions == (
        "two lines", "x" * 299 + "…",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "groups", "said"),
    [
        ("17 Years", "", (), (True, True, "from 17 Years")),
        ("18 Years", "", (), (False, True, "from 18 Years")),
        ("", "17 Years", (), (True, True, "up to 17 Years")),
        ("", "35 Years", (), (True, True, "up to 35 Years")),
        ("", "36 Years", (), (True, False, "up to 36 Years")),
        ("6 Months", "25 Years", (), (True, True, "6 Months to 25 Years")),
        ("", "", ("CHILD",), (True, True, "CHILD")),
        ("", "", ("CHILD", "ADULT"), (None, False, "CHILD, ADULT")),
        ("", "", ("ADULT",), (False, True, "ADULT")),
        ("", "70 Years", ("ADULT",), (False, True, "up to 70 Years")),
        ("", "", (), (None, False, "")),
        ("N/A", "17 Years", (), (True, True, "N/A to 17 Years")),
        ("soon", "", ("CHILD",), (True, True, "from soon")),
    ],
)
def test_whom_a_study_takes_by_its_bounds_else_by_its_groups(low, high, groups, said):
    assert aged(low, high, groups) == said


@pytest.mark.parametrize(
    ("statuses", "overall", "is_open"),
    [
        (["RECRUITING"], "COMPLETED", True),
        (["COMPLETED", "ENROLLING_BY_INVITATION"], "COMPLETED", True),
        (["AVAILABLE"], "COMPLETED", True),
        (["NOT_YET_RECRUITING"], "RECRUITING", False),
        (["ACTIVE_NOT_RECRUITING", ""], "RECRUITING", False),
        ([""], "RECRUITING", True),
        ([""], "SUSPENDED", False),
        ([], "RECRUITING", False),
    ],
)
def test_a_study_takes_patients_here_where_a_place_here_says_so_else_where_the_whole_does(
    statuses, overall, is_open
):
    places = [QUIET | ({"status": one} if one else {}) for one in statuses]
    places.append({"facility": "Elsewhere", "country": "France", "status": "RECRUITING"})
    found = ctgov(status=overall, places=places)
    assert (found.is_open, len(found.sites) > 0) == (is_open, bool(statuses))


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (GENT | {"status": "ACTIVE_NOT_RECRUITING"}, "UZ Gent, Ghent: active not recruiting"),
        (QUIET, "UZ Gent, Ghent"),
        ({"city": "Ghent", "country": "Belgium"}, "Ghent"),
        ({"facility": "UZ Gent", "country": "BELGIUM"}, "UZ Gent"),
        ({"country": "Belgium", "status": "RECRUITING"}, "Belgium: recruiting"),
    ],
)
def test_a_place_is_named_by_what_is_known_of_it(place, named):
    assert ctgov(places=[place]).sites == (named,)


def test_a_word_for_a_status_that_nobody_knows_is_not_known():
    assert ctgov(status="SOMETHING_ELSE").status == "unknown"
    assert ctgov(status="ACTIVE_NOT_RECRUITING").status == "active_not_recruiting"


# CTIS


def ctis(**given):
    return of_ctis({"ctNumber": EUCT, "ctStatus": 4} | given)


def a_part_one(**names):
    return {"trialDetails": {"clinicalTrialIdentifiers": names}}


def a_part_two(country, *places, **name):
    sites = [
        {"organisationAddressInfo": {"organisation": {"name": one}, "address": {"city": town}}}
        for one, town in places
    ]
    return {"mscInfo": {"mscName": country} | name, "trialSites": sites}


def authorised(*, title=(), states=(), two=(), **more):
    return {
        "authorizedApplication": {
            "authorizedPartI": a_part_one(**dict(title)),
            "memberStatesConcerned": list(states), "authorizedPartsII": list(two), **more,
        }
    }  # fmt: skip


def test_a_trial_of_ctis_is_called_by_its_title_for_the_public_else_by_the_next_best():
    titles = {"publicTitle": "For everybody", "fullTitle": "In full", "shortTitle": "KIWI"}
    whole = {"ctTitle": "Of the line", "title": "Of before", "shortTitle": "EMU"}
    found = [ctis(**authorised(title=titles), **whole)]
    found += [ctis(**authorised(title={"fullTitle": "In full"}), ctTitle="Of the line")]
    found += [ctis(ctTitle="Of the line", title="Of before"), ctis(title="Of before"), ctis()]
    assert [one.title for one in found] == ["For everybody", "In full", "Of the line", "Of before", ""]
    assert (found[0].acronym, ctis(**authorised(title=titles)).acronym, found[2].acronym) == (
        "EMU", "KIWI", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (4, "recruiting"), (3, "recruiting"), (2, "not_yet_recruiting"), (5, "active_not_recruiting"),
        (8, "completed"), ("Ongoing, recruiting", "recruiting"), (99, "unknown"), ("", "unknown"),
        ("Authorised, not started", "not_yet_recruiting"),  # as the former layout says it
    ],
)  # fmt: skip
def test_the_status_of_a_trial_of_ctis_is_a_code_or_its_word(said, status):
    assert ctis(ctStatus=said).status == status


@pytest.mark.parametrize(
    ("code", "sites", "is_open"),
    [
        (3, ("Belgium: Authorised, recruiting",), True),
        (4, ("Belgium: Ongoing, recruiting",), True),
        (2, ("Belgium: Authorised, recruitment pending",), False),
        (10, ("Belgium: Revoked",), False),
        (11, (), False),
        (12, (), False),
        (None, ("Belgium: listed",), False),
    ],
)
def test_a_member_state_is_a_place_unless_it_did_not_authorise_the_trial(code, sites, is_open):
    states = [
        {"mscName": "France", "mscPublicStatusCode": 4},
        {"countryName": "Belgium"} | ({} if code is None else {"mscPublicStatusCode": code}),
    ]
    found = ctis(**authorised(states=states))
    assert (found.sites, found.is_open) == (sites, is_open)


def test_what_is_said_of_a_country_in_one_place_counts_where_another_only_names_it():
    found = ctis(
        **authorised(states=[{"mscName": "Belgium"}], two=[a_part_two("Belgium", ("UZ Gent", "Ghent"))]),
        trialCountries=["Belgium: 4"],
    )
    assert (found.sites, found.is_open) == (("UZ Gent, Ghent",), True)


def test_hospitals_are_those_of_belgium_by_what_is_known_of_them():
    two = [
        a_part_two("", ("UZ Gent", "Ghent"), ("UZA", None), ("UZ Gent", "Ghent"), countryName="Belgium"),
        a_part_two("France", ("Example Hospital", "Lyon")),
    ]
    two[0]["mscInfo"].pop("mscName")
    assert ctis(**authorised(two=two)).sites == ("UZ Gent, Ghent", "UZA")


def test_a_record_of_the_former_layout_has_its_parts_at_the_top():
    found = ctis(
        authorizedPartI=a_part_one(publicTitle="A study of kiwis")
        | {"medicalConditions": [{"medicalCondition": "Leukaemia"}, {"medicalCondition": None}]},
        authorizedPartsII=[a_part_two("Belgium", ("UZ Gent", "Ghent"))],
        eudraCtInfo={"eudraCtCode": "2019-001588-63"},
        trialCountries="Belgium:Ongoing, recruiting", conditions="Something of the line",
    )  # fmt: skip
    assert (found.title, found.conditions, found.sites) == (
        "A study of kiwis", ("Leukaemia",), ("UZ Gent, Ghent",),
    )  # fmt: skip
    assert [one.value for one in found.identifiers] == [EUCT, "2019-001588-63"]
    assert (found.is_open, found.is_brief, found.stamp) == (True, False, "")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("BE:Authorised, not started", "BE:Authorised, recruitment pending"),
        (
            "DE:Ongoing, recruiting, BE:Authorised, not started, ES:Ended",
            "DE:Ongoing, recruiting, BE:Authorised, recruitment pending, ES:Ended",
        ),
        ("Belgium:Ongoing, recruiting", "Belgium:Ongoing, recruiting"),
        ("", ""),
    ],
)
def test_each_country_of_the_former_layout_is_followed_by_today_s_word(said, read):
    record = {"ctNumber": EUCT, "ctStatus": "Ended", "trialCountries": said, "authorizedPartI": a_part_one()}
    assert records_of_ctis.read(record).cells["Location(s) and recruitment status"] == read


def test_a_trial_of_ctis_has_the_numbers_that_other_registries_gave_it():
    others = {
        "nctNumber": {"number": "NCT01234567"},
        "additionalRegistries": [{"number": "DRKS00012345"}, {"number": "KIWI-01"}, {"number": None}],
    }
    found = ctis(**authorised(title={"secondaryIdentifyingNumbers": others}))
    assert [one.value for one in found.identifiers] == [EUCT, "NCT01234567", "DRKS00012345"]


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("0-17 years", (True, True, "0-17 years")),
        ("18-64 years, 0-17 years, 18-64 years", (True, True, "18-64 years, 0-17 years")),
        ("18-64 years, 65+ years", (False, True, "18-64 years, 65+ years")),
        (" , ", (None, False, "")),
        (None, (None, False, "")),
    ],
)
def test_a_group_of_ages_stands_once_and_says_whether_children_are_taken(groups, said):
    found = ctis(ageGroup=groups)
    assert (found.children, found.has_lower_age, found.ages) == said


def test_a_line_is_the_same_as_long_as_it_says_the_same():
    line = {"ctTitle": "A study", "conditions": "Leukaemia"}
    first, same, other = ctis(**line), ctis(**dict(reversed(line.items()))), ctis(**line, ageGroup="0-17")
    assert first.stamp == same.stamp != other.stamp
    assert (first.is_brief, first.conditions) == (True, ("Leukaemia",))


def test_a_page_of_the_search_is_its_lines_whether_more_follow_and_how_many_there_are():
    page = {
        "data": [{"ctNumber": EUCT}, {"ctNumber": 7}, "no line"],
        "pagination": {"nextPage": True, "totalRecords": 12},
    }
    assert lines_in(page) == ([(EUCT, {"ctNumber": EUCT}), ("", {"ctNumber": 7}), ("", "no line")], True, 12)
    assert lines_in({"data": []}) == ([], False, 0)
    for bad in ({}, {"data": 5}, [], b"<html>"):
        with pytest.raises(BadRecord):
            lines_in(bad)
