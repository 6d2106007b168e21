"""What every request passes before a view is asked: the form of its address, its codings, its limits."""

import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import resolve_url
from django.utils.encoding import escape_uri_path

from config import errors
from directory.core import sign_in
from directory.core.client_address import client_address
from directory.core.counting import TooMany
from directory.core.turns import Busy
from directory.web import limits

# A search text of 10,000 characters, each of them six in an address, gets our page and its sentence.
LONGEST_ADDRESS = 80_000
# What follows is another host to a browser: it drops tabs and line ends, and takes \ for /.
ANOTHER_HOST = re.compile(r"/[\x00-\x20]*[/\\][\x00-\x20/\\]*")
CODING = re.compile(r"\s*([\w.*+-]+)\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", re.ASCII)
GetResponse = Callable[[HttpRequest], HttpResponse]


def front_door(get_response: GetResponse) -> GetResponse:
    """Short addresses of ours alone pass, and only codings that the visitor takes are heard of further in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        meta = request.META
        # Before anything looks at it: a megabyte of address is a megabyte for each that does.
        if len(request.path_info) + len(meta.get("QUERY_STRING", "")) > LONGEST_ADDRESS:
            return errors.too_long(request)
        if found := ANOTHER_HOST.match(request.path_info):
            return to_our_own(request, request.path_info[found.end() :])
        if request.method == "POST" and request.path_info == sign_in_path():
            try:
                sign_in.check_door(client_address(request))
            except TooMany as error:
                return errors.too_many(request, error)
        if "HTTP_ACCEPT_ENCODING" in meta:
            meta["HTTP_ACCEPT_ENCODING"] = accepted_codings(meta["HTTP_ACCEPT_ENCODING"])
        return get_response(request)

    return middleware


@cache
def sign_in_path() -> str:
    """Where strangers may have passwords looked at; all hashing for known people takes its turn too."""
    return resolve_url(settings.LOGIN_URL)


def to_our_own(request: HttpRequest, rest: str) -> HttpResponse:
    """To the same address with one slash: no page, link or redirect of ours ever begins with two."""
    query = request.META.get("QUERY_STRING", "")
    location = f"/{escape_uri_path(rest)}" + (f"?{query}" if query else "")
    return HttpResponsePermanentRedirect(location, preserve_request=True)


def accepted_codings(header: str) -> str:
    """The codings of `Accept-Encoding` that may be used, by comma; empty where none is better than plain.

    RFC 9110, 12.5.3: `gzip;q=0` is a refusal, `*` stands for all that are not named. What Django and
    WhiteNoise look for is the bare word.
    """
    wanted: dict[str, float] = {}
    for part in header[:1000].lower().split(","):
        if found := CODING.fullmatch(part):
            wanted[found[1]] = float(found[2] or 1)
    plain = wanted.pop("identity", None)
    # Whoever refuses the plain form alone takes the other one that we have.
    others = wanted.pop("*", 1.0 if plain == 0 else 0.0)
    wanted.setdefault("gzip", others)
    return ", ".join(name for name, quality in wanted.items() if quality > 0 and quality >= (plain or 0))


class Limits:
    """The pages' limit, and the answer of every limit that says TooMany. Needs the visitor's language."""

    def __init__(self, get_response: GetResponse):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 302 and changes_password(request):
            sign_in.give_back(request)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        try:
            guard_password(request)
            if is_page(request) and not getattr(view, "charges_itself", False):
                limits.charge(request)
        except TooMany as error:
            return errors.too_many(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMany):
            return None
        if isinstance(error, Busy):
            # No password was looked at.
            sign_in.give_back(request)
        return errors.too_many(request, error)


def is_page(request: HttpRequest) -> bool:
    """Whether the address is limited here: the API counts for itself, the admin is for known people."""
    match = request.resolver_match
    return match is not None and (match.app_name == "web" or match.view_name == "sitemap")


def guard_password(request: HttpRequest) -> None:
    """Whoever is at somebody else's desk may not guess the old password by way of changing it."""
    if changes_password(request):
        sign_in.check_name(request, request.user.get_username())


def changes_password(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.view_name == "admin:password_change"
