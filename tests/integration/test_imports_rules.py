"""No rule of a model is first met by the database: a row that breaks one is refused in the plan.

Every field and constraint of every model that a sheet writes is broken in turn, as a processor that forgot it
would, one row a rule; and every column's cell is made too long, or not a word of its vocabulary. What is
written, and by which kind of sheet, is seen by applying good sheets, not listed.
"""

import itertools
import json
import re

import pytest
from django.apps import apps
from django.core.validators import MaxLengthValidator
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from centres.models import Membership
from directory.core import changes
from directory.core.fields import MAX_WORD, WordsField
from directory.core.models import Change, PublicUpdate, Shown
from directory.imports import actions, steps
from directory.imports.apply import apply_run
from directory.imports.kinds import all_kinds
from directory.imports.models import ColumnMapping, ImportRun, RowOutcome
from directory.imports.rows.rules import getter, rules_of, weigh
from directory.sheets.cells import Address, Email, LongText, Prose, Text
from tests.builders import a_centre, an_editor
from tests.sheets import a_csv, a_row_of, applied, messages, outcomes, planned
from tests.support.figures import tell
from tests.support.registry_rows import ROWS, of_another_trial
from tests.support.studies import a_study
from trials.models import StatusStatement, Trial

pytestmark = pytest.mark.django_db

# Kept of every import, whatever its rows say; nothing of it is a row's.
BOOKS = {
    Change: "the change log: of records that were held against their rules",
    Shown: "when what is shown of these records changed: moved by the change log",
    PublicUpdate: "that it changed, for partners",
    ImportRun: "the run itself",
    RowOutcome: "receipts of the plan",
    ColumnMapping: "what headers were read as",
}
DATES = {"since": "2026-03-01", "until": "2026-02-01"}
# Values that break a constraint, by its name: a new constraint needs an entry here.
BREAKS = {
    "centre_has_both_coordinates": {"latitude": 51.0, "longitude": None},
    "centre_coordinates_on_earth": {"latitude": 51.0, "longitude": 200.0},
    "membership_dates_in_order": DATES,
    "affiliation_dates_in_order": DATES,
    "consent_withdrawn_after_given": {
        "consent_given_on": "2026-03-01", "consent_withdrawn_on": "2026-02-01",
    },
    "trial_ages_in_order": {"min_days": 10, "max_days": 9},
    "trial_lines_in_order": {"lines_min": 2, "lines_max": 1},
    "trial_has_no_limit_of_age": {"no_limits": ["age"], "age_max_text": "18 years"},
    "trial_has_no_limit_of_lines": {"no_limits": ["lines"], "lines_max": 1},
    "trial_has_no_limit_of_alterations": {"no_limits": ["alterations"], "alterations": ["ALK"]},
    "trial_has_no_limit_of_alterations_excluded": {
        "no_limits": ["alterations_excluded"], "alterations_excluded": ["ALK"],
    },
    "trial_has_no_limit_of_sex": {"no_limits": ["sex"], "sex": "female"},
    "trial_is_not_its_own_parent": {"parent": None},
    "merged_trial_is_another_and_not_listed": {"merged_into": None},
    "statement_of_a_site_or_a_trial": {"site": None},
    "statement_of_a_site_has_a_day": {"said_at": None},
}  # fmt: skip
# A rule that a row cannot break against what is stored, and why.
NOT_AGAINST_STORED = {"trial_condition": "the conditions of a row replace those that are stored"}


def a_row(kind, number):
    """A good row; each number is another record."""
    known = {
        "centres": {"code": f"c-{number}", "name_en": f"Centre {number}", "aliases": f"alias {number}"},
        "networks": {"network": f"n-{number}", "network_name": f"Net {number}", "centre": "uz-gent"},
        "trials": {
            "acronym": f"T{number}", "title": f"{number}. trial of something rare", "conditions": "Ia",
            "nct_number": f"NCT{number:08}",
        },
        "sites": {
            "centre_code": "uz-gent", "acronym": f"S{number}", "nct_number": f"NCT{number:08}",
            "status": "recruiting", "contact_name": f"Contact {number}", "pi_name": f"Investigator {number}",
        },
        "ctgov_csv": {
            "NCT Number": f"NCT{number:08}", "Study Title": f"{number}. trial of something rare",
            "Study Status": "RECRUITING", "Locations": "Centre of Ghent, Gent, Belgium",
        },
        "ctgov_json": {"protocolSection": json.dumps(a_study(f"NCT{number:08}")["protocolSection"])},
    }  # fmt: skip
    if kind in ROWS:
        return of_another_trial(kind, ROWS[kind], number)
    return known.get(kind) or a_row_of(all_kinds()[kind].sheet, number)


