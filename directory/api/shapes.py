"""The shapes that answers of every version have in common: problems, and pages of a list."""

from rest_framework import serializers as s

from directory.sheets.sheet import Sheet

# Of what Django knows of a field, what the document says; the rest is about writing it.
_TOLD = ("help_text", "max_length", "min_value", "max_value", "child")


def served(sheet: type[Sheet]) -> dict[str, s.Field]:
    """The shapes of what `Sheet.body` has of a record, made from the model's fields."""
    made = s.ModelSerializer()
    fields = {}
    for name, field in sheet.served().items():
        kind, kwargs = made.build_standard_field(name, field)
        kwargs = {key: value for key, value in kwargs.items() if key in _TOLD}
        if kind is s.ChoiceField:
            kwargs["choices"] = field.choices
        fields[name] = kind(**kwargs, allow_null=True)
    return fields


class FaultSerializer(s.Serializer):
    field = s.CharField(help_text="The parameter or field; empty if the error is not about one.")
    message = s.CharField()
    allowed = s.ListField(child=s.CharField(), required=False)


class ProblemSerializer(s.Serializer):
    """RFC 9457."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    errors = FaultSerializer(many=True)
    see = s.URLField(required=False, help_text="The address to continue at; every 409 has it.")


class MatchSerializer(s.Serializer):
    """Why and where a result was found (`include=match`)."""

    score = s.FloatField(allow_null=True)
    distance_km = s.FloatField(allow_null=True)
    why = s.ListField(child=s.CharField())
    without = s.ListField(child=s.CharField(), help_text="The words of `q` that this record does not have.")


class WordsSerializer(s.Serializer):
    """What became of the words of `q`."""

    partial = s.BooleanField(help_text="No record has all the words; these have some of them.")
    without = s.ListField(child=s.CharField(), help_text="The words that no result has.")
    excluded = s.ListField(child=s.CharField(), help_text="Excluded words: after `NOT` or a minus.")
    not_understood = s.ListField(child=s.CharField(), help_text="Signs that were ignored.")


class FacetCountSerializer(s.Serializer):
    value = s.CharField()
    label = s.CharField()
    count = s.IntegerField(min_value=0)


def page_of(shape: type[s.Serializer], *, whole: bool = False, searched: bool = False) -> type[s.Serializer]:
    """The list answer whose results are of `shape`; `whole`: it takes neither `fields` nor `include`.

    `searched`: it takes words, and says what became of them.
    """
    name = _component(shape)
    result = (
        shape
        if whole
        else type(
            f"{name}Result",
            (shape,),
            {
                "__doc__": f"A {name} in a list: whole, unless `fields` left names out.",
                "match": MatchSerializer(required=False),
                "get_fields": _all_optional,
            },
        )
    )
    return type(
        f"{name}Page",
        (s.Serializer,),
        {
            "__doc__": f"A page of the list, {name} by {name}.",
            "count": s.IntegerField(min_value=0, help_text="On all pages together."),
            "next": s.URLField(allow_null=True),
            "previous": s.URLField(allow_null=True),
            "facets": s.DictField(
                child=FacetCountSerializer(many=True), help_text="Empty unless `facets=1`."
            ),
            "results": result(many=True),
            **({"words": WordsSerializer(required=False, help_text="Only with `q`.")} if searched else {}),
        },
    )


def partly(shape: type[s.Serializer]) -> type[s.Serializer]:
    """One document, whole unless `fields` left names out."""
    name = f"{_component(shape)}Document"
    return type(name, (shape,), {"__doc__": shape.__doc__, "get_fields": _all_optional})


def _component(shape: type[s.Serializer]) -> str:
    """Its name in the document, as drf-spectacular makes it."""
    return shape.__name__.removesuffix("Serializer")


def _all_optional(self):
    fields = super(type(self), self).get_fields()
    for one in fields.values():
        one.required = False
    return fields
