"""The proxy of the manual, tried for real: what it limits, says and writes down, and where it leads."""

import http.server
import json
import socket
import threading

import pytest

from tests.support import nginx

pytestmark = [pytest.mark.once, pytest.mark.skipif(not nginx.NGINX, reason="nginx is not installed")]
CANARY = "neuroblastoma-canary"
TOKEN = "12:secret-of-a-mail"


class Echo(http.server.BaseHTTPRequestHandler):
    """A web server that says whom it was asked for."""

    protocol_version = "HTTP/1.1"
    # Written at once: in pieces, each answer would wait for the one before to be acknowledged.
    wbufsize = 64 * 1024

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said = json.dumps({"from": self.headers["X-Forwarded-For"], "host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET

    def log_message(self, *_said):
        """Quiet."""


@pytest.fixture
def upstream():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(tmp_path, upstream):
    with nginx.running(tmp_path, upstream) as running:
        yield running


@pytest.fixture
def alone(tmp_path):
    """A proxy whose web server is down."""
    with socket.socket() as held:
        # Held, but nobody listens.
        held.bind(("127.0.0.1", 0))
        with nginx.running(tmp_path, held.getsockname()[1]) as running:
            yield running


def until_refused(proxy, path, **asked):
    """The first answer that is not 200 of many more than may be."""
    for _turn in range(60):
        answer, body = proxy.get(path, **asked)
        if answer.status != 200:
            return answer, body
    raise AssertionError("nothing was refused")


def test_what_a_visitor_claims_to_be_forwarded_for_is_not_passed_on(proxy):
    _answer, body = proxy.get("/en/", **{"X-Forwarded-For": "203.0.113.9"})
    assert json.loads(body) == {"from": "127.0.0.1", "host": nginx.NAME}


@pytest.mark.parametrize(("path", "words"), [
    ("/en/trials/", "Too many requests."), ("/nl/trials/", "Te veel aanvragen."), ("/fr/match/", "Réessayez"),
    ("/de/trials/results.csv", "Zu viele Anfragen."),
])  # fmt: skip
def test_too_many_pages_are_a_429_in_the_reader_s_language(proxy, path, words):
    answer, body = until_refused(proxy, f"{path}?q={CANARY}")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert words in body
    assert f'lang="{path[1:3]}"' in body
    assert CANARY not in proxy.logs(f'{path}" 429')


@pytest.mark.parametrize("path", ["/api/v1/trials/", "/api/v1/match/"])
def test_too_many_requests_of_a_program_are_a_problem_with_retry_after(proxy, path):
    answer, body = until_refused(proxy, path)
    assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["status"] == 429


@pytest.mark.parametrize("path", ["/api/v1/match/", "/api/v1/match", "/nl/match/", "/nl/match"])
def test_no_address_of_a_patient_takes_what_nginx_would_lay_down_in_a_file(alone, path):
    answer, _body = alone.get(path, method="POST", body="a" * 200_000)
    assert answer.status == 413


def test_sign_ins_are_limited_apart_and_the_form_may_be_looked_at(proxy):
    answers = [proxy.get("/admin/login/", method="POST", body="a=1")[0].status for _ in range(26)]
    assert 21 <= answers.count(200) < 26
    assert set(answers) == {200, 429}
    assert proxy.get("/admin/login/")[0].status == 200
    assert proxy.get("/en/")[0].status == 200


@pytest.mark.parametrize(("path", "kind"), [
    ("/fr/trials/", "text/html; charset=utf-8"), ("/api/v1/trials/", "application/problem+json"),
])  # fmt: skip
def test_a_web_server_that_is_down_is_a_503_and_no_log_holds_the_query(alone, path, kind):
    answer, _body = alone.get(f"{path}?q={CANARY}", Referer=f"https://{nginx.NAME}/en/?q={CANARY}")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == kind
    assert CANARY not in alone.logs(f'{path}" 503')


@pytest.mark.parametrize("link", ["watch/confirm", "watch/stop", "watch/mine", "vouch/sites", "vouch/sheet"])
def test_the_links_of_mails_are_not_logged(proxy, link):
    assert proxy.get(f"/nl/{link}/{TOKEN}/?q={CANARY}", method="POST", body="x=1")[0].status == 200
    for broken in (f"/nl/{link.upper()}/{TOKEN}/", f"/nl/{link}/%0a{TOKEN}/"):
        proxy.get(broken)
    proxy.get(f"/nl/{link}/{TOKEN}/last")
    assert "secret-of-a-mail" not in proxy.logs(f"/nl/{link}/...")


def test_port_80_leads_to_our_own_name_and_nowhere_else(proxy):
    answer, _body = proxy.get_plain("//evil.example/en/?q=x")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{nginx.NAME}//evil.example/en/?q=x")
    with pytest.raises(ConnectionError):
        proxy.get_plain("/", host="evil.example")


def test_no_certificate_is_shown_to_whoever_asks_for_another_name(proxy):
    with pytest.raises(OSError, match=r"(?i)unrecognized.name|handshake"):
        proxy.get("/", host="evil.example")


def test_the_state_of_the_parts_is_for_those_inside(proxy):
    assert proxy.get("/readyz")[0].status == 200
