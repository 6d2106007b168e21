"""Each example of docs/api.md is run against a real server with a real worker, and answers as it says."""

import json
import re
import time

import pytest

from config.env import BASE_DIR
from directory.api import throttling
from directory.core import changes
from directory.partners import keys
from directory.search import service
from tests.builders import a_centre, a_network, a_site, a_trial
from tests.support import curl
from tests.support.recorded import edit
from tests.support.worker import PATIENCE

PAGE = (BASE_DIR / "docs/api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)(?: (\S+))?\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HOST = "http://127.0.0.1:8000"
ANY = "…"


@pytest.fixture
def served(worker, site, settings, tmp_path):
    """The world of the page on a real server: the address, a folder, and the keys that it calls by name."""
    settings.BASE_URL = site
    settings.API_ANONYMOUS_PER_MINUTE, settings.API_KEY_PER_MINUTE = 120, 1_200
    ghent = a_centre("uz-gent", name="Ghent University Hospital")
    liege = a_centre(
        "chc-montlegia", name="CHC MontLégia", postal_code="4000", city="Liège", latitude=50.65,
        longitude=5.56,
    )  # fmt: skip
    a_network("suhopl", members=[liege])
    blood = a_trial(
        "ALLTogether1", identifiers=["NCT04307576"], title_en="Acute leukaemia", conditions=["Ia"]
    )
    a_site(blood, liege, said=3)
    # Said before the day of the sheet, so that the sheet has something to say.
    a_site(blood, ghent, status="suspended", said=900)
    a_trial("iEuroEwing", title_en="Newly diagnosed Ewing sarcoma", conditions=["VIIIc"])
    a_trial("LBL 2018", title_en="Lymphoblastic lymphoma", status="completed")
    edit(blood, summary_en="Treatment of acute leukaemia.")  # in the log, as what the builders make is not
    service.rebuild()
    _key, own = keys.make(name="New", scopes=["read", "imports"], centre=ghent, by=changes.SYSTEM)
    old, revoked = keys.make(name="Old", scopes=["read", "imports"], centre=ghent, by=changes.SYSTEM)
    keys.revoke(key=old, by=changes.SYSTEM)
    return Page(site, tmp_path, {"$KEY": own, "$OLD_KEY": revoked})


class Page:
    """Runs the commands of the page; what an answer shows as `7` or `"5f2a…"` is known from then on."""

    def __init__(self, host, folder, known):
        self.host, self.folder, self.known = host, folder, {HOST: host} | known

    def typed(self, command: str) -> str:
        for shown, real in self.known.items():
            command = command.replace(shown, real)
        return command

    def run(self, command: str, shown: str) -> None:
        """Type `command` until the answer is the one shown: a run is followed, all else is asked once."""
        until = time.monotonic() + (PATIENCE if re.search(r"/imports/\d+/$", command) else 0)
        while True:
            answer = curl.run(self.typed(command), self.folder)
            try:
                self.compare(shown, answer)
                return
            except AssertionError as error:
                is_on_its_way = '"planning"' in answer.text or re.search(
                    r'"(uploaded|applying)"', answer.text
                )
                if time.monotonic() > until or not is_on_its_way or "-X" in command:
                    told = f"$ {command}\n{answer.status} {answer.text}\n{error}"
                    raise AssertionError(told) from None
                time.sleep(0.1)

    def compare(self, shown: str, answer: curl.Answer) -> None:
        if answer.shows_headers:
            head, _blank, shown = shown.partition("\n\n")
            first, *lines = head.strip().splitlines()
            assert int(first.split()[1]) == answer.status
            for line in lines:
                name, value = line.split(": ", 1)
                self.same(value, answer.headers[name], name)
        body = json.loads(shown) if shown.strip() else None
        if body is not None:
            self.same(body, json.loads(answer.text), "answer")
        else:
            assert answer.text == ""
        if not answer.shows_headers:
            assert answer.status == (body or {}).get("status", answer.status) or answer.status < 300

    def same(self, shown, real, where) -> None:
        """`…` stands for anything, at the end of a list for more; names may be left out."""
        if isinstance(shown, dict):
            assert isinstance(real, dict), where
            for name, value in shown.items():
                assert name in real, f"{where}.{name} is not in the answer"
                if name == "id" and isinstance(value, int):
                    self.learn(f"/imports/{value}/", f"/imports/{real[name]}/")
                elif name == "undo_of" and value is not None:
                    assert self.known[f"/imports/{value}/"] == f"/imports/{real[name]}/"
                else:
                    self.same(value, real[name], f"{where}.{name}")
        elif isinstance(shown, list):
            more = shown[-1:] == [ANY]
            told = shown[:-1] if more else shown
            assert len(real) >= len(told) if more else len(real) == len(told), where
            for number, value in enumerate(told):
                self.same(value, real[number], f"{where}[{number}]")
        elif where == "ETag":
            self.learn(shown, real)
        elif isinstance(shown, str) and shown != ANY:
            pattern = re.escape(self.typed(shown)).replace(ANY, ".*")
            pattern = re.sub(r"/imports/\d+/", r"/imports/\\d+/", pattern)
            assert re.fullmatch(pattern, str(real), re.DOTALL), f"{where}: {real!r} is not {shown!r}"
        elif shown != ANY:
            assert real == shown, f"{where}: {real!r} is not {shown!r}"

    def learn(self, shown: str, real: str) -> None:
        assert self.known.setdefault(shown, real) == real, f"{shown} was {self.known[shown]}, is {real}"


def commands(block: str):
    """Each command of a console block, with the answer shown below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines, command = part.splitlines(), []
        while True:
            line = lines.pop(0)
            command.append(line.rstrip("\\"))
            if not line.endswith("\\"):
                break
        yield " ".join(command), "\n".join(lines)


def test_every_example_of_the_page_is_one_that_is_run():
    assert {language for language, _name, _text in BLOCKS} == {"console", "csv", "json", "python"}
    told = [one for language, _name, text in BLOCKS if language == "console" for one in commands(text)]
    assert all(command.startswith("curl ") and shown.strip() for command, shown in told)
    assert len(told) == PAGE.count("\n$ ") > 20


def test_what_the_page_shows_is_what_happens(served):
    for language, name, text in BLOCKS:
        if language == "csv":
            (served.folder / name).write_text(text, encoding="utf-8")
        for command, shown in commands(text) if language == "console" else ():
            served.run(command, shown)


def programs():
    return [text for language, _name, text in BLOCKS if language == "python"]


@pytest.mark.parametrize("program", programs()[:1])
def test_a_program_of_the_page_keeps_a_true_copy_and_waits_when_it_is_told_to(
    served, program, settings, monkeypatch
):
    waited = []
    settings.API_ANONYMOUS_PER_MINUTE = 2
    monkeypatch.setattr(throttling, "WINDOW_SECONDS", 2)
    real = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: (waited.append(seconds), real(seconds)))
    held = {}
    exec(compile(program.replace(HOST, served.host), "docs/api.md", "exec"), held)
    assert set(held["copy"]) == {"alltogether1", "ieuroewing", "lbl-2018"}
    assert held["copy"]["alltogether1"]["sites"]
    assert waited, "the limit was reached, and waited for"


def test_the_program_takes_out_what_is_no_longer_listed(served):
    held = {}
    program = programs()[0].replace(HOST, served.host)
    exec(compile(program, "docs/api.md", "exec"), held)
    held["copy"]["left-the-directory"] = {}
    held["gone"](held["copy"])
    assert "left-the-directory" not in held["copy"]
