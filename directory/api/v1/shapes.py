"""The shapes that version 1 promises, for its OpenAPI document and for `fields`.

They describe documents and never make them: those are built by `directory.search` when a record changes, and
a test holds the stored documents against these shapes.
"""

# Fields are named as the contract names them, also where a serializer has an attribute of that name.
# mypy: disable-error-code="assignment"

from rest_framework import serializers as s

from centres.choices import CentreRole, Language
from directory.core.places import Province
from directory.core.visibility import Role
from directory.imports.choices import Kind, Outcome
from directory.imports.choices import Status as RunStatus
from directory.search.service import CRITERIA
from trials.choices import Freshness, Phase, Recruitment, Scheme, Sex, Stage, StudyType
from trials.models.condition import ConditionLevel

PARTIAL_DATE = "2024-06-03, 2024-06 or 2024: as exactly as it is known; null where it is not."

COUNTRY = "ISO 3166-1, two letters."


def partial_date(**kwargs):
    return s.RegexField(r"^\d{4}(-\d{2}(-\d{2})?)?$", allow_null=True, help_text=PARTIAL_DATE, **kwargs)


class Names(s.Serializer):
    """A text by language, without the languages nobody has written."""

    en = s.CharField(required=False)
    nl = s.CharField(required=False)
    fr = s.CharField(required=False)
    de = s.CharField(required=False)


class Identifier(s.Serializer):
    scheme = s.ChoiceField(Scheme.choices)
    value = s.CharField(help_text="As the registry writes it.")
    url = s.URLField(allow_null=True)


class ConditionRef(s.Serializer):
    code = s.CharField(help_text="ICCC-3, for example VIIIc.")
    name = s.CharField()


class Age(s.Serializer):
    min_days = s.IntegerField(allow_null=True, min_value=0, help_text="In days; null: no bound.")
    max_days = s.IntegerField(allow_null=True, min_value=0, help_text="In days; null: no bound.")
    text = s.CharField(allow_blank=True, help_text="For people, for example “2 years to 50 years”.")


class SiteCentre(s.Serializer):
    code = s.CharField()
    name = s.CharField()
    city = s.CharField(allow_blank=True)
    postal_code = s.CharField(allow_blank=True)
    country = s.CharField(help_text=COUNTRY)
    lat = s.FloatField(allow_null=True)
    lon = s.FloatField(allow_null=True)


class Contact(s.Serializer):
    """A role to turn to; a person only with their recorded consent."""

    name = s.CharField(allow_null=True)
    role = s.CharField(allow_null=True)
    email = s.CharField(allow_null=True)
    phone = s.CharField(allow_null=True)


class Site(s.Serializer):
    """A trial at a centre."""

    trial = s.CharField(help_text="The trial's slug.")
    centre = SiteCentre()
    status = s.ChoiceField(Recruitment.choices)
    status_since = partial_date()
    verified_at = s.DateField(allow_null=True)
    verified_by = s.ChoiceField(Role.choices, allow_null=True, help_text="A role, never a person.")
    source = s.CharField(allow_null=True)
    freshness = s.ChoiceField(Freshness.choices, help_text="As of today.")
    next_due = s.DateField(allow_null=True, help_text="Verify again by this day to stay fresh.")
    contact = Contact(allow_null=True)


class Parent(s.Serializer):
    """The trial that a sub-protocol is a part of."""

    slug = s.CharField()
    acronym = s.CharField(allow_blank=True)


class Trial(s.Serializer):
    """A signpost to a clinical trial, with its sites."""

    slug = s.CharField()
    url = s.URLField()
    acronym = s.CharField(allow_blank=True)
    title = s.CharField()
    titles = Names()
    summary = s.CharField(allow_blank=True)
    identifiers = Identifier(many=True)
    status = s.ChoiceField(Recruitment.choices)
    status_as_of = partial_date()
    phases = s.ListField(child=s.ChoiceField(Phase.choices))
    study_type = s.ChoiceField(StudyType.choices, allow_null=True)
    conditions = ConditionRef(many=True)
    disease_terms = s.ListField(child=s.CharField())
    stages = s.ListField(child=s.ChoiceField(Stage.choices))
    sex = s.ChoiceField(Sex.choices)
    age = Age()
    sponsor = s.CharField(allow_blank=True)
    groups = s.ListField(child=s.CharField())
    parent = Parent(allow_null=True)
    sites = Site(many=True)
    opened_in_belgium = partial_date()
    source = s.CharField(allow_null=True)
    updated_at = s.DateTimeField()


class Dated(s.Serializer):
    """What a centre is in a network; both days are included and either may be open."""

    role = s.ChoiceField(CentreRole.choices, allow_null=True)
    since = s.DateField(allow_null=True, help_text="May lie in the future.")
    until = s.DateField(allow_null=True)
    care = s.ListField(child=s.CharField(), help_text="What is done there, near the patient's home.")


