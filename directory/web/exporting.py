"""Found trials as files: CSV and XLSX for a spreadsheet, RIS for a reference manager.

Columns and values are the words of sheets and API (docs/words.md), the same in all languages, so that a
program can read them; titles, condition names, `…_label` and `sites_as_read` are in the language of the page.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from directory.core.text import tidy
from directory.search import service
from directory.sheets import csv_files, workbooks
from directory.sheets.sheet import Sheet
from trials.choices import Freshness, Phase, Recruitment, Sex, Stage, StudyType
from trials.intervention_cells import Given, written
from trials.sheets import SiteSheet, TrialSheet

from . import words
from .results import class_name

MOST_ROWS = 5_000
BATCH = 500
NUMBERS = {"nct": "nct_number", "euct": "eu_ct_number", "eudract": "eudract_number", "isrctn": "isrctn"}

TRIAL_COLUMNS = (
    "slug", "acronym", "title", "status", "status_as_of", "phase", "study_type", "conditions",
    "condition_names", "disease_terms", "stages", "alterations", "sex", "age", "age_min", "age_max",
    "nct_number", "eu_ct_number", "eudract_number", "isrctn", "other_ids", "sponsor", "groups", "parent",
    "opened_in_belgium", "sites", "updated_at", "url", *TrialSheet.served(),
    "status_by", "dispute",
    "age_groups", "interventions", "age_min_as_written", "age_max_as_written", "no_limits",
    "criteria_source", "criteria_as_of", "status_label", "phase_label", "study_type_label", "stages_label",
    "sex_label", "sites_as_read",
)  # fmt: skip
SITE_COLUMNS = (
    "trial", "acronym", "centre_code", "centre", "city", "country", "status", "status_since", "verified_at",
    "verified_by", "freshness", "next_due", "source", "contact_role", "contact_name", "contact_email",
    "contact_phone", *SiteSheet.served(), "dispute", "implied_by", "status_label",
    "freshness_label", "verified_by_label",
)  # fmt: skip


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is called, what it is to a browser, and who writes it."""

    label: str
    content_type: str
    write: Callable[[list[dict]], bytes]


def documents_of(ask: service.Ask) -> list[dict]:
    """The stored documents of what `ask` finds, in its order, at most `MOST_ROWS`."""
    keys = [hit.key for hit in service.find(ask, limit=MOST_ROWS).hits]
    batches = (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))
    return [one for batch in batches for one in service.documents("trial", batch)]


def address_of(document: dict) -> str:
    """The trial's page in the language of the one asked for, absolute."""
    return settings.BASE_URL + reverse("web:trial", args=[document["slug"]])


def title_of(document: dict) -> str:
    return words.in_page_language(document["titles"])[0]


# --- Rows ---------------------------------------------------------------------------------------------


def trial_row(one: dict) -> dict[str, str]:
    """A trial by column; several values in one cell are separated by `; `, as import sheets have them."""
    return {
        **{name: one[name] for name in TRIAL_COLUMNS if isinstance(one.get(name), str)},
        "title": title_of(one),
        "phase": _in_one_cell(one["phases"]),
        "conditions": _in_one_cell(condition["code"] for condition in one["conditions"]),
        "condition_names": _in_one_cell(class_name(condition["code"]) for condition in one["conditions"]),
        "disease_terms": _in_one_cell(one["disease_terms"]),
        "stages": _in_one_cell(one["stages"]),
        "alterations": _in_one_cell(one["_show"]["alterations"]),
        **_ages(one),
        **_numbers(one["identifiers"]),
        "groups": _in_one_cell(one["groups"]),
        "parent": one["parent"]["slug"] if one["parent"] else "",
        "sites": _in_one_cell(_site_in_words(site) for site in one["sites"]),
        "url": address_of(one),
        "dispute": _otherwise(one),
        **_served(TrialSheet, one),
        "age_groups": _in_one_cell(one["age_groups"]),
        "no_limits": _in_one_cell(one["no_limits"]),
        "interventions": _in_one_cell(
            written(Given(given["name"], given["type"] or "")) for given in one["interventions"]
        ),
        **_labels(one),
    }


def _labels(one: dict) -> dict[str, str]:
    """What pages call the values."""
    return {
        "status_label": words.label(Recruitment, one["status"]),
        "phase_label": _in_one_cell(words.label(Phase, phase) for phase in one["phases"]),
        "study_type_label": words.label(StudyType, one["study_type"] or ""),
        "stages_label": _in_one_cell(words.label(Stage, stage) for stage in one["stages"]),
        "sex_label": words.label(Sex, one["sex"] or ""),
        "sites_as_read": _in_one_cell(_site_as_read(one, site) for site in one["sites"]),
    }


def _ages(one: dict) -> dict[str, str]:
    age, written = one["age"], one["age_as_written"]
    return {
        "age": age["text"],
        "age_min": _days(age["min_days"]),
        "age_max": _days(age["max_days"]),
        "age_min_as_written": written["min"] or "",
        "age_max_as_written": written["max"] or "",
    }


def _served(sheet: type[Sheet], one: dict) -> dict[str, str]:
    said = {name: one[name] for name in sheet.served() if one.get(name) is not None}
    return {name: sheet.written(name, value) for name, value in said.items()}


def site_rows(one: dict) -> list[dict[str, str]]:
    """A trial's sites by column."""
    return [_site_row(one, site) for site in one["sites"]]


