"""`make check`: what a machine can say of the code without running it. All run; one fault is a failure."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = Path(sys.executable).parent
# Types are held where parts meet.
SEAMS = [
    "config/env.py",
    "config/embedded/cache.py",
    "config/embedded/supervisor.py",
    "directory/core",
    "directory/sheets",
    "directory/search/service.py",
    "directory/eligibility/service.py",
    "trials/sources/client.py",
    "trials/sources/demo_registry",
]
DJANGO = [sys.executable, "manage.py"]

CHECKS: dict[str, list] = {
    "style": [BIN / "ruff", "check", "--quiet", "."],
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "layers": [BIN / "lint-imports", "--no-cache"],
    "types at the seams": [BIN / "mypy", *[seam for seam in SEAMS if Path(seam).exists()]],
    "complexity": [sys.executable, "-m", "tests.tools.complexity"],
    "migrations": [*DJANGO, "makemigrations", "--check", "--dry-run"],
    "settings of a production site": [*DJANGO, "check", "--deploy", "--fail-level", "WARNING"],
    "messages": [sys.executable, "-m", "tests.tools.untranslated"],
    "templates": [BIN / "djlint", "directory", "centres", "trials", "--lint", "--quiet"],
}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="directory-check-") as folder:
        environment = os.environ | {
            "DATA_DIR": folder,
            "ENV_FILE": "",
            "DATABASE_URL": "",
            "REDIS_URL": "",
            "BASE_URL": "https://directory.example",
        }
        failed = [name for name, command in CHECKS.items() if not passes(name, command, environment)]
    print(f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks passed." if failed else "All checks passed.")
    return 1 if failed else 0


def passes(name: str, command: list, environment: dict[str, str]) -> bool:
    """Run one check; show what it says only when it found something."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], env=environment, capture_output=True, text=True, check=False
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:.<34} {verdict} ({time.monotonic() - begun:.1f} s)", flush=True)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
