"""Sheets of 50,000 trials through a real worker: no slower a row than 10,000, and nobody waits meanwhile.

A worker of its own takes what is handed in on the admin's page; its memory is that of all its processes
together. Times are those of its work, from the moment a step is taken.
"""

import csv
import io
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.contrib.auth import get_user_model
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from bench import search, synthetic
from bench.harness import Report, measure, medians, percentile, timed
from bench.imports import exported, forget_trials, settle_down
from bench.serving import server, worker
from directory.imports.models import ImportRun
from directory.search import service, snapshot
from directory.sheets.workbooks import Line, Page, stream
from trials.models import Trial
from trials.sheets import TrialSheet

FEW, MANY, WHILE_SEARCHED = 10_000, 50_000, 20_000
COLUMNS = (
    "acronym", "title", "nct_number", "phase", "conditions", "sex", "status", "status_as_of", "sponsor",
)  # fmt: skip
# Single runs of a shared machine differ by a tenth.
A_ROW = 0.9
MIB = 400
# Against the same file stored by plain Django, and against the admin's list of as many trials.
FLOOR_OF_UPLOAD = 0.05
FLOORS_OF_PAGE = {"sqlite": 1.3, "postgresql": 0.6}
WAIT = 900


@measure
def scale(report: Report) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    vendor = connection.vendor
    for ending, content in (("csv", as_csv), ("xlsx", as_xlsx)):
        few, many = in_turns(ending, content)
        name = f"{MANY:,} trials, {ending}, {vendor}"
        report(
            f"import of {name}, against {FEW:,}", value=statistics.median(MANY / one.seconds for one in many),
            unit="rows/s", baseline=statistics.median(FEW / one.seconds for one in few), floor=A_ROW,
        )  # fmt: skip
        # Of these the worst counts.
        report(
            f"memory of the worker, {name}", value=max(one.peak_mib for one in many), unit="MiB",
            baseline=MIB, floor=1, lower_is_better=True,
        )  # fmt: skip
        report(
            f"upload answered, {name}, plain Django", value=max(one.upload for one in many), unit="s",
            baseline=statistics.median(one.plain_upload for one in many), floor=FLOOR_OF_UPLOAD,
            lower_is_better=True,
        )  # fmt: skip
        report(
            f"first page of the plan, {name}, admin's list", value=max(one.page for one in many), unit="s",
            baseline=statistics.median(one.plain_page for one in many), floor=FLOORS_OF_PAGE[vendor],
            lower_is_better=True,
        )  # fmt: skip
    quiet, busy = searched_while_applied()
    report(
        f"search page p95 while {WHILE_SEARCHED:,} trials are stored, {vendor}", value=busy, unit="ms",
        baseline=2 * quiet, floor=1, lower_is_better=True,
    )  # fmt: skip
    settle_down()
    synthetic.empty()
    snapshot.forget()


class Measured:
    """One sheet from the upload to the applied run. Seconds, but for the peak of memory.

    `plain_upload` and `plain_page` are what upload and page are held against.
    """

    upload = plain_upload = page = plain_page = seconds = peak_mib = 0.0


def in_turns(ending: str, content: Callable[[list[dict]], bytes]) -> tuple[list[Measured], list[Measured]]:
    """Three small sheets with two large ones between them: the machine's pace changes by the minute."""
    sizes = (FEW, MANY, FEW, MANY, FEW)
    runs = [(size, one_run(size, ending, content)) for size in sizes]
    return [one for size, one in runs if size == FEW], [one for size, one in runs if size == MANY]


