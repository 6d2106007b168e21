"""How a record is read by a schema, whoever passed it on, and how it is told apart from the one before."""

import msgspec
import pytest

from trials.sources.records import BadRecord, by_schema, fingerprint, plain_values, unknown_fields


class ReadPlace(msgspec.Struct):
    city: str = ""


class ReadSite(msgspec.Struct, rename="camel"):
    name: str = ""
    its_place: ReadPlace | None = None


class ReadStudy(msgspec.Struct, rename="camel"):
    number: str
    sites: list[ReadSite] = []
    words: list[str] = []
    first_site: ReadSite | None = None


@pytest.mark.parametrize(
    ("given", "sites", "words"),
    [
        ({}, [], []),
        ({"sites": {"name": "Ghent"}}, ["Ghent"], []),
        ({"sites": [{"name": "Ghent"}, {"name": "Leuven"}]}, ["Ghent", "Leuven"], []),
        ({"sites": {}}, [], []),
        ({"words": "leukaemia"}, [], ["leukaemia"]),
        ({"words": ""}, [], []),
        ({"words": ["a", "b"]}, [], ["a", "b"]),
    ],
)
def test_one_value_in_the_place_of_a_list_is_a_list_of_one_and_an_empty_one_of_none(given, sites, words):
    plain, read = by_schema({"number": "1"} | given, ReadStudy)
    assert ([one.name for one in read.sites], read.words) == (sites, words)
    assert plain == {"number": "1"} | given, "as it came"


def test_lists_are_made_at_any_depth_and_nowhere_else():
    class ReadWhole(msgspec.Struct):
        studies: list[ReadStudy]
        single: ReadStudy

    deep = {"number": "1", "sites": {"name": "Ghent", "itsPlace": {"city": "Gent"}}, "words": "a"}
    read = by_schema({"studies": deep, "single": deep | {"firstSite": {"name": "x"}}}, ReadWhole)[1]
    assert [one.sites[0].its_place.city for one in (*read.studies, read.single)] == ["Gent", "Gent"]
    assert (read.studies[0].words, read.single.first_site.name) == (["a"], "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"number": 1}', "Expected `str`, got `int` - at `$.number`"),
        ({}, "missing required field `number`"),
        ({"number": "1", "sites": 5}, "at `$.sites`"),
        ({"number": "1", "sites": [{"name": []}]}, "at `$.sites[0].name`"),
        (b"[1]", "Expected `object`, got `list`."),
        (b'"text"', "Expected `object`, got `str`."),
        (None, "Expected `object`, got `NoneType`."),
        (b'{"number": "1"', "truncated"),
    ],
)
def test_what_has_another_shape_is_told_with_its_place(content, said):
    with pytest.raises(BadRecord) as caught:
        by_schema(content, ReadStudy)
    assert said in str(caught.value)


def test_json_as_bytes_and_its_values_are_the_same_record():
    assert plain_values(b'{"number": "1", "sites": []}') == plain_values({"number": "1", "sites": []})


def test_a_fingerprint_is_of_what_is_said_and_not_of_the_order_of_keys():
    one = {"a": {"x": 1, "y": [1, 2]}, "b": None}
    assert fingerprint(one) == fingerprint({"b": None, "a": {"y": [1, 2], "x": 1}})
    assert len(fingerprint(one)) == 64
    others = [{"a": {"x": 1, "y": [2, 1]}, "b": None}, {"a": {"x": 2, "y": [1, 2]}, "b": None}, {"a": {}}]
    assert len({fingerprint(other) for other in (one, *others)}) == 4
    with pytest.raises(BadRecord, match="half a character"):
        fingerprint({"a": "\ud800"})


def test_fields_that_no_schema_has_are_named_by_their_path_also_in_lists():
    study = {
        "number": "1", "colour": "blue", "firstSite": {"name": "x", "itsPlace": {"zip": "9000"}},
        "sites": [{"name": "a"}, {"name": "b", "fax": "1", "itsPlace": {"city": "c", "lat": 1}}, "no site"],
        "words": ["free"],
    }  # fmt: skip
    assert sorted(unknown_fields(study, ReadStudy)) == [
        "colour", "firstSite.itsPlace.zip", "sites.fax", "sites.itsPlace.lat",
    ]  # fmt: skip
    assert list(unknown_fields([{"number": "1"}, {"other": 2}], ReadStudy, "studies")) == ["studies.other"]
    assert not list(unknown_fields("text", ReadStudy))
