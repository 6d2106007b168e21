"""Which words that people see have no Dutch, French or German yet (`python -m tests.tools.untranslated`).

Two questions, neither of which needs gettext's own programs:
is every message of every catalogue translated, and is every marked text of the pages in a catalogue?
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from config.env import BASE_DIR
from config.messages import sources

LANGUAGES = ("nl", "fr", "de")
# What a visitor meets: the pages, and the vocabulary that they show.
SHOWN = (
    "directory/web",
    "directory/eligibility",
    "trials/as_of.py",
    "trials/choices.py",
    "trials/filters.py",
    "trials/freshness.py",
    "centres/choices.py",
    "centres/filters.py",
    "directory/imports/choices.py",
    "directory/imports/messages.py",
    "directory/imports/plan_page.py",
    "directory/vouching/answering.py",
    "directory/vouching/asked.py",
    "directory/vouching/forms.py",
    "directory/vouching/mails.py",
    "directory/vouching/templates/vouching/ask.html",
    "directory/vouching/templates/vouching/ask.txt",
    "directory/watching/describing.py",
    "directory/watching/mails.py",
    "directory/watching/news.py",
    "directory/watching/templates",
)
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
IN_TEMPLATE = re.compile(r'\b(n?p?gettext|_)\(\s*u?((?:"(?:[^"\\]|\\.)*")|(?:\'(?:[^\'\\]|\\.)*\'))')


def main() -> int:
    if not settings.configured:
        settings.configure()
    faults = [*gaps_in_catalogues(), *texts_without_catalogue()]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def gaps_in_catalogues() -> Iterator[str]:
    """Messages that a catalogue of a language has, but says nothing or something doubtful for."""
    for file in sources():
        if language_of(file) not in LANGUAGES:
            continue
        for entry in polib.pofile(str(file)):
            if entry.obsolete or (entry.translated() and not entry.fuzzy):
                continue
            yield f"{file.relative_to(BASE_DIR)}: no sure translation of “{entry.msgid}”."


def texts_without_catalogue() -> Iterator[str]:
    """Marked texts of the pages that a language's catalogues do not know."""
    known = {language: known_to(language) for language in LANGUAGES}
    for file in shown_files():
        for text in sorted(set(marked_in(file))):
            missing = [language for language in LANGUAGES if text not in known[language]]
            if missing:
                where = file.relative_to(BASE_DIR)
                yield f"{where}: “{text}” is not in the catalogue of: {', '.join(missing)}."


def language_of(catalogue: Path) -> str:
    return catalogue.parts[-3]


def known_to(language: str) -> set[str]:
    return {
        entry.msgid
        for file in sources()
        if language_of(file) == language
        for entry in polib.pofile(str(file))
    }


def shown_files() -> list[Path]:
    found: list[Path] = []
    for part in SHOWN:
        path = BASE_DIR / part
        files = [path] if path.suffix else [*path.rglob("*.py"), *path.rglob("*.html"), *path.rglob("*.txt")]
        found += [file for file in files if file.exists()]
    return sorted(found)


def marked_in(file: Path) -> Iterator[str]:
    """The texts that `file` marks for translation."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        yield from marked_in_python(text)
    elif "{%" in text:
        for _function, literal in IN_TEMPLATE.findall(templatize(text, origin=str(file))):
            yield ast.literal_eval(literal)


def marked_in_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = 1 if name in CONTEXT else 0
        if name in FUNCTIONS | PLURAL | CONTEXT and isinstance(node.args[place], ast.Constant):
            yield node.args[place].value


if __name__ == "__main__":
    sys.exit(main())
