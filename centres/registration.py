"""What this app hands to the machines below it, once its models are there."""

from django.db.models.signals import post_migrate

from directory import records
from directory.imports import kinds

from .records import RECORDS
from .rights import make_groups
from .rows import KINDS


def register():
    records.register(*RECORDS)
    kinds.register(*KINDS)
    post_migrate.connect(make_groups, dispatch_uid="centres.rights.make_groups")
