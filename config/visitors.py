"""Who asks: the address that password guessing is counted by."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The address that connected to the outermost proxy of ours (TRUSTED_PROXIES counts them).

    Each proxy adds, on the right, whom it was asked by. What stands further to the left was sent by the
    visitor, who may write anything. The API's throttles count by the same rule (DRF's NUM_PROXIES).
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if not settings.TRUSTED_PROXIES or not forwarded:
        return nearest
    return forwarded[-min(settings.TRUSTED_PROXIES, len(forwarded))]
