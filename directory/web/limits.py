"""So many pages a minute from one address: an ordinary page counts as 1, a dear one as many as it costs.

A page from memory (`kept`) costs nothing. Crawlers are told in `robots.txt` which pages to leave alone, and
by `Retry-After` when to come back.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from directory.core import counting
from directory.core.client_address import client_address

WINDOW_SECONDS = 60
# By name of the address. What is not listed costs 1.
WEIGHTS = {
    "web:match": 10,
    "web:export": 20,
    "web:results-print": 20,
    "web:gaps": 10,
    "web:gaps-csv": 10,
    "web:compare": 5,
    "web:trial-print": 5,
    "web:feed": 10,
    "web:trial-feed": 5,
    "web:watch": 3,
    "web:vouch": 3,
    "web:vouch-sheet": 10,
    "web:vouch-upload": 20,
    "web:vouch-plan": 2,
    "sitemap": 20,
}
MAP_WEIGHT = 5


def weight_of(request: HttpRequest) -> int:
    """What the page that `request` asks for costs."""
    match = request.resolver_match
    if match is None:
        return 1
    weight = WEIGHTS.get(match.view_name, 1)
    return max(weight, MAP_WEIGHT) if request.GET.get("view") == "map" else weight


def charge(request: HttpRequest) -> None:
    """Count what the page costs. TooMany above PAGES_PER_MINUTE."""
    counting.check(
        f"pages.from.{client_address(request)}",
        settings.PAGES_PER_MINUTE,
        WINDOW_SECONDS,
        weight_of(request),
        _("Your network has asked for more pages within a minute than this site allows."),
    )
