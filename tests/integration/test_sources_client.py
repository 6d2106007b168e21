"""The client and the demo registry over real sockets: what comes, what is tried again, what is told."""

import logging
import pickle
from collections import Counter
from itertools import chain, repeat

import pytest
from django.conf import settings

from tests.support.clocks import Clock
from trials.sources.client import USUAL, Bounds, Client
from trials.sources.demo_registry import facts
from trials.sources.demo_registry.faults import HOSTILE_TEXT, RegistryFault, random_faults
from trials.sources.demo_registry.server import RESOURCE, DemoRegistry
from trials.sources.errors import (
    BadAnswer,
    NotInRegistry,
    RegistryAway,
    RegistryBusy,
    RegistryError,
    RegistryRefused,
    RegistryResting,
)

KNOWN = facts.of_the_demo()
FEWER = Bounds(attempts=3)
# A silence that lasts no longer than a test should.
IMPATIENT = Bounds(attempts=3, read_seconds=0.3)
IEUROEWING = "studies/NCT04307576"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def registry():
    with DemoRegistry(KNOWN, slow_seconds=1) as serving:
        yield serving


@pytest.fixture
def client(registry, clock):
    with a_client(registry.ctgov_url, clock) as made:
        yield made


def a_client(url, clock, bounds=FEWER, seconds_apart=0):
    return Client(url, seconds_apart=seconds_apart, bounds=bounds, clock=clock, sleep=clock.sleep)


# What comes


def test_a_record_comes_with_what_is_needed_to_ask_again(client):
    first = client.get(IEUROEWING)
    assert first.status == 200
    assert first.content["protocolSection"]["identificationModule"]["acronym"] == "ALLTogether1"
    assert first.content["resource"] == RESOURCE
    assert first.last_modified == "Tue, 28 Apr 2026 00:00:00 GMT"
    for known in ({"etag": first.etag}, {"last_modified": first.last_modified}):
        again = client.get(IEUROEWING, **known)
        assert again.unchanged
        assert (again.content, again.etag, again.last_modified) == (None, first.etag, first.last_modified)


def test_a_record_that_changed_comes_anew(registry, client, monkeypatch):
    first = client.get(IEUROEWING)
    changed = {**KNOWN.ctgov["NCT04307576"], "hasResults": True}
    monkeypatch.setitem(registry.facts.ctgov, "NCT04307576", changed)
    second = client.get(IEUROEWING, etag=first.etag, last_modified=first.last_modified)
    assert second.content["hasResults"]
    assert second.etag != first.etag


def test_pages_follow_each_other_to_the_end(client):
    seen, token, pages = [], "", 0
    while pages == 0 or token:
        asked = {"pageSize": 50, "countTotal": "true", **({"pageToken": token} if token else {})}
        page = client.get("studies", asked).content
        seen += [one["protocolSection"]["identificationModule"]["nctId"] for one in page["studies"]]
        token, pages = page.get("nextPageToken", ""), pages + 1
    assert seen == sorted(KNOWN.ctgov)
    assert pages == 3


def test_a_search_is_posted(registry, clock):
    with a_client(registry.ctis_url, clock) as client:
        page = client.post("search", {"pagination": {"page": 1, "size": 2}, "searchCriteria": {}}).content
        assert page["pagination"] == {
            "totalRecords": 3, "currentPage": 1, "totalPages": 2, "nextPage": True, "prevPage": False,
        }  # fmt: skip
        number = page["data"][0]["ctNumber"]
        assert client.get(f"retrieve/{number}").content["ctNumber"] == number
        assert client.get("retrieve/2022-509999-99-00").content == {}


def test_a_packed_answer_is_unpacked(clock):
    with DemoRegistry(KNOWN, compress=True) as registry, a_client(registry.ctgov_url, clock) as client:
        assert len(client.get("studies", {"pageSize": 1000}).content["studies"]) == len(KNOWN.ctgov)
        assert registry.asked[-1][2]["Accept-Encoding"] == "gzip"


