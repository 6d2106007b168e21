"""Before ; : ? ! and inside « » French has a space that does not break the line."""

import re

import polib

from config.messages import sources

BREAKING = re.compile(r" [;?!»]| :(?!\w)|« ")


def test_no_line_of_french_breaks_before_its_punctuation():
    files = [file for file in sources() if "/fr/" in file.as_posix()]
    entries = [(file, entry) for file in files for entry in polib.pofile(str(file), encoding="utf-8")]
    texts = [text for _file, entry in entries for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in texts if BREAKING.search(text)] == []
    assert len(files) > 1
    assert len(texts) > 500
