"""Commands say what is wrong and what to do, leave nothing half done, and end when they are told to."""

import io
import json
import os
import runpy
import signal
import subprocess
import sys
import urllib.request
from email.message import Message
from urllib.error import HTTPError, URLError

import pytest
from django.core.management import CommandError, call_command

from config import env, probe
from config.env import BASE_DIR
from directory.api.management.commands import make_schema
from directory.partners.models import ApiKey
from directory.search import service
from tests.builders import a_centre, a_trial
from tests.sheets import a_csv
from tests.support.worker import PATIENCE


def told(command, *arguments, **options):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


# make_key


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"scopes": "write"}, "“write” is not a scope. Use one or more of: read, imports."),
        ({"scopes": "read,everything"}, "“everything” is not a scope"),
        ({"centre": "uz-gnet"}, "“uz-gnet” is not the code of a centre. Known are: uz-gent."),
        ({"scopes": ","}, "scopes"),
        ({"name": "x" * 500}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "U+0000"),
    ],
)
def test_a_key_that_cannot_be_made_is_told_why_and_is_not_made(options, says):
    a_centre("uz-gent")
    with pytest.raises(CommandError) as refused:
        told("make_key", options.pop("name", "Partner"), **options)
    assert says in str(refused.value)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_without_a_centre_in_the_registry_none_is_offered():
    with pytest.raises(CommandError, match="Known are: none yet"):
        told("make_key", "Partner", centre="uz-gent")


@pytest.mark.django_db
@pytest.mark.parametrize("scopes", ["read", "imports", "read,imports", " read , imports ", "imports,read,"])
def test_scopes_are_read_with_or_without_spaces(scopes):
    key = told("make_key", "Partner", scopes=scopes).splitlines()[-1]
    assert key
    assert " " not in key
    assert set(ApiKey.objects.get().scopes) == {word.strip() for word in scopes.split(",")} - {""}


# make_schema


def test_a_document_out_of_date_is_told_with_the_command_that_mends_it(tmp_path, monkeypatch):
    stale = tmp_path / "openapi.json"
    stale.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(make_schema, "DOCUMENT", stale)
    with pytest.raises(CommandError, match=r"openapi\.json is out of date\. Run: manage\.py make_schema"):
        call_command("make_schema", check=True)
    assert stale.read_text(encoding="utf-8") == "{}"


def test_a_document_is_written_whole_and_then_up_to_date(tmp_path, monkeypatch):
    fresh = tmp_path / "openapi.json"
    monkeypatch.setattr(make_schema, "DOCUMENT", fresh)
    assert told("make_schema") == "openapi.json is written.\n"
    assert json.loads(fresh.read_text(encoding="utf-8"))["openapi"] == "3.1.0"
    call_command("make_schema", check=True)


# reindex


@pytest.mark.django_db
def test_an_empty_registry_is_indexed_too(index_dir):
    assert told("reindex").startswith("0 documents indexed in ")
    assert service.ready() is None


@pytest.mark.django_db
def test_reindexing_counts_every_listed_record_once(index_dir):
    a_trial("One", at=[a_centre()])
    a_trial("Two", state="draft")
    assert told("reindex").startswith("2 documents indexed in ")
    assert told("reindex").startswith("2 documents indexed in ")


# import_sheet


@pytest.mark.django_db
def test_without_a_superuser_the_command_asks_for_a_name(tmp_path):
    sheet = tmp_path / "a.csv"
    sheet.write_bytes(a_csv({"code": "uza", "name_en": "Antwerp"}))
    with pytest.raises(CommandError, match=r"no superuser yet\. Name somebody with --user"):
        told("import_sheet", sheet)


@pytest.mark.django_db
def test_a_folder_is_no_sheet(tmp_path, admin_user):
    with pytest.raises(CommandError, match="cannot be read") as refused:
        told("import_sheet", tmp_path)
    assert refused.value.returncode == 4


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["patients", "SITES", "site"])
def test_a_kind_that_is_none_is_refused_by_the_command_line(tmp_path, kind, admin_user):
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("import_sheet", str(tmp_path / "a.csv"), f"--kind={kind}")


# follow_changes


def test_following_ends_when_it_is_told_to(tmp_path):
    """A process of its own, since a signal ends the whole of it; on a registry of its own."""
    environment = os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": "", "REDIS_URL": ""}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=BASE_DIR, env=environment, check=True)
    with subprocess.Popen(
        [*manage, "follow_changes"], cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout.readline().startswith("Following the change log")
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=PATIENCE) == 0
        finally:
            if process.poll() is None:
                process.kill()


# The probe of a container


def answering(monkeypatch, answer):
    asked = []

    def urlopen(request, timeout):
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return asked


def refusal(code, body):
    return HTTPError("http://127.0.0.1/", code, "", Message(), io.BytesIO(body))


@pytest.fixture
def environment(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT", "9123")
    monkeypatch.setenv("ALLOWED_HOSTS", ".example.org")
    return env.load()


def test_a_server_that_is_well_gives_no_reason_and_is_asked_by_its_own_name(monkeypatch, environment):
    asked = answering(monkeypatch, b"{}")
    assert probe.reasons(environment) == {}
    assert asked[0].full_url == "http://127.0.0.1:9123/readyz"
    assert asked[0].get_header("Host") == "example.org"
    assert probe.reasons(environment, "healthz") == {}
    assert asked[1].full_url.endswith("/healthz")


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (refusal(503, b'{"reasons": {"index": "no index", "broker": "no broker"}}'),
         {"index": "no index", "broker": "no broker"}),
        (refusal(502, b"<html>"), {"web": "the web server answers 502"}),
        (refusal(400, b"{}"), {"web": "the web server answers 400"}),
        (URLError("refused"), {"web": "the web server does not answer"}),
        (TimeoutError(), {"web": "the web server does not answer"}),
    ],
)  # fmt: skip
def test_a_server_that_is_not_well_is_told_with_its_reasons(monkeypatch, environment, answer, reasons):
    answering(monkeypatch, answer)
    assert probe.reasons(environment) == reasons


@pytest.mark.parametrize(
    ("answer", "told"),
    [(b"{}", (0, "ok\n")), (URLError("refused"), (1, "the web server does not answer\n"))],
)
def test_the_health_check_of_a_container_says_what_it_found(monkeypatch, environment, capsys, answer, told):
    asked = answering(monkeypatch, answer)
    monkeypatch.setattr(sys, "argv", ["probe", "healthz"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(probe.__file__, run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == told
    assert asked[0].full_url.endswith("/healthz")
