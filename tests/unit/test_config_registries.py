"""Which registries are followed: those named, the demo's own beside the demo, else the real ones."""

from pathlib import Path

import pytest

from config import env as environment
from config.embedded import run

DEMO = "http://127.0.0.1:8099"
REAL = ("https://clinicaltrials.gov/api/v2", "https://euclinicaltrials.eu/ctis-public-api")


@pytest.fixture
def given(monkeypatch, tmp_path, settings):
    """The environment with these settings, on a folder of its own."""
    for name in environment.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", "")
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings.DEMO_MARKER = tmp_path / "demo.loaded"

    def read(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return environment.read()

    return read


@pytest.fixture
def said(monkeypatch):
    lines = []
    monkeypatch.setattr(run, "say", lines.append)
    return lines


def running(env):
    env.demo_registry_file.write_text(DEMO)
    return env


def test_the_real_ones_unless_something_else_is_said(given):
    assert given().registries == REAL


def test_the_demo_registry_while_it_runs(given):
    assert running(given()).registries == (f"{DEMO}/api/v2", f"{DEMO}/ctis-public-api")


def test_whoever_names_one_never_gets_the_demo_registry(given):
    assert running(given(CTGOV_API_URL=REAL[0])).registries == REAL
    other = "https://registry.example/ctis"
    assert running(given(CTIS_API_URL=other)).registries == (REAL[0], other)


def test_production_never_gets_the_demo_registry(given):
    env = running(given(REDIS_URL="redis://127.0.0.1:6379/0", SECRET_KEY="0123456789abcdef" * 2))
    assert env.registries == REAL


def test_it_is_started_beside_the_demo_and_says_where(given, said):
    env = given()
    (child,) = run.demo_registry(env, demo=True)
    url = env.demo_registry_file.read_text()
    assert child.command[1:4] == ["-m", "trials.sources.demo_registry", "--port"]
    assert url == f"http://127.0.0.1:{child.command[4]}"
    assert said == [
        f"Following the demo registry at {url}. For real ones set CTGOV_API_URL and CTIS_API_URL."
    ]
    assert Path(child.log).is_relative_to(env.data_dir)


def test_a_later_start_of_the_demo_has_it_too(given, said, settings):
    settings.DEMO_MARKER.touch()
    assert run.demo_registry(given(), demo=False)


def test_other_data_than_the_demo_s_never_follow_it(given, said):
    env = running(given())
    assert run.demo_registry(env, demo=False) == []
    assert env.registries == REAL, "what an earlier run left behind is gone"
    assert said == []


def test_where_a_registry_is_named_it_is_not_started(given, said):
    assert run.demo_registry(given(CTIS_API_URL=REAL[1]), demo=True) == []
    assert said == []
