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
        "“No limit” of age stands beside an age. Take “age” out of no_limits, or empty both ages.",
    ),
    "lines": (
        Q(lines_min=None, lines_max=None),
        "“No limit” of lines stands beside a number of lines. Take “lines” out of no_limits, or empty both "
        "numbers.",
    ),
    "alterations": (
        Q(alterations=[]),
        "“No limit” of alterations stands beside alterations. Take “alterations” out of no_limits, or "
        "empty them.",
    ),
    "alterations_excluded": (
        Q(alterations_excluded=[]),
        "“No limit” of excluded alterations stands beside some. Take “alterations_excluded” out of "
        "no_limits, or empty them.",
    ),
    "sex": (
        Q(sex="all"),
        "“No limit” of sex stands beside one sex. Take “sex” out of no_limits, or let sex be “all”.",
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
                help_text="Who says so, if not the source of the trial.",
                max_length=200,
                verbose_name="source of the criteria",
            ),
        ),
        migrations.AddField(
            model_name="trial",
            name="no_limits",
            field=directory.core.fields.WordsField(
                help_text="Only where somebody says that there is none. What nobody says is not recorded.",
                verbose_name="recorded as without limit",
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
