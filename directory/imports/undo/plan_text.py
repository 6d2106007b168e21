"""The plan of an undo as people read it: fields as sheets head them, records by name, words and days.

Receipts keep what the change log says, keys and codes; this is how a page and a sentence show them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.adminsite import history
from directory.core.ages import age_text
from directory.core.dates import PartialDateField
from directory.records import all_records

from .. import kinds
from ..messages import day_first

RECORD = "record"  # stands for a whole record among the fields of a change


def field_label(kind: str, name: str) -> str:
    """The header of the sheet's column that holds a field of the change log, else its name in forms."""
    processor = kinds.of_record(kind)
    sheet = processor and processor.sheet
    columns = [one for one in sheet.columns() if name in sheet.logged(one)] if sheet else []
    if len(columns) == 1:
        return sheet.columns()[columns[0]].header((get_language() or "en")[:2])
    model = model_of(kind)
    with suppress(FieldDoesNotExist, AttributeError):
        related = model._meta.get_field(name)
        if related.one_to_many:
            return capfirst(str(related.related_model._meta.verbose_name_plural))
    return str(history.label(model, name))


def model_of(kind: str):
    """The model of the records of a kind; None for what is no record."""
    record = all_records().get(kind)
    return record and record.model


def names_of(kind: str, keys: Iterable[str], user) -> dict[str, str]:
    """Names by key of the records that are there, as far as `user` may see them."""
    record = all_records().get(kind)
    found = record.found(keys, user) if record else {}
    return {key: str(one) for key, one in found.items()}


def mentioned(kind: str, changes: Iterable[dict], user) -> dict[str, dict[str, str]]:
    """Names of the records that changes mention, by field and key."""
    keys = defaultdict(set)
    for change in changes:
        keys[change["field"]] |= {str(change[which]) for which in ("old", "new") if change[which]}
    related = {name: _related(kind, name) for name in keys}
    return {
        name: names_of(model.change_kind, keys[name], user)
        for name, model in related.items()
        if hasattr(model, "change_kind")
    }


def as_said(kind: str, changes: Iterable[dict]) -> list[dict]:
    """`changes` of a record with its days no more exact than they were said."""
    found, record = {one["field"]: one for one in changes}, all_records().get(kind)
    for day, said in (record.model.days_as_said if record else {}).items():
        if day in found and said in found:
            month = found.pop(said)
            found[day] = found[day] | {which: month[which] or found[day][which] for which in ("old", "new")}
    return list(found.values())


def difference(kind: str, change: dict, called: str, names: Mapping[str, Mapping[str, str]]) -> dict:
    """A change as people read it: `{label, old, new}`; a whole record is removed, or made again."""
    name, old, new = change["field"], change["old"], change["new"]
    if name == RECORD:
        return {"label": _("record"), "old": old and called, "new": (new and called) or _("removed")}
    read = [reads(kind, name, value, names.get(name, {})) for value in (old, new)]
    return {"label": field_label(kind, name), "old": read[0], "new": read[1]}


def reads(kind: str, name: str, written: str, names: Mapping[str, str]) -> str:
    """A value of the change log, written as text, as people read it."""
    field, related = _field(kind, name), _related(kind, name)
    if not written:
        return ""
    if related is not None:
        return names.get(written) or str(getattr(related, "unnamed", written))
    if isinstance(field, models.BooleanField):
        return _("yes") if written == "yes" else _("no")
    if name.endswith("_days"):
        return age_text(int(written))
    if isinstance(field, (models.DateField, PartialDateField)):
        return day_first(written[:10])
    choices = getattr(getattr(field, "words", None), "choices", None) or getattr(field, "flatchoices", None)
    words = dict(choices or ())
    return "; ".join(str(words.get(word, word)) for word in written.split("; ")) if words else written


def _field(kind: str, name: str):
    """That which a snapshot has by this name: a column, or a relation kept by the key of the other record."""
    model = model_of(kind)
    if model is None:
        return None
    named = (
        one
        for one in model._meta.concrete_fields
        if name == (one.name if one.name in model.by_key else one.attname)
    )
    return next(named, None)


def _related(kind: str, name: str):
    """The model of the record that a field names."""
    return getattr(_field(kind, name), "related_model", None)
