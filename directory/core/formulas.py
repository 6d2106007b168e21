"""Text that no spreadsheet calculates: in a CSV only a sign in front keeps a cell from being a formula."""

import re

# What a spreadsheet takes for the beginning of a formula, full-width forms too.
BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LOOKS_SO = re.compile(rf"'* *[{re.escape(''.join(BEGINNINGS))}]")


def guarded(text: str) -> str:
    """`text` behind an apostrophe where it begins like a formula, or like a formula that is guarded.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("a=1")
    ("'=1+1", "''=1+1", 'a=1')
    """
    return f"'{text}" if _LOOKS_SO.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given.

    >>> unguarded("'=1+1"), unguarded("''=1+1"), unguarded("'t Zand"), unguarded("=1")
    ('=1+1', "'=1+1", "'t Zand", '=1')
    """
    return text[1:] if text.startswith("'") and _LOOKS_SO.match(text) else text
