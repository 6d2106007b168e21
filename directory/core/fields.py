"""Fields the domains share: several words in one column, on both databases."""

from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from translated_fields import TranslatedField
from translated_fields.utils import fallback_to_any

from .text import control_character_in, refuse_control_characters, tidy

MAX_WORDS, MAX_WORD = 200, 300
_WHOLE = BaseDatabaseOperations.integer_field_ranges  # what PostgreSQL keeps, by type of field


class WordsFormField(forms.CharField):
    """A text area with one entry a line; a list of strings inside."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        if isinstance(value, list):
            return value
        return [word for line in (super().to_python(value) or "").splitlines() if (word := tidy(line))]

    def has_changed(self, initial, data):
        return self.to_python(initial or []) != self.to_python(data)


class WordsField(models.JSONField):
    """An ordered list of short texts; with `words`, only members of that vocabulary.

    Stored as a JSON array: SQLite has no array column, and no query joins on its members.
    """

    description = _("List of words")

    def __init__(self, *args, words=None, **kwargs):
        self.words = words
        kwargs |= {"default": list, "blank": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None), kwargs.pop("blank", None)
        return name, path, args, kwargs

    def formfield(self, **kwargs):
        if self.words is not None:
            return forms.MultipleChoiceField(
                choices=self.words.choices,
                required=False,
                label=capfirst(self.verbose_name),
                help_text=self.help_text,
                widget=forms.CheckboxSelectMultiple,
            )
        return WordsFormField(required=False, label=capfirst(self.verbose_name), help_text=self.help_text)

    def from_db_value(self, value, expression, connection):
        # Most lists of most records are empty: an import reads a million of them.
        return [] if value == "[]" else super().from_db_value(value, expression, connection)

    def validate(self, value, model_instance):
        super().validate(value, model_instance)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise ValidationError(_("Give a list of texts."), code="list")
        if len(value) > MAX_WORDS:
            raise ValidationError(
                _("%(n)d entries are too many. Give at most %(most)d."),
                params={"n": len(value), "most": MAX_WORDS},
            )
        for word in value:
            self._validate_word(word)

    def _validate_word(self, word):
        if len(word) > MAX_WORD:
            raise ValidationError(
                _("“%(word)s…” is longer than %(most)d characters."),
                params={"word": word[:40], "most": MAX_WORD},
            )
        if character := control_character_in(word):
            raise ValidationError(
                _("The text contains the control character %(character)s."), params={"character": character}
            )
        if self.words is not None and word not in self.words.values:
            raise ValidationError(
                _("“%(word)s” is not one of: %(words)s."),
                params={"word": word, "words": ", ".join(self.words.values)},
            )


@WordsField.register_lookup
class HasWord(models.Lookup):
    """`words__has_word="age"`: the list has that member of its vocabulary; the same on both databases."""

    lookup_name = "has_word"
    prepare_rhs = False

    def as_sql(self, compiler, connection, find="STRPOS"):
        lhs, params = self.process_lhs(compiler, connection)
        return f"{find}(CAST({lhs} AS text), %s) > 0", [*params, f'"{self.rhs}"']

    def as_sqlite(self, compiler, connection):
        return self.as_sql(compiler, connection, "INSTR")


def refuse_unkept(field: models.Field, value: object) -> None:
    """Raises ValidationError where `field` may not hold `value`: the same on every database.

    SQLite keeps texts of any length and numbers of any size; PostgreSQL stops at them.
    """
    if is_good_text(field, value):
        return
    field.clean(value, None)
    if isinstance(value, str):
        # Of a text without a limit in the database Django asks the length in forms only.
        if field.max_length is not None and not isinstance(field, models.CharField):
            MaxLengthValidator(field.max_length)(value)
    elif isinstance(value, int) and (bounds := _WHOLE.get(field.get_internal_type())):
        MinValueValidator(bounds[0])(value)
        MaxValueValidator(bounds[1])(value)


def is_good_text(field: models.Field, value: object) -> bool:
    """Whether `value` is a line that `field` may hold, of which nothing but that is asked.

    What it leaves open its validators tell. No control character is printable.
    """
    return type(value) is str and 0 < len(value) <= _longest(field) and value.isprintable()


@cache
def _longest(field: models.Field) -> int:
    """Of a text of which no more is asked than its length and its characters; -1 for other fields."""
    asked = {one if one is refuse_control_characters else type(one) for one in field.validators}
    is_text = type(field) in (models.CharField, models.TextField) and not field.choices
    asks_more = asked - {MaxLengthValidator, refuse_control_characters}
    return field.max_length or -1 if is_text and not asks_more else -1


LANGUAGE_CODES = ("en", "nl", "fr", "de")


def page_language() -> str:
    """The language of the page or mail being written, one of the four."""
    code = (get_language() or "en")[:2]
    return code if code in LANGUAGE_CODES else "en"


def translated(field, *, required=()):
    """Four real columns, `name_en` … `name_de`; reading `record.name` falls back to any.

    Languages in `required` must be filled, the others may be blank.
    """
    optional = {"blank": True, "default": ""}
    return TranslatedField(
        field,
        {code: ({} if code in required else optional) for code in LANGUAGE_CODES},
        languages=LANGUAGE_CODES,
        attrgetter=fallback_to_any,
    )


def by_language(record: models.Model, name: str) -> dict[str, str]:
    """The filled columns `name_en` … `name_de` by language."""
    return {code: text for code in LANGUAGE_CODES if (text := getattr(record, f"{name}_{code}"))}