def test_the_registry_is_told_who_asks(registry, client):
    client.get("version")
    assert registry.asked[-1][2]["User-Agent"] == f"BSPHO trial directory (+{settings.BASE_URL})"


def test_a_number_that_became_another_is_followed_within_the_registry(registry, client):
    answer = client.get("studies/NCT02797717")
    assert answer.content["protocolSection"]["identificationModule"]["nctId"] == "NCT02684708"
    assert [path for _method, path, _headers in registry.asked] == [
        "/api/v2/studies/NCT02797717", "/api/v2/studies/NCT02684708",
    ]  # fmt: skip


def test_a_path_stays_below_the_registry_s_address(registry, client):
    for path in ("../admin", "studies/../../x", "studies/."):
        with pytest.raises(ValueError, match="leaves the registry's address"):
            client.get(path)
    with pytest.raises(NotInRegistry):
        client.get("//elsewhere.invalid/studies?x#y")
    assert registry.asked[-1][1] == "/api/v2/elsewhere.invalid/studies%3Fx%23y"


def test_the_same_host_by_another_scheme_is_another_address(client):
    with pytest.raises(RegistryRefused, match="which is not its address"):
        client._own(f"https://{client.host}/api/v2/studies", client.base_url)
    assert client._own("/api/v2/version", client.base_url) == f"http://{client.host}/api/v2/version"


