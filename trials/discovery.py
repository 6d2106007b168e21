"""What an editor does with candidates: takes them as drafts, or declines them with a reason."""

from collections import Counter
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from directory.core import changes
from directory.core.text import refuse_control_characters, tidy

from .models import DiscoveredTrial, RegistryRecord
from .models.discovery import LONGEST_REASON, CandidateDecision


@transaction.atomic
def take(*, candidates: Iterable[DiscoveredTrial], by: changes.Actor) -> Counter:
    """Take those of `candidates` that still are some; how many of each registry. Drafts come later."""
    found = DiscoveredTrial.objects.candidates().filter(pk__in=[one.pk for one in candidates])
    taken = list(found.values_list("pk", "registry", "number"))
    DiscoveredTrial.objects.filter(pk__in=[pk for pk, _registry, _number in taken]).update(
        decision=CandidateDecision.TAKEN, decision_reason="", again="", decided_at=timezone.now(),
        decided_by=by.user_id, decided_role=by.role,
    )  # fmt: skip
    for _pk, registry, number in taken:
        # A draft that was undone is made again, though the record reads as before.
        RegistryRecord.objects.filter(registry=registry, number=number, trial=None).update(
            fingerprint="", etag="", last_modified="", fault=""
        )
    return Counter(registry for _pk, registry, _number in taken)


@transaction.atomic
def decline(*, candidates: Iterable[DiscoveredTrial], by: changes.Actor, reason: str) -> int:
    """Decline those of `candidates` that still are some, for the written `reason`. Returns how many.

    Raises ValidationError for a reason that is empty, too long, or holds a control character.
    """
    reason = tidy(reason)
    if not reason:
        raise ValidationError(_("Give a reason. It is shown on the public page about data quality."))
    if len(reason) > LONGEST_REASON:
        raise ValidationError(_("A reason has at most %(most)d characters.") % {"most": LONGEST_REASON})
    refuse_control_characters(reason)
    found = DiscoveredTrial.objects.filter(pk__in=[one.pk for one in candidates])
    return found.decline(reason=reason, user_id=by.user_id, role=by.role)


def waiting_to_come(registry: str) -> list[str]:
    """Numbers of what was taken and is not here, and of which the registry told nothing since."""
    told = RegistryRecord.objects.filter(registry=registry, number=OuterRef("number"))
    told = told.filter(
        Q(checked_at__gte=OuterRef("decided_at"))
        | Q(missing_since__gte=OuterRef("decided_at"))
        | ~Q(fault="")
    )
    taken = DiscoveredTrial.objects.candidates().filter(registry=registry, decision=CandidateDecision.TAKEN)
    return list(taken.exclude(Exists(told)).values_list("number", flat=True))
