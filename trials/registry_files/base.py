"""What the files of all registries share: columns with the registry's own headers, and how they are told."""

from functools import cache

from directory.core.text import squash
from directory.sheets.cells import LongText
from directory.sheets.sheet import Column, Sheet


class ExportColumn(Column):
    """A column by the header that its registry gives it; by others that it gave it once."""

    def __init__(self, label: str, attribute=None, widget=None, *, formerly=()):
        super().__init__(attribute, widget)
        self.labels = (label, *formerly)

    def header(self, language="en"):
        return self.labels[0]

    def headers(self):
        return {squash(label) for label in self.labels}


def unkept(label: str, *formerly: str) -> ExportColumn:
    """A column that is known, and of which the directory keeps nothing."""
    column = ExportColumn(label, None, LongText(), formerly=formerly)
    column.is_kept = False
    return column


class RegistrySheet(Sheet):
    """One row a trial, found by the number that the registry gave it: the one `required` column.

    `private`: columns about persons, of which not even a receipt keeps anything. `says_nothing`: what the
    registry writes where there is nothing to say, folded. `is_strict`: a cell that cannot be read refuses its
    row; elsewhere it is told and left out, for nobody here can correct what a registry says.
    `is_spelt_alone`: nobody else spells its headers so, not even a few of them. `is_json`: its rows are JSON
    records, told by what stands at their top.
    """

    private: tuple[str, ...] = ()
    says_nothing: frozenset[str] = frozenset()
    is_strict = False
    is_spelt_alone = False
    is_json = False
    repairs_encoding = True
    identifier_columns: tuple[str, ...] = ()

    @classmethod
    @cache
    def labels(cls) -> frozenset[str]:
        """All headers of the file, spelt as the registry spells them."""
        return frozenset(label for column in cls.columns().values() for label in column.labels)

    @classmethod
    @cache
    def number_labels(cls) -> frozenset[str]:
        """The headers of the column that must be there: as a rule the number of its trials."""
        return frozenset(cls.columns()[cls.required[0]].labels)

    @classmethod
    def tolerates(cls, name: str) -> bool:
        """Whether a row is good without a cell of this column that cannot be read."""
        return not cls.is_strict and name not in (*cls.required, "title")
