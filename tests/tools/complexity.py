"""Functions with more than ten branches, held to a list that shrinks (`python -m tests.tools.complexity`).

Radon counts, comprehensions too. It fails for a function that is not in `complexity.txt`, for one that has
more branches than stand there, and for a line that is not needed any more. `--write` writes the list anew.
"""

import sys
from pathlib import Path

from radon.complexity import cc_visit

from config.env import BASE_DIR

PARTS = ("directory", "trials", "centres", "config")
LIST = Path(__file__).with_suffix(".txt")
MOST = 10


def counted() -> dict[str, int]:
    """Branches of each function and method of the product, by file and name."""
    found: dict[str, int] = {}
    for file in sorted(file for part in PARTS for file in (BASE_DIR / part).rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for block in cc_visit(file.read_text()):
            if not hasattr(block, "methods"):  # a class is the sum of its methods
                name = f"{file.relative_to(BASE_DIR)}:{block.fullname}"
                found[name] = max(block.complexity, found.get(name, 0))
    return found


def main() -> int:
    every = counted()
    many = {name: number for name, number in every.items() if number > MOST}
    if "--write" in sys.argv:
        LIST.write_text("".join(f"{name} {number}\n" for name, number in sorted(many.items())))
    allowed = {name: int(number) for name, number in (line.split() for line in LIST.read_text().splitlines())}
    faults = [
        f"{name} has {number} branches; at most {max(MOST, allowed.get(name, 0))}."
        for name, number in many.items()
        if number > allowed.get(name, 0)
    ]
    faults += [
        f"{name} has {every.get(name, 0)} branches: write that down in {LIST.name} (--write)."
        for name, number in allowed.items()
        if many.get(name, 0) < number
    ]
    print(*faults, f"{len(many)} of {len(every)} functions have more than {MOST} branches.", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
