"""nginx with the configuration of the manual, on free ports, with a certificate of its own."""

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path

from config.env import BASE_DIR
from tests.services import free_port
from tests.support.worker import wait_until

NAME = "directory.example.org"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MAIN = """worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/start.log error;
events {{ worker_connections 256; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/a;
  uwsgi_temp_path {folder}/b; scgi_temp_path {folder}/c;
  {ours}
}}
"""


class _Named(HTTPSConnection):
    """A connection to this machine on which `name` is asked for; the certificate is nobody's, so unjudged."""

    def __init__(self, port: int, name: str):
        super().__init__("127.0.0.1", port, timeout=30)
        self.name, self.judge = name, ssl.create_default_context()
        self.judge.check_hostname, self.judge.verify_mode = False, ssl.CERT_NONE

    def connect(self):
        self.sock = self.judge.wrap_socket(_connected(self.port), server_hostname=self.name)


@dataclass
class Nginx:
    """A running one. `plain` and `tls`: its ports; `folder`: where its logs are."""

    folder: Path
    plain: int
    tls: int
    kept: dict[str, _Named] = field(default_factory=dict)

    def get(self, path: str, *, method="GET", host=NAME, body=None, **headers) -> tuple[HTTPResponse, str]:
        """The answer over TLS and its body; requests share a connection."""
        connection = self.kept.setdefault(host, _Named(self.tls, host))
        return _asked(connection, method, path, body, {"Host": host, **headers})

    def get_plain(self, path: str, host=NAME) -> tuple[HTTPResponse, str]:
        """The answer on port 80. ConnectionError where there is none."""
        connection = HTTPConnection("127.0.0.1", self.plain, timeout=30)
        try:
            return _asked(connection, "GET", path, None, {"Host": host})
        finally:
            connection.close()

    def logs(self, holding: str = "") -> str:
        """All that was written down, once it holds a line with `holding`: nginx answers first."""
        wait_until(lambda: holding in self._logs())
        return self._logs()

    def _logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


def _connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def _asked(connection, method, path, body, headers) -> tuple[HTTPResponse, str]:
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    return answer, answer.read().decode(errors="replace")


@contextmanager
def running(folder: Path, upstream: int) -> Iterator[Nginx]:
    """nginx in front of the web server at port `upstream`."""
    made = Nginx(folder, free_port(), free_port())
    _certificate(folder)
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, ours=_configuration(made, upstream)))
    folder.chmod(0o755)
    process = subprocess.Popen([NGINX, "-c", str(main), "-p", str(folder)], stderr=subprocess.PIPE, text=True)
    try:
        _wait(process, made.plain)
        yield made
    finally:
        for connection in made.kept.values():
            connection.close()
        process.terminate()
        process.wait(20)
        process.stderr.close()


def _configuration(made: Nginx, upstream: int) -> str:
    """deploy/nginx.conf with other ports, certificates and logs, and limits that are soon reached."""
    text = (BASE_DIR / "deploy/nginx.conf").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.strip().startswith("listen [::]:")]
    changes = {
        "listen 80": f"listen 127.0.0.1:{made.plain}",
        "listen 443": f"listen 127.0.0.1:{made.tls}",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "/etc/ssl/directory": str(made.folder),
        "/var/log/nginx": str(made.folder),
        "rate=30r/s": "rate=6r/m",
        "burst=120": "burst=30",
    }
    text = "\n".join(kept)
    for before, after in changes.items():
        assert before in text, f"deploy/nginx.conf has no “{before}” any more"
        text = text.replace(before, after)
    return text


def _certificate(folder: Path) -> None:
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", f"/CN={NAME}", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


def _wait(process: subprocess.Popen, port: int) -> None:
    for _turn in range(100):
        if process.poll() is not None:
            raise RuntimeError(f"nginx does not start: {process.stderr.read()}")
        try:
            _connected(port).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("nginx does not listen.")
