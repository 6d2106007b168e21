"""Whose request it is: the one rule for a client's address. Nothing else reads where a request came from.

Limits of requests, of sign-ins and of "follow" count by it. It is in no log of ours (a test keeps that).
"""

import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def address_of(meta: Mapping[str, Any]) -> str:
    """The client's address; of an IPv6 client its /64, which is one household's or machine's.

    `X-Forwarded-For` is believed only as far as `TRUSTED_PROXIES` proxies of ours have written it: each
    appends the address it was called from, so the client's is that many from the right. What stands further
    to the left was sent by the client, who may write anything. `unknown` where there is no address.
    """
    address, trusted = meta.get("REMOTE_ADDR", ""), settings.TRUSTED_PROXIES
    hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if trusted and hops:
        address = hops[-min(trusted, len(hops))]
    return _network(address)


def client_address(request: HttpRequest) -> str:
    """`address_of` a request; what django-axes counts by (AXES_CLIENT_IP_CALLABLE)."""
    return address_of(request.META)


def _network(text: str) -> str:
    try:
        parsed = ipaddress.ip_address(_without_port(text).partition("%")[0])
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def _without_port(text: str) -> str:
    """Some proxies write the port too: `192.0.2.1:5000`, `[2001:db8::1]:5000`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
