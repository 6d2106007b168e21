"""Documents of centres and of networks."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Count, Prefetch, Q

from centres.choices import AliasKind
from centres.models import Centre, Membership, Network
from directory.core.fields import by_language
from directory.core.models import State
from directory.core.places import names_around
from directory.core.text import fold, squash
from trials.choices import Recruitment
from trials.models import TrialSite

from .dependencies import shown_at
from .documents import Document, iso, microseconds, moment, source, url
from .tokens import acronym_stems, stems

_NONE = {"total": 0, "recruiting": 0}


def centres(codes: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed centres among `codes`, in five queries."""
    found = Centre.objects.listed().filter(code__in=codes).order_by("code")
    counts, shown = _counts(codes), shown_at("centre", codes)
    for centre in found.prefetch_related("aliases", _listed_memberships(network__state=State.LISTED)):
        updated_at = max(centre.updated_at, shown.get(centre.code, centre.updated_at))
        memberships = _in_order(centre.memberships.all())
        yield Document(
            kind="centre",
            key=centre.code,
            body=_centre_body(centre, memberships)
            | {"trials": counts.get(centre.code, _NONE), "updated_at": moment(updated_at)},
            show={"province": centre.province},
            facts=_centre_facts(centre, memberships) | {"updated": microseconds(updated_at)},
            fields=_centre_fields(centre, memberships),
        )


def networks(slugs: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed networks among `slugs`, in three queries."""
    found = Network.objects.listed().filter(slug__in=slugs).order_by("slug")
    shown = shown_at("network", slugs)
    for network in found.prefetch_related(_listed_memberships(centre__state=State.LISTED)):
        updated_at = max(network.updated_at, shown.get(network.slug, network.updated_at))
        members = _in_order(network.memberships.all())
        label = network.acronym or network.name
        yield Document(
            kind="network",
            key=network.slug,
            body=_network_body(network, members) | {"updated_at": moment(updated_at)},
            show={
                "descriptions": by_language(network, "description"),
                "centres": {one.centre.code: one.centre.names() for one in members},
            },
            facts={
                "label": label,
                "sort": fold(label) or network.slug,
                "updated": microseconds(updated_at),
            },
            fields=_network_fields(network, members),
        )


def _counts(codes: Sequence[str]) -> dict[str, dict[str, int]]:
    """By centre: listed trials, and those of them that recruit there."""
    counts = TrialSite.objects.filter(centre__code__in=codes, trial__state=State.LISTED).order_by()
    counts = counts.values("centre__code").annotate(
        total=Count("pk"), recruiting=Count("pk", filter=Q(status=Recruitment.RECRUITING))
    )
    return {one.pop("centre__code"): one for one in counts}


def _listed_memberships(**conditions) -> Prefetch:
    return Prefetch(
        "memberships", Membership.objects.filter(**conditions).select_related("network", "centre")
    )


def _in_order(memberships: Iterable[Membership]) -> list[Membership]:
    return sorted(
        memberships,
        key=lambda one: (one.network.slug, one.centre.code, one.since is not None, one.since, one.role),
    )


def _dated(one: Membership) -> dict:
    return {
        "role": one.role or None,
        "since": iso(one.since),
        "until": iso(one.until),
        "care": one.care,
    }


def _centre_body(centre: Centre, memberships: list[Membership]) -> dict:
    body = {
        "code": centre.code,
        "url": url("centres", centre.code),
        "name": centre.name,
        "names": centre.names(),
        # Spellings learned from sheets are for matching sheets, not for showing.
        "aliases": [alias.text for alias in centre.aliases.all() if alias.kind != AliasKind.LEARNED],
        "street": centre.street,
        "postal_code": centre.postal_code,
        "city": centre.city,
        "province": centre.province,
        "country": centre.country,
        "lat": centre.latitude,
        "lon": centre.longitude,
        "phone": centre.phone,
        "email": centre.email,
        "website": centre.website,
        "university": centre.university,
        "languages": centre.languages,
        "oms_id": centre.oms_id,
        "ror_id": centre.ror_id,
        "memberships": [
            {"network": one.network.slug, "name": str(one.network), **_dated(one)} for one in memberships
        ],
    }
    # What is not known is null.
    return {name: None if value == "" else value for name, value in body.items()}


def _centre_facts(centre: Centre, memberships: list[Membership]) -> dict:
    return {
        "label": centre.name,
        "sort": fold(centre.name) or centre.code,
        "names": centre.names(),
        "aliases": [alias.text for alias in centre.aliases.all()],
        "city": centre.city,
        "country": centre.country,
        "province": centre.province,
        "latitude": centre.latitude,
        "longitude": centre.longitude,
        "networks": [[one.network.slug, iso(one.since) or "", iso(one.until) or ""] for one in memberships],
    }


def _centre_fields(centre: Centre, memberships: list[Membership]) -> dict[str, list[str]]:
    aliases = centre.aliases.all()
    short = [alias.text for alias in aliases if alias.kind == AliasKind.ABBREVIATION]
    networks = [text for one in memberships for text in (one.network.slug, one.network.acronym)]
    around = names_around(centre.postal_code) if centre.country == "BE" else ()
    return {
        "whole": sorted({squash(text) for text in (centre.code, *(alias.text for alias in aliases))} - {""}),
        "acronym": [acronym_stems(text) for text in short] + [stems(centre.code)],
        "title": [stems(*centre.names().values(), *(alias.text for alias in aliases))],
        "disease": [stems(centre.city, centre.postal_code, *around)],
        "other": [stems(centre.university, centre.street, *networks)],
    }


def _network_body(network: Network, members: list[Membership]) -> dict:
    return {
        "slug": network.slug,
        "url": url("networks", network.slug),
        "acronym": network.acronym,
        "name": network.name,
        "names": by_language(network, "name"),
        "description": network.description or "",
        "website": network.website or None,
        "members": [{"centre": one.centre.code, "name": one.centre.name, **_dated(one)} for one in members],
        "source": source(network),
    }


def _network_fields(network: Network, members: list[Membership]) -> dict[str, list[str]]:
    places = [text for one in members for text in (*one.centre.names().values(), one.centre.city)]
    return {
        "whole": sorted({squash(network.slug), squash(network.acronym)} - {""}),
        "acronym": [acronym_stems(network.acronym), stems(network.slug)],
        "title": [stems(*by_language(network, "name").values())],
        "other": [stems(*places)],
        "summary": [stems(*by_language(network, "description").values())],
    }
