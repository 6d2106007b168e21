"""On whose behalf the rows of a run are judged, by the rights that person has now."""

from django.contrib.auth import get_user_model
from django.utils import timezone

from centres.models import Centre
from centres.rights import own_centre_ids
from directory.core.visibility import Role, is_coordinator, is_editor
from trials.models import Trial

from .kinds.verdicts import Scope
from .models import ImportRun


def scope_of(run: ImportRun) -> Scope:
    """On whose behalf the rows are judged, by the rights that person has now."""
    user = get_user_model().objects.get(pk=run.created_by_id) if run.created_by_id else None
    return Scope(
        run=run.pk, file_name=run.file_name, role=run.role, day=timezone.localdate(run.created_at),
        user_id=run.created_by_id, centres=_centres_of(run, user), visible_trials=_trials_of(run, user),
        visible_centres=_visible_centres(run, user), choices=run.choices,
        decided_by=run.confirmed_by_id or run.created_by_id,
    )  # fmt: skip


def _trials_of(run: ImportRun, user) -> frozenset[int] | None:
    """The trials that may be spoken of; None for all. What is stored later than this is not among them."""
    if is_editor(user) or (user is None and run.role in (Role.REGISTRY, Role.SYSTEM)):
        return None
    return frozenset(Trial.objects.visible_to(user).values_list("pk", flat=True))


def _visible_centres(run: ImportRun, user) -> frozenset[int] | None:
    """The centres that may be suggested; None for all."""
    if is_editor(user) or (user is None and run.role in (Role.REGISTRY, Role.SYSTEM)):
        return None
    return frozenset(Centre.objects.visible_to(user).values_list("pk", flat=True))


def _centres_of(run: ImportRun, user) -> frozenset[int] | None:
    if user is None or is_editor(user):
        # Without a user it is the house's own import, of the registry's sheets.
        allowed: frozenset[int] | None = (
            None if user or run.role in (Role.REGISTRY, Role.SYSTEM) else frozenset()
        )
    else:
        allowed = own_centre_ids(user) if is_coordinator(user) else frozenset()
    if run.centre_id is None:
        return allowed
    return frozenset({run.centre_id}) if allowed is None else allowed & {run.centre_id}
