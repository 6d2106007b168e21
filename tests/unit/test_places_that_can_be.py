"""Postal codes and coordinates of a centre: of one place, or refused with the way out."""

import pytest
from django.core.exceptions import ValidationError

from directory.core.places import misplaced, postal_codes, read_postal_code
from tests.builders import a_centre

GHENT = (51.0258, 3.7282)


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("5000", "BE", "5000"),
        ("B-5000", "BE", "5000"),
        ("BE-5000", "BE", "5000"),
        ("b 5000", "BE", "5000"),
        ("B5000", "BE", "5000"),
        ("5000.0", "BE", "5000"),
        ("5000,0", "BE", "5000"),
        ("５０００", "BE", "5000"),
        ("L-1210", "LU", "1210"),
        ("LU 1210", "LU", "1210"),
        ("F 59000", "FR", "59000"),
        ("F-59000", "FR", "59000"),
        ("1000", "FR", "01000"),
        ("1000.0", "FR", "01000"),
        ("1067", "DE", "01067"),
        ("D-01067", "DE", "01067"),
        ("1105 az", "NL", "1105 AZ"),
        ("1105AZ", "NL", "1105 AZ"),
        ("3584", "NL", "3584"),
        ("NL-3584 CS", "NL", "3584 CS"),
        ("SW1A 1AA", "GB", "SW1A 1AA"),
        ("1050", "XK", "1050"),
    ],
)
def test_a_postal_code_is_kept_as_its_country_writes_it(text, country, code):
    assert read_postal_code(text, country) == code
    assert read_postal_code(code, country) == code


@pytest.mark.parametrize("place", list(postal_codes())[::50], ids=str)
def test_every_belgian_code_is_read_with_its_prefix_and_without(place):
    for text in (place.postal_code, f"B-{place.postal_code}", f"{place.postal_code}.0"):
        assert read_postal_code(text) == place.postal_code


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("500", "BE"),
        ("0500", "BE"),
        ("50000", "BE"),
        ("59000", "BE"),
        ("9000 Gent", "BE"),
        ("Gent", "BE"),
        ("25/11/2026", "BE"),
        ("2026-11-25", "GB"),
        ("17.9.2024", "GB"),
        ("a@example.org", "GB"),
        ("100", "FR"),
        ("590000", "FR"),
        ("0105 AZ", "NL"),
        ("SW1A", "BE"),
        ("", "BE"),
        ("London", "GB"),
        ("0475 12 34 56", "GB"),
    ],
)
def test_what_is_no_postal_code_is_refused_naming_its_country(text, country):
    with pytest.raises(ValueError, match=f"is not a postal code in {country}"):
        read_postal_code(text, country)


@pytest.mark.parametrize(
    ("text", "country"), [("L-1210", "BE"), ("F 59000", "BE"), ("B-5000", "FR"), ("D-01067", "NL")]
)
def test_a_code_of_another_country_than_its_row_is_asked_about(text, country):
    with pytest.raises(ValueError, match=rf"“{text}” is a postal code in .., but the country is {country}\."):
        read_postal_code(text, country)


# Coordinates


@pytest.mark.parametrize("place", list(postal_codes())[::25], ids=str)
def test_the_middle_of_a_postal_code_is_a_place_and_the_same_swapped_is_not(place):
    assert misplaced(place.latitude, place.longitude, "BE", place.postal_code) == ""
    assert "Swap latitude and longitude" in misplaced(
        place.longitude, place.latitude, "BE", place.postal_code
    )


@pytest.mark.parametrize("country", ["BE", "NL", "FR", "US"])
def test_nought_is_no_place_in_any_country(country):
    assert "is a point in the sea" in misplaced(0, 0, country)


@pytest.mark.parametrize(
    ("point", "country", "code", "why"),
    [
        (GHENT, "BE", "4000", "km from 4000"),
        ((50.85, 0), "BE", "", "is not in BE"),
        ((0, 4.35), "BE", "1000", "is not in BE"),
        ((48.85, 2.35), "BE", "", "is not in BE"),
        ((4.88, 45.74), "FR", "69008", "Swap latitude and longitude"),
        ((5.18, 52.09), "NL", "3584", "Swap latitude and longitude"),
    ],
)
def test_a_point_that_cannot_be_is_told_with_what_is_wrong(point, country, code, why):
    assert why in misplaced(*point, country, code)


@pytest.mark.parametrize(
    ("point", "country", "code"),
    [
        (GHENT, "BE", "9000"),
        (GHENT, "BE", ""),
        ((45.74, 4.88), "FR", "69008"),
        ((-20.9, 55.5), "FR", "97400"),
        ((52.09, 5.18), "NL", "3584"),
        ((40.7, -74.0), "US", "10001"),
        (GHENT, "BE", "1047"),
    ],
)
def test_a_point_that_may_be_is_taken(point, country, code):
    assert misplaced(*point, country, code) == ""


# The admin's form asks the same rules: they are the model's


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"latitude": 3.7282, "longitude": 51.0258}, "latitude"),
        ({"latitude": 0, "longitude": 0}, "latitude"),
        ({"postal_code": "4000"}, "latitude"),
        ({"postal_code": "L-1210"}, "postal_code"),
        ({"postal_code": "25/11/2026"}, "postal_code"),
        ({"country": "XX"}, "country"),
        ({"postal_code": "B-9000"}, "postal_code"),
        ({"country": "FR"}, "postal_code"),
    ],
)
def test_a_centre_that_cannot_be_there_is_refused_by_its_model(fields, field):
    centre = a_centre("uz-gent")
    for name, value in fields.items():
        setattr(centre, name, value)
    with pytest.raises(ValidationError) as refused:
        centre.full_clean()
    assert list(refused.value.message_dict) == [field]
