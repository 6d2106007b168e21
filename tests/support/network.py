"""No test talks to the outside: only this machine's own addresses can be reached."""

import socket

LOCAL = ("127.0.0.1", "::1", "localhost", "")


class NetworkRefused(RuntimeError):
    """A test tried to reach another machine. Give it a fake (tests/fakes.py), or a file."""


def is_local(address) -> bool:
    """True for this machine, a file's socket, or a network interface asked for by number."""
    return not isinstance(address, tuple) or str(address[0]).startswith("127.") or address[0] in LOCAL


def refuse(monkeypatch) -> None:
    """From here on, connecting to or looking up another machine raises NetworkRefused."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(call):
        def attempt(self, address):
            if not is_local(address):
                raise NetworkRefused(f"A test tried to reach {address[0]}.")
            return call(self, address)

        return attempt

    def guarded_look_up(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not is_local((name,)):
            raise NetworkRefused(f"A test tried to look up {name}.")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded(connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
