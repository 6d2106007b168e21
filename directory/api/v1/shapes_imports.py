"""The shapes of imports that version 1 promises: runs, their rows, questions and decisions."""

# Fields are named as the API names them, also where a serializer has an attribute of that name.
# mypy: disable-error-code="assignment"

from rest_framework import serializers as s

from directory.core.roles import Role
from directory.imports import kinds
from directory.imports.choices import Decision, Outcome
from directory.imports.choices import Status as RunStatus


class CountsSerializer(s.Serializer):
    """Rows by what becomes of them."""

    locals().update({outcome: s.IntegerField(min_value=0) for outcome in Outcome.values})


class ImportRunSerializer(s.Serializer):
    """A sheet on its way: uploaded → planning → planned → applying → applied; or cancelled, or failed.

    A plan with nothing to store and nothing to ask is `applied` at once, with `stored` 0.
    """

    id = s.IntegerField()
    kind = s.CharField(allow_blank=True, help_text="Empty until it is recognised.")
    file_name = s.CharField()
    status = s.ChoiceField(RunStatus.choices)
    rows_total = s.IntegerField(min_value=0)
    rows_done = s.IntegerField(min_value=0)
    percent = s.IntegerField(min_value=0, max_value=100)
    counts = CountsSerializer()
    problems = s.ListField(child=s.DictField(), help_text="What is wrong with the file as a whole.")
    warnings = s.ListField(child=s.DictField())
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)
    created_by = s.ChoiceField(Role.choices, help_text="A role, never a person.")
    undo_of = s.IntegerField(allow_null=True)
    stored = s.IntegerField(
        min_value=0,
        help_text="Rows stored. 0 with status `applied`: there was nothing to store.",
    )


class FieldChangeSerializer(s.Serializer):
    field = s.CharField()
    old = s.JSONField(allow_null=True)
    new = s.JSONField(allow_null=True)


class CellMessageSerializer(s.Serializer):
    column = s.CharField(allow_blank=True)
    value = s.CharField(allow_blank=True)
    message = s.CharField()


class ImportRowSerializer(s.Serializer):
    """What becomes of one row of the sheet."""

    number = s.IntegerField(help_text="The row number in the sheet.")
    outcome = s.ChoiceField(Outcome.choices)
    record = s.CharField(allow_null=True)
    changes = FieldChangeSerializer(many=True)
    messages = CellMessageSerializer(many=True)


class QuestionOptionSerializer(s.Serializer):
    value = s.CharField(allow_blank=True)
    label = s.CharField(allow_blank=True)
    reason = s.CharField(allow_blank=True)


class ImportQuestionSerializer(s.Serializer):
    """Something only a person knows. Needed: the plan cannot be applied while it is open."""

    key = s.CharField()
    code = s.CharField()
    message = s.CharField()
    options = QuestionOptionSerializer(many=True)
    suggested = s.CharField(allow_blank=True, help_text="Used until somebody answers.")
    needed = s.BooleanField()
    examples = s.ListField(child=s.CharField(allow_blank=True), help_text="Examples of cells in the sheet.")
    answer = s.CharField(allow_null=True, allow_blank=True)


class ImportQuestionsSerializer(s.Serializer):
    questions = ImportQuestionSerializer(many=True)


class ImportAnswersSerializer(s.Serializer):
    answers = s.DictField(
        child=s.CharField(allow_blank=True), help_text="The value of the chosen option, by key."
    )


class ImportDecisionSerializer(s.Serializer):
    """Rows by number, as the sheet shows it."""

    locals().update(
        {name: s.ListField(child=s.IntegerField(min_value=0), required=False) for name in Decision.values}
    )


class ImportDecidedSerializer(s.Serializer):
    decided = s.IntegerField(min_value=0, help_text="The number of rows decided.")


class SentSheetSerializer(s.Serializer):
    """A sheet as a form (multipart/form-data)."""

    file = s.FileField(help_text="CSV or XLSX, at most 10 MB.")
    kind = s.ChoiceField(kinds.choices(), required=False, help_text="The kind of sheet.")
    sheet = s.CharField(
        required=False, help_text="The sheet of a workbook; if missing, the first with known columns."
    )
    dry_run = s.ChoiceField(
        ["0", "1"], required=False, help_text="With either value, nothing is stored before `apply`."
    )
