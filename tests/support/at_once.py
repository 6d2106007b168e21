"""The same work in several threads that begin together, each with a connection of its own."""

import threading

from django.db import connections


def at_once(work, number=6):
    """Call `work(i)` in `number` threads that begin together; their results and errors."""
    gate, found = threading.Barrier(number), []

    def one(index):
        try:
            gate.wait()
            found.append(work(index))
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[index]) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [one for one in found if isinstance(one, Exception)]
    assert errors == []
    return found
