"""How pages write statuses, dates, ages, names and telephone numbers.

Tags and not components where a page needs hundreds of them: a component costs a template each.
"""

import datetime as dt
import re
from functools import partial

import phonenumbers
from django import template
from django.template.defaultfilters import linebreaks_filter
from django.urls import translate_url
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centres.choices import Language
from directory.core import dates
from directory.core.fields import LANGUAGE_CODES, by_language
from directory.core.places import town_name
from directory.core.text import fold
from directory.search.tokens import typed_words
from trials import drugs
from trials.age_words import ages_in_words
from trials.choices import (
    AgeGroup,
    ArmType,
    InterventionType,
    Limit,
    Phase,
    Recruitment,
    Scheme,
    Sex,
    Stage,
    StudyType,
)
from trials.implied import implied_in_words

from .. import words
from ..marks import mark_of
from ..results import class_name, condition_name

register = template.Library()
# What pages call a value of a vocabulary (`{{ trial.sex|sex }}`), and several in one line.
_ONE = {
    "status": Recruitment, "study_type": StudyType, "sex": Sex, "registry": Scheme, "arm_type": ArmType,
    "intervention_type": InterventionType,
}  # fmt: skip
_SEVERAL = {"phases": Phase, "stages": Stage, "languages": Language, "age_groups": AgeGroup}
for _name, _choices in _ONE.items():
    register.filter(_name, partial(words.label, _choices))
for _name, _choices in _SEVERAL.items():
    register.filter(_name, partial(words.labels, _choices))
register.filter("partial_date", dates.partial_text)
register.filter("implied_words", implied_in_words)
register.filter("disease", condition_name)
register.filter("class_name", class_name)


@register.simple_tag
def status_tag(status: str) -> SafeString:
    """A status as a shape and its word, where no more is said of it: hollow, in no tone."""
    tone = words.TONES.get(status, "unknown")
    return format_html(
        '<span class="status status-{}"><span class="dot" aria-hidden="true"></span>{}</span>',
        tone,
        words.label(Recruitment, status),
    )


@register.simple_tag
def mark_tag(one) -> SafeString:
    """The status of a site or a whole trial, as `directory.web.marks` has it: shape, word, day and state."""
    mark = mark_of(one)
    note = format_html('<span class="fresh{}">, {}</span>', "" if mark.day else " fresh-never", mark.note)
    return format_html(
        '<span class="status {}"><span class="dot" aria-hidden="true"></span>{}{}</span>',
        mark.classes,
        mark.label,
        note if mark.note else "",
    )


@register.simple_tag
def who_tag(one) -> SafeString:
    """Who said what a mark shows, beside it; empty where nobody did."""
    who = mark_of(one).who
    return format_html('<span class="note said">{}</span>', who) if who else SafeString("")


@register.simple_tag
def said_tag(one) -> SafeString:
    """When and by whom a site's status, or a statement, was said: `3 June 2024, by the sponsor`.

    Empty for a site of which nobody said anything: its freshness says that.
    """
    text = words.said_of(one)
    return format_html('<span class="note said">{}</span>', text) if text else SafeString("")


@register.filter
def said_day(statement) -> str:
    """The day of a statement, no more exact than it was said."""
    return dates.partial_text(statement.day_as_said)


@register.filter
def role_words(role: str) -> str:
    """`coordinator` → `the centre's coordinator`."""
    return str(words.ROLES.get(role, role))


@register.filter
def says_otherwise(role: str) -> str:
    """What introduces the newer word of a dispute, by the role of who said it."""
    return words.says_otherwise(role)


@register.filter
def days_ago(day: dt.date | str | None) -> str:
    """`today`, `yesterday`, `12 days ago`, `5 months ago`; empty without a day.

    Of a month or a year (`2024-06`, `2024`) no days are told: `this month`, `last year`.
    """
    if not day:
        return ""
    if isinstance(day, str):
        return _months_ago(day)
    days = (timezone.localdate() - day).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("yesterday")
    if days < 60:
        return ngettext("%d day ago", "%d days ago", days) % days
    months = days * 12 // 365
    if months < 24:
        return ngettext("%d month ago", "%d months ago", months) % months
    years = days * 100 // 36525
    return ngettext("%d year ago", "%d years ago", years) % years


def _months_ago(partial: str) -> str:
    """Of a year or a month of a year."""
    today, (year, month) = timezone.localdate(), (*map(int, partial.split("-")), 0)[:2]
    years, months = today.year - year, 12 * (today.year - year) + today.month - month
    if month and months <= 1:
        return _("last month") if months == 1 else _("this month")
    if month and months < 24:
        return ngettext("%d month ago", "%d months ago", months) % months
    if years <= 1:
        return _("last year") if years == 1 else _("this year")
    years = months // 12 if month else years
    return ngettext("%d year ago", "%d years ago", years) % years


@register.filter
def percentage(number: int | None) -> str:
    """`12%`, as the language writes it; empty for none."""
    return "" if number is None else _("%(number)d%%") % {"number": number}


@register.filter
def ages(trial) -> str:
    """Ages of a trial or a document, as recorded; that there is no limit only where that is recorded."""
    if isinstance(trial, dict):
        written, limits = trial.get("age_as_written", {}), trial.get("no_limits", ())
        low, high = trial["age"]["min_days"], trial["age"]["max_days"]
    else:
        written, limits = {"min": trial.age_min_text, "max": trial.age_max_text}, trial.no_limits
        low, high = trial.min_days, trial.max_days
    if Limit.AGE in limits:
        return _("No age limit")
    return ages_in_words(written, {"min": low or None, "max": high})


@register.filter
def no_limit(trial, limit: str) -> str:
    """`No limit` of it, where that is recorded of the trial; empty where it is not."""
    return _("No limit") if limit in trial.no_limits else ""


