"""The question which encoding a text is in, where it had to be guessed."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from .questions import Option, Question

KEY = "encoding"
USUAL = "cp1252"
NAMES = {
    "cp1252": "Windows-1252",
    "iso8859_15": "ISO 8859-15 (Latin-9)",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (code page 850)",
}


def ask(samples: Mapping[str, list[str]], choices: Mapping[str, str]) -> list[Question]:
    """`samples`: cells by encoding, the guess first; none where the encoding is certain.

    Anything but Windows-1252, which Excel writes here, is a guess that a person confirms before storing.
    """
    if not samples:
        return []
    guess = next(iter(samples))
    said = choices.get(KEY, "")
    taken = said if said in samples else guess
    message = _("The file is neither UTF-8 nor UTF-16; it is read as %(encoding)s. Are these cells right?")
    return [
        Question(
            key=KEY,
            code="encoding",
            message=message % {"encoding": NAMES[taken]},
            options=tuple(Option(name, _label(name, cells)) for name, cells in samples.items()),
            suggested=taken,
            needed=guess != USUAL,
            examples=tuple(samples[taken]),
        )
    ]


def _label(name: str, cells: list[str]) -> str:
    return f"{NAMES[name]}: {' · '.join(cells)}" if cells else NAMES[name]
