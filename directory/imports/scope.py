"""On whose behalf the rows of a run are judged, by the rights that person has now."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone

from directory.core import changes
from directory.core.models import State
from directory.core.roles import Role, is_coordinator, is_editor, own_centre_ids


@dataclass(frozen=True)
class Scope:
    """On whose behalf rows are judged. `centres` None: every centre; else only these.

    `user`: who hands the rows in, None for the house itself; `sees_all`: whether every record may be spoken
    of. `choices`: what was decided of this sheet, by key (`directory.imports.questions`); `decided_by`: who
    stands for it.
    """

    run: int
    file_name: str
    role: str
    day: dt.date
    user: AbstractBaseUser | None = None
    sees_all: bool = True
    centres: frozenset[int] | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    decided_by: int | None = None
    _visible: dict[type[models.Model], frozenset[int]] = field(default_factory=dict, compare=False)

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def actor(self) -> changes.Actor:
        return changes.Actor(self.role, self.user_id, self.run)

    @property
    def state_of_new(self) -> str:
        """What an editor, or the registry's own sheets, bring in has been looked at: it is listed."""
        return State.LISTED if self.role in (Role.EDITOR, Role.REGISTRY, Role.SYSTEM) else State.DRAFT

    def visible(self, model: type[models.Model]) -> frozenset[int] | None:
        """The pks of the records of `model` that may be spoken of; None for all. What is stored later than
        it is first asked for is not among them."""
        if self.sees_all:
            return None
        if model not in self._visible:
            seen = model._default_manager.visible_to(self.user)
            self._visible[model] = frozenset(seen.values_list("pk", flat=True))
        return self._visible[model]

    def may_touch(self, centre_id: int) -> bool:
        return self.centres is None or centre_id in self.centres

    def own(self, found: models.QuerySet) -> models.QuerySet:
        """Of records that lie at a `centre`, those that a row of this scope may see and touch."""
        return found if self.centres is None else found.filter(centre__in=self.centres)


def scope_of(run) -> Scope:
    """That of an `ImportRun`."""
    user = get_user_model().objects.get(pk=run.created_by_id) if run.created_by_id else None
    is_ours = user is None and run.role in (Role.REGISTRY, Role.SYSTEM)
    return Scope(
        run=run.pk, file_name=run.file_name, role=run.role, day=timezone.localdate(run.created_at),
        user=user, sees_all=is_ours or is_editor(user), centres=_centres_of(run, user, is_ours),
        choices=run.choices, decided_by=run.confirmed_by_id or run.created_by_id,
    )  # fmt: skip


def _centres_of(run, user, is_ours: bool) -> frozenset[int] | None:
    allowed: frozenset[int] | None = own_centre_ids(user) if is_coordinator(user) else frozenset()
    if is_ours or is_editor(user):
        allowed = None
    if run.centre_id is None:
        return allowed
    return frozenset({run.centre_id}) if allowed is None else allowed & {run.centre_id}