def one_run(number: int, ending: str, content: Callable[[list[dict]], bytes]) -> Measured:
    found, sheet = Measured(), content(a_world(number))
    with worker() as pid, memory(pid) as peak:
        found.plain_upload = statistics.median(timed(lambda: store_plainly(sheet)) for _ in range(5))
        run, client, found.upload = handed_in(sheet, f"trials.{ending}")
        found.seconds = seconds_in(run, "planning")
        address = reverse("admin:imports_importrun_change", args=[run.pk])
        all_trials = reverse("admin:trials_trial_changelist")
        found.page, found.plain_page = medians(
            lambda: timed(lambda: client.get(address)), lambda: timed(lambda: client.get(all_trials))
        )
        confirmed(run, client)
        found.seconds += seconds_in(run, "applying")
        found.peak_mib = peak[0]
    counts = ImportRun.objects.get(pk=run.pk).counts
    expected = (number // 2, number // 4, number // 4)
    assert (counts["new"], counts["update"], counts["unchanged"]) == expected, counts
    return found


def searched_while_applied() -> tuple[float, float]:
    """p95 in milliseconds of search pages that are made anew, before and while a sheet is stored."""
    sheet = as_csv(a_world(WHILE_SEARCHED))
    service.rebuild()
    pages = [
        f"/en/trials/?{quote(query, safe='=&')}&near=9000"
        for query in search.queries()
        if "near=" not in query
    ]
    with server(paths=(pages[0],)) as web, worker():
        run, client, _seconds = handed_in(sheet, "trials.csv")
        seconds_in(run, "planning")
        quiet = [timed(lambda page=page: read(web + page)) for page in pages]
        confirmed(run, client)
        busy = []
        while ImportRun.objects.get(pk=run.pk).status == "applying" or len(busy) < len(pages):
            busy.append(timed(lambda: read(web + pages[len(busy) % len(pages)])))
        assert ImportRun.objects.get(pk=run.pk).status == "applied"
    return percentile(quiet, 95) * 1000, percentile(busy, 95) * 1000


def read(url: str) -> None:
    with urllib.request.urlopen(url, timeout=60) as answer:
        answer.read()


_sheets: dict[int, list[dict]] = {}


def a_world(number: int) -> list[dict]:
    """Rows about `number` trials, half of which are in the registry: one in four changed, one as it is."""
    settle_down()
    synthetic.fill(number)
    if number not in _sheets:
        trials = Trial.objects.order_by("pk").prefetch_related("identifiers", "conditions")
        rows = [{name: row[name] for name in COLUMNS} for row in exported(TrialSheet, trials)]
        for row in rows[1::4]:
            row["status"] = "suspended" if row["status"] != "suspended" else "recruiting"
            row["sponsor"] = "Another sponsor"
        _sheets[number] = rows
    forget_trials(Trial.objects.order_by("pk").values_list("pk", flat=True)[::2])
    return _sheets[number]


def as_csv(rows: list[dict]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def as_xlsx(rows: list[dict]) -> bytes:
    cells = [COLUMNS, *(list(row.values()) for row in rows)]
    lines = (Line(number, one) for number, one in enumerate(cells, start=1))
    return b"".join(stream([Page("trials", lines, [20] * len(COLUMNS), 1)]))


def store_plainly(sheet: bytes) -> None:
    """What Django itself does with an upload: the form is taken apart, the file kept."""
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("sheet", sheet)})
    with tempfile.TemporaryDirectory() as folder:
        FileSystemStorage(folder).save("sheet", request.FILES["file"])
        request.close()


def handed_in(sheet: bytes, name: str) -> tuple[ImportRun, Client, float]:
    """The run, the browser of the editor who handed it in, and the seconds until the page answered."""
    editor, _made = get_user_model().objects.get_or_create(username="scale", is_superuser=True, is_staff=True)
    client = Client(SERVER_NAME="127.0.0.1", **{"wsgi.url_scheme": "https"})
    client.force_login(editor)
    address = reverse("admin:imports_importrun_add")
    client.get(address)
    last = ImportRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    form = {"file": SimpleUploadedFile(name, sheet), "kind": "trials"}
    answers = []
    seconds = timed(lambda: answers.append(client.post(address, form)))
    assert answers[0].status_code == 302, answers[0].content[-2000:]
    return ImportRun.objects.get(pk__gt=last), client, seconds


def confirmed(run: ImportRun, client: Client) -> None:
    run.refresh_from_db()
    assert run.status == "planned", run.problems
    answer = client.post(reverse("admin:imports_importrun_confirm", args=[run.pk]), {"plan": run.attempt})
    assert answer.status_code == 302, answer.content[-2000:]


def seconds_in(run: ImportRun, status: str) -> float:
    """How long a worker is busy with the step `status` of `run`, from its taking it to its end."""
    begun, deadline = 0.0, time.monotonic() + WAIT
    while time.monotonic() < deadline:
        now = ImportRun.objects.values("status", "lease_until").get(pk=run.pk)
        is_taken = now["status"] == status and now["lease_until"] is not None
        if is_taken and not begun:
            begun = time.perf_counter()
        elif begun and not is_taken:
            return time.perf_counter() - begun
        time.sleep(0.005)
    raise RuntimeError(f"Import {run.pk} is {now['status']} after {WAIT} s.")


@contextmanager
def memory(pid: int) -> Iterator[list[float]]:
    """The most that the process and its descendants had in memory at once, in MiB, shared pages once."""
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], sum(_resident(one) for one in _family(pid)) / 1024)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    """Kibibytes, of shared pages this process's part."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as lines:
            return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