@pytest.mark.parametrize("url", ["clinicaltrials.gov/api", "ftp://registry.example", "https://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="is not the address of a registry"):
        Client(url)


# What goes wrong

FAULTS = {
    RegistryFault.SLOW: (RegistryAway, 3, r"did not go on answering \S+/api/v2/studies within 0\.3 s"),
    RegistryFault.BUSY: (RegistryBusy, 3, r"answered 429 to \S+/studies: it is asked too often"),
    RegistryFault.ERROR: (RegistryAway, 3, r"answered 500 to \S+/studies"),
    RegistryFault.RESET: (RegistryAway, 3, r"broke off its answer to \S+/studies"),
    RegistryFault.CUT_BODY: (RegistryAway, 3, r"broke off its answer to \S+/studies"),
    RegistryFault.REDIRECT: (RegistryRefused, 1, r"to elsewhere\.invalid, which is not its address"),
    RegistryFault.HTML: (BadAnswer, 1, r"that is text/html, not JSON: a page for people"),
    RegistryFault.EMPTY: (BadAnswer, 3, r"that is empty"),
    RegistryFault.CUT_JSON: (BadAnswer, 3, r"that breaks off after [\d,]+ characters"),
    RegistryFault.NAN: (BadAnswer, 1, r"that holds NaN, which is no number of JSON"),
    RegistryFault.TWICE: (BadAnswer, 1, r"that has the key “studies” twice in one object"),
    RegistryFault.DEEP: (BadAnswer, 1, r"that is nested deeper than 64 levels"),
    RegistryFault.GZIP_BOMB: (BadAnswer, 1, r"that is larger than the 10,485,760 bytes that are read"),
    RegistryFault.LONG_TEXT: (BadAnswer, 1, r"that is larger than the 10,485,760 bytes that are read"),
}
# Sound JSON: for the reader of records to judge.
PASSED_ON = {
    RegistryFault.WRONG_TYPE, RegistryFault.HOSTILE, RegistryFault.NEW_FIELD,
    RegistryFault.REPEATED_TOKEN, RegistryFault.FEW,
}  # fmt: skip


def test_every_fault_has_its_row():
    assert set(FAULTS) | PASSED_ON == set(RegistryFault)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_in_a_sentence_that_names_the_registry(registry, clock, fault):
    kind, attempts, sentence = FAULTS[fault]
    registry.faults = repeat(fault)
    bounds = IMPATIENT if fault == RegistryFault.SLOW else FEWER
    client = a_client(registry.ctgov_url, clock, bounds)
    with client, pytest.raises(RegistryError, match=sentence) as caught:
        client.get("studies", {"query.term": "leukemia"})
    error = caught.value
    assert type(error) is kind
    assert error.attempts == len(registry.asked) == attempts
    assert str(error).startswith(f"{client.host} ")
    assert "leukemia" not in str(error) + error.address
    assert str(error).endswith(f" Tried {attempts} times." if attempts > 1 else ".")
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


@pytest.mark.parametrize("fault", [one for one, (_kind, attempts, _said) in FAULTS.items() if attempts > 1])
def test_a_fault_that_passes_is_waited_out(registry, clock, fault):
    registry.faults = iter([fault, fault])
    bounds = IMPATIENT if fault == RegistryFault.SLOW else FEWER
    with a_client(registry.ctgov_url, clock, bounds) as client:
        assert len(client.get("studies").content["studies"]) == 10
    first, second = clock.slept
    assert 1 <= first < second <= 4, "twice as long, and a little more or less"


def test_what_is_sound_json_is_passed_on_as_it_came(registry, client):
    def page(fault):
        registry.faults = iter([fault])
        return client.get("studies").content

    module = page(RegistryFault.HOSTILE)["studies"][0]["protocolSection"]["identificationModule"]
    assert module["briefTitle"] == HOSTILE_TEXT
    assert page(RegistryFault.WRONG_TYPE)["studies"][0]["protocolSection"]["statusModule"] == "a text"
    assert page(RegistryFault.NEW_FIELD)["studies"][0]["protocolSection"]["newModule"]
    few = page(RegistryFault.FEW)
    assert len(few["studies"]) == 3
    assert "nextPageToken" not in few
    token = page(RegistryFault.REPEATED_TOKEN)["nextPageToken"]
    registry.faults = iter([RegistryFault.REPEATED_TOKEN])
    assert client.get("studies", {"pageToken": token}).content["nextPageToken"] == token


def test_nobody_who_answers_is_told_as_such(clock):
    with DemoRegistry(KNOWN) as registry:
        url = registry.ctgov_url
    with a_client(url, clock) as client, pytest.raises(RegistryAway, match=r"cannot be reached: .*refused"):
        client.get("version")


def test_an_answer_that_never_ends_is_left(registry, clock):
    """Each look at the clock costs a minute here."""

    def slowly():
        clock.now += 60
        return clock.now

    bounds = Bounds(total_seconds=100, attempts=1)
    client = Client(registry.ctgov_url, seconds_apart=0, bounds=bounds, clock=slowly, sleep=clock.sleep)
    with client, pytest.raises(RegistryAway, match=r"was still sending \S+/studies after 100 s"):
        client.get("studies", {"pageSize": 1000})


def test_what_the_registry_refuses_is_asked_once_and_told_in_its_words(registry, client):
    with pytest.raises(
        RegistryRefused, match=r"answered 400 to \S+/studies: “pageSize: “ten” is not a whole"
    ):
        client.get("studies", {"pageSize": "ten"})
    with pytest.raises(NotInRegistry, match=r"knows nothing at \S+/studies/NCT00000001 \(404\)"):
        client.get("studies/NCT00000001")
    assert len(registry.asked) == 2


def test_what_it_says_is_told_in_its_words_also_where_they_come_packed(clock):
    with DemoRegistry(KNOWN, compress=True) as registry, a_client(registry.ctgov_url, clock) as client:
        with pytest.raises(RegistryRefused, match=r": “pageSize: “ten” is not a whole"):
            client.get("studies", {"pageSize": "ten"})
        assert registry.asked[-1][2]["Accept-Encoding"] == "gzip"


# When it asks for time


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("120", 120), ("Wed, 18 Nov 2026 11:08:40 GMT", 120), ("soon", 1), ("-5", 1), ("", 1)],
)
def test_a_wait_that_is_asked_for_is_kept(registry, client, clock, given, seconds):
    registry.faults, registry.retry_after = iter([RegistryFault.BUSY]), given
    client.get("version")
    (slept,) = clock.slept
    assert seconds <= slept <= seconds + 2


