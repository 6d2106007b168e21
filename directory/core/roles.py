"""Who has which role, and so sees and changes what. One verb for every door: `visible_to(user)`.

Three kinds of people: the public, coordinators (the sites and contacts of their centres) and editors (all).
A superuser is an editor. Which centres are a coordinator's, `centres` stores, one floor up.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

EDITORS, COORDINATORS = "Editors", "Coordinators"


class Role(models.TextChoices):
    """In what capacity something was said or changed. A status is signed with this, never with a name."""

    EDITOR = "editor", _("editor")
    COORDINATOR = "coordinator", _("coordinator")
    SPONSOR = "sponsor", _("sponsor")
    REGISTRY = "registry", _("registry")
    SYSTEM = "system", _("system")


def is_editor(user) -> bool:
    """An active member of Editors, or a superuser."""
    return _active(user) and (user.is_superuser or EDITORS in group_names(user))


def is_coordinator(user) -> bool:
    """An active member of Coordinators who is not an editor as well."""
    return _active(user) and not is_editor(user) and COORDINATORS in group_names(user)


def role_of(user) -> Role | None:
    """The role `user` speaks in, or None for the public."""
    if is_editor(user):
        return Role.EDITOR
    return Role.COORDINATOR if is_coordinator(user) else None


def group_names(user) -> frozenset[str]:
    """The user's groups, read once per object: a request asks many times."""
    if not hasattr(user, "_group_names"):
        user._group_names = frozenset(user.groups.values_list("name", flat=True))
    return user._group_names


def own_centre_ids(user) -> frozenset[int]:
    """The centres `user` coordinates, read once per object; empty for everybody else."""
    if not is_coordinator(user):
        return frozenset()
    if not hasattr(user, "_own_centre_ids"):
        user._own_centre_ids = frozenset(user.coordinations.values_list("centre_id", flat=True))
    return user._own_centre_ids


def _active(user) -> bool:
    return bool(user is not None and user.is_authenticated and user.is_active)
