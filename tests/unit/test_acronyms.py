"""Spellings of acronyms, and which are near: keys, marks and the order in which near ones are told."""

import pytest

from trials.rows.acronyms import MOST, Nearness, key_of, parts_of, plain_parts, stem_and_marks


@pytest.mark.parametrize(
    ("acronym", "key"),
    [
        ("HR-NBL1.8", "hrnbl1.8"),
        ("BIOMEDE 2.0", "biomede2.0"),
        ("BIOMEDE 20", "biomede20"),
        ("  AcSé–ESMART ", "acseesmart"),
        ("LBL 2018", "lbl2018"),
        ("LBL2018", "lbl2018"),
        ("1.2.3", "1.2.3"),
        ("ALL+", "allplus"),
        ("ALL plus", "allplus"),
        ("???", "???"),
        (" ÷ ", "÷"),
        ("", ""),
    ],
)
def test_the_key_keeps_letters_and_numbers_and_tells_two_numbers_from_one(acronym, key):
    assert key_of(acronym) == key


def test_parts_are_runs_of_letters_and_of_digits():
    assert parts_of("HR-NBL1.8 + Étude_2") == ("hr", "nbl", "1", "8", "plus", "etude", "2")


@pytest.mark.parametrize(
    ("acronym", "stem", "marks"),
    [
        ("LCH-IV", "lch", ("4",)),
        ("LCH-4", "lch", ("4",)),
        ("LCH 04", "lch", ("4",)),
        ("HEM-iSMART-B", "hemismart", ("b",)),
        ("AALL1731", "aall", ("1731",)),
        ("Interfant-06", "interfant", ("6",)),
        ("EuroNet-PHL-C2", "euronetphl", ("c", "2")),
        ("FORUM", "forum", ()),
        ("SIOP X", "siop", ("10",)),
        ("PHASE 0", "phase", ("0",)),
        ("PHASE 000", "phase", ("0",)),
    ],
)
def test_what_trials_are_called_alike_by_and_what_tells_them_apart(acronym, stem, marks):
    assert stem_and_marks(acronym) == (stem, marks)


def test_a_number_is_one_however_it_is_written():
    assert plain_parts("LCH-IV") == plain_parts("LCH 04") == ("lch", "4")
    assert plain_parts("VI VII VIII IX X I II III V") == ("6", "7", "8", "9", "10", "1", "2", "3", "5")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("HR-NBL2", ["hrnbl2siopen"]),  # one of its names alone
        ("SIOPEN", ["hrnbl2siopen"]),
        ("NBL2 SIOPEN", ["hrnbl2siopen"]),
        ("NBL", []),  # too short to be said for the whole
        ("iEuroEwng", ["ieuroewing"]),
        ("iEuroEwing study", ["ieuroewing"]),
        ("our iEuroEwing", ["ieuroewing"]),
        ("iEuroEwing", []),  # never its own
        ("LCH-4", ["lchiv"]),
        ("LCH-5", []),
        ("LCH", []),  # too short for a slip, too
        ("Interfant", ["interfant21", "interfant06"]),
        ("Interfant 7", []),
        ("2021", []),
    ],
)
def test_near_is_a_part_or_a_slip_and_never_another_number(typed, near):
    known = Nearness(["HR-NBL2/SIOPEN", "iEuroEwing", "LCH-IV", "Interfant-21", "Interfant-06"])
    assert sorted(known.to(typed)) == sorted(near)


def test_the_likeliest_is_told_first_and_five_at_most():
    letters = "bcdfghjkm"
    known = Nearness(["EUROEWINGTRIAL", *(f"EUROEWINGTRIA{one}" for one in letters)])
    near = known.to("EUROEWINGTRIALL")
    assert (near[0], len(near)) == ("euroewingtrial", MOST)
    assert known.to("euro ewing triall") == near, "by any spelling the same"


def test_of_two_spellings_that_are_known_one_is_told():
    assert Nearness(["iEuroEwing", "i-Euro Ewing"]).to("iEuroEwng") == ["ieuroewing"]


def test_more_are_asked_than_are_remembered(monkeypatch):
    monkeypatch.setattr("trials.rows.acronyms._REMEMBERED", 2)
    known = Nearness(["iEuroEwing"])
    asked = ["iEuroEwng", "iEuroEwin", "EuroEwing", "iEuroEwingg", "iEuroEwng"]
    assert [known.to(one) for one in asked] == [["ieuroewing"]] * 5
