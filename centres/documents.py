"""Documents of centres and of networks."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Prefetch

from directory.core.fields import by_language
from directory.core.models import State
from directory.core.places import HOME, names_around
from directory.records import Document, Words
from directory.records.document import iso, source, url

from .choices import AliasKind
from .models import Centre, Membership, Network


def centres(codes: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed centres among `codes`, in three queries."""
    found = Centre.objects.listed().filter(code__in=codes).order_by("code")
    for centre in found.prefetch_related("aliases", _listed_memberships(network__state=State.LISTED)):
        memberships = in_order(centre.memberships.all())
        yield Document(
            key=centre.code,
            label=centre.name,
            updated_at=centre.updated_at,
            body=centre_body(centre, memberships),
            show={"province": centre.province},
            facts=_centre_facts(centre, memberships),
            words=_centre_words(centre, memberships),
        )


def networks(slugs: Sequence[str]) -> Iterator[Document]:
    """The documents of the listed networks among `slugs`, in two queries."""
    found = Network.objects.listed().filter(slug__in=slugs).order_by("slug")
    for network in found.prefetch_related(_listed_memberships(centre__state=State.LISTED)):
        members = in_order(network.memberships.all())
        yield Document(
            key=network.slug,
            label=network.acronym or network.name,
            updated_at=network.updated_at,
            body=_network_body(network, members),
            show={
                "descriptions": by_language(network, "description"),
                "centres": {one.centre.code: one.centre.names() for one in members},
            },
            facts={"centres": [[one.centre.code, iso(one.since), iso(one.until)] for one in members]},
            words=_network_words(network, members),
        )


def _listed_memberships(**conditions) -> Prefetch:
    return Prefetch(
        "memberships", Membership.objects.filter(**conditions).select_related("network", "centre")
    )


def in_order(memberships: Iterable[Membership]) -> list[Membership]:
    """By network and centre, then by their first days."""
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


def centre_body(centre: Centre, memberships: list[Membership]) -> dict:
    """A centre as the API shows it (`directory.api.v1.shapes.CentreSerializer`), without its trials."""
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
        "names": centre.names(),
        "aliases": [alias.text for alias in centre.aliases.all()],
        "city": centre.city,
        "country": centre.country,
        "province": centre.province,
        "latitude": centre.latitude,
        "longitude": centre.longitude,
        "networks": [[one.network.slug, iso(one.since), iso(one.until)] for one in memberships],
    }


def _centre_words(centre: Centre, memberships: list[Membership]) -> Words:
    aliases = [alias.text for alias in centre.aliases.all()]
    networks = [text for one in memberships for text in (one.network.slug, one.network.acronym)]
    around = names_around(centre.postal_code) if centre.country == HOME else ()
    return Words(
        whole=[centre.code, *aliases],
        acronyms=[one.text for one in centre.aliases.all() if one.kind == AliasKind.ABBREVIATION],
        codes=[centre.code],
        title=[*centre.names().values(), *aliases],
        disease=[centre.city, centre.postal_code, *around],
        other=[centre.university, centre.street, *networks],
    )


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


def _network_words(network: Network, members: list[Membership]) -> Words:
    return Words(
        whole=[network.slug, network.acronym],
        acronyms=[network.acronym],
        codes=[network.slug],
        title=[*by_language(network, "name").values()],
        other=[text for one in members for text in (*one.centre.names().values(), one.centre.city)],
        summary=[*by_language(network, "description").values()],
    )
