"""Mojibake: text that was written as UTF-8 and read as Windows-1252 on its way: `LiÃ¨ge` is Liège."""

import re

# The code of it among the faults of a row, which receipts keep.
REPAIRED = "mended"

_NEXT = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xC0))
# What begins a letter of Western Europe or Cyrillic, a dash or a quote; é and its like begin others, and stay
_GARBLED = re.compile(f"[ÂÃÄÅÐÑâ][{re.escape(_NEXT)}]{{1,2}}")


def repaired(text: str) -> str:
    """`text` with every garbled letter repaired; the same text where there is none."""
    for _twice in range(2):  # it has been seen to happen twice in a row
        better = _GARBLED.sub(_repair, text)
        if better == text:
            break
        text = better
    return text


def _repair(found: re.Match) -> str:
    garbled = found.group()
    for end in range(len(garbled), 1, -1):
        try:
            letter = b"".join(_byte(one) for one in garbled[:end]).decode("utf-8")
        except UnicodeError:
            continue
        return letter + garbled[end:]
    return garbled


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
