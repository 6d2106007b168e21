"""Requests a second, for machines without wrk: `python -m bench.baselines.client URL CONNECTIONS SECONDS`."""

import http.client
import sys
import threading
import time
from urllib.parse import urlsplit


def load(url: str, connections: int, seconds: float) -> float:
    """Requests a second over `connections` kept open for `seconds`. Raises where one is not a 200."""
    parts, end, counts, faults = urlsplit(url), time.monotonic() + seconds, [0] * connections, []
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path

    def run(mine: int) -> None:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        while time.monotonic() < end and not faults:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                faults.append(answer.status)
            counts[mine] += 1
        connection.close()

    begun = time.monotonic()
    threads = [threading.Thread(target=run, args=[number]) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{url} answered {faults[0]}")
    return sum(counts) / (time.monotonic() - begun)


if __name__ == "__main__":
    print(load(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
