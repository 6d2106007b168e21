"""The web server lets long addresses through to our own page."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest

from config.env import BASE_DIR
from directory.web.forgetting import MOST_BYTES

APP = "tests.support.echo:length_of_query"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """A gunicorn with our settings around an application that answers with the length of the query."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    ours = {"PORT": str(number), "DATA_DIR": str(tmp_path_factory.mktemp("data")), "WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "gunicorn", "-c", "config/server.py", APP]
    server = subprocess.Popen(command, cwd=BASE_DIR, env=os.environ | ours)
    for _turn in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) == 0:
                break
        time.sleep(0.1)
    yield number
    server.terminate()
    server.wait(20)


def get(port, path, **headers):
    """`(status, body)` of the server's answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("typed", ["x" * 10_000, "%C3%A9" * 10_000], ids=["letters", "accents"])
def test_ten_thousand_characters_reach_the_application(port, typed):
    assert get(port, f"/en/trials/?q={typed}") == (200, str(len(typed) + 2))


def test_the_next_request_may_name_such_an_address_as_its_referer(port):
    address = "http://127.0.0.1/en/trials/?q=" + "%C3%A9" * 10_000
    assert get(port, "/", Referer=address) == (200, "0")


def test_the_proxy_of_the_manual_lets_as_much_through():
    text = (BASE_DIR / "deploy/nginx.conf").read_text()
    number, size = re.search(r"large_client_header_buffers (\d+) (\d+)k;", text).groups()
    assert int(number) >= 2
    assert int(size) * 1024 > len("GET /en/trials/?q= HTTP/1.1") + 6 * 10_000


@pytest.mark.parametrize("path", ["/en/match/", "/nl/match/suggest/", "/api/v1/match/"])
def test_the_proxy_keeps_in_memory_what_is_said_of_a_patient(path):
    text = (BASE_DIR / "deploy/nginx.conf").read_text()
    [(place, rules)] = re.findall(r"location ~ (\S+) \{(.*?)\}", text, re.DOTALL)
    assert re.search(place, path)
    sizes = dict(re.findall(r"(client_max_body_size|client_body_buffer_size) (\d+)k;", rules))
    # A body that fits into its buffer is never laid down in a file; nor is an answer to a slow reader.
    assert sizes == dict.fromkeys(sizes, str(MOST_BYTES // 1024))
    assert len(sizes) == 2
    assert "proxy_max_temp_file_size 0;" in rules
