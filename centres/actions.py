"""What one can do to the people of the registry: verbs, atomic, each recording what it changed."""

from collections.abc import Iterable

from django.utils import timezone

from directory.core import changes

from .models import Professional


def withdraw_consent(*, professionals: Iterable[Professional], by: changes.Actor) -> int:
    """From now on none of `professionals` is named in public. Returns how many consents ended.

    Whoever never consented, or withdrew before, is left as they are.
    """
    with changes.recording(by) as log:
        named = [person for person in professionals if person.may_be_published]
        log.watch(*named)
        for person in named:
            # A consent that was entered for a later day ends on the day it would have begun.
            person.consent_withdrawn_on = max(timezone.localdate(), person.consent_given_on)
            person.consent_recorded_by = by.role
            person.save(update_fields=["consent_withdrawn_on", "consent_recorded_by"])
    return len(named)