@pytest.fixture(autouse=True)
def _a_centre():
    a_centre("uz-gent", name="Centre of Ghent")


def spoil(monkeypatch, kind, how):
    """Let `how(number of the row, write)` change what rows of `kind` are about to write."""
    processor = all_kinds()[kind]
    real = processor.writes

    def writes(self, result):
        for write in real(self, result):
            how(result.number, write)
            yield write

    monkeypatch.setattr(processor, "writes", writes)


def written_by(monkeypatch, kind):
    """The models of which a good row of `kind` writes records, in a run of its own."""
    found = {}
    with monkeypatch.context() as patched:
        spoil(patched, kind, lambda _number, write: found.setdefault(type(write.record)))
        planned(a_csv(a_row(kind, 99_000)), kind=kind)
    ImportRun.objects.all().delete()
    return list(found)


# What is written at all


@pytest.mark.parametrize("kind", all_kinds())
def test_whatever_an_import_writes_is_held_against_its_rules(kind, monkeypatch):
    checked = set(written_by(monkeypatch, kind))
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    user = an_editor()
    with CaptureQueriesContext(connection) as asked:
        applied(a_csv(a_row(kind, 1), a_row(kind, 2)), kind=kind, user=user)
    statements = (re.sub(r"^\d+ times: ", "", one["sql"]) for one in asked.captured_queries)
    words = [one.replace('"', " ").split() for one in statements]
    hit = {tables[w[2]] for w in words if w[:2] == ["INSERT", "INTO"] and w[2] in tables}
    hit |= {tables[w[1]] for w in words if w and w[0] == "UPDATE" and w[1] in tables}
    if all_kinds()[kind].sheet._meta.model is Trial:
        hit.discard(StatusStatement)  # of the trial's own columns, which were held against their rules
    assert hit - checked - set(BOOKS) == set()
    assert checked <= hit


@pytest.mark.parametrize("kind", all_kinds())
def test_a_new_record_is_of_the_time_when_its_run_was_applied(kind):
    """Not of the time when the worker made its first one, which may be days ago."""
    applied(a_csv(a_row(kind, 1)), kind=kind)
    begun, model = timezone.now(), all_kinds()[kind].sheet._meta.model
    applied(a_csv(a_row(kind, 2)), kind=kind)
    late = model.objects.latest("pk")
    times = [getattr(late, name) for name in ("created_at", "updated_at") if hasattr(late, name)]
    assert times
    assert begun <= min(times) <= max(times) <= timezone.now()


# One row a rule


def field_rules(model):
    """`(name of the rule, attribute, a value that breaks it)` for each rule of each field."""
    for rule in rules_of(model).fields.values():
        field = rule.field
        if field.primary_key:
            continue  # drawn by the database
        if not rule.may_be_none:
            yield f"{rule.name}: null", rule, None
        if not field.blank and isinstance(field, models.CharField | models.TextField):
            yield f"{rule.name}: blank", rule, ""
        if field.max_length is not None:
            yield f"{rule.name}: length", rule, "x" * (field.max_length + 1)
        if isinstance(field, WordsField):
            yield f"{rule.name}: word too long", rule, ["x" * (MAX_WORD + 1)]
        if field.choices or getattr(field, "words", None):
            yield f"{rule.name}: choice", rule, ["?"] if isinstance(field, WordsField) else "?"
        elif others := [one for one in field.validators if not isinstance(one, MaxLengthValidator)]:
            number = isinstance(field, models.IntegerField | models.FloatField)
            yield f"{rule.name}: {len(others)} validators", rule, 2**63 if number else "?"


def set_to(record, rule, value):
    if rule.field.is_relation and value is None:
        record._state.fields_cache.pop(rule.name, None)
    setattr(record, rule.attname, value)


