"""The two groups of the house, and what coordinators may do at all."""

from directory.core.roles import COORDINATORS, EDITORS
from directory.records import all_records

# What coordinators may do at all; to which records is decided per centre.
COORDINATOR_PERMISSIONS = (
    "trials.view_trial",
    "trials.view_trialsite",
    "trials.change_trialsite",
    "centres.view_centre",
    "centres.view_professional",
    "centres.view_affiliation",
    "imports.view_importrun",
    "imports.add_importrun",
)


def own_apps() -> set[str]:
    """The apps that editors keep: all that have records, and those of the machines."""
    return {one.model._meta.app_label for one in all_records().values()} | {"imports", "partners", "core"}


def make_groups(using="default", **kwargs):
    """Create both groups and give them their permissions, after each migration. Takes none away."""
    from django.contrib.auth.models import Group, Permission

    editors, _ = Group.objects.using(using).get_or_create(name=EDITORS)
    coordinators, _ = Group.objects.using(using).get_or_create(name=COORDINATORS)
    permissions = Permission.objects.using(using).select_related("content_type")
    apps = own_apps()
    ours = [p for p in permissions if p.content_type.app_label in apps]
    editors.permissions.add(*ours)
    coordinators.permissions.add(
        *[p for p in ours if f"{p.content_type.app_label}.{p.codename}" in COORDINATOR_PERMISSIONS]
    )
