"""The kinds of sheets, each with the class that says what its rows mean."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from directory import records
from directory.core.roles import Role

from .rows.processor import RowProcessor

_kinds: dict[str, type[RowProcessor]] = {}


def discover() -> None:
    """What each app hands to the machines below it: `RECORDS` of its `records`, `KINDS` of its `rows`."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "records"):
            records.register(*import_module(f"{app.name}.records").RECORDS)
            register(*import_module(f"{app.name}.rows").KINDS)


def register(*processors: type[RowProcessor]) -> None:
    for one in processors:
        if one.sheet.kind in _kinds:
            raise ValueError(f"Two kinds of sheets are called {one.sheet.kind}.")
        _kinds[one.sheet.kind] = one


def all_kinds() -> Mapping[str, type[RowProcessor]]:
    """By name, in the order of registration."""
    return MappingProxyType(_kinds)


def choices() -> list[tuple[str, str]]:
    """Names with labels, for fields and forms."""
    return [(name, str(processor.label)) for name, processor in _kinds.items()]


def of_record(kind: str) -> type[RowProcessor] | None:
    """That whose rows are records of a kind of the change log, as its own exports write them."""
    own = (one for one in _kinds.values() if not one.is_registrys)
    return next((one for one in own if one.kind_of_record() == kind), None)


def may_be_handed_in(kind: str, role: str, centre) -> bool:
    """Sheets whose rows do not lie at one centre are of the whole registry: no coordinator's, no centre's."""
    return _kinds[kind].is_by_centre or (role != Role.COORDINATOR and centre is None)
