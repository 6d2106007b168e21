"""Which words that people see have no Dutch, French or German yet (`python -m tests.tools.untranslated`).

Two questions, neither of which needs gettext's own programs: is every message of every catalogue translated,
and is every marked text in a catalogue? `--add` writes the missing ones, without a translation, into the
catalogue of the app that marks them.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.conf import settings
from django.utils.translation.template import templatize

from config.env import BASE_DIR
from config.messages import PARTS, sources

LANGUAGES = ("nl", "fr", "de")
# Where a text that an app marks is kept: the catalogues of the nearest of these folders, else of the last.
APPS = (
    "directory/adminsite", "directory/eligibility", "directory/imports", "directory/partners",
    "directory/search", "directory/vouching", "directory/watching", "directory/web", "centres", "trials",
    "directory/core",
)  # fmt: skip
# Of which the translations are being made.
PENDING = tuple(app for app in APPS if app not in ("directory/web", "directory/eligibility"))
# Not for people who visit or sign in: the shell, and the registry of the demonstration.
UNSEEN = ("management", "migrations", "demo_registry", "locale")
FUNCTIONS = {"_", "_lazy", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
_LITERAL = r"""u?((?:"(?:[^"\\]|\\.)*")|(?:'(?:[^'\\]|\\.)*'))"""
IN_TEMPLATE = re.compile(rf"\b(gettext|_)\(\s*{_LITERAL}")
IN_TEMPLATE_WITH = re.compile(rf"\b(pgettext|ngettext)\(\s*{_LITERAL}\s*,\s*{_LITERAL}")


class Text(NamedTuple):
    """What is marked for translation; `plural` and `context` are empty where it has none."""

    singular: str
    plural: str = ""
    context: str = ""


def main() -> int:
    if not settings.configured:
        settings.configure()
    if "--add" in sys.argv:
        add_missing()
    faults = [*gaps_in_catalogues(), *texts_without_catalogue()]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def gaps_in_catalogues() -> Iterator[str]:
    """Messages that a catalogue of a language has, but says nothing or something doubtful for."""
    pending = {BASE_DIR / app for app in PENDING}
    for file in sources():
        if language_of(file) not in LANGUAGES or file.parents[3] in pending:
            continue
        for entry in polib.pofile(str(file)):
            if entry.obsolete or (entry.translated() and not entry.fuzzy):
                continue
            yield f"{file.relative_to(BASE_DIR)}: no sure translation of “{entry.msgid}”."


def texts_without_catalogue() -> Iterator[str]:
    """Marked texts that a language's catalogues do not know."""
    known = {language: known_to(language) for language in LANGUAGES}
    for file in shown_files():
        for text in sorted(set(marked_in(file))):
            missing = [language for language in LANGUAGES if text not in known[language]]
            if missing:
                where = file.relative_to(BASE_DIR)
                yield f"{where}: “{text.singular}” is not in the catalogue of: {', '.join(missing)}."


def language_of(catalogue: Path) -> str:
    return catalogue.parts[-3]


def known_to(language: str) -> set[Text]:
    return {
        Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")
        for file in sources()
        if language_of(file) == language
        for entry in polib.pofile(str(file))
    }


def shown_files() -> list[Path]:
    found = [
        file
        for part in PARTS
        for ending in ("py", "html", "txt")
        for file in (BASE_DIR / part).rglob(f"*.{ending}")
        if not set(UNSEEN).intersection(file.relative_to(BASE_DIR).parts)
    ]
    return sorted(found)


def marked_in(file: Path) -> Iterator[Text]:
    """The texts that `file` marks for translation."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        yield from marked_in_python(text)
    elif "{%" in text:
        code = templatize(text, origin=str(file))
        for _function, literal in IN_TEMPLATE.findall(code):
            yield Text(ast.literal_eval(literal))
        for function, *literals in IN_TEMPLATE_WITH.findall(code):
            one, other = (ast.literal_eval(literal) for literal in literals)
            yield Text(one, plural=other) if function == "ngettext" else Text(other, context=one)


def marked_in_python(text: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        said = [one.value for one in node.args if isinstance(one, ast.Constant)]
        if not said or not isinstance(node.args[0], ast.Constant):
            continue
        if name in FUNCTIONS:
            yield Text(said[0])
        elif name in PLURAL and len(said) > 1:
            yield Text(said[0], plural=said[1])
        elif name in CONTEXT and len(said) > 1:
            yield Text(said[1], context=said[0])


# Writing what is missing


def add_missing() -> None:
    """Write each text that no catalogue of a language knows at the end of that of its app, untranslated."""
    for language in LANGUAGES:
        known, missing = known_to(language), defaultdict(lambda: defaultdict(set))
        for file in shown_files():
            for text in set(marked_in(file)) - known:
                app = next((one for one in missing if text in missing[one]), app_of(file))
                missing[app][text].add((str(file.relative_to(BASE_DIR)), ""))
        for app, texts in missing.items():
            _write(BASE_DIR / app / "locale" / language / "LC_MESSAGES" / "django.po", language, texts)


def app_of(file: Path) -> str:
    """The folder whose catalogues have the texts of `file`."""
    return next((app for app in APPS if (BASE_DIR / app) in file.parents), APPS[-1])


def _write(file: Path, language: str, texts: dict[Text, set[tuple[str, str]]]) -> None:
    catalogue = polib.pofile(str(file)) if file.exists() else _new_catalogue(language)
    catalogue.wrapwidth = 0
    for text, where in sorted(texts.items(), key=lambda one: one[0].singular.casefold()):
        said = {"msgid_plural": text.plural, "msgstr_plural": {0: "", 1: ""}} if text.plural else {}
        entry = polib.POEntry(
            msgid=text.singular, msgctxt=text.context or None, occurrences=sorted(where), **said
        )
        entry.flags = ["python-format"] if re.search(r"%[(\w]", text.singular) else []
        catalogue.append(entry)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(file), newline="\n")


def _new_catalogue(language: str) -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals=2; plural=(n {'> 1' if language == 'fr' else '!= 1'});",
    }
    return catalogue


if __name__ == "__main__":
    sys.exit(main())
