"""A reader beside eight connections that do nothing but try to sign in.

Each attempt would cost a password's hash, hundreds of times what a page costs. Hashing takes turns and pages
come first, so that the pages' 95th percentile at most doubles.
"""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure, medians, percentile, timed
from bench.serving import server
from directory.search import service

# A place may tell of a patient, so this page is made anew each time.
PAGE = "/en/trials/?q=neuroblastoma&status=recruiting&near=9000"
# As many as the registry has.
TRIALS = 150
CONNECTIONS, PAGES = 8, 100
# A percentile is not the same twice on a machine that others share.
ROUNDS = 11
# Pages a second that somebody reads who is in a hurry; a reader is no flood.
PAUSE = 0.02
FLOOR = 0.5


@measure
def reader_beside_a_flood(report: Report) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    synthetic.fill(TRIALS)
    service.rebuild()
    with server(workers=2, paths=(PAGE,), TRUSTED_PROXIES="1") as address:
        alone, beside = medians(lambda: read(address), lambda: read_beside(address), times=ROUNDS)
    report(
        f"page p95 beside {CONNECTIONS} connections signing in",
        value=beside, unit="ms", baseline=alone, floor=FLOOR, lower_is_better=True,
    )  # fmt: skip
    synthetic.empty()


def read(address: str) -> float:
    """Milliseconds that 95 of 100 pages take at most."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)

    def page() -> None:
        connection.request("GET", PAGE)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{PAGE} answered {answer.status}.")

    taken = []
    for _page in range(PAGES):
        taken.append(timed(page) * 1000)
        time.sleep(PAUSE)
    connection.close()
    return percentile(taken, 95)


def read_beside(address: str) -> float:
    with flood(address):
        return read(address)


@contextmanager
def flood(address: str) -> Iterator[None]:
    """Eight connections that try to sign in, in a process of their own.

    People have machines of their own, so it takes what the servers leave of this one: some 3,000 attempts a
    second. With an equal share of two cores it is what is measured.
    """
    command = [sys.executable, "-m", "bench.baselines.flood", address, str(CONNECTIONS)]
    process = subprocess.Popen(command, preexec_fn=lambda: os.nice(19))
    time.sleep(1)
    try:
        if process.poll() is not None:
            raise RuntimeError("Nobody tries to sign in.")
        yield
    finally:
        process.kill()
        process.wait(timeout=20)
