"""What is not kept: plans that nobody confirmed, and files once they are old."""

from django.utils import timezone

from .choices import LIVE, Status
from .messages import problem
from .models import KEPT_FILE, ImportRun


def clean_up() -> int:
    """Cancel plans nobody confirmed in 24 hours, delete files of 30 days. Returns how many files went."""
    now = timezone.now()
    old = ImportRun.objects.filter(status__in=(Status.UPLOADED, Status.PLANNED), expires_at__lt=now)
    for run in old:
        if run.claim(
            run.status, Status.CANCELLED, lease_until=None, finished_at=now, problems=[problem("expired")]
        ):
            run.path.unlink(missing_ok=True)
    gone = 0
    for run in (
        ImportRun.objects.exclude(stored_as="")
        .filter(created_at__lt=now - KEPT_FILE)
        .exclude(status__in=LIVE)
    ):
        run.path.unlink(missing_ok=True)
        ImportRun.objects.filter(pk=run.pk).update(stored_as="")
        gone += 1
    return gone
