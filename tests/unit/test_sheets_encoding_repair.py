"""Letters garbled on the way from UTF-8 through Windows-1252 are repaired, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.sheets.encoding_repair import repaired


def garbled(text):
    """As a spreadsheet shows UTF-8 that it takes for Windows-1252."""
    return "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode("utf-8")
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["Liège", "Hôpital de l’Espérance", "Montegnée", "Í à É", "Åse", "naïve – œuvre €"]
)
def test_what_was_garbled_is_repaired(text):
    assert garbled(text) != text
    assert repaired(garbled(text)) == text


def test_what_was_garbled_twice_is_repaired_twice():
    assert repaired(garbled(garbled("Liège"))) == "Liège"


@pytest.mark.parametrize("text", ["Liège", "Ânon", "Â", "coût: 5 £", "日本", "Ghent", "", "ÀÉÎ", "São Paulo"])
def test_what_is_right_stays(text):
    assert repaired(text) == text


@given(text=st.text(alphabet="abcé èïüœ€–’ßñÀÉ", max_size=40))
def test_any_western_text_comes_back(text):
    assert repaired(garbled(text)) == text