@pytest.mark.parametrize("given", ["3600", "Wed, 18 Nov 2026 12:06:40 GMT"])
def test_a_longer_wait_ends_the_run_with_what_was_asked(registry, client, clock, given):
    registry.faults, registry.retry_after = iter([RegistryFault.BUSY]), given
    with pytest.raises(
        RegistryBusy, match=r"no question before 2026-11-18 12:06 UTC, which is longer"
    ) as caught:
        client.get("version")
    assert (caught.value.retry_after, caught.value.attempts, clock.slept) == (3600, 1, [])
    with pytest.raises(RegistryResting, match=r"left alone until 2026-11-18 12:06 UTC.*asked too often"):
        client.get("version")
    assert len(registry.asked) == 1
    clock.now += 3601
    assert client.get("version").status == 200


def test_a_wait_without_end_is_a_day(registry, client, clock):
    registry.faults, registry.retry_after = iter([RegistryFault.BUSY]), "9" * 40
    with pytest.raises(RegistryBusy):
        client.get("version")
    clock.now += 24 * 3600 + 1
    assert client.get("version").status == 200


def test_a_registry_that_fails_and_fails_is_left_alone_and_looked_at_again(registry, client, clock):
    registry.faults = chain(repeat(RegistryFault.ERROR, 3 * 3 + 1), repeat(None))
    for _question in range(3):
        with pytest.raises(RegistryAway):
            client.get("version")
    with a_client(registry.ctgov_url, clock) as other, pytest.raises(RegistryResting, match="answered 500"):
        other.get("version")
    assert len(registry.asked) == 9, "not asked again"
    clock.now += USUAL.rest_seconds + 1
    with pytest.raises(RegistryAway) as caught:
        client.get("version")
    assert caught.value.attempts == 1, "a probe is one question"
    clock.now += USUAL.rest_seconds + 1
    assert client.get("version").status == client.get("version").status == 200


def test_bad_answers_and_refusals_leave_the_registry_open(registry, client):
    for _question in range(5):
        registry.faults = iter([RegistryFault.HTML])
        with pytest.raises(BadAnswer):
            client.get("version")
        with pytest.raises(NotInRegistry):
            client.get("studies/NCT00000001")
    assert client.get("version").status == 200


def test_attempts_and_redirects_keep_the_pace_too(registry, clock):
    registry.faults = iter([RegistryFault.ERROR])
    with a_client(registry.ctgov_url, clock, seconds_apart=10) as client:
        began = clock.now
        client.get("studies/NCT02797717")
    assert clock.now - began == pytest.approx(20)


def test_no_query_and_no_body_is_logged(registry, client, caplog):
    registry.faults = repeat(RegistryFault.CUT_JSON)
    with caplog.at_level(logging.DEBUG, logger="trials.sources"), pytest.raises(BadAnswer):
        client.get("studies", {"query.cond": "Ewing"})
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("trials.sources")]
    assert len(logged) == 3
    assert all(line.startswith(f"Registry {client.host}: BadAnswer") for line in logged)


# All of it at random


def test_a_seeded_plan_is_the_same_each_time_and_ends_well_or_in_a_sentence(registry, clock):
    """Two hundred questions, half of the answers bad: a right answer, or one of our errors; nothing else."""
    quick = [one for one in RegistryFault if one != RegistryFault.SLOW]
    plans = [random_faults(7, 0.5, quick), random_faults(7, 0.5, quick)]
    first, second = ([next(plan) for _one in range(300)] for plan in plans)
    assert first == second
    assert set(first) == {*quick, None}

    bounds = Bounds(attempts=2, failures_to_rest=10_000)
    registry.faults = random_faults(7, 0.5, quick)
    told = Counter()
    with a_client(registry.ctgov_url, clock, bounds) as client:
        for _question in range(200):
            try:
                told["answers"] += "studies" in client.get("studies", {"pageSize": 2}).content
            except RegistryError as error:
                told[type(error).__name__] += 1
    assert sum(told.values()) == 200
    assert told["answers"] > 100
    assert set(told) == {"answers", "BadAnswer", "RegistryAway", "RegistryBusy", "RegistryRefused"}
