"""People who only try to sign in: `python -m bench.baselines.flood ADDRESS CONNECTIONS`, until it is stopped.

Each attempt has another name and comes from another address (the server trusts one proxy, which we play), so
that no limit but the turns of hashing stands in the way. Who is told to come back tries again at once.
"""

import itertools
import socket
import sys
import threading
from urllib.parse import urlsplit

# Any 32 letters do as a token that cookie and form share.
TOKEN = "a" * 32
REQUEST = (
    "POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 10.{}.{}.{}\r\n"
    f"Cookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: {}\r\n\r\n{}"
)
_numbers = itertools.count()


def attempt(connection: socket.socket) -> bytes:
    """One sign-in that fails; the beginning of the answer, empty where the connection was closed."""
    number = next(_numbers)
    typed = f"username=name-{number}&password=wrong&csrfmiddlewaretoken={TOKEN}"
    parts = (number >> 16 & 255, number >> 8 & 255, number & 255)
    connection.sendall(REQUEST.format(*parts, len(typed), typed).encode())
    # An answer is shorter than this, and the next is not asked for before it came.
    return connection.recv(64 * 1024)


def run(place: tuple[str, int]) -> None:
    while True:
        try:
            with socket.create_connection(place, timeout=60) as connection:
                while answer := attempt(connection):
                    status = answer[9:12]
                    if status and status not in (b"200", b"429") and answer.startswith(b"HTTP/"):
                        raise SystemExit(f"A sign-in was answered with {status.decode()}.")
        except OSError:
            continue


if __name__ == "__main__":
    address = urlsplit(sys.argv[1])
    for _connection in range(int(sys.argv[2])):
        threading.Thread(target=run, args=[(address.hostname, address.port)]).start()
