"""Postal codes, coordinates, distances."""

import re
from collections import Counter
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from directory.core.places import (
    Place,
    Province,
    distance_km,
    locate,
    place_of,
    postal_codes,
    province_of,
)

# Belgium, with a margin of some hundred metres.
SOUTH, NORTH, WEST, EAST = 49.49, 51.51, 2.54, 6.41

# The hundreds of postal codes of each province, as bpost hands them out.
RANGES = {
    Province.BRUSSELS: [(1000, 1299)],
    Province.WALLOON_BRABANT: [(1300, 1499)],
    Province.FLEMISH_BRABANT: [(1500, 1999), (3000, 3499)],
    Province.ANTWERP: [(2000, 2999)],
    Province.LIMBURG: [(3500, 3999)],
    Province.LIEGE: [(4000, 4999)],
    Province.NAMUR: [(5000, 5999)],
    Province.HAINAUT: [(6000, 6599), (7000, 7999)],
    Province.LUXEMBOURG: [(6600, 6999)],
    Province.WEST_FLANDERS: [(8000, 8999)],
    Province.EAST_FLANDERS: [(9000, 9999)],
}
MOVED_BY_THE_MERGERS_OF_2025 = {"2070": Province.EAST_FLANDERS}

# The nine centres: postal code, latitude, longitude (the hospital's own, from the hospital list of 2020).
CENTRES = {
    "uz-gent": ("9000", 51.0257590, 3.7281658),
    "uz-leuven": ("3000", 50.8797033, 4.6714268),
    "uza": ("2650", 51.1574816, 4.4108984),
    "uz-brussel": ("1090", 50.8881639, 4.3087370),
    "huderf": ("1020", 50.8881221, 4.3283495),
    "saint-luc": ("1200", 50.8551500, 4.4471743),
    "chr-citadelle": ("4000", 50.6546927, 5.5733847),
    "chc-montlegia": ("4000", None, None),
    "chu-liege": ("4000", 50.5734069, 5.5675689),
}


def expected_province(code: str) -> str:
    if code in MOVED_BY_THE_MERGERS_OF_2025:
        return MOVED_BY_THE_MERGERS_OF_2025[code]
    return next(p for p, ranges in RANGES.items() if any(low <= int(code) <= high for low, high in ranges))


@pytest.mark.parametrize(
    "text", ["4000", " 4000 ", "B-4000", "b 4000", "BE-4000", "4000 Liège", "4000, Luik"]
)
def test_a_postal_code_is_found_however_it_is_written(text):
    place = locate(text)
    assert (place.postal_code, place.province) == ("4000", "BE-WLG")
    assert (place.latitude, place.longitude) == pytest.approx((50.63, 5.57), abs=0.05)


@pytest.mark.parametrize("text", ["50.6337,5.5675", "50.6337, 5.5675", "+50.6337;5.5675"])
def test_coordinates_are_a_place_without_a_postal_code(text):
    place = locate(text)
    assert (place.latitude, place.longitude) == (50.6337, 5.5675)
    assert (place.postal_code, place.province) == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Liège",
        "400",
        "40000",
        "4000 9000",
        "0400",
        "50,6337,5.5675",
        "nan,nan",
        "1e2,3",
        "4000\x00",
        "4000 \x00",
    ],
)
def test_what_is_no_place_is_refused_with_the_way_out(text):
    with pytest.raises(ValueError, match="postal code"):
        locate(text)


def test_a_number_no_municipality_has_is_refused_by_name():
    with pytest.raises(ValueError, match="9999 is not a Belgian postal code"):
        locate("9999")


@pytest.mark.parametrize("text", ["91,4", "50,181", "-90.1,0"])
def test_coordinates_off_the_map_are_refused(text):
    with pytest.raises(ValueError, match="not on the map"):
        locate(text)


def test_a_place_is_named_in_the_reader_s_language():
    place = locate("4000")
    names = {}
    for language in ("nl", "fr", "en", "de"):
        with translation.override(language):
            names[language] = str(place)
    assert names == {
        "nl": "4000 Luik",
        "fr": "4000 Liège",
        "en": "4000 Liège",
        "de": "4000 Lüttich",
    }


def test_coordinates_are_named_by_themselves():
    assert str(locate("50.63,5.57")) == "50.6300, 5.5700"


