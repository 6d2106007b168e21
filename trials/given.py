"""What a trial gives or does, as its document has it: shown, counted, searched.

`given` are dicts of what is known of each intervention: name, type, inn, classes, synonyms.
"""

from collections.abc import Iterable

from . import drugs


def interventions_body(given: Iterable[dict]) -> list[dict]:
    """As the API shows them; a type or an INN that is not known is null."""
    return [
        {
            "name": one["name"], "type": one["type"] or None, "inn": one["inn"] or None,
            "classes": one["classes"],
        }
        for one in given
    ]  # fmt: skip


def arms_body(arms: Iterable[dict]) -> list[dict]:
    """As the API shows arms; a type that is not known is null."""
    return [one | {"type": one["type"] or None} for one in arms]


def substances(given: Iterable[dict]) -> list[str]:
    """The INN of all that is given, each once."""
    return sorted({part for one in given for part in drugs.parts_of(one["inn"])})


def names(given: Iterable[dict]) -> list[str]:
    """What all of it is called: names, INN, other names."""
    several = ((one["name"], one["inn"], *one["synonyms"]) for one in given)
    return [text for texts in several for text in texts if text]


def classes(given: Iterable[dict]) -> list[str]:
    """What all of it does, in English."""
    return [name for one in given for name in one["classes"]]
