"""The base of every sheet's description: columns with headers in four languages.

A sheet is a django-import-export `Resource`: the one description of its columns, for import and export.
`directory.imports` drives it a chunk of rows at a time; its own row by row import is closed.
What a column's cells mean is its widget's to say (`directory.sheets.cells`).
"""

from functools import cache, cached_property
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from import_export import fields, resources

from directory.core.fields import refuse_unkept
from directory.core.text import squash, tidy, whole_number

from .cells import LongText, Prose, Text
from .csv_files import as_csv

VERSION = "record_version"  # the header, in all languages, of what an export says of the state it shows


def version_of(seq: int) -> str:
    """The state of the registry after change number `seq`, as a sheet says it."""
    return f"v{seq}"


def seq_of(version: str) -> int | None:
    """The change number that `version_of` was given; None for what it never says."""
    return whole_number(tidy(version).lower().removeprefix("v"), most_digits=18)


class Column(fields.Field):
    """A column: its name (the English header), headers in Dutch, French and German, and others understood.

    `attribute` is where the value lies in the sheet's model (`centre__code`), None for a value that the
    sheet gathers itself (`dehydrate_<name>`). `takes`: what a cell may hold, where the widget cannot tell.
    `logged`: the fields of the change log that it writes, where these are not simply its attribute; those of
    another record behind their relation (`contact_person__email`). `served`: the API and the files of pages
    have it too, by its name and with the value of its field. `is_kept`: something of what it says is.
    """

    is_kept = True

    def __init__(
        self, attribute=None, widget=None, *, nl="", fr="", de="", also=(), takes="", logged=(), served=False
    ):
        super().__init__(attribute=attribute, widget=widget or Text())
        self.translations = {"nl": nl, "fr": fr, "de": de}
        self.also, self.takes, self.logged, self.served = tuple(also), takes, tuple(logged), served

    @cached_property
    def is_prose(self) -> bool:
        """Free text, of which every word is meant, be it `unknown`."""
        return isinstance(self.widget, (Prose, LongText))

    @cached_property
    def has_words(self) -> bool:
        """It has a vocabulary: a word of it is never taken for “nothing to say”."""
        return hasattr(getattr(self.widget, "one", self.widget), "choices") or hasattr(self.widget, "choices")

    def header(self, language: str = "en") -> str:
        """The header of an exported sheet; in English the column's name."""
        return self.translations.get(language) or self.column_name

    def headers(self) -> set[str]:
        """Every header that means this column, squashed."""
        words = (self.column_name, *self.translations.values(), *self.also)
        return {squash(word) for word in words if word}


class _SheetType(resources.ModelDeclarativeMetaclass):
    """Makes a sheet of the columns of its class, in their order, and of no other field of the model."""

    def __new__(cls, name, bases, attrs):
        if meta := attrs.get("Meta"):
            columns = tuple(name for name, one in attrs.items() if isinstance(one, Column))
            meta.fields = meta.export_order = columns
        return super().__new__(cls, name, bases, attrs)


