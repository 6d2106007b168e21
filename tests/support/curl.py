"""The part of curl that documentation shows, so that its examples run where there is no curl."""

import argparse
import shlex
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart


@dataclass
class Answer:
    status: int
    headers: Message
    text: str
    shows_headers: bool


def run(command: str, folder: Path) -> Answer:
    """What `command` is answered; `file=@name` reads from `folder`. Fails for an option not known here."""
    words = shlex.split(command)
    assert words[0] == "curl", command
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("url")
    for option in ("-H", "-F"):
        parser.add_argument(option, action="append", default=[])
    for option in ("-d", "-X"):
        parser.add_argument(option)
    parser.add_argument("-i", action="store_true")
    asked = parser.parse_args(words[1:])
    headers = dict(line.split(": ", 1) for line in asked.H)
    body = asked.d.encode() if asked.d else None
    if asked.F:
        body = encode_multipart(BOUNDARY, dict(_field(one, folder) for one in asked.F))
        headers["Content-Type"] = MULTIPART_CONTENT
    method = asked.X or ("GET" if body is None else "POST")
    if method == "POST" and body is None:
        body = b""
    request = urllib.request.Request(asked.url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as got:
            return Answer(got.status, got.headers, got.read().decode(), asked.i)
    except urllib.error.HTTPError as got:
        with got:
            return Answer(got.code, got.headers, got.read().decode(), asked.i)


def _field(text: str, folder: Path) -> tuple[str, object]:
    name, _equals, value = text.partition("=")
    if not value.startswith("@"):
        return name, value
    return name, SimpleUploadedFile(value[1:], (folder / value[1:]).read_bytes())
