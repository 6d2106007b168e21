"""`GET /api/v1/trials/?page_size=50`, sites nested, against plain DRF and against ready-made bytes.

One gunicorn worker, real HTTP on this machine, a client in a process of its own that keeps its connections.
"""

from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure, medians
from bench.serving import requests_a_second, server
from directory.search import service

OURS, PLAIN, READY = "/api/v1/trials/?page_size=50", "/bench/plain/trials/", "/bench/ready/"
FLOOR_PLAIN, FLOOR_READY = 15, 0.35


@measure
def list_of_trials(report: Report) -> None:
    """At 1,000 and 20,000 trials; the three in turns, so that a busy moment hits all alike."""
    call_command("migrate", verbosity=0)
    for size in (1_000, 20_000):
        synthetic.fill(size)
        service.rebuild()
        with server(paths=(OURS, PLAIN, READY)) as address:
            ours, plain, ready = medians(
                *(lambda path=path: requests_a_second(address + path) for path in (OURS, PLAIN, READY))
            )
        name = f"GET trials/?page_size=50, {size:,} trials"
        report(f"{name}, plain DRF", value=ours, unit="requests/s", baseline=plain, floor=FLOOR_PLAIN)
        report(f"{name}, ready bytes", value=ours, unit="requests/s", baseline=ready, floor=FLOOR_READY)
