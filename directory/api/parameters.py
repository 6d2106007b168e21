"""What a client may ask for in the query string, and what is said to one who asks for something else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.forms import Form
from django.http import QueryDict
from django_filters import FilterSet

from directory.core.text import UNREADABLE, control_character_in, whole_number

from .errors import Fault, bad_parameters

DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 25, 200
MAX_LENGTH = 400
# A list of thousands of allowed values helps nobody.
MOST_ALLOWED = 200


@dataclass(frozen=True)
class Asked:
    """A list's query, read and judged."""

    cleaned: Mapping
    page_size: int = DEFAULT_PAGE_SIZE
    cursor: str = ""
    facets: bool = False
    fields: tuple[str, ...] = ()
    include: frozenset[str] = frozenset()


def check(
    query: QueryDict, allowed: Iterable[str], instead: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Refuse unknown parameters, control characters and texts that nobody types. Raises Problem 400.

    `instead`: of some unknown parameters, a sentence that says what to ask.
    """
    allowed = tuple(allowed)
    faults = []
    for name, values in query.lists():
        if name not in allowed:
            faults.append(Fault(name, instead[name], allowed) if name in instead else _unknown(name, allowed))
        else:
            faults += [fault for value in values if (fault := unusable(name, value))]
    if faults:
        raise bad_parameters(faults)


def _unknown(name: str, allowed: tuple[str, ...]) -> Fault:
    shown = name[:40] if control_character_in(name) is None else "?"
    return Fault(shown, f"“{shown}” is not a parameter here. Use: {', '.join(allowed) or 'none'}.", allowed)


def unusable(name: str, value: str) -> Fault | None:
    """What is wrong with the text as such."""
    if character := control_character_in(value, line=True):
        return Fault(name, f"“{name}” contains the control character {character}. Remove it.")
    if UNREADABLE in value:
        return Fault(name, f"“{name}” contains bytes that are not UTF-8. Send the text encoded as UTF-8.")
    if not value.strip() and name != "q":
        return Fault(name, f"“{name}” is empty. Give a value or leave it out.")
    if len(value) > MAX_LENGTH:
        return Fault(name, f"“{name}” has {len(value)} characters, at most {MAX_LENGTH} are read.")
    return None


def one(query: QueryDict, name: str, default: str = "") -> str:
    """The single value of `name`; 400 where it is given twice."""
    values = query.getlist(name)
    if len(values) > 1:
        raise bad_parameters([Fault(name, f"“{name}” is given {len(values)} times. Give it once.")])
    return values[0] if values else default


def choice(query: QueryDict, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = one(query, name, default)
    if value not in allowed:
        raise bad_parameters([_not_among(name, value, allowed)])
    return value


def _not_among(name: str, value: str, allowed: Iterable[str]) -> Fault:
    allowed = tuple(allowed)
    return Fault(name, f"“{value[:40]}” is not a value of “{name}”. Use: {', '.join(allowed)}.", allowed)


def page_size(query: QueryDict) -> int:
    text = one(query, "page_size", str(DEFAULT_PAGE_SIZE))
    number = whole_number(text)
    if number is None or not 1 <= number <= MAX_PAGE_SIZE:
        message = f"“{text[:40]}” is not a page size. Give a whole number from 1 to {MAX_PAGE_SIZE}."
        raise bad_parameters([Fault("page_size", message, [f"1..{MAX_PAGE_SIZE}"])])
    return number


def number(query: QueryDict, name: str, default: int, *, least: int, most: int) -> int:
    """The whole number that is given for `name`, from `least` to `most`."""
    text = one(query, name, str(default))
    found = whole_number(text, most_digits=18)
    if found is None or not least <= found <= most:
        message = f"“{text[:40]}” is not a number for “{name}”. Give a whole number from {least} to {most}."
        raise bad_parameters([Fault(name, message, [f"{least}..{most}"])])
    return found


def names(query: QueryDict, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """A comma list of names, given once or several times; in the order of `allowed`."""
    given = {word.strip() for value in query.getlist(name) for word in value.split(",")} - {""}
    if wrong := sorted(given - set(allowed)):
        raise bad_parameters([_not_among(name, word, allowed) for word in wrong])
    return tuple(word for word in allowed if word in given)


def several(query: QueryDict, name: str, allowed: Iterable[str]) -> list[str]:
    """The values of a repeatable parameter."""
    if wrong := [value for value in query.getlist(name) if value not in allowed]:
        raise bad_parameters([_not_among(name, value, allowed) for value in wrong])
    return query.getlist(name)


def switch(query: QueryDict, name: str) -> bool:
    return choice(query, name, ("0", "1"), "0") == "1"


def filters(query: QueryDict, filterset: type[FilterSet]) -> Mapping:
    """The cleaned filter words of `filterset`; Problem 400 with one fault a bad value."""
    if not any(name in filterset.base_filters for name in query):
        return {}
    return cleaned(filterset(query).form)


def cleaned(form: Form) -> Mapping:
    """What `form` was sent, cleaned; Problem 400 with one fault a bad value."""
    if form.is_valid():
        return form.cleaned_data
    raise bad_parameters(
        [
            Fault(name, str(message), allowed_of(form.fields.get(name)))
            for name, messages in form.errors.items()
            for message in messages
        ]
    )


def allowed_of(field) -> list[str] | None:
    """The values a form field takes, where they can be listed."""
    choices = [str(value) for value, _label in getattr(field, "choices", ()) if value not in ("", None)]
    return choices if 0 < len(choices) <= MOST_ALLOWED else None
