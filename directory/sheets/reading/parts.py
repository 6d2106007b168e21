"""The parts of a workbook are XML in any encoding; the reader of cells knows UTF-8 alone.

Excel keeps what “Data → From Text/CSV” did in a part in UTF-16. The encoding is told as XML 1.0, appendix F,
says: by the mark at the beginning, then by the first bytes, then by the declaration.
"""

import codecs
import re
import tempfile
import zipfile
from pathlib import Path

from . import Unreadable

HEAD = 200  # bytes that tell an encoding, whoever asks: what is searched is what is read
SUFFIXES = (".xml", ".rels", ".vml", ".rdf")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip
_DECLARATION = re.compile(rb"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_DECLARED = re.compile(r"^\s*<\?xml\s[^>]*?\?>")
_EBCDIC = b"\x4c\x6f\xa7\x94"  # <?xm
_UTF_8 = ("utf-8", "utf-8-sig", "ascii")


def encoding(head: bytes) -> str:
    """The codec of a part that begins with `head`. Raises `Unreadable` for an encoding nobody knows."""
    head = head[:HEAD]
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if head.startswith(_EBCDIC):
        raise Unreadable("unsafe", why="encoding")
    declared = _DECLARATION.match(head)
    if not declared:
        return "utf-8"
    try:
        name = codecs.lookup(declared[1].decode()).name
        if codecs.getincrementaldecoder(name) and b"<".decode(name) == "<":
            return name
    except (LookupError, ValueError):
        # The bytes say better than a program that declares UTF-16 and writes UTF-8.
        if declared[1].lower().startswith((b"utf-16", b"utf-32")):
            return "utf-8"
    raise Unreadable("unsafe", why="encoding")


def decoder(head: bytes) -> codecs.IncrementalDecoder:
    """Gives the characters of a part that begins with `head`, whatever is broken in it."""
    return codecs.getincrementaldecoder(encoding(head))(errors="replace")


def in_utf8(path: Path):
    """A temporary file with every part of the workbook at `path` in UTF-8; None where they are already."""
    with zipfile.ZipFile(path) as archive:
        other = {entry.filename for entry in archive.infolist() if _is_other(archive, entry)}
        if not other:
            return None
        file = tempfile.NamedTemporaryFile()  # noqa: SIM115 - whoever asked closes it
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
            for entry in archive.infolist():
                data = archive.read(entry)
                written.writestr(entry, _utf8(data) if entry.filename in other else data)
        file.flush()
        return file


def _is_other(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    if not entry.filename.lower().endswith(SUFFIXES):
        return False
    with archive.open(entry) as part:
        return encoding(part.read(HEAD)) not in _UTF_8


def _utf8(data: bytes) -> bytes:
    """Without its declaration, which names another encoding. Raises `Unreadable` for bytes it has not."""
    try:
        text = data.decode(encoding(data))
    except ValueError:
        raise Unreadable("damaged") from None
    return _DECLARED.sub("", text.removeprefix("\ufeff"), count=1).encode()
