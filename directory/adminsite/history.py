"""A record's history, read from the change log and made readable."""

from dataclasses import dataclass

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from directory.core.ages import age_text
from directory.core.models import Change, Op, Recorded
from directory.core.roles import is_editor

from .forms import in_language

PER_PAGE = 50
# By model and number as text.
People = dict[tuple[type, str], str]
MOST_NAMES = 20
LATEST_SEQ = 2**63 - 1  # no number of the log is higher


@dataclass(frozen=True)
class FieldLine:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangeLine:
    """One change as the page shows it."""

    change: Change
    kind: str
    who: str
    run_url: str | None
    fields: tuple[FieldLine, ...]


def of(record: Recorded, named_by: tuple[str, ...] = (), also: Q | None = None):
    """The changes of `record` under all the keys it has had, with those that `also` finds; latest first.

    `named_by` names the fields of its snapshot that make its key.
    """
    wanted = Q()
    for key, first, last in _lives(record, named_by):
        wanted |= Q(kind=record.change_kind, key=key, seq__range=(first, last))
    return Change.objects.filter(wanted | also if also else wanted).order_by("-seq").select_related("actor")


def _lives(record, named_by):
    """`(key, first seq, last seq)` backwards in time, both included.

    A change is filed under the key the record had before it, so one that was renamed is followed into its
    past; a key that another record had before is not followed beyond this record's creation.
    """
    key, last = record.change_key, LATEST_SEQ
    shot = type(record).snapshots([record.pk]).get(record.pk) or {}
    for _turn in range(MOST_NAMES):
        before = Change.objects.filter(kind=record.change_kind, seq__lt=last).order_by("-seq")
        made = before.filter(key=key, op=Op.CREATE).values_list("seq", flat=True).first() or 0
        # The latest change since that gave a record of another key the names of this one.
        names = {f"after__{name}": shot.get(name) for name in named_by}
        renamings = before.filter(op=Op.UPDATE, seq__gt=made, **names).exclude(key=key)
        renamed = renamings.first() if names else None
        yield key, renamed.seq if renamed else made, last
        if renamed is None:
            return
        key, last, shot = renamed.key, renamed.seq, renamed.before


def page(request, found):
    """One page of `ChangeLine`s; `?p=` counts from 1."""
    shown = Paginator(found, PER_PAGE).get_page(request.GET.get("p", 1))
    changes = list(shown.object_list)
    people = people_in(changes, request.user)
    shown.object_list = [line(change, request.user, people) for change in changes]
    return shown


def line(change: Change, user, people: People) -> ChangeLine:
    model = model_of(change.kind)
    kind = capfirst(model._meta.verbose_name) if model else change.kind
    return ChangeLine(change, kind, who(change, user), run_url(change.run), field_lines(change, people))


def field_lines(change: Change, people: People) -> tuple[FieldLine, ...]:
    """Each field that differs, with its name in the form and values as a person reads them."""
    model = model_of(change.kind)
    order = [field.attname for field in model._meta.concrete_fields] if model else []
    differing = sorted(
        _as_said(model, change),
        key=lambda one: (order.index(one[0]) if one[0] in order else len(order), one[0]),
    )
    lines = (
        FieldLine(label(model, name), text(model, name, before, people), text(model, name, after, people))
        for name, before, after in differing
    )
    # A creation lists every field; those that were left empty say nothing.
    return tuple(line for line in lines if line.before or line.after)


def _as_said(model, change: Change) -> list[tuple[str, object, object]]:
    """The fields that differ, with days no more exact than they were said."""
    found = {name: (before, after) for name, before, after in change.fields()}
    for day, said in (model.days_as_said if model else {}).items():
        if found.keys() & {day, said}:
            found.pop(said, None)
            sides = (change.before or {}, change.after or {})
            found[day] = tuple(side.get(said) or side.get(day) for side in sides)
    return [(name, before, after) for name, (before, after) in found.items()]


def who(change: Change, user) -> str:
    """Role and user; a coordinator reads the names of no one but themselves."""
    role = change.get_actor_role_display()
    if change.actor_id is None or not (is_editor(user) or change.actor_id == user.pk):
        return role
    name = change.actor.get_username() if change.actor else _("user %(number)d (deleted)") % {
        "number": change.actor_id
    }  # fmt: skip
    return f"{role} · {name}"


def run_url(run: int | None) -> str | None:
    """The import run's page, where there is one."""
    try:
        return reverse("admin:imports_importrun_change", args=[run]) if run else None
    except NoReverseMatch:
        return None


def recorded_models() -> list[type[Recorded]]:
    return [model for model in apps.get_models() if issubclass(model, Recorded)]


def model_of(kind: str) -> type[Recorded] | None:
    """The recorded model of a kind, None for one that no longer exists."""
    return next((model for model in recorded_models() if model.change_kind == kind), None)


def _model_field(model, name):
    try:
        return model._meta.get_field(name.removesuffix("_id")) if model else None
    except FieldDoesNotExist:
        return None


def label(model, name: str) -> str:
    """The field's name in the form, for example `Minimum age`."""
    field = _model_field(model, name)
    own = getattr(field, "verbose_name", None) or name.replace("_", " ")
    if name.endswith("_days"):
        own = own.replace(str(_("in days")), "").strip()
    return capfirst(in_language(own, name))


def people_in(changes: list[Change], user) -> People:
    """The names of the people whom `changes` mention by number, as far as `user` may see them.

    One query a kind of person (professionals, accounts), whatever the number of changes.
    """
    mentioned: dict[type, set[str]] = {}
    for change in changes:
        for name, before, after in change.fields():
            if related := _person_model(model_of(change.kind), name):
                mentioned.setdefault(related, set()).update(str(one) for one in (before, after) if one)
    return {
        (related, str(one.pk)): str(one)
        for related, numbers in mentioned.items()
        for one in _visible(related, user).filter(pk__in=[n for n in numbers if n.isdecimal()])
    }


def _person_model(model, name):
    """The model of people that a field points to, None for any other field. The log has their numbers."""
    related = getattr(_model_field(model, name), "related_model", None)
    return related if related is get_user_model() or hasattr(related, "unnamed") else None


def _visible(related, user):
    """Of whom `user` reads the names. Accounts: editors all, others their own."""
    everybody = related._default_manager.all()
    if hasattr(everybody, "visible_to"):
        return everybody.visible_to(user)
    return everybody if is_editor(user) else everybody.filter(pk=user.pk)


def text(model, name: str, value, people: People) -> str:
    """A stored value as a person reads it; empty for nothing."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_days"):
        return age_text(value)
    if related := _person_model(model, name):
        return people.get((related, str(value))) or str(getattr(related, "unnamed", _("a user")))
    field = _model_field(model, name)
    if isinstance(value, list):
        return "; ".join(_member(field, one) for one in value)
    labels = dict(getattr(field, "flatchoices", None) or ())
    return str(labels.get(value, value))


def _member(field, one) -> str:
    if isinstance(one, dict):
        # Value before scheme, text before kind: PostgreSQL keeps the order of names no more than JSON does.
        return " · ".join(str(one[name]) for name in sorted(one, reverse=True))
    words = getattr(field, "words", None)
    return str(dict(words.choices).get(one, one)) if words else str(one)
