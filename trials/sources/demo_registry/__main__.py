"""`python -m trials.sources.demo_registry`: the demo registry as a process of its own."""

import argparse
import sys
from pathlib import Path

from . import facts
from .faults import EVERY, RegistryFault, random_faults
from .server import DemoRegistry


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m trials.sources.demo_registry")
    arguments.add_argument("--port", type=int, default=0, help="on 127.0.0.1; a free one if not given")
    arguments.add_argument(
        "--from", dest="folder", type=Path, help="records (.json) instead of the demo's facts"
    )
    arguments.add_argument("--faults", type=int, metavar="SEED", help="for tests: answer badly, at random")
    arguments.add_argument("--share", type=float, default=0.5, help="how many of the answers (0.5)")
    arguments.add_argument("--fault", action="append", choices=EVERY, help="only these; may be repeated")
    given = arguments.parse_args()
    among = [RegistryFault(one) for one in given.fault or EVERY]
    try:
        known = facts.of_folder(given.folder) if given.folder else None
    except facts.BadFolder as error:
        sys.stderr.write(f"{error}\n")
        return 1
    plan = () if given.faults is None else random_faults(given.faults, given.share, among)
    registry = DemoRegistry(known, port=given.port, faults=plan)
    sys.stdout.write(f"The demo registry answers at {registry.url}\n")
    sys.stdout.flush()
    registry.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
