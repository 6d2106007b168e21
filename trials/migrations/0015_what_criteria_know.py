"""Criteria say what is recorded, what has no limit, and who says so; ages are kept as they were written.

Trials that are stored keep their days: how their ages were written nobody knows, and nothing is invented.
"""

from django.db import migrations, models
from django.db.models import Q

import directory.core.dates
import directory.core.fields

WITHOUT_LIMIT = {
    "age": (
        Q(min_days=None, max_days=None, age_min_text="", age_max_text=""),
        "An age is given together with “no limit”. Remove “age” from no_limits, or empty both ages.",
    ),
    "lines": (
        Q(lines_min=None, lines_max=None),
        "A number of previous lines is given together with “no limit”. Remove “lines” from no_limits, or "
        "empty both numbers.",
    ),
    "alterations": (
        Q(alterations=[]),
        "Alterations are given together with “no limit”. Remove “alterations” from no_limits, or empty the "
        "alterations.",
    ),
    "alterations_excluded": (
        Q(alterations_excluded=[]),
        "Excluded alterations are given together with “no limit”. Remove “alterations_excluded” from "
        "no_limits, or empty the excluded alterations.",
    ),
    "sex": (
        Q(sex="all"),
        "A sex is given together with “no limit”. Remove “sex” from no_limits, or set the sex to “all”.",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("trials", "0014_partial_runs")]

    operations = [
        migrations.AddField(
            model_name="trial",
            name="age_max_text",
            field=models.CharField(
                blank=True,
                help_text="< 18 years, 18 years (to the day before the 19th birthday), "
                "≤ 21 years at transplant.",
                max_length=120,
                verbose_name="maximum age as written",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="age_min_text",
            field=models.CharField(
                blank=True,
                help_text="2 years, > 2 years, 12 months at diagnosis, 16 years; 18 years in the EU.",
                max_length=120,
                verbose_name="minimum age as written",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="criteria_as_of",
            field=directory.core.dates.PartialDateField(
                help_text="2026-04-28, 2026-04 or 2026.", verbose_name="criteria as of"
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="criteria_source",
            field=models.CharField(
                blank=True,
                help_text="Source of the criteria, if not the source of the trial.",
                max_length=200,
                verbose_name="source of the criteria",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="no_limits",
            field=directory.core.fields.WordsField(
                help_text="Tick only if a source says that there is no limit. Otherwise it is “not recorded”.",
                verbose_name="recorded as “no limit”",
            ),
        ),
        *(
            migrations.AddConstraint(
                model_name="trial",
                constraint=models.CheckConstraint(
                    condition=~Q(no_limits__has_word=limit) | without,
                    name=f"trial_has_no_limit_of_{limit}",
                    violation_error_message=sentence,
                ),
            )
            for limit, (without, sentence) in WITHOUT_LIMIT.items()
        ),
    ]
