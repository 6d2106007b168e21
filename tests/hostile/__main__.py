"""Print the table: file, expected, actual, seconds, MiB; ends with 1 where one is not as expected."""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")


def main() -> int:
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        return _print_table()
    finally:
        teardown_databases(databases, verbosity=0)


def _print_table() -> int:
    from tests.builders import a_centre, a_coordinator

    from .files import FILES
    from .processor import ending, memory

    user, wrong = a_coordinator(a_centre("uz-gent")), 0
    a_centre("uza")
    print(f"{'file':<46} {'expected':<12} {'actual':<12} {'s':>5} {'MiB':>5}  said")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        for file in FILES:
            content = file.make()
            path.write_bytes(content)
            found, used = ending(content, file.name, user), memory(path, file.name)
            is_right = found.fits(file) and used < 300
            wrong += not is_right
            said = next((one for one in found.said if file.says in one), "")[:90]
            print(
                f"{file.name:<46} {file.expected:<12} {found.actual:<12} {found.seconds:>5.1f} {used:>5.0f}  "
                f"{'' if is_right else 'WRONG '}{said}"
            )
    print(f"{len(FILES)} files, {wrong} not as expected.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