@register.filter
def unrecorded(trial) -> str:
    """What of the criteria of a trial is neither recorded nor recorded as having no limit, in one line."""
    recorded = {
        Limit.LINES: trial.lines_min is not None or trial.lines_max is not None,
        Limit.ALTERATIONS: trial.alterations,
        Limit.ALTERATIONS_EXCLUDED: trial.alterations_excluded,
        Limit.SEX: trial.sex != Sex.ALL,
    }
    return "; ".join(
        str(limit.label)
        for limit, is_said in recorded.items()
        if not is_said and limit not in trial.no_limits
    )


@register.filter
def lines(trial) -> str:
    """Previous lines of treatment: `1 to 3`, `at least 1`, `none`; empty without a bound."""
    low, high = trial.lines_min, trial.lines_max
    if high == 0:
        return _("none")
    if low is None and high is None:
        return ""
    if high is None:
        return _("at least %(low)d") % {"low": low}
    return _("%(low)d to %(high)d") % {"low": low or 0, "high": high}


@register.filter
def drug_note(intervention) -> str:
    """The INN of an intervention, where it goes by another name, and its classes."""
    language, found = words.page_language(), []
    inn = drugs.inn_name(intervention.inn, language)
    if inn and fold(intervention.name) not in (fold(intervention.inn), fold(inn)):
        found.append(_("INN: %(inn)s") % {"inn": inn})
    if several := [drugs.class_name(name, language) for name in intervention.classes]:
        found.append(_("class: %(classes)s") % {"classes": ", ".join(several)})
    return " · ".join(found)


@register.filter
def listed_lines(text: str) -> list[str]:
    """The lines of a text that has one entry a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.simple_tag
def entries_of(record, field: str) -> SafeString:
    """A translated field with one entry a line, as a list in the page's language, else declared."""
    text, code = _in_page_language(record, field)
    items = format_html_join("", "<li>{}</li>", ((line,) for line in listed_lines(text)))
    if not code:
        return format_html("<ul>{}</ul>", items)
    return format_html('<ul lang="{}">{}</ul>{}', code, items, _language_note(code))


@register.filter
def state(value: str) -> str:
    """What a record that the public does not see is called."""
    return {"draft": _("Draft"), "withdrawn": _("Withdrawn")}.get(value, value)


@register.filter
def town(centre) -> str:
    """Where a centre, or that of a document, is, in the page's language: `Gand`."""
    has = centre.get if isinstance(centre, dict) else partial(getattr, centre)
    return town_name(has("city") or "", has("country"), words.page_language())


@register.filter
def kilometres(distance: float | None) -> str:
    """`12 km`, `under 1 km`; empty where the distance is not known."""
    if distance is None:
        return ""
    if distance < 1:
        return _("under 1 km")
    return _("%(distance)s km") % {"distance": formats.number_format(round(distance))}


@register.filter
def telephone(number: str) -> str:
    """`+3293322111` as it is read: `+32 9 332 21 11`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def gap_label(trial) -> str:
    """What a trial of the page of gaps is called: its acronym, else its title in the page's language."""
    return trial.acronym or words.in_page_language(trial.titles)[0]


_WORD = re.compile(r"[^\W_]+")


@register.filter
def marked(text: str, sought) -> SafeString:
    """`text` with the words that were looked for in `<mark>`; as it is without a search."""
    if not sought or not text:
        return format_html("{}", text)
    parts, end = [], 0
    for found in _WORD.finditer(text):
        stems = [word.stem for word in typed_words(found[0])]
        if any(map(sought.marks, stems)):
            parts.append(format_html("{}<mark>{}</mark>", text[end : found.start()], found[0]))
            end = found.end()
    return format_html_join("", "{}", ((part,) for part in [*parts, text[end:]]))


@register.simple_tag
def marked_text_of(record, sought) -> SafeString:
    """As `text_of` of a document's texts by language, with the words that were looked for marked."""
    text, code = _in_page_language(record, "")
    shown = marked(text, sought)
    return format_html('<span lang="{}">{}</span>', code, shown) if code else shown


@register.simple_tag
def text_of(record, field: str, marked: bool = False) -> SafeString:
    """A translated field of a record or the `{language: text}` of a document, in the page's language.

    Where it exists in another language only, that language is declared and, with `marked`, said.
    """
    text, code = _in_page_language(record, field)
    if not code:
        return format_html("{}", text)
    note = _language_note(code) if marked else ""
    return format_html('<span lang="{}">{}</span>{}', code, text, note)


@register.simple_tag
def prose_of(record, field: str) -> SafeString:
    """As `text_of`, for a text of several paragraphs."""
    text, code = _in_page_language(record, field)
    paragraphs = linebreaks_filter(text)
    if not code:
        return format_html('<div class="prose">{}</div>', paragraphs)
    return format_html('<div class="prose" lang="{}">{}</div>{}', code, paragraphs, _language_note(code))


def _in_page_language(record, field: str) -> tuple[str, str]:
    return words.in_page_language(record if isinstance(record, dict) else by_language(record, field))


def _language_note(code: str) -> SafeString:
    return format_html(' <span class="note">({})</span>', words.IN_LANGUAGE[code])


@register.simple_tag(takes_context=True)
def language_links(context) -> list[dict]:
    """The page in the four languages: `code`, `name` (in its own language), `url`, `address`, `current`."""
    request = context.get("request")
    if request is None:
        return []
    current = words.page_language()
    return [
        {
            "code": code,
            "name": words.LANGUAGE_NAMES[code],
            "url": translate_url(request.get_full_path(), code),
            "address": request.build_absolute_uri(translate_url(request.path, code)),
            "current": code == current,
        }
        for code in LANGUAGE_CODES
    ]
