"""The body of a registry's answer: unpacked within bounds, and strict JSON."""

import gzip
import json
import zlib

import pytest

from trials.sources.bodies import MOST_DEPTH, BadBody, beginning, strict_json, unpack

MOST = 100_000
TEXT = json.dumps({"studies": [{"title": "Étude d'un traitement", "lat": 50.85, "count": 12}]}).encode()


def pieces(body: bytes, size: int = 7):
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize(
    ("encoding", "packed"), [("", TEXT), ("identity", TEXT), ("gzip", gzip.compress(TEXT))]
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_the_same_however_it_is_packed_and_cut(encoding, packed, size):
    assert unpack(pieces(packed, size), encoding, MOST) == TEXT


def test_no_more_is_unpacked_than_is_read():
    bomb = gzip.compress(b"x" * 50_000_000)
    taken = []

    def arriving():
        for piece in pieces(bomb, 64):
            taken.append(piece)
            yield piece

    with pytest.raises(BadBody, match="is larger than the 100,000 bytes that are read"):
        unpack(arriving(), "gzip", MOST)
    assert len(taken) < 10, "it stops reading where the bound is passed"


def test_the_largest_body_that_is_read_is_read():
    for packed, encoding in ((b"x" * MOST, ""), (gzip.compress(b"x" * MOST), "gzip")):
        assert len(unpack(pieces(packed, 999), encoding, MOST)) == MOST
        with pytest.raises(BadBody, match="larger"):
            unpack(pieces(packed, 999), encoding, MOST - 1)


@pytest.mark.parametrize(
    ("packed", "encoding", "sentence", "cut_off"),
    [
        (gzip.compress(TEXT)[:-9], "gzip", "breaks off", True),
        (b"", "gzip", "breaks off", True),
        (TEXT, "gzip", "is said to be gzip and is not", False),
        (gzip.compress(TEXT) + b"more", "gzip", "goes on after", False),
        (zlib.compress(TEXT), "deflate", "is packed as “deflate”", False),
        (TEXT, "gzip, gzip", "is packed as", False),
    ],
)
def test_what_is_packed_wrongly_is_told(packed, encoding, sentence, cut_off):
    with pytest.raises(BadBody, match=sentence) as caught:
        unpack(pieces(packed), encoding, MOST)
    assert caught.value.cut_off == cut_off


@pytest.mark.parametrize(
    ("piece", "encoding", "first"),
    [
        (TEXT, "", TEXT[:20]), (TEXT, "identity", TEXT[:20]), (b"short", "", b"short"),
        (gzip.compress(TEXT), "gzip", TEXT[:20]), (gzip.compress(TEXT), "x-gzip", TEXT[:20]),
        (gzip.compress(b"x" * 50_000_000), "gzip", b"x" * 20), (b"", "gzip", b""),
        (TEXT, "gzip", b""), (zlib.compress(TEXT), "deflate", b""),
    ],
    ids=lambda one: str(one)[:20],
)  # fmt: skip
def test_the_beginning_of_a_body_is_unpacked_as_far_as_it_is_asked_for(piece, encoding, first):
    assert beginning(piece, encoding, 20) == first


def test_what_json_says_is_taken_as_it_is():
    assert strict_json(b"\xef\xbb\xbf" + TEXT) == json.loads(TEXT)
    assert strict_json(rb'"\u0000 \ud800 <script>"') == "\x00 \ud800 <script>"


def test_every_cut_of_a_json_text_is_told_as_a_cut():
    """Wherever the bytes end, in a word, an escape or a number."""
    text = rb'{"a": [true, null, 12.5, "\u00e9 \" x"], "b": {"c": false}}'
    for end in range(1, len(text)):
        with pytest.raises(BadBody) as caught:
            strict_json(text[:end])
        assert caught.value.cut_off, text[:end]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "has the key “c” twice"),
        (b'{"a\x1b[2J": 1, "a\x1b[2J": 2}'.replace(b"\x1b", rb"\u001b"), r"the key “a�\[2J” twice"),
        (b'{"a": NaN}', "holds NaN, which is no number"),
        (b'{"a": -Infinity}', "holds -Infinity"),
        (b'{"a": 1e999}', "holds 1e999"),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number of 5000 digits"),
        (b'{"a": "\xff"}', r"is not UTF-8 \(byte 7\)"),
        (b"  <!doctype html><p>Sign in", "is a page for people"),
        (b'{"a": 1} and more text', r"is not JSON \(Extra data, line 1, column 10\)"),
        (b"OK", "is not JSON"),
        (b"{'a': 1, 'b': 2, 'c': 3}", "is not JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 64"),
        (b'{"a":' * (MOST_DEPTH + 1) + b"[]" + b"}" * (MOST_DEPTH + 1), "nested deeper than 64"),
    ],
)
def test_what_is_no_json_is_refused_with_the_place(text, sentence):
    with pytest.raises(BadBody, match=sentence) as caught:
        strict_json(text)
    assert not caught.value.cut_off


def test_nothing_at_all_may_have_been_cut_off():
    with pytest.raises(BadBody, match="is empty") as caught:
        strict_json(b" \n")
    assert caught.value.cut_off


def test_what_is_nested_as_deep_as_allowed_is_read():
    text = b"[" * MOST_DEPTH + b"]" * MOST_DEPTH
    assert strict_json(text) is not None
