"""What every answer gets: a line in the log without its query string, and a few headers."""

import re

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

from config.logs import without_secrets

PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
# Each is one line of the log, asked for every few seconds by machines.
QUIET = re.compile(r"^/(healthz|readyz)$")


class RequestLog(RequestMiddleware):
    """One line a request, with an id that the answer carries too; never what was searched for."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {without_secrets(request.path)}"

    def handle_response(self, request, response):
        request_id = structlog.contextvars.get_contextvars().get("request_id", "")
        response["X-Request-ID"] = request_id
        if QUIET.match(request.path_info) and response.status_code == 200:
            structlog.contextvars.clear_contextvars()
            return
        super().handle_response(request, response)


def more_headers(get_response):
    """Headers that Django has no setting for."""

    def middleware(request):
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", resource_policy(request.path_info))
        return response

    return middleware


def resource_policy(path: str) -> str:
    """The public API may be read from any origin, everything else by this site's pages."""
    return "cross-origin" if path.startswith("/api/") else "same-origin"
