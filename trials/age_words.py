"""The ages that a trial takes, in the language of the page: as they were recorded, and no more exactly."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from directory.core.ages import age_range_text, age_text, amount_text
from directory.core.places import COUNTRIES

from .age_criteria import DIAGNOSIS, EU, SIDES, SIGNS, TRANSPLANT, AgeBound, parse_bounds


def ages_in_words(written: dict[str, str | None], days: dict[str, int | None]) -> str:
    """`2 years to 18 years`, `> 2 years, < 50 years`, `≤ 21 years at transplant`; empty for none.

    Both by side (`min`, `max`): as written, and of what has days alone these. A written minimum of 0 is no
    bound.
    """
    bounds = [bound for side in SIDES if (text := written.get(side)) for bound in parse_bounds(text, side)]
    if not bounds:
        return age_range_text(days.get("min"), days.get("max"))
    kept = [one for one in bounds if one.side == "max" or one.days > 0]
    parts = [_range(kept)] if _is_plain_range(kept) else [bound_in_words(one) for one in kept]
    return ", ".join([*parts, *_days_alone(written, days)])


def _days_alone(written: dict[str, str | None], days: dict[str, int | None]) -> Iterator[str]:
    """Of a side that nobody wrote, what its days are."""
    for side in SIDES:
        if not written.get(side) and (number := days.get(side)):
            yield age_range_text(number, None) if side == "min" else age_range_text(None, number)


def bound_in_words(bound: AgeBound) -> str:
    """`≤ 21 years at transplant`, `≥ 18 years in the EU`."""
    return _qualified(f"{SIGNS[bound.side, bound.strict]} {_amount(bound)}", bound)


def _is_plain_range(bounds: Sequence[AgeBound]) -> bool:
    """Whether it is a lowest and a highest age, both included, of the same moment and for all countries."""
    return (
        0 < len(bounds) <= len(SIDES)
        and len({one.at for one in bounds}) == 1
        and len({one.side for one in bounds}) == len(bounds)
        and not any(one.strict or one.countries for one in bounds)
    )


def _range(bounds: Sequence[AgeBound]) -> str:
    said = {one.side: _amount(one) for one in bounds}
    if len(said) > 1:
        text = _("%(low)s to %(high)s") % {"low": said["min"], "high": said["max"]}
    elif "min" in said:
        text = _("from %(low)s") % {"low": said["min"]}
    else:
        text = _("up to %(high)s") % {"high": said["max"]}
    return _qualified(text, bounds[0])


def _qualified(text: str, bound: AgeBound) -> str:
    """`text` with of which age it speaks, and where."""
    if bound.at == DIAGNOSIS:
        text = _("%(age)s at diagnosis") % {"age": text}
    elif bound.at == TRANSPLANT:
        text = _("%(age)s at transplant") % {"age": text}
    for one in bound.countries:
        if one == EU:
            text = _("%(age)s in the EU") % {"age": text}
        else:
            text = _("%(age)s (%(country)s)") % {"age": text, "country": COUNTRIES.get(one, one)}
    return text


def _amount(bound: AgeBound) -> str:
    if all(number.isdecimal() for number, _unit in bound.amount):
        return " ".join(amount_text(int(number), unit) for number, unit in bound.amount)
    return age_text(bound.days - bound.strict if bound.side == "min" else bound.days + bound.strict)
