"""`python -m tests.simulation [seed …]`: a year with vouching beside the same year without, as a table."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")

ROWS = (
    ("recruiting sites confirmed within 30 days, at the end", lambda year: _percent(year.confirmed_at_end)),
    ("  … mean of the days", lambda year: _percent(year.share("confirmed", "shown"))),
    ("  … the worst day after the first 30", lambda year: _percent(year.worst("confirmed", "shown"))),
    ("  … of those recruiting in truth, mean", lambda year: _percent(year.share("open_confirmed", "open"))),
    ("recruiting and unmarked: in truth not", lambda year: _percent(year.share("false", "unmarked"))),
    ("recruiting, marked or not: in truth not", lambda year: _percent(year.share("false_at_all", "shown"))),
    ("a person's word overwritten by a registry", lambda year: len(year.overwritten)),
    ("disputed sites, mean of the days", lambda year: f"{year.mean('disputed'):.1f}"),
    ("sites shown as recruiting, mean", lambda year: f"{year.mean('shown'):.1f}"),
    ("sites recruiting in truth, mean", lambda year: f"{year.mean('open'):.1f}"),
    *((name, lambda year, name=name: year.counts[name]) for name in (
        "opened", "stopped", "mails", "reminders", "answers", "filled", "disputed", "looked at by an editor",
    )),
)  # fmt: skip


def main(seeds: list[int]) -> int:
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from directory.sheets import reading
    from tests.support.reading import run_here

    reading._run = run_here
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        for seed in seeds or [0]:
            _print_table(seed)
    finally:
        teardown_databases(databases, verbosity=0)
    return 0


def _print_table(seed: int) -> None:
    from .year import a_year

    years = [a_year(seed, is_vouched=one) for one in (True, False)]
    print(f"\n{f'Seed {seed}':<56} {'vouched':>9} {'without':>9}")
    for name, figure in ROWS:
        print(f"{name:<56} {figure(years[0])!s:>9} {figure(years[1])!s:>9}", flush=True)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.2f} %"


if __name__ == "__main__":
    sys.exit(main([int(one) for one in sys.argv[1:]]))
