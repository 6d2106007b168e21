"""A search page that was asked for before, against the same HTML ready-made, from the same server.

Two gunicorn workers on two cores, real HTTP on this machine, a client in a process of its own.
"""

from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure, medians
from bench.serving import requests_a_second, server
from directory.search import service

PAGE, READY = "/en/trials/?q=neuroblastoma&status=recruiting", "/bench/page/"
FLOOR_READY = 0.25


@measure
def search_page(report: Report) -> None:
    """At 1,000 trials, warm; and the same page for a visitor whose answers are never kept."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    synthetic.fill(1_000)
    service.rebuild()
    with server(workers=2, paths=(PAGE, READY)) as address:
        ask = requests_a_second
        warm, cold, ready = medians(
            lambda: ask(address + PAGE),
            # A place may tell of a patient, so this answer is made anew each time.
            lambda: ask(address + PAGE + "&near=9000"),
            lambda: ask(address + READY),
        )
    report("search page, warm, ready HTML", value=warm, unit="pages/s", baseline=ready, floor=FLOOR_READY)
    report("search page, made anew, ready HTML", value=cold, unit="pages/s", baseline=ready, floor=0.02)
    synthetic.empty()
