"""The simulated year has the rates that were found: those of the real versions, and of the literature."""

import datetime as dt
import json
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random
from statistics import quantiles

import pytest

from tests.simulation.truth import CLOSED, CLOSES, NOT_YET, OPEN, History, told, trials_of

YEAR = 365


def test_a_registry_is_as_late_as_the_literature_found_it():
    random, truth = Random(1), History([-50, 0], [OPEN, CLOSED])
    found = [told(random, truth) for _time in range(20_000)]
    late = [one.days[1] for one in found if len(one.days) == 2]
    assert 1 - len(late) / len(found) == pytest.approx(34 / 405, abs=0.005)
    assert quantiles(late) == pytest.approx([48, 141, 419], rel=0.05)
    assert sum(one > YEAR for one in late) / len(late) == pytest.approx(0.29, abs=0.02)


def test_what_a_registry_says_is_never_older_than_what_it_said():
    truth = History([-9, 0, 10, 20], [NOT_YET, OPEN, CLOSED, OPEN])
    for seed in range(200):
        found = told(Random(seed), truth)
        assert found.days == sorted(found.days)
        assert found.on(-9) == NOT_YET
        # Of each status in its turn, none before it is so.
        at = -1
        for day, status in zip(found.days, found.statuses, strict=True):
            at = truth.statuses.index(status, at + 1)
            assert day >= truth.days[at]


def test_sites_stop_and_open_at_the_rates_given():
    sites = [site.truth for one in trials_of(3, centres=8, trials=3_000, days=YEAR) for site in one.sites]
    assert len(sites) / 3_000 == pytest.approx(192 / 45, rel=0.03)
    days = Counter(one.on(day) for one in sites for day in range(0, YEAR, 5))
    stopped = sum(one.ends(OPEN, 0, YEAR) for one in sites)
    assert stopped / days[OPEN] / 5 == pytest.approx(CLOSES, rel=0.1)
    assert Counter(one.on(-1) for one in sites)[OPEN] / len(sites) == pytest.approx(5 / 6 * 18 / 32, rel=0.05)


def test_the_same_seed_is_the_same_year():
    one, same, other = (trials_of(seed, centres=3, trials=5, days=YEAR) for seed in (1, 1, 2))
    assert one == same
    assert one != other


# The rates themselves


def test_the_rates_are_those_of_the_real_versions(shared_data):
    days, changes = Counter(), Counter()
    for earlier, later in successive(shared_data / "ctgov" / "versions"):
        after = locations(later[1])
        for place, statuses in locations(earlier[1]).items():
            for at, status in enumerate(statuses):
                days[status] += (later[0] - earlier[0]).days
                if place in after:
                    changes[status, after[place][at]] += 1
    stopped = sum(count for (was, now), count in changes.items() if was == "RECRUITING" != now)
    assert (stopped, days["RECRUITING"]) == (2, 4_477)
    assert (changes["NOT_YET_RECRUITING", "RECRUITING"], days["NOT_YET_RECRUITING"]) == (54, 2_848)


def successive(folder):
    versions = defaultdict(list)
    for path in sorted(folder.glob("*.json")):
        number, day = path.stem.split("__")
        content = json.loads(path.read_text(encoding="utf-8"))
        versions[number].append((dt.date.fromisoformat(day), content.get("protocolSection", content)))
    return [pair for several in versions.values() for pair in pairwise(several)]


def locations(protocol):
    found = defaultdict(list)
    for one in protocol.get("contactsLocationsModule", {}).get("locations", ()):
        found[one.get("facility"), one.get("city"), one.get("zip")].append(one.get("status"))
    return found