@pytest.mark.parametrize(
    ("code", "province"), [("9000", "BE-VOV"), ("B-1200", "BE-BRU"), ("9999", ""), ("", ""), ("ABC", "")]
)
def test_the_province_of_a_postal_code(code, province):
    assert province_of(code) == province


def test_there_are_ten_provinces_and_brussels():
    assert len(Province.values) == 11
    assert all(value.startswith("BE-") for value in Province.values)
    assert {place.province for place in postal_codes()} == set(Province.values)


def test_every_postal_code_lies_in_belgium():
    outside = [p for p in postal_codes() if not (SOUTH < p.latitude < NORTH and WEST < p.longitude < EAST)]
    assert outside == []


def test_every_postal_code_is_in_the_province_its_number_says():
    wrong = [p.name for p in postal_codes() if p.province != expected_province(p.postal_code)]
    assert wrong == []


def test_the_list_is_whole_and_each_code_is_in_it_once():
    codes = [place.postal_code for place in postal_codes()]
    assert codes == sorted(set(codes))
    assert len(codes) == 1149
    assert min(Counter(place.province for place in postal_codes()).values()) >= 20


def test_every_code_has_a_municipality_and_only_three_have_no_locality():
    assert all(place.municipality_nl and place.municipality_fr for place in postal_codes())
    assert {p.postal_code for p in postal_codes() if not p.localities} == {"1804", "1931", "7010"}


@pytest.mark.parametrize("code", [code for code, (_, latitude, _) in CENTRES.items() if latitude])
def test_a_centre_lies_within_eight_kilometres_of_its_postal_code(code):
    postal_code, latitude, longitude = CENTRES[code]
    assert distance_km(locate(postal_code), Place(latitude, longitude)) < 8


def test_neighbouring_codes_lie_near_each_other():
    """A slip of a digit in a coordinate puts a code far from all codes of its first two digits."""
    places = list(postal_codes())
    for place in places:
        near = [p for p in places if p.postal_code[:2] == place.postal_code[:2] and p is not place]
        assert min((distance_km(place, other) for other in near), default=0) < 25, place.name


def test_from_ghent_to_liege_is_a_hundred_and_thirty_seven_kilometres():
    assert distance_km(locate("9000"), locate("4000")) == pytest.approx(137, abs=3)


def test_distance_takes_anything_with_a_latitude_and_a_longitude():
    centre = SimpleNamespace(latitude="51.0257590", longitude="3.7281658")
    assert distance_km(locate("9000"), centre) == pytest.approx(2.8, abs=0.5)


points = st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))


@given(points, points)
def test_distance_is_the_same_both_ways_and_never_above_half_the_earth(a, b):
    there, back = distance_km(a, b), distance_km(b, a)
    assert there == pytest.approx(back, abs=1e-6)
    assert 0 <= there <= 20016


@given(points)
def test_a_place_is_no_distance_from_itself(place):
    assert distance_km(place, place) == pytest.approx(0, abs=1e-6)


@given(points, points, points)
def test_no_detour_is_shorter(a, b, c):
    assert distance_km(a, c) <= distance_km(a, b) + distance_km(b, c) + 1e-6


@given(st.text(max_size=60))
def test_any_text_is_a_place_or_refused_with_a_sentence(text):
    try:
        answer = str(locate(text))
    except ValueError as refusal:
        answer = str(refusal)
    assert re.search(r"(\d{4} \w|^-?\d+\.\d{4}, -?\d+\.\d{4}$|\.$)", answer)


@given(st.floats(-90, 90).map(lambda x: round(x, 5)), st.floats(-180, 180).map(lambda x: round(x, 5)))
def test_coordinates_come_back_as_they_were_typed(latitude, longitude):
    place = locate(f"{latitude:.5f},{longitude:.5f}")
    assert (place.latitude, place.longitude) == (latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "country", "postal_code", "where"),
    [
        (51.0258, 3.7282, "BE", "4000", "51.0258, 3.7282"),
        (52.0907, 5.1214, "NL", "3584 CS", "52.0907, 5.1214"),
        (None, None, "BE", "4000", "4000 Liège"),
        (None, None, "BE", "1234", None),
        (None, None, "BE", None, None),
        (None, None, "BE", "51.0,3.7", None),
        (None, None, "LU", "4000", None),
    ],
)
def test_a_centre_is_at_its_coordinates_else_at_its_belgian_postal_code(
    latitude, longitude, country, postal_code, where
):
    with translation.override("fr"):
        place = place_of(latitude, longitude, country, postal_code)
        assert (place and place.name) == where
