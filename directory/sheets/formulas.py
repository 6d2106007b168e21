"""Text that no spreadsheet calculates: in a CSV only a sign in front keeps a cell from being a formula."""

import re

# What a spreadsheet takes for the beginning of a formula, full-width forms too.
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A spreadsheet of another country parts cells elsewhere, and what stands behind its sign begins a cell there.
SEPARATORS = ";,\t\r\n"
_BEGINS = rf"(?:^|(?<=[{SEPARATORS}]))"
_LOOKS_SO = rf"""(?='*[ "]*[{re.escape("".join(BEGINNINGS))}])"""
_UNGUARDED = re.compile(rf"{_BEGINS}{_LOOKS_SO}")
_GUARDED = re.compile(rf"{_BEGINS}'{_LOOKS_SO}")


def guarded(text: str) -> str:
    """`text` with an apostrophe before each beginning of a formula in it, guarded ones too.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("a=1"), guarded("a; b;=1")
    ("'=1+1", "''=1+1", 'a=1', "a; b;'=1")
    """
    return _UNGUARDED.sub("'", text)


def unguarded(text: str) -> str:
    """What `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'t Zand"), unguarded("=1"), unguarded("a;'=1")
    ('=1+1', "'=1+1", "'t Zand", '=1', 'a;=1')
    """
    return _GUARDED.sub("", text) if "'" in text else text