def check_rules(model):
    for check in rules_of(model).checks:
        assert check.name in BREAKS, f"say which values break {check.name}"
        yield check


def broken(record, check):
    for name, value in BREAKS[check.name].items():
        field = record._meta.get_field(name)
        own = name in ("parent", "merged_into")  # of a trial: itself
        setattr(record, name, record if own else field.to_python(value))


def all_rules(model):
    """A name and a way to break it, for each field's rule and each check of `model`."""
    found = [
        (name, lambda record, rule=rule, value=value: set_to(record, rule, value))
        for name, rule, value in field_rules(model)
    ]
    return found + [
        (check.name, lambda record, check=check: broken(record, check)) for check in check_rules(model)
    ]


@pytest.mark.parametrize("kind", all_kinds())
def test_each_rule_of_each_model_is_told_in_the_plan(kind, monkeypatch):
    user, first, told = an_editor(), itertools.count(1), 0
    for model in written_by(monkeypatch, kind):
        rules = dict(enumerate(all_rules(model), start=2))  # by number of the row
        rows = [a_row(kind, next(first)) for _ in (*rules, "a good one")]
        done = set()

        def how(number, write, model=model, rules=rules, done=done):
            if number in rules and type(write.record) is model and (number, "once") not in done:
                rules[number][1](write.record)

        with monkeypatch.context() as patched:
            spoil(patched, kind, how)
            run = planned(a_csv(*rows), kind=kind, user=user)
            found = dict(run.rows.values_list("number", "messages"))
            expected = dict.fromkeys(rules, "invalid") | {len(rows) + 1: "new"}
            wrong = {
                f"{model.__name__} {rules[number][0]}": outcome
                for number, outcome in outcomes(run).items()
                if outcome != expected[number] and number in rules
            }
            assert wrong == {}
            assert outcomes(run) == expected
            columns = all_kinds()[kind].sheet.columns()
            assert all(any(one["column"] in columns for one in found[number]) for number in rules)
            before = changes.last_seq()
            actions.confirm(run=run, user=user, queue=False)
            apply_run(run)
        assert (run.status, run.taken["new"]) == ("applied", 1), run.problems
        keys = set(Change.objects.filter(seq__gt=before).values_list("run", flat=True))
        assert keys == {run.pk}
        told += len(rules)
    tell(f"{kind}: {told} rules of fields and conditions broken in a row each, {told} refused in the plan.")


def copied(record, other, names):
    for name in names:
        field = record._meta.get_field(name)
        if field.is_relation and name in other._state.fields_cache:
            setattr(record, name, getattr(other, name))
        else:
            setattr(record, field.attname, getattr(other, field.attname))


@pytest.mark.parametrize("kind", all_kinds())
@pytest.mark.parametrize("place", ["an earlier row", "an earlier chunk", "the registry"])
def test_what_may_be_there_once_is_told_in_the_plan(kind, place, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1 if place == "an earlier chunk" else 1_000)
    user, first, told = an_editor(), itertools.count(1), 0
    for model in written_by(monkeypatch, kind):
        for rule in rules_of(model).uniques:
            if place == "the registry" and rule.name in NOT_AGAINST_STORED:
                continue
            rows = [a_row(kind, next(first)) for _ in range(3)]
            seen = []

            def how(number, write, rule=rule, model=model, seen=seen):
                if type(write.record) is not model:
                    return
                if number == 2 and place != "the registry":
                    seen.append(write.record)
                elif number == 3:
                    copied(write.record, seen[0], rule.fields)

            if place == "the registry":
                applied(a_csv(rows[0]), kind=kind, user=user)
                seen.append(model._default_manager.latest("pk"))
                rows[0] = a_row(kind, next(first))
            with monkeypatch.context() as patched:
                spoil(patched, kind, how)
                run = planned(a_csv(*rows), kind=kind, user=user)
                assert (rule.name, outcomes(run)) == (rule.name, {2: "new", 3: "invalid", 4: "new"})
                actions.confirm(run=run, user=user, queue=False)
                apply_run(run)
            assert (run.status, run.taken["new"]) == ("applied", 2), run.problems
            told += 1
    tell(f"{kind}, {place}: {told} unique rules broken, {told} refused in the plan.")