class Membership(Dated):
    network = s.CharField(help_text="The network's slug.")
    name = s.CharField()


class Member(Dated):
    centre = s.CharField(help_text="The centre's code.")
    name = s.CharField()


class TrialCount(s.Serializer):
    total = s.IntegerField(min_value=0)
    recruiting = s.IntegerField(min_value=0, help_text="Those that recruit at this centre.")


class Centre(s.Serializer):
    """A hospital that treats children with cancer."""

    code = s.CharField()
    url = s.URLField()
    name = s.CharField()
    names = Names()
    aliases = s.ListField(child=s.CharField())
    street = s.CharField(allow_null=True)
    postal_code = s.CharField(allow_null=True)
    city = s.CharField(allow_null=True)
    province = s.ChoiceField(Province.choices, allow_null=True, help_text="ISO 3166-2:BE.")
    country = s.CharField(help_text=COUNTRY)
    lat = s.FloatField(allow_null=True)
    lon = s.FloatField(allow_null=True)
    phone = s.CharField(allow_null=True, help_text="E.164.")
    email = s.CharField(allow_null=True)
    website = s.URLField(allow_null=True)
    university = s.CharField(allow_null=True)
    languages = s.ListField(child=s.ChoiceField(Language.choices))
    oms_id = s.CharField(allow_null=True)
    ror_id = s.CharField(allow_null=True)
    memberships = Membership(many=True)
    trials = TrialCount()
    updated_at = s.DateTimeField()


class Network(s.Serializer):
    """Centres that work together."""

    slug = s.CharField()
    url = s.URLField()
    acronym = s.CharField(allow_blank=True)
    name = s.CharField()
    names = Names()
    description = s.CharField(allow_blank=True)
    website = s.URLField(allow_null=True)
    members = Member(many=True)
    source = s.CharField(allow_null=True)
    updated_at = s.DateTimeField()


class Match(s.Serializer):
    """Why and where a result was found (`include=match`)."""

    score = s.FloatField(allow_null=True)
    distance_km = s.FloatField(allow_null=True)
    why = s.ListField(child=s.CharField())


class FacetCount(s.Serializer):
    value = s.CharField()
    label = s.CharField()
    count = s.IntegerField(min_value=0)


class Condition(s.Serializer):
    """A class of the International Classification of Childhood Cancer, third edition."""

    code = s.CharField()
    parent = s.CharField(allow_null=True)
    level = s.ChoiceField(ConditionLevel.choices)
    name = s.CharField(help_text="In the language asked for with `lang`.")
    names = Names()


class Suggestion(s.Serializer):
    kind = s.CharField()
    key = s.CharField()
    label = s.CharField()
    detail = s.CharField(allow_blank=True)
    url = s.URLField(allow_null=True, help_text="Where the API shows it.")


class Suggestions(s.Serializer):
    results = Suggestion(many=True)


class Counts(s.Serializer):
    """Rows by what becomes of them."""

    new = s.IntegerField(min_value=0)
    update = s.IntegerField(min_value=0)
    unchanged = s.IntegerField(min_value=0)
    duplicate = s.IntegerField(min_value=0)
    conflict = s.IntegerField(min_value=0)
    invalid = s.IntegerField(min_value=0)
    error = s.IntegerField(min_value=0)


class ImportRun(s.Serializer):
    """A sheet on its way: uploaded → planning → planned → applying → applied; or cancelled, or failed."""

    id = s.IntegerField()
    kind = s.CharField(allow_blank=True, help_text="Empty until it is recognised.")
    file_name = s.CharField()
    status = s.ChoiceField(RunStatus.choices)
    rows_total = s.IntegerField(min_value=0)
    rows_done = s.IntegerField(min_value=0)
    percent = s.IntegerField(min_value=0, max_value=100)
    counts = Counts()
    problems = s.ListField(child=s.DictField(), help_text="What is wrong with the file as a whole.")
    warnings = s.ListField(child=s.DictField())
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)
    created_by = s.ChoiceField(Role.choices, help_text="A role, never a person.")
    undo_of = s.IntegerField(allow_null=True)


class FieldChange(s.Serializer):
    field = s.CharField()
    old = s.JSONField(allow_null=True)
    new = s.JSONField(allow_null=True)


class CellMessage(s.Serializer):
    column = s.CharField(allow_blank=True)
    value = s.CharField(allow_blank=True)
    message = s.CharField()


class ImportRow(s.Serializer):
    """What becomes of one row of the sheet."""

    number = s.IntegerField(help_text="As the sheet shows it.")
    outcome = s.ChoiceField(Outcome.choices)
    record = s.CharField(allow_null=True)
    changes = FieldChange(many=True)
    messages = CellMessage(many=True)


class QuestionOption(s.Serializer):
    value = s.CharField(allow_blank=True)
    label = s.CharField(allow_blank=True)
    reason = s.CharField(allow_blank=True)


