"""What changed about some trials between two numbers of the change log, in sentences for the public."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from directory.core.dates import first_day, partial_text
from directory.core.fields import LANGUAGE_CODES, page_language
from directory.core.models import State
from directory.core.roles import Role
from directory.search import service
from trials.choices import Recruitment
from trials.implied import implied_in_words
from trials.models import StatusStatement
from trials.statements import day_as_said

from .past import Past, PublicChange, merged

_CONTACT = ("contact_role", "contact_email", "contact_phone", "contact_person_id")
_TITLES = tuple(f"title_{code}" for code in LANGUAGE_CODES)
_CRITERIA = (
    "min_days", "max_days", "age_min_text", "age_max_text", "no_limits", "stages", "conditions",
    "alterations", "alterations_excluded", "lines_min", "lines_max", "sex",
    *(f"eligibility_{code}" for code in LANGUAGE_CODES),
)  # fmt: skip


@dataclass
class TrialNews:
    """One trial, and what is new about it. `label` is empty for one that is no longer public."""

    slug: str
    label: str
    sentences: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Event:
    """One change of one record that the public may read of. `key` is lasting and tells it from all others."""

    key: str
    at: object
    slug: str
    label: str
    sentence: str


def news_of(
    slugs_before: Sequence[str], slugs_now: Sequence[str], *, since: int, until: int
) -> list[TrialNews]:
    """What is new about trials that a search found before or finds now. Changes `since` < seq ≤ `until`."""
    slugs = list(dict.fromkeys([*slugs_now, *slugs_before]))
    before, now, documents = set(slugs_before), set(slugs_now), _documents(slugs)
    news = {slug: TrialNews(slug, label_of(documents.get(slug))) for slug in slugs}
    for slug, one in news.items():
        if slug not in before:
            one.sentences.append(_("New in your results. %(where)s") % {"where": _where(documents[slug])})
        elif slug not in documents:
            one.sentences.append(_("No longer in this directory."))
        elif slug not in now:
            one.sentences.append(_("No longer in your results."))
    past = Past(before & documents.keys(), since=since, until=until)
    for step in merged(past.steps()):
        news[step.slug].sentences += [sentence for _what, sentence in _sentences(step)]
    return [one for one in news.values() if one.sentences]


def events_of(slugs: Sequence[str], *, most: int) -> list[Event]:
    """The latest changes of listed trials and their sites, the latest first: what a feed shows."""
    documents = _documents(slugs)
    past = Past(documents)
    found = []
    for step in past.steps(most=4 * most):
        if pk := past.listed_trials.get(step.slug):
            label = label_of(documents[step.slug])
            found += [
                Event(f"{step.seq}/{pk}/{what}", step.at, step.slug, label, sentence)
                for what, sentence in _sentences(step)
            ]
    return found[:most]


def _documents(slugs: Sequence[str]) -> dict[str, dict]:
    return {one["slug"]: one for one in service.documents("trial", list(slugs))}


def _sentences(step: PublicChange) -> list[tuple[str, str]]:
    """What a change says, each with a word that lasts whatever the sentence becomes."""
    found = _of_site(step) if step.code else _of_trial(step)
    if step.corrects:
        return [(what, _("Correction: %(sentence)s") % {"sentence": sentence}) for what, sentence in found]
    return found


def _of_site(step: PublicChange) -> list[tuple[str, str]]:
    before, after = step.before, step.after
    words = {"centre": _name(step.names)}
    if after is None:
        gone = _("%(centre)s is no longer listed as a centre of this trial.") % words
        return [("left", gone)] if before else []
    words |= {"status": _status(after["status"]), "how": _how(after)}
    if before is None:
        return [("new", _("%(centre)s was added as a centre: %(status)s%(how)s.") % words)]
    found = _of_status(before, after, words)
    if after.get("disputed") and not before.get("disputed"):
        found.append(("disputed", _dispute(step, words)))
    if _differ(before, after, _CONTACT):
        found.append(("contact", _("%(centre)s: the contact has changed.") % words))
    return found


def _dispute(step: PublicChange, words: dict[str, str]) -> str:
    """Both words: of the person, and of the newer source."""
    if (other := step.against) is None:
        return _("%(centre)s: a newer source says otherwise.") % words
    words = words | {"other": _status(other.status), "source": _source(other)}
    return _("%(centre)s: %(status)s%(how)s. A newer source says: %(other)s (%(source)s).") % words


def _of_status(before: dict, after: dict, words: dict[str, str]) -> list[tuple[str, str]]:
    """A status that became another, was confirmed again, or is confirmed no more."""
    if before["status"] != after["status"]:
        words = words | {"old": _status(before["status"])}
        return [("status", _("%(centre)s: %(old)s → %(status)s%(how)s.") % words)]
    if (before.get("verified_at") or "") < (after.get("verified_at") or ""):
        return [("confirmed", _("%(centre)s: %(status)s, confirmed again%(how)s.") % words)]
    if before.get("verified_at") != after.get("verified_at"):
        return [("unconfirmed", _("%(centre)s: the last confirmation was withdrawn.") % words)]
    return []


def _of_trial(step: PublicChange) -> list[tuple[str, str]]:
    before, after = step.before, step.after
    if after is None:
        return []
    if before is None or before.get("state") != after.get("state"):
        return [("added", _("Added to this directory."))] if after.get("state") == State.LISTED else []
    found = []
    if before["status"] != after["status"]:
        words = {"old": _status(before["status"]), "status": _status(after["status"])}
        found.append(("status", _("The whole trial: %(old)s → %(status)s.") % words))
    if after.get("disputed") and not before.get("disputed"):
        found.append(("disputed", _trial_dispute(step)))
    if _differ(before, after, _TITLES):
        found.append(("title", _("Its title has changed.")))
    if _differ(before, after, _CRITERIA):
        found.append(("criteria", _("Who it is for has changed.")))
    return found


def _trial_dispute(step: PublicChange) -> str:
    """Both words about the whole trial."""
    day = step.after.get("status_as_of") or ""
    said = _who_said(step.after.get("status_by", ""), partial_text(day))
    words = {"status": _status(step.after["status"]), "how": f", {said}" if said else ""}
    if (other := step.against) is None:
        return _("The whole trial: %(status)s%(how)s. A newer source says otherwise.") % words
    words |= {"other": _status(other.status), "source": _source(other)}
    return _("The whole trial: %(status)s%(how)s. A newer source says: %(other)s (%(source)s).") % words


def _source(other: StatusStatement) -> str:
    """Who said the newer word, and when."""
    return ", ".join(filter(None, (other.source or _role(other.role), partial_text(other.day_as_said))))


def _differ(before: dict, after: dict, names: Iterable[str]) -> bool:
    return any(before.get(name) != after.get(name) for name in names)


def _how(after: dict) -> str:
    """`, since June 2024, said by the centre's coordinator`; as much of it as is known."""
    parts = []
    if since := after.get("status_since"):
        is_day = len(since) == len("2024-06-03")
        words = _("since %(day)s") if is_day else pgettext("month or year", "since %(day)s")
        parts.append(words % {"day": partial_text(since)})
    said = partial_text(day_as_said(first_day(after.get("verified_at") or ""), after.get("verified_on", "")))
    if who := _who_said(after.get("verified_by", ""), said):
        parts.append(who)
    if many := after.get("implied_by"):
        parts.append(_("of %(many)s") % {"many": implied_in_words(many)})
    return "".join(f", {part}" for part in parts)


def _who_said(role: str, day: str) -> str:
    """`says the sponsor (3 June 2024)`; empty where nobody did."""
    who = _role(role)
    return f"{who} ({day})" if who and day else who


def _role(role: str) -> str:
    return {
        Role.COORDINATOR: _("says the centre's coordinator"),
        Role.EDITOR: _("says an editor of this directory"),
        Role.SPONSOR: _("says the sponsor"),
        Role.REGISTRY: _("says a public source"),
    }.get(role, "")


def _where(document: dict) -> str:
    recruiting = [
        _name(document["_show"]["centres"].get(site["centre"]["code"], {})) or site["centre"]["name"]
        for site in document["sites"] if site["status"] == Recruitment.RECRUITING
    ]  # fmt: skip
    if recruiting:
        return _("Recruiting at: %(centres)s.") % {"centres": _("; ").join(recruiting)}
    return _("Not recorded as recruiting at any centre in this directory.")


def _name(names: Mapping[str, str]) -> str:
    return names.get(page_language()) or next(filter(None, names.values()), "")


def _status(word: str) -> str:
    return str(Recruitment(word).label) if word in Recruitment.values else word


def label_of(document: dict | None) -> str:
    """What a trial is called: its acronym, else its title in the reader's language; empty for none."""
    if not document:
        return ""
    return document["acronym"] or _name(document["titles"]) or document["title"]
