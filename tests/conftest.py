"""Tests are harsher than production: warnings are errors (pyproject.toml), no network, no unknown variable
in a template, no delete trigger only where Django must empty tables, a folder of their own for all data.

Fixtures for everybody: `worker` (a real Celery worker), `site` (a real server's address),
`page` (a page of a real browser on it), `append_only_log`.
"""

import os
import shutil
import uuid
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from hypothesis import HealthCheck

from config import messages
from tests.support import browser as browsers
from tests.support import change_log, figures, network, reading, templates
from tests.support.worker import PATIENCE, Worker, empty_the_queue

# Playwright's loop runs in the thread of the tests; Django takes that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


FEW_EXAMPLES = 4


def pytest_addoption(parser):
    parser.addoption("--kill-points", type=int, default=4, help="how often a worker is killed at work")
    parser.addoption("--pictures", help="the folder for pictures of the documentation, such as docs/img")
    parser.addoption("--race-rounds", type=int, default=10, help="how often several do the same at once")
    parser.addoption(
        "--schemathesis-examples", type=int, default=FEW_EXAMPLES, help="requests an address and role"
    )


def pytest_configure(config):
    # A machine that is slow, or busy with something else, is no fault of what is tested.
    hypothesis.settings.register_profile(
        "ours",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    hypothesis.settings.load_profile("ours")
    examples = config.getoption("--schemathesis-examples")
    # Its examples and bounds are a hundred requests an address: for one role always, for all on request.
    phases = [hypothesis.Phase.generate] + [hypothesis.Phase.explicit] * (examples > FEW_EXAMPLES)
    hypothesis.settings.register_profile(
        "schemathesis", max_examples=examples, derandomize=True, database=None, phases=phases,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def pytest_terminal_summary(terminalreporter):
    for line in figures.TOLD:
        terminalreporter.write_line(line)


def pytest_collection_modifyitems(config, items):
    """A test is a journey because of where it lies; one that is long on request is given the time for it.

    One that opens no database says the same whichever there is: it is run `once`.
    """
    tests = Path(__file__).parent
    usual = float(config.getini("timeout"))
    for item in items:
        if tests / "journeys" in item.path.parents:
            item.add_marker(pytest.mark.journeys)
        elif item.path.parent in (tests / "unit", tests / "guards") and not _opens_a_database(item):
            item.add_marker(pytest.mark.once)
        if asked := item.get_closest_marker("each"):
            option, seconds = asked.args
            item.add_marker(pytest.mark.timeout(max(usual, config.getoption(option) * seconds)))


def _opens_a_database(item) -> bool:
    """To one that asks for none pytest-django refuses it."""
    fixtures = {"db", "transactional_db", "django_db_setup"}
    return item.get_closest_marker("django_db") is not None or not fixtures.isdisjoint(item.fixturenames)


@pytest.fixture(autouse=True)
def _read_here(request, monkeypatch):
    """Sheets are read in this process; in one of their own, as in production, where that is tested."""
    if any(request.node.get_closest_marker(name) for name in ("own_process", "worker", "journeys")):
        # A busy machine is no fault of the file's.
        monkeypatch.setattr("directory.sheets.reading.SECONDS", PATIENCE)
    else:
        monkeypatch.setattr("directory.sheets.reading._run", reading.run_here)


@pytest.fixture(autouse=True, scope="session")
def _strict_templates():
    templates.fail_on_unknown_variables()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    network.refuse(monkeypatch)


@pytest.fixture(autouse=True)
def _in_english():
    """A page asked for in French leaves its thread speaking French."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Throttles and whatever else is counted begin at nothing.

    A prefix of its own, not `clear()`: on Redis that empties the whole database, whosever it is.
    """
    settings.CACHES["default"]["KEY_PREFIX"] = cache.key_prefix = f"test-{uuid.uuid4()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        change_log.allow_deletes()


@pytest.fixture
def append_only_log(db):
    """The change log as it is in production: it refuses deletes too."""
    change_log.refuse_deletes()
    yield
    change_log.allow_deletes()


@pytest.fixture(scope="session")
def _worker_process():
    process = Worker()
    yield process
    process.stop()


@pytest.fixture
def worker(transactional_db, _worker_process):
    """A real Celery worker on this test's database; a test may `worker.kill()` and `worker.start()` it."""
    empty_the_queue()
    _index_of_this_test()
    if not _worker_process.is_running():
        _worker_process.start()
    return _worker_process


@pytest.fixture
def index_dir(tmp_path, monkeypatch):
    """An index of this test's own, in place of the session's."""
    monkeypatch.setattr(settings, "INDEX_DIR", tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture(scope="session")
def _browser():
    with browsers.launched() as browser:
        yield browser


@pytest.fixture
def site(live_server):
    """The address of a real server on this test's database, without a slash at its end."""
    _index_of_this_test()
    return live_server.url


def _index_of_this_test():
    """An earlier test's records are not found; worker and server share the session's one index."""
    from directory.search import service

    service.rebuild()


@pytest.fixture
def page(_browser, site, request):
    """A page of a browser that has never been here, in English, 1280 wide; a failed test leaves a picture."""
    context = _browser.new_context(base_url=site, locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(browsers.PATIENCE)
    opened = context.new_page()
    yield opened
    if request.node.stash.get(FAILED, False):
        folder = settings.BASE_DIR / "test-results"
        folder.mkdir(exist_ok=True)
        opened.screenshot(path=folder / f"{request.node.name[:80]}.png", full_page=True)
    context.close()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def shared_data():
    """The real data beside the repository; tests that read it are skipped where it is absent."""
    folder = Path(os.environ.get("SHARED_FOLDER", settings.BASE_DIR.parent / "shared"), "data")
    if not folder.is_dir():
        pytest.skip("the real data are not on this machine")
    return folder


def pytest_sessionstart():
    messages.compile_all()


def pytest_sessionfinish():
    shutil.rmtree(settings.DATA_DIR / "index", ignore_errors=True)
