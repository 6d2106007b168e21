"""Records of a registry from a folder of JSON files, one a file, instead of the registry itself."""

from collections.abc import Iterator
from pathlib import Path

from .records import BadRecord, FetchedRecord, plain_values


def files_in(folder: Path) -> list[Path]:
    """The JSON files of a folder, in the order of their names."""
    return sorted(one for one in folder.iterdir() if one.suffix.lower() == ".json")


def answers_from(folder: Path) -> Iterator[FetchedRecord]:
    """The records in `folder`, in the order of their names; the name of a file says its number.

    Who says so is the record's own `resource`, where it has one: else the registry that the folder is of.
    """
    for file in files_in(folder):
        try:
            content = file.read_bytes()
        except OSError as error:
            why = f"It cannot be opened: {error.strerror}."
            yield FetchedRecord(file.stem, None, file=file.name, fault=why)
        else:
            yield FetchedRecord(file.stem, content, resource=_resource(content), file=file.name)


def _resource(content: bytes) -> str:
    try:
        said = plain_values(content).get("resource")
    except BadRecord:
        return ""
    return said if isinstance(said, str) else ""