def test_a_rule_that_is_not_asked_of_what_is_stored_is_one():
    every = {
        rule.name for model in apps.get_models(include_auto_created=True)
        for rule in rules_of(model).uniques
    }  # fmt: skip
    assert set(NOT_AGAINST_STORED) <= every
    checks = {rule.name for model in apps.get_models() for rule in rules_of(model).checks}
    assert set(BREAKS) <= checks


# Cells


def bad_cells(sheet):
    """`(column, cell)`: too long for the field that keeps it, or no word of its vocabulary."""
    for name in sheet.columns():
        source = sheet.source(name)
        if source is None or (isinstance(source[1], models.SlugField) and source[0] is not sheet._meta.model):
            continue  # a record is named by its code, or by its name
        field, widget = source[1], sheet.columns()[name].widget
        if isinstance(field, WordsField):
            yield name, "no such word" if field.words else "x" * (MAX_WORD + 1)
        elif field.choices:
            yield name, "no such word"
        elif field.max_length and type(widget) in (Text, Prose, LongText):
            yield name, "x" * (field.max_length + 1)
        elif isinstance(widget, Address):
            yield name, "https://example.org/" + "x" * field.max_length
        elif isinstance(widget, Email):
            yield name, "x" * 60 + "@" + ".".join(["y" * 60] * 4) + ".org"


@pytest.mark.parametrize("kind", [kind for kind, one in all_kinds().items() if not one.reads_records])
def test_no_cell_is_longer_than_what_keeps_it(kind):
    sheet = all_kinds()[kind].sheet
    cells = list(bad_cells(sheet))
    header = {name: column.header("en") for name, column in sheet.columns().items()}
    rows = [a_row(kind, number) | {header[name]: cell} for number, (name, cell) in enumerate(cells)]
    run = planned(a_csv(*rows, a_row(kind, 900)), kind=kind, user=an_editor())
    wrong = {
        name: messages(run) for number, (name, _cell) in enumerate(cells, start=2)
        if not any(one.startswith(f"{number} {name}: ") for one in messages(run))
        or outcomes(run)[number] != ("new" if sheet.tolerates(name) else "invalid")
    }  # fmt: skip
    assert wrong == {}
    assert outcomes(run)[len(rows) + 2] == "new"
    tolerated = sum(sheet.tolerates(name) for name, _cell in cells)
    told = f"{len(cells) - tolerated} rows refused, {tolerated} taken without the cell."
    tell(f"{kind}: {len(cells)} columns with a cell that its field cannot keep, {told}")


# As the database weighs it


@pytest.mark.parametrize(
    ("model", "check"),
    [
        pytest.param(model, check, id=check.name)
        for model in apps.get_models() for check in rules_of(model).checks if not check.relates
    ],
)  # fmt: skip
def test_a_condition_is_weighed_as_the_database_does(model, check):
    values = [None, -200.0, 0.0, 100.0] if "coordinates" in check.name else [None, 1, 2]
    if "dates" in check.name or "consent" in check.name:
        values = [None, *(Membership._meta.get_field("since").to_python(day) for day in DATES.values())]
    of_words = {"no_limits": [[], ["age"], ["sex", "lines"], check.name.rpartition("_of_")[2].split()]}
    of_words |= {"alterations": [[], ["ALK"]], "alterations_excluded": [[], ["ALK"]], "sex": ["all", "male"]}
    of_words |= {"age_min_text": ["", "2 years"], "age_max_text": ["", "2 years"]}
    for some in itertools.product(*(of_words.get(name, values) for name in check.fields)):
        one = dict(zip(check.fields, some, strict=True))
        typed = {name: models.Value(value, model._meta.get_field(name)) for name, value in one.items()}
        assert (weigh(check.condition, one.get) is not False) is check.condition.check(typed), one


def test_no_constraint_of_the_house_is_of_a_kind_that_cannot_be_weighed():
    for model in apps.get_models(include_auto_created=True):
        get = getter(model())
        for rule in rules_of(model).uniques:
            rule.key(get)
        for check in rules_of(model).checks:
            check.is_broken(get)
