"""The server of the demo registry, on this machine only, and its faults where they are asked for."""

import gzip
import json
import os
import socket
import socketserver
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from . import ctgov, ctis, facts, faults
from .faults import RegistryFault

RESOURCE = "demo registry"
CTGOV_PATH, CTIS_PATH = "/api/v2", "/ctis-public-api"
REMEMBERED = 1000
LARGEST_QUESTION = 1024 * 1024
ELSEWHERE = "https://elsewhere.invalid/"


@dataclass(slots=True)
class Reply:
    """An answer before it is sent."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class DemoRegistry:
    """Serves `known` (the demo's facts, if not given) on 127.0.0.1: within `with`, or for good by `serve`.

    `port` 0: a free one. `resource`: whose answers they are said to be; None leaves records as they are.
    `faults`: one of them, or None, is taken for each question, until there are no more (it may be set anew at
    any time). `slow_seconds` and `retry_after` belong to SLOW and BUSY. `compress`: answers in gzip where the
    question takes it. `asked`: the last questions, as (method, path with query, headers).
    """

    def __init__(self, known: facts.KnownTrials | None = None, *, port: int = 0,
                 resource: str | None = RESOURCE, faults: Iterable[RegistryFault | None] = (),
                 slow_seconds: float = 5, retry_after: str = "1", compress: bool = False):  # fmt: skip
        self.facts = facts.of_the_demo() if known is None else known
        self.resource, self.faults = resource, iter(faults)
        self.slow_seconds, self.retry_after, self.compress = slow_seconds, retry_after, compress
        self.asked: deque[tuple[str, str, dict[str, str]]] = deque(maxlen=REMEMBERED)
        self._lock = threading.Lock()
        self._server = _Server(self, port)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.ctgov_url, self.ctis_url = self.url + CTGOV_PATH, self.url + CTIS_PATH

    def serve(self) -> None:
        """Answer until the process ends."""
        self._server.serve_forever()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None,
                 _trace: TracebackType | None) -> None:  # fmt: skip
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def next_fault(self) -> RegistryFault | None:
        with self._lock:
            return next(self.faults, None)

    def reply(self, method: str, target: str, body: bytes, fault: RegistryFault | None) -> Reply:
        """The answer to one question; what the demo registry does not understand, it says (400)."""
        parts = urlsplit(target)
        path, asked = parts.path.rstrip("/"), dict(parse_qsl(parts.query, keep_blank_values=True))
        known = faults.few(self.facts) if fault == RegistryFault.FEW else self.facts
        try:
            if path == "" and method == "GET":
                return self._json({"ctgov": self.ctgov_url, "ctis": self.ctis_url}, fault)
            if path.startswith(CTGOV_PATH) and method == "GET":
                return self._ctgov(known, path.removeprefix(CTGOV_PATH), asked, fault)
            if path.startswith(CTIS_PATH):
                return self._ctis(known, method, path.removeprefix(CTIS_PATH), body, fault)
        except ctgov.BadQuery as bad:
            return _text(400, str(bad))
        return _text(404, "Not found")

    def _ctgov(self, known: facts.KnownTrials, path: str, asked: dict[str, str],
               fault: RegistryFault | None) -> Reply:  # fmt: skip
        if path == "/version":
            days = [ctgov.updated(one) for one in known.ctgov.values()]
            stamp = max(filter(None, days), default="")
            return self._json({"apiVersion": ctgov.API_VERSION, "dataTimestamp": f"{stamp}T00:00:00"}, fault)
        if path == "/studies":
            again = fault == RegistryFault.REPEATED_TOKEN
            page = ctgov.page(known.ctgov, asked, again=again)
            page["studies"] = [self._marked(one) for one in page["studies"]]
            return self._json(page, fault)
        number = path.removeprefix("/studies/").upper()
        if record := known.ctgov.get(number):
            return self._json(ctgov.chosen(record, asked), fault, updated=ctgov.updated(record))
        for main, record in known.ctgov.items():
            if number in ctgov.aliases_of(record):
                return Reply(301, headers={"Location": f"{CTGOV_PATH}/studies/{main}"})
        return _text(404, f"NCT number {number[:40]} not found")

    def _ctis(self, known: facts.KnownTrials, method: str, path: str, body: bytes,
              fault: RegistryFault | None) -> Reply:  # fmt: skip
        if path == "/search":
            if method != "POST":
                return _text(403, "Forbidden")
            try:
                asked = json.loads(body)
            except ValueError:
                return _text(400, "The body is not JSON.")
            return self._json(ctis.search(known.ctis, asked), fault)
        if path.startswith("/retrieve/") and method == "GET":
            record = ctis.by_number(known.ctis, path.removeprefix("/retrieve/"))
            # An unknown number gets an empty object there.
            return self._json(record, fault, updated=ctis.updated(record)) if record else _sent({})
        return _text(404, "Not found")

    def _marked(self, answer: dict[str, Any]) -> dict[str, Any]:
        return answer if self.resource is None else {**answer, "resource": self.resource}

    def _json(self, answer: dict[str, Any], fault: RegistryFault | None, updated: str = "") -> Reply:
        answer = self._marked(answer)
        if fault in faults.OF_CONTENT:
            # orjson writes no half characters.
            body = json.dumps(faults.spoilt_content(fault, answer)).encode()
        else:
            body = orjson.dumps(answer)
        reply = _sent(body)
        if updated:
            moment = datetime.fromisoformat(updated[:10]).replace(tzinfo=UTC)
            reply.headers["Last-Modified"] = format_datetime(moment, usegmt=True)
        return reply


def _sent(content: Any) -> Reply:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    return Reply(200, body, {"Content-Type": "application/json", "ETag": etag})


def _text(status: int, text: str) -> Reply:
    return Reply(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Nobody waits for a client that keeps its connection.
    block_on_close = False

    def __init__(self, registry: DemoRegistry, port: int):
        self.registry = registry
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        """Without looking up the name of this machine, for which there may be nobody to ask."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "DemoRegistry", ""
    timeout = 60
    # One packet for header and body.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST_QUESTION:
            self.close_connection = True
            self._send(_text(413, "The question is too long."))
            return
        self._answer(self.rfile.read(int(length)))

    def _answer(self, body: bytes) -> None:
        registry = self.server.registry
        registry.asked.append((self.command, self.path, dict(self.headers)))
        fault = registry.next_fault()
        if fault == RegistryFault.SLOW:
            time.sleep(registry.slow_seconds)
        reply = self._unfit(fault) or registry.reply(self.command, self.path, body, fault)
        if reply.status == 200:
            body, differing = faults.spoilt_bytes(fault, reply.body)
            if body is not reply.body:
                reply = Reply(200, body, reply.headers | differing)
            elif self._is_known(reply):
                reply = Reply(304, headers=reply.headers)
            else:
                self._pack(reply)
        else:
            self._pack(reply)
        self._send(reply, fault)

    def _pack(self, reply: Reply) -> None:
        if self.server.registry.compress and "gzip" in self.headers.get("Accept-Encoding", ""):
            reply.body = gzip.compress(reply.body, 1)
            reply.headers["Content-Encoding"] = "gzip"

    def _unfit(self, fault: RegistryFault | None) -> Reply | None:
        """An answer that has nothing to do with the question."""
        match fault:
            case RegistryFault.BUSY:
                return Reply(429, headers={"Retry-After": self.server.registry.retry_after})
            case RegistryFault.ERROR:
                return Reply(500, b"<h1>Internal error</h1>", {"Content-Type": "text/html"})
            case RegistryFault.REDIRECT:
                return Reply(302, headers={"Location": ELSEWHERE})
        return None

    def _is_known(self, reply: Reply) -> bool:
        """Whether whoever asks has this answer already; an ETag counts before a date."""
        if etags := self.headers.get("If-None-Match"):
            return reply.headers["ETag"] in etags
        since, modified = self.headers.get("If-Modified-Since"), reply.headers.get("Last-Modified")
        if not (since and modified):
            return False
        try:
            return parsedate_to_datetime(modified) <= parsedate_to_datetime(since)
        except ValueError:
            return False

    def _send(self, reply: Reply, fault: RegistryFault | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if fault in (RegistryFault.CUT_BODY, RegistryFault.RESET):
            self.close_connection = True
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.wfile.flush()
            if fault == RegistryFault.RESET:
                # Closed at once and without waiting, the other side sees a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            return
        self.wfile.write(reply.body)

    def log_message(self, *_what: Any) -> None:
        """Nothing: it is asked by one machine, its own."""