class Sheet(resources.ModelResource, metaclass=_SheetType):
    """A sheet of one kind. `required` columns must be there; of `one_of`, at least one.

    `key`: columns in the model's own table that make the record another one, where they differ.
    `needs` names for a column another one without which it says nothing; `example` holds the cells of the
    template's row. `repairs_encoding`: letters of its cells that were garbled on the way are repaired.
    `selected` and `prefetched`: relations that a row is made of. `named`: relations to a record that a row
    only names, so that its cells need not fit what is stored of it.
    """

    kind = ""
    required: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    needs: ClassVar[dict[str, str]] = {}
    example: ClassVar[dict[str, str]] = {}
    repairs_encoding = False
    selected: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()

    @classmethod
    @cache
    def columns(cls) -> dict[str, Column]:
        """The columns by name, in the order of the template."""
        return {name: cls.fields[name] for name in cls._meta.export_order}

    @classmethod
    def in_order(cls) -> list[Column]:
        """The columns in the order of the template."""
        return list(cls.columns().values())

    @classmethod
    def tolerates(cls, name: str) -> bool:
        """Whether a cell of the column that cannot be read is told and left out, and its row taken."""
        return False

    @classmethod
    @cache
    def compared(cls) -> tuple[str, ...]:
        """The columns of which an import compares the value with the stored one, and stores it.

        All that lie in a field of the model that people may edit, but for those of its key.
        """
        fields = {name: cls.model_field(name) for name in cls.columns()}
        return tuple(name for name, one in fields.items() if one and one.editable and name not in cls.key)

    @classmethod
    @cache
    def served(cls) -> dict[str, models.Field]:
        """The columns that the API and the files of pages have too, with the field that has their value."""
        return {name: cls.model_field(name) for name, one in cls.columns().items() if one.served}

    @classmethod
    def body(cls, record: models.Model) -> dict:
        """What of `record` is served, as JSON has it; null where nothing is recorded."""
        values = {name: field.value_from_object(record) for name, field in cls.served().items()}
        return {name: None if value in ("", None) else value for name, value in values.items()}

    @classmethod
    @cache
    def logged(cls, name: str) -> tuple[str, ...]:
        """The fields of the change log that a column writes, those of another record behind the relation."""
        column = cls.columns()[name]
        return column.logged or (column.attribute or name,)

    @classmethod
    def template(cls, language: str = "en") -> bytes:
        """A CSV file to fill in: the headers, and one row as an example. Excel reads it as it is."""
        headers = [column.header(language) for column in cls.in_order()]
        return as_csv([headers, [cls.example.get(column.column_name, "") for column in cls.in_order()]])

    @classmethod
    def prepared(cls, queryset):
        """`queryset` with all that `cells_of` asks, in a constant number of queries."""
        return queryset.select_related(*cls.selected).prefetch_related(*cls.prefetched)

    @classmethod
    def cells_of(cls, record) -> list[str]:
        """A stored record as a row of the sheet, in the order of the template."""
        resource, columns = cls._writer()
        return [str(resource.export_field(column, record) or "") for column in columns]

    @classmethod
    @cache
    def _writer(cls):
        resource = cls()
        return resource, resource.get_export_fields()

    @classmethod
    @cache
    def by_header(cls) -> dict[str, str]:
        """Column names by squashed header."""
        found = {header: name for name, column in cls.columns().items() for header in column.headers()}
        return found | {squash(VERSION): VERSION}

    @classmethod
    @cache
    def model_field(cls, name: str):
        """The model field behind a column, None where the value lies elsewhere."""
        attribute = cls.columns()[name].attribute
        direct = attribute and "__" not in attribute and not attribute.endswith("_list")
        return cls._meta.model._meta.get_field(attribute) if direct else None

    @classmethod
    @cache
    def source(cls, name: str) -> tuple[type[models.Model], models.Field] | None:
        """The model and field that keep what a column says, also beyond relations; None for no such one."""
        attribute, model = cls.columns()[name].attribute, cls._meta.model
        if not attribute:
            return None
        *relations, last = attribute.split("__")
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        return model, model._meta.get_field(last)

    @classmethod
    @cache
    def kept_in(cls, name: str) -> models.Field | None:
        """The field that a cell of the column must fit into to be read. What only names a record need not."""
        relation, _beyond, last = (cls.columns()[name].attribute or "").partition("__")
        if not last:
            return cls.model_field(name)
        source = cls.source(name)
        if source is None or relation in cls.named or isinstance(source[1], models.SlugField):
            return None
        return source[1]

    @classmethod
    def read(cls, name: str, cell: str, **how):
        """The value of a cell that is not blank. Raises ValueError with a sentence.

        `how`: of a date, its `order` (`dmy`, `mdy`) and the `system` of its workbook's numbers (1900, 1904).
        """
        value = cls.columns()[name].widget.clean(cell, **how)
        field = cls.kept_in(name)
        if field is not None and value not in (None, ""):
            try:
                refuse_unkept(field, value)
            except ValidationError as error:
                raise ValueError(" ".join(error.messages)) from None
        return value

    @classmethod
    def written(cls, name: str, value) -> str:
        """`value` as the sheet shows it."""
        return cls.columns()[name].widget.render(value)

    def get_export_headers(self, selected_fields=None):
        language = getattr(self, "language", "en")
        return [field.header(language) for field in self.get_export_fields(selected_fields)]

    def import_data(self, *args, **kwargs):
        # The stock import asks nobody's rights and writes no change log.
        raise NotImplementedError(
            "Sheets are imported by directory.imports, which asks rights and keeps a log."
        )
