"""Documents of centres and of networks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Count, Q

from centres.choices import AliasKind
from centres.models import Centre, CentreAlias, Membership, Network
from directory.core.fields import by_language
from directory.core.models import State
from directory.core.places import names_around
from directory.core.text import fold, squash
from trials.choices import Recruitment
from trials.models import TrialSite

from .affected import shown_at
from .documents import Document, iso, microseconds, moment, url
from .words import acronym_stems, stems


def centres(codes: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed centres among `codes`, in five queries."""
    found = list(Centre.objects.listed().filter(code__in=codes).order_by("code"))
    pks = [centre.pk for centre in found]
    aliases, counts = _aliases(pks), _counts(pks)
    memberships = _memberships(centre__in=pks, network__state=State.LISTED)
    shown = shown_at("centre", [centre.code for centre in found])
    for centre in found:
        updated_at = max(centre.updated_at, shown.get(centre.code, centre.updated_at))
        here = [one for one in memberships if one.centre_id == centre.pk]
        yield Document(
            kind="centre",
            key=centre.code,
            body=_centre_body(centre, aliases[centre.pk], here, counts.get(centre.pk, (0, 0)))
            | {"updated_at": moment(updated_at)},
            show={"province": centre.province},
            facts=_centre_facts(centre, aliases[centre.pk], here) | {"updated": microseconds(updated_at)},
            fields=_centre_fields(centre, aliases[centre.pk], here),
        )


def networks(slugs: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed networks among `slugs`, in three queries."""
    found = list(Network.objects.listed().filter(slug__in=slugs).order_by("slug"))
    memberships = _memberships(network__in=[network.pk for network in found], centre__state=State.LISTED)
    shown = shown_at("network", [network.slug for network in found])
    for network in found:
        updated_at = max(network.updated_at, shown.get(network.slug, network.updated_at))
        members = [one for one in memberships if one.network_id == network.pk]
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


def _aliases(pks) -> dict[int, list[CentreAlias]]:
    found = defaultdict(list)
    for alias in CentreAlias.objects.filter(centre__in=pks).order_by("folded"):
        found[alias.centre_id].append(alias)
    return found


def _counts(pks) -> dict[int, tuple[int, int]]:
    """By centre: listed trials, and those of them that recruit there."""
    rows = (
        TrialSite.objects.filter(centre__in=pks, trial__state=State.LISTED)
        .values_list("centre_id")
        .annotate(total=Count("pk"), recruiting=Count("pk", filter=Q(status=Recruitment.RECRUITING)))
        .order_by()
    )
    return {pk: (total, recruiting) for pk, total, recruiting in rows}


def _memberships(**conditions) -> list[Membership]:
    found = Membership.objects.filter(**conditions).select_related("network", "centre")
    return sorted(
        found, key=lambda one: (one.network.slug, one.centre.code, one.since is not None, one.since, one.role)
    )


def _dated(one: Membership) -> dict:
    return {
        "role": one.role or None,
        "since": iso(one.since),
        "until": iso(one.until),
        "care": one.care,
    }


def _centre_body(centre, aliases, memberships, counts) -> dict:
    total, recruiting = counts
    return {
        "code": centre.code,
        "url": url("centres", centre.code),
        "name": centre.name,
        "names": centre.names(),
        # Spellings learned from sheets are for matching sheets, not for showing.
        "aliases": [alias.text for alias in aliases if alias.kind != AliasKind.LEARNED],
        "street": centre.street or None,
        "postal_code": centre.postal_code or None,
        "city": centre.city or None,
        "province": centre.province or None,
        "country": centre.country,
        "lat": centre.latitude,
        "lon": centre.longitude,
        "phone": centre.phone or None,
        "email": centre.email or None,
        "website": centre.website or None,
        "university": centre.university or None,
        "languages": centre.languages,
        "oms_id": centre.oms_id or None,
        "ror_id": centre.ror_id or None,
        "memberships": [
            {"network": one.network.slug, "name": str(one.network), **_dated(one)} for one in memberships
        ],
        "trials": {"total": total, "recruiting": recruiting},
    }


def _centre_facts(centre, aliases, memberships) -> dict:
    return {
        "label": centre.name,
        "sort": fold(centre.name) or centre.code,
        "names": centre.names(),
        "aliases": [alias.text for alias in aliases],
        "city": centre.city,
        "country": centre.country,
        "province": centre.province,
        "latitude": centre.latitude,
        "longitude": centre.longitude,
        "networks": [[one.network.slug, iso(one.since) or "", iso(one.until) or ""] for one in memberships],
    }


def _centre_fields(centre, aliases, memberships) -> dict[str, list[str]]:
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


def _network_body(network, members) -> dict:
    return {
        "slug": network.slug,
        "url": url("networks", network.slug),
        "acronym": network.acronym,
        "name": network.name,
        "names": by_language(network, "name"),
        "description": network.description or "",
        "website": network.website or None,
        "members": [{"centre": one.centre.code, "name": one.centre.name, **_dated(one)} for one in members],
        "source": network.source or network.source_url or None,
    }


def _network_fields(network, members) -> dict[str, list[str]]:
    places = [text for one in members for text in (*one.centre.names().values(), one.centre.city)]
    return {
        "whole": sorted({squash(network.slug), squash(network.acronym)} - {""}),
        "acronym": [acronym_stems(network.acronym), stems(network.slug)],
        "title": [stems(*by_language(network, "name").values())],
        "other": [stems(*places)],
        "summary": [stems(*by_language(network, "description").values())],
    }
