"""Cells about what trials give or do: `DRUG: Nivolumab|RADIATION: Proton therapy`, and arms as JSON."""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

import msgspec
from django.utils.translation import gettext as _
from msgspec import Meta, Struct

from directory.core.fields import MAX_WORD, MAX_WORDS
from directory.core.text import tidy
from directory.sheets.cells import List, LongText, Word

from .choices import ArmType, InterventionType
from .models import Intervention, TrialArm
from .models.intervention import folded

_LONGEST = Intervention._meta.get_field("name").max_length
_LABEL = TrialArm._meta.get_field("label").max_length
_DESCRIPTION = TrialArm._meta.get_field("description").max_length
_MOST_ARMS, _CELL = 60, 30_000


class Given(NamedTuple):
    """An intervention as a cell names it; an empty type is not known."""

    name: str
    type: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The same for every spelling of the name."""
        return folded(self.name), self.type


class Interventions(List):
    """Several interventions, each perhaps with its type in front; none twice."""

    has_form = False

    def __init__(self, separators=None):
        super().__init__(separators=separators)
        self.types = Word(InterventionType)

    def takes(self):
        return _("what is given or done, like drug: vincristine; separate several with “;”")

    def clean(self, value, row=None, **kwargs):
        parts = (tidy(part) for part in self.separators.split(str(value)))
        found: dict[tuple[str, str], Given] = {}
        for one in map(self._one, filter(None, parts)):
            found.setdefault(one.key, one)
        return list(found.values())

    def _one(self, part: str) -> Given:
        before, colon, name = part.partition(":")
        kind = _word(self.types, before) if colon and tidy(name) else ""
        one = Given(tidy(name), kind) if kind else Given(part)
        if len(one.name) > _LONGEST:
            sentence = _("“%(name)s…” is longer than %(most)d characters.")
            raise ValueError(sentence % {"name": one.name[:40], "most": _LONGEST})
        return one

    def render(self, value, obj=None, **kwargs):
        return "; ".join(written(one) for one in value or ())


def written(one: Given) -> str:
    """`drug: vincristine`; without the sign that would part it in a cell."""
    name = one.name.replace(";", ",")
    return f"{one.type}: {name}" if one.type else name


class Arm(Struct, frozen=True, omit_defaults=True):
    """An arm of a trial, as a cell has it."""

    label: Annotated[str, Meta(min_length=1, max_length=_LABEL)]
    type: str = ""
    description: Annotated[str, Meta(max_length=_DESCRIPTION)] = ""
    interventions: Annotated[
        tuple[Annotated[str, Meta(max_length=MAX_WORD)], ...], Meta(max_length=MAX_WORDS)
    ] = ()


class Arms(LongText):
    """The arms of a trial as JSON: label, type, description, the names of what is given in each."""

    def takes(self):
        return _("arms as JSON, as in our own exports")

    def clean(self, value, row=None, **kwargs):
        try:
            arms = msgspec.json.decode(str(value), type=list[Arm])
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
            raise ValueError(_("These are not arms: %(why)s") % {"why": str(error)[:200]}) from None
        if len(arms) > _MOST_ARMS:
            raise ValueError(
                _("%(n)d arms are too many. The maximum is %(most)d.") % {"n": len(arms), "most": _MOST_ARMS}
            )
        if strange := [one.type for one in arms if one.type and one.type not in ArmType.values]:
            raise ValueError(
                _("“%(value)s” is not a type of arm. Use one of: %(words)s.")
                % {"value": strange[0][:40], "words": ", ".join(ArmType.values)}
            )
        return arms

    def render(self, value, obj=None, **kwargs):
        return "; ".join(one.label for one in value or ())


def interventions_as_cell(named: Iterable[tuple[str, str]]) -> str:
    """A cell of what a registry names, each with the type in the registry's words.

    A type that is no word of ours is not known. A name that is longer than any, and what no longer fits into
    a cell, is left out.
    """
    types, cell = Word(InterventionType), ""
    for name, kind in named:
        text = tidy(name.replace("|", "/"))
        part = f"{_word(types, kind)}: {text}" if _word(types, kind) else text
        if 0 < len(text) <= _LONGEST and len(cell) + len(part) < _CELL:
            cell += f"|{part}" if cell else part
    return cell


def arms_as_cell(arms: Iterable[Arm]) -> str:
    """A cell of the arms of a registry; nothing where they do not fit, even without their descriptions."""
    types = Word(ArmType)
    read = [_fitting(one, types) for one in arms if tidy(one.label)][:_MOST_ARMS]
    short = [Arm(one.label, one.type, "", one.interventions) for one in read]
    written = (msgspec.json.encode(some).decode() for some in (read, short) if some)
    return next((cell for cell in written if len(cell) <= _CELL), "")


def _fitting(arm: Arm, types: Word) -> Arm:
    """An arm in our words, without what is longer than is kept."""
    description = arm.description.strip()
    names = tuple(tidy(name)[:MAX_WORD] for name in arm.interventions if tidy(name))
    return Arm(
        tidy(arm.label)[:_LABEL],
        _word(types, arm.type),
        description if len(description) <= _DESCRIPTION else "",
        names[:MAX_WORDS],
    )


def _word(types: Word, text: str) -> str:
    try:
        return types.clean(text)
    except ValueError:
        return ""
