"""Belgium drawn from local data, with centres on it."""

import json
import math

import pytest
from django.utils import translation

from directory.core.places import Place, Province, locate, postal_codes
from directory.web import maps
from directory.web.maps import Dot, map_of, point


def a_dot(code="uz-gent", latitude=51.0258, longitude=3.7282, **more):
    place = None if latitude is None else Place(latitude, longitude)
    return Dot(code, f"/{code}/", place, **more)


def test_every_province_is_drawn_and_named():
    assert {one.code for one in map_of([]).provinces} == set(Province.values)
    assert all(one.path.startswith("M") and one.name for one in map_of([]).provinces)


def test_the_outlines_are_small_and_lie_on_the_map():
    assert maps.OUTLINES.stat().st_size < 20_000
    shapes = json.loads(maps.OUTLINES.read_text())["provinces"]
    points = [one for rings in shapes.values() for ring in rings for one in ring]
    assert all(maps.WEST < lon < maps.EAST and maps.SOUTH < lat < maps.NORTH for lon, lat in points)


@pytest.mark.parametrize(
    "code", ["1000", "2000", "9000", "8400", "3500", "4000", "5000", "6700", "7000", "1300"]
)
def test_a_place_lies_within_the_outline_of_its_province(code):
    place = locate(code)
    rings = json.loads(maps.OUTLINES.read_text())["provinces"][place.province]
    assert sum(inside(place.longitude, place.latitude, ring) for ring in rings) % 2 == 1


def test_nearly_all_postal_codes_lie_within_the_outline_of_their_province_and_none_in_two():
    shapes = json.loads(maps.OUTLINES.read_text())
    shapes = shapes["provinces"] | shapes["countries"]
    places = list(postal_codes())
    holding = [
        [
            code
            for code, rings in shapes.items()
            if sum(inside(one.longitude, one.latitude, ring) for ring in rings) % 2
        ]
        for one in places
    ]
    assert max(map(len, holding)) == 1
    right = sum(one.province in codes for one, codes in zip(places, holding, strict=True))
    assert right / len(places) > 0.97


def inside(x, y, ring):
    crossings = 0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2


NINE = (
    (51.0258, 3.7282), (50.8797, 4.6714), (51.1575, 4.4109), (50.8882, 4.3087), (50.8881, 4.3283),
    (50.8552, 4.4472), (50.6547, 5.5734), (50.6381, 5.5718), (50.5734, 5.5676),
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "nl", "fr", "de"])
def test_names_of_provinces_give_way_to_the_circles_and_to_each_other(language):
    with translation.override(language):
        made = map_of(a_dot(f"c{n}", *place, count=9 - n) for n, place in enumerate(NINE))
    boxes = {
        one.code: maps._box(tuple(word for word, _y in one.lines), (one.x, one.y))
        for one in made.provinces
        if one.lines
    }
    assert len(boxes) >= 8
    for code, box in boxes.items():
        others = [*(boxes[other] for other in boxes if other != code), *map(around, made.spots)]
        assert sum(maps._shared(box, other) for other in others) < 0.4 * maps._shared(box, box), code


def test_a_map_without_centres_names_every_province():
    assert all(one.lines for one in map_of([]).provinces)


def around(spot):
    return spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius


def test_north_is_up_and_kilometres_are_alike_in_both_directions():
    (x, y), (north_x, north_y), (east_x, _) = point(50.5, 4.5), point(51.5, 4.5), point(50.5, 5.5)
    assert north_x == x
    assert north_y < y
    assert (east_x - x) / (y - north_y) == pytest.approx(math.cos(math.radians(50.5)), rel=0.01)


def test_circles_never_hide_each_other_and_keep_a_line_to_their_place():
    dots = [a_dot(f"c{n}", 50.64, 5.57, count=n) for n in range(5)] + [a_dot("far", count=30)]
    made = map_of(dots)
    for place, one in enumerate(made.spots):
        for other in made.spots[place + 1 :]:
            assert math.hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius
    assert sum(one.is_moved for one in made.spots) >= 3
    assert not made.spots[0].is_moved  # the one that stands alone stays


def test_a_circle_that_is_moved_at_all_keeps_its_dot_where_the_centre_is():
    made = map_of(a_dot(f"c{n}", *place, count=9 - n) for n, place in enumerate(NINE))
    for one in made.spots:
        assert one.anchor == point(one.place.latitude, one.place.longitude)
        assert one.is_moved or (one.x, one.y) == pytest.approx(one.anchor, abs=1)


def test_a_centre_of_which_no_trials_are_counted_is_a_dot():
    assert [one.radius for one in map_of([a_dot()]).spots] == [maps.UNCOUNTED]
    assert maps.UNCOUNTED < maps.SMALLEST


def test_the_number_of_trials_shows_in_the_area_and_the_most_is_number_one():
    made = map_of([a_dot("few", 50.0, 4.0, count=4), a_dot("many", 51.0, 5.0, count=16)])
    assert [(one.number, one.name) for one in made.spots] == [(1, "many"), (2, "few")]
    assert made.spots[0].radius == maps.LARGEST
    assert maps.SMALLEST < made.spots[1].radius < maps.LARGEST


@pytest.mark.parametrize(("latitude", "longitude"), [(None, None), (45.7, 4.8), (51.0, 12.0)])
def test_what_has_no_place_on_the_map_is_listed_beside_it(latitude, longitude):
    made = map_of([a_dot("lost", latitude, longitude, count=3)])
    assert (made.spots, [one.name for one in made.rows]) == ([], ["lost"])
