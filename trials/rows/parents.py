"""What a row says of the trial that its own is a part of."""

from django.utils.translation import gettext as _

from directory.imports.rows.processor import RowProcessor
from directory.imports.rows.result import RowResult, shown

from ..identifiers import Identifier, parse_identifier
from ..models import Trial
from .acronyms import key_of
from .finding import TrialFinder


class ParentRows(RowProcessor):
    """The part of the rows of trials that is about parents; the sub-protocol may stand in the same sheet."""

    finder: TrialFinder
    registry: str

    def __init__(self, scope):
        super().__init__(scope)
        self.children: list[tuple[RowResult, Trial]] = []

    def compare_parent(self, result, work):
        """Set on the trial what the cell says, or tell why it stays."""
        if "parent" not in result.values:
            if work.trial.pk and self.clears(result, "parent", str(work.trial.parent or "")):
                self._set_parent(result, work, None)
            return
        parent = self._parent(result, work.trial)
        if parent is not None and (parent.pk is None or parent.pk != work.trial.parent_id):
            self._take(result, work, parent)

    def _take(self, result, work, parent: Trial) -> None:
        if self.registry and work.trial.parent_id:
            self.stays(result, "parent", str(work.trial.parent or ""))
            return
        self._set_parent(result, work, parent)
        if parent.pk is None:
            self.children.append((result, parent))

    def _set_parent(self, result, work, parent: Trial | None):
        result.change("parent", str(work.trial.parent or ""), str(parent or ""))
        work.trial.parent = parent
        work.attributes.append("parent")

    def _parent(self, result, trial) -> Trial | None:
        """The trial that the cell means, which `trial` may be a part of; None, and perhaps refused."""
        text, so_far = result.values["parent"], len(result.messages)
        parent = self.finder.find(result, "parent", as_identifier(text), text)
        if parent is trial or (parent is None and self._names_itself(result, text)):
            result.refuse("parent", _("A trial cannot be its own parent."))
            return None
        if parent is None and len(result.messages) == so_far:
            near = self.finder.may_be(text, ())
            hint = _(" Did you mean %(near)s?") % {"near": near} if near else ""
            sentence = _("“%(text)s” is not a known trial. Put its row above this one, or correct it.")
            result.refuse("parent", sentence % {"text": shown(text)} + hint)
        return parent

    def _names_itself(self, result, text: str) -> bool:
        """Whether the cell names the row's own trial, which may be new and so not be found yet."""
        own = {one.compact for name in self.sheet.identifier_columns for one in result.values.get(name, ())}
        return key_of(text) == key_of(result.values.get("acronym", "")) or any(
            one.compact in own for one in as_identifier(text)
        )

    def stays(self, result, name: str, stored: str) -> None:
        """Tell that a registry says something else than what is stored."""
        raise NotImplementedError

    def finish(self):
        """A sub-protocol whose new parent is refused by a later row is refused as well."""
        for result, parent in self.children:
            if not result.is_bad and self.seen[parent.slug].is_bad:
                row = self.seen[parent.slug].number
                result.refuse(
                    "parent",
                    _("The parent (row %(row)d) is not stored. Correct that row first.") % {"row": row},
                )
                result.work, result.changes = None, []
                self.revised.append(result)

    def orphans(self):
        """Sub-protocols of which the new parent was left out by a person."""
        return [
            (result, self.seen[parent.slug].number)
            for result, parent in self.children
            if result.work is not None and self.seen[parent.slug].work is None
        ]


def as_identifier(text: str) -> list[Identifier]:
    """The identifier that a text is; none where it is something else."""
    try:
        return [parse_identifier(text)]
    except ValueError:
        return []
