"""`python -m bench [module …]`: all measures on SQLite, then those of imports on PostgreSQL and Redis too.

With DATABASE_URL set, all of them on that database alone.
"""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import harness
from tests import services

ON_BOTH = ("imports", "scale")


def main(only: list[str]) -> int:
    if os.environ.get("DATABASE_URL"):
        return harness.told(measured(only, {}))
    found = measured(only, {})
    if both := [name for name in ON_BOTH if not only or name in only]:
        try:
            with services.postgresql() as database, services.redis() as broker:
                servers = {"DATABASE_URL": database, "REDIS_URL": broker}
                found += measured(both, servers | {"SECRET_KEY": secrets.token_urlsafe(50)})
        except services.NoService as error:
            print(error)
            return 1
    return harness.told(found)


def measured(only: list[str], environment: dict[str, str]) -> list[dict]:
    """The results of the modules `only`, in a process of their own; raises when it fails."""
    with tempfile.TemporaryDirectory(prefix="directory-results-") as folder:
        results = Path(folder, "results.json")
        command = [sys.executable, "-m", "bench.here", str(results), *only]
        subprocess.run(command, env=os.environ | environment, check=True)
        return json.loads(results.read_text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