class ImportQuestion(s.Serializer):
    """Something only a person knows. Needed: the plan cannot be applied while it is open."""

    key = s.CharField()
    code = s.CharField()
    message = s.CharField()
    options = QuestionOption(many=True)
    suggested = s.CharField(allow_blank=True, help_text="What is taken as long as nobody answers.")
    needed = s.BooleanField()
    examples = s.ListField(child=s.CharField(allow_blank=True), help_text="Cells of the sheet.")
    answer = s.CharField(allow_null=True, allow_blank=True)


class ImportQuestions(s.Serializer):
    questions = ImportQuestion(many=True)


class ImportAnswers(s.Serializer):
    answers = s.DictField(child=s.CharField(allow_blank=True), help_text="Values of options, by key.")


class ImportDecision(s.Serializer):
    """Rows by number, as the sheet shows it."""

    take = s.ListField(child=s.IntegerField(min_value=0), required=False)
    leave = s.ListField(child=s.IntegerField(min_value=0), required=False)


class ImportDecided(s.Serializer):
    decided = s.IntegerField(min_value=0, help_text="How many rows it concerns.")


class SentSheet(s.Serializer):
    """A sheet as a form (multipart/form-data)."""

    file = s.FileField(help_text="CSV or XLSX, at most 10 MB.")
    kind = s.ChoiceField(Kind.choices, required=False, help_text="What the rows are.")
    sheet = s.CharField(required=False, help_text="The sheet of a workbook; else the first with data.")
    dry_run = s.ChoiceField(
        ["0", "1"], required=False, help_text="Either way nothing is stored before apply."
    )


class Profile(s.Serializer):
    """A patient without a name. Everything is optional; do not send what identifies anybody."""

    conditions = s.ListField(child=s.CharField(), required=False, help_text="ICCC-3 codes, for example IVa.")
    text = s.CharField(
        required=False,
        max_length=400,
        help_text="Free words: diseases, stages, alterations, in four languages.",
    )
    age = s.CharField(required=False, help_text="14, 14y, 31m, 12d.")
    stage = s.ChoiceField(Stage.choices, required=False)
    lines = s.IntegerField(
        required=False, min_value=0, max_value=20, help_text="Previous lines of systemic treatment."
    )
    alterations = s.ListField(
        child=s.CharField(max_length=100), required=False, help_text="ALK, BRAF V600E; “ALK negative”, too."
    )
    sex = s.ChoiceField(Sex.choices, required=False)
    near = s.CharField(required=False, help_text="A Belgian postal code or `latitude,longitude`.")
    within = s.FloatField(
        required=False, min_value=0, max_value=20_000, help_text="Kilometres around `near`."
    )
    countries = s.ListField(child=s.CharField(), required=False, help_text=COUNTRY)
    lang = s.ChoiceField(["en", "nl", "fr", "de"], required=False, help_text="Of names in `read`.")
    limit = s.IntegerField(required=False, min_value=1, max_value=200, help_text="Trials a list; 50.")


class Criterion(s.Serializer):
    name = s.ChoiceField(CRITERIA)
    verdict = s.ChoiceField(["met", "unmet", "unknown"])
    reason = s.CharField(help_text="For people.")


class NearestSite(s.Serializer):
    """The nearest site that recruits; without `near`, the one verified last."""

    centre = s.CharField(help_text="Its code.")
    distance_km = s.FloatField(allow_null=True)
    status = s.ChoiceField(Recruitment.choices)
    freshness = s.ChoiceField(Freshness.choices)


class MatchedTrial(s.Serializer):
    trial = s.CharField(help_text="Its slug.")
    acronym = s.CharField(allow_blank=True)
    criteria = Criterion(many=True)
    nearest_site = NearestSite(allow_null=True)


class BandCounts(s.Serializer):
    matches = s.IntegerField(min_value=0)
    undetermined = s.IntegerField(min_value=0)
    excluded = s.IntegerField(min_value=0)


class ReadTerm(s.Serializer):
    kind = s.ChoiceField(["condition", "stage", "alteration"])
    value = s.CharField(allow_blank=True)
    label = s.CharField()


class Matching(s.Serializer):
    """All criteria met; some unknown and none unmet; any unmet."""

    matches = MatchedTrial(many=True)
    undetermined = MatchedTrial(many=True)
    excluded = MatchedTrial(many=True)
    counts = BandCounts()
    read = ReadTerm(many=True, help_text="What was read in `text`.")
    unread = s.ListField(child=s.CharField(), help_text="Words of `text` that were not understood.")


class Fault(s.Serializer):
    field = s.CharField(help_text="The parameter or field; empty where none is to blame.")
    message = s.CharField()
    allowed = s.ListField(child=s.CharField(), required=False)


class Problem(s.Serializer):
    """RFC 9457."""

    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    detail = s.CharField()
    errors = Fault(many=True)
