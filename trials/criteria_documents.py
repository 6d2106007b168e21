"""What a trial records of its criteria, as its document has it: shown, and judged against a patient."""

from directory.core.fields import by_language

from .age_criteria import SIDES
from .ages import span_of
from .models import Trial
from .purposes import purposes


def criteria_body(trial: Trial) -> dict:
    """As the API shows it, at the end of a trial."""
    return {
        "no_limits": trial.no_limits,
        "criteria_source": trial.criteria_source or trial.source or None,
        "criteria_as_of": trial.criteria_as_of or None,
        "age_as_written": {"min": trial.age_min_text or None, "max": trial.age_max_text or None},
    }


def criteria_facts(trial: Trial) -> dict:
    """Columns of the index. `age_from`, `age_to`: the ages to list it for, in days, None where open."""
    # Where no age is recorded, nobody is listed whom the registry's group leaves out.
    first, last = (trial.min_days, trial.max_days) if trial.says_age else span_of(trial.age_groups)
    return {
        "min_days": trial.min_days,
        "max_days": trial.max_days,
        "alteration": trial.alterations,
        "excluded": trial.alterations_excluded,
        "purpose": purposes([*by_language(trial, "title").values(), *trial.disease_terms]),
        "no_limit": trial.no_limits,
        "age_group": trial.age_groups,
        "age_from": first,
        "age_to": last,
        "age_written": [f"{side}|{text}" for side in SIDES if (text := getattr(trial, f"age_{side}_text"))],
        "lines_min": trial.lines_min,
        "lines_max": trial.lines_max,
    }
