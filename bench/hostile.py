"""What odd files cost at most, against the longest honest sheet that is taken.

A file that is made to take long must take no longer than one that is merely large.
"""

import tempfile
from pathlib import Path

from django.core.management import call_command

from bench import synthetic
from bench.harness import Report, measure, medians, timed
from directory.sheets import reading
from tests.builders import a_centre, a_coordinator
from tests.hostile.files import FILES
from tests.hostile.judging import ending

FLOOR = 0.2


@measure
def hostile_files(report: Report) -> None:
    call_command("migrate", verbosity=0)
    synthetic.empty()
    user = a_coordinator(a_centre("uz-gent", name="Ghent University Hospital"))
    a_centre("uza")
    files = [(file.make(), file.name) for file in FILES]
    seconds = [ending(content, name, user).seconds for content, name in files]
    content, name = files[seconds.index(max(seconds))]
    slowest, honest = medians(lambda: ending(content, name, user).seconds, lambda: timed(read_whole))
    report(
        f"slowest of {len(FILES)} odd files ({name}), against {reading.MAX_ROWS:,} honest rows",
        value=slowest, unit="s", baseline=honest, floor=FLOOR, lower_is_better=True,
    )  # fmt: skip
    user.delete()
    synthetic.empty()


def read_whole() -> None:
    """As many rows as are taken, read as any sheet is."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(b"centre_code,nct_number,status,status_date,remarks\n")
        for number in range(reading.MAX_ROWS):
            file.write(f"uz-gent,NCT{number:08},recruiting,2026-06-01,Row {number}\n".encode())
        file.flush()
        with reading.read(Path(file.name), name="sheet.csv") as table:
            assert sum(1 for _row in table.rows()) == reading.MAX_ROWS