def _site_row(one: dict, site: dict) -> dict[str, str]:
    centre, contact = site["centre"], site["contact"] or {}
    names = one["_show"]["centres"].get(centre["code"], {})
    row = {name: site[name] for name in SITE_COLUMNS if isinstance(site.get(name), str)}
    return row | {
        "verified_at": site["verified_on"] or "",
        "dispute": _otherwise(site),
        "acronym": one["acronym"],
        "centre_code": centre["code"],
        "centre": words.in_page_language(names)[0] or centre["name"],
        "city": centre["city"],
        "country": centre["country"],
        "status_label": words.label(Recruitment, site["status"]),
        "freshness_label": words.label(Freshness, site["freshness"]),
        "verified_by_label": str(words.ROLES.get(site["verified_by"] or "", "")),
        **{f"contact_{name}": text or "" for name, text in contact.items()},
        **_served(SiteSheet, site),
    }


def _site_as_read(one: dict, site: dict) -> str:
    """A site as pages say it: `UZ Gent: Recruiting (Verified in the last 30 days, 18 November 2026 …)`."""
    name = words.in_page_language(one["_show"]["centres"].get(site["centre"]["code"], {}))[0]
    said = words.said(site["verified_on"] or "", site["verified_by"] or "", site["source"] or "")
    told = [words.label(Freshness, site["freshness"]), words.of_many(said, site["implied_by"] or "")]
    if other := words.otherwise(site["dispute"]):
        status, said_otherwise, role = other
        told.append(f"{words.says_otherwise(role)} {words.label(Recruitment, status)} ({said_otherwise})")
    status = words.label(Recruitment, site["status"])
    return f"{name or site['centre']['name']}: {status} ({', '.join(filter(None, told))})"


def _site_in_words(site: dict) -> str:
    """`uz-gent: recruiting (fresh, verified 2026-11-18 by coordinator)`, and what a newer registry says."""
    verified = f", verified {site['verified_on']} by {site['verified_by']}" if site["verified_on"] else ""
    verified += f", of {site['implied_by']}" if site["implied_by"] else ""
    otherwise = f", {_otherwise(site)}" if site["dispute"] else ""
    return f"{site['centre']['code']}: {site['status']} ({site['freshness']}{verified}{otherwise})"


def _otherwise(one: dict) -> str:
    """What a newer source says of a site or a trial: `ISRCTN 2026-11-20: suspended`; empty for no dispute.

    Of a word on many at once: `ISRCTN 2026-11-20: completed (the whole trial)`.
    """
    if (other := one["dispute"]) is None:
        return ""
    of = f" ({other['implied_by']})" if other["implied_by"] else ""
    return f"{other['source'] or other['by']} {other['said_on']}: {other['status']}{of}"


def _numbers(identifiers: list[dict]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in identifiers:
        found.setdefault(NUMBERS.get(one["scheme"], "other_ids"), []).append(one["value"])
    return {name: _in_one_cell(values) for name, values in found.items()}


def _in_one_cell(values: Iterable[str]) -> str:
    return "; ".join(values)


def _days(days: int | None) -> str:
    return "" if days is None else f"{days}d"


# --- Files --------------------------------------------------------------------------------------------


def as_csv(documents: list[dict]) -> bytes:
    """One row a trial."""
    return csv_files.as_csv([TRIAL_COLUMNS, *_cells(TRIAL_COLUMNS, map(trial_row, documents))])


def as_xlsx(documents: list[dict]) -> bytes:
    """A sheet `trials`, one row a trial, and a sheet `sites`, one row a site. Every cell is text."""
    sites = (row for one in documents for row in site_rows(one))
    pages = [
        workbooks.table("trials", TRIAL_COLUMNS, _cells(TRIAL_COLUMNS, map(trial_row, documents))),
        workbooks.table("sites", SITE_COLUMNS, _cells(SITE_COLUMNS, sites)),
    ]
    return b"".join(workbooks.stream(pages))


def _cells(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> Iterator[list[str]]:
    return ([row.get(name, "") for name in columns] for row in rows)


def as_ris(documents: list[dict]) -> bytes:
    """One reference a trial, of the kind web page, with its numbers, diseases and sites."""
    return "".join(map(_reference, documents)).encode()


def _reference(one: dict) -> str:
    title, numbers = title_of(one), [identifier["value"] for identifier in one["identifiers"]]
    tags = [
        ("TY", "ELEC"),
        ("TI", f"{one['acronym']}: {title}" if one["acronym"] else title),
        ("ST", one["acronym"]),
        # A corporate author ends with a comma; else its last word is taken for a first name.
        ("AU", f"{one['sponsor'].replace(',', ' ')}," if one["sponsor"] else ""),
        ("PY", one["updated_at"][:4]),
        ("DA", one["updated_at"][:10].replace("-", "/")),
        ("AB", words.in_page_language(one["_show"]["summaries"])[0]),
        *(("KW", class_name(condition["code"])) for condition in one["conditions"]),
        *(("KW", term) for term in one["disease_terms"]),
        ("AN", "; ".join(numbers)),
        *(("N1", _site_as_read(one, site)) for site in one["sites"]),
        ("UR", address_of(one)),
    ]
    lines = [f"{tag}  - {tidy(text)}\r\n" for tag, text in tags if text]
    return "".join(lines) + "ER  - \r\n\r\n"


FORMATS = {
    "csv": Format("CSV", csv_files.CONTENT_TYPE, as_csv),
    "xlsx": Format("XLSX", workbooks.CONTENT_TYPE, as_xlsx),
    "ris": Format("RIS", "application/x-research-info-systems; charset=utf-8", as_ris),
}
