"""What changed about some trials between two numbers of the change log, in sentences for the public."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from directory.core.dates import partial_text
from directory.core.models import Change
from directory.core.visibility import Role
from directory.search import service
from trials.choices import Recruitment

_CONTACT = ("contact_role", "contact_email", "contact_phone", "contact_person_id")


@dataclass
class TrialNews:
    """One trial, and what is new about it. `label` is empty for one that is no longer public."""

    slug: str
    label: str
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Event:
    """One change of one record that the public may read of."""

    seq: int
    at: object
    slug: str
    label: str
    sentence: str


def news_of(
    slugs_before: Iterable[str], slugs_now: Iterable[str], *, since: int, until: int
) -> list[TrialNews]:
    """What is new about trials that a search found before or finds now. Changes `since` < seq ≤ `until`."""
    before, now = list(dict.fromkeys(slugs_before)), list(dict.fromkeys(slugs_now))
    documents = _documents([*now, *(slug for slug in before if slug not in now)])
    news = {slug: TrialNews(slug, _label(documents.get(slug))) for slug in [*now, *before]}
    for slug in now:
        if slug not in before:
            news[slug].sentences.append(
                _("New among the results. %(where)s") % {"where": _where(documents[slug])}
            )
    for slug in before:
        if slug not in documents:
            news[slug].sentences.append(_("No longer in this directory."))
        elif slug not in now:
            news[slug].sentences.append(_("No longer among the results."))
    for slug, sentences in _changed(documents, before, since, until).items():
        news[slug].sentences += sentences
    return [one for one in news.values() if one.sentences]


def events_of(slugs: Sequence[str], *, most: int) -> list[Event]:
    """The latest changes of listed trials and their sites, the latest first: what a feed shows."""
    documents = _documents(slugs)
    changes = Change.objects.filter(kind__in=("trial", "site"), key__in=_keys(documents)).order_by("-seq")
    found = []
    for change in changes[: 4 * most]:
        slug = change.key.partition("@")[0]
        for sentence in _sentences(change.kind, change.key, change.before, change.after, documents[slug]):
            found.append(Event(change.seq, change.at, slug, _label(documents[slug]), sentence))
    return found[:most]


def _documents(slugs: Sequence[str]) -> dict[str, dict]:
    return {one["slug"]: one for one in service.documents("trial", list(slugs))}


def _keys(documents: Mapping[str, dict]) -> list[str]:
    sites = [f"{slug}@{site['centre']['code']}" for slug, one in documents.items() for site in one["sites"]]
    return [*documents, *sites]


def _changed(documents: Mapping[str, dict], slugs: list[str], since: int, until: int) -> dict[str, list[str]]:
    """By slug, what the log says of trials that were known before: from the first state to the last."""
    keys = [key for key in _keys(documents) if key.partition("@")[0] in slugs]
    changes = Change.objects.filter(kind__in=("trial", "site"), key__in=keys, seq__gt=since, seq__lte=until)
    first: dict[tuple[str, str], dict | None] = {}
    last: dict[tuple[str, str], dict | None] = {}
    for kind, key, before, after in changes.order_by("seq").values_list("kind", "key", "before", "after"):
        first.setdefault((kind, key), before)
        last[kind, key] = after
    found: dict[str, list[str]] = {}
    for (kind, key), before in first.items():
        slug = key.partition("@")[0]
        found.setdefault(slug, []).extend(_sentences(kind, key, before, last[kind, key], documents[slug]))
    return found


def _sentences(kind: str, key: str, before: dict | None, after: dict | None, document: dict) -> list[str]:
    if kind == "site":
        return _of_site(key.partition("@")[2], before, after, document)
    return _of_trial(before, after)


def _of_site(code: str, before: dict | None, after: dict | None, document: dict) -> list[str]:
    site = next((one for one in document["sites"] if one["centre"]["code"] == code), None)
    if after is None or site is None:
        return []
    words = {"centre": _centre(document, site), "status": _status(after["status"]), "how": _how(after)}
    if before is None:
        return [_("%(centre)s is a new centre: %(status)s%(how)s.") % words]
    found = []
    if before["status"] != after["status"]:
        words["old"] = _status(before["status"])
        found.append(_("%(centre)s: %(old)s → %(status)s%(how)s.") % words)
    elif before.get("verified_at") != after.get("verified_at") and after.get("verified_at"):
        found.append(_("%(centre)s: %(status)s, confirmed again%(how)s.") % words)
    if before.get("disputed") != after.get("disputed") and after.get("disputed"):
        found.append(_("%(centre)s: a newer source says otherwise.") % words)
    if any(before.get(name) != after.get(name) for name in _CONTACT):
        found.append(_("%(centre)s: whom to contact has changed.") % words)
    return found


def _of_trial(before: dict | None, after: dict | None) -> list[str]:
    if after is None:
        return []
    if before is None or before.get("state") != after.get("state"):
        return [_("Added to this directory.")] if after.get("state") == "listed" else []
    found = []
    if before["status"] != after["status"]:
        words = {"old": _status(before["status"]), "status": _status(after["status"])}
        found.append(_("The whole trial: %(old)s → %(status)s.") % words)
    if any(before.get(f"title_{code}") != after.get(f"title_{code}") for code in ("en", "nl", "fr", "de")):
        found.append(_("Its title has changed."))
    criteria = ("min_days", "max_days", "stages", "conditions", "alterations", "alterations_excluded",
                "lines_min", "lines_max", "sex", "eligibility_en")  # fmt: skip
    if any(before.get(name) != after.get(name) for name in criteria):
        found.append(_("Who it is for has changed."))
    return found


def _how(after: dict) -> str:
    """`, since June 2024, said by the centre's coordinator`; as much of it as is known."""
    parts = []
    if after.get("status_since"):
        parts.append(_("since %(day)s") % {"day": partial_text(after["status_since"])})
    if role := _role(after.get("verified_by", "")):
        parts.append(role)
    return "".join(f", {part}" for part in parts)


def _role(role: str) -> str:
    return {
        Role.COORDINATOR: _("says the centre's coordinator"),
        Role.EDITOR: _("says an editor of this directory"),
        Role.SPONSOR: _("says the sponsor"),
        Role.REGISTRY: _("says a public source"),
    }.get(role, "")


def _where(document: dict) -> str:
    recruiting = [
        _centre(document, site) for site in document["sites"] if site["status"] == Recruitment.RECRUITING
    ]
    if recruiting:
        return _("Recruiting at: %(centres)s.") % {"centres": "; ".join(recruiting)}
    return _("Not recruiting at any centre of this directory.")


def _centre(document: dict, site: dict) -> str:
    names = document["_show"]["centres"].get(site["centre"]["code"], {})
    return names.get((get_language() or "en")[:2]) or site["centre"]["name"]


def _status(word: str) -> str:
    return str(Recruitment(word).label) if word in Recruitment.values else word


def _label(document: dict | None) -> str:
    return (document["acronym"] or document["title"]) if document else ""
