"""What is written down is true: links lead somewhere, decisions are numbered, words and commands exist."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class

from centres.rights import own_apps
from config.env import BASE_DIR
from directory.core.models import Recorded, State
from directory.core.roles import Role
from directory.imports.choices import Outcome, Status
from directory.imports.kinds import all_kinds
from trials.choices import Freshness, Recruitment, Scheme, Stage, StudyType

OURS = ("core", "centres", "trials", "imports", "search", "partners", "vouching", "web", "api")
SKIPPED = {".venv", "var", "build", "node_modules", ".git", "test-results", ".pytest_cache"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ADR = re.compile(r"^(\d{4})-([a-z0-9-]+)\.md$")


def pages():
    return sorted(
        path for path in BASE_DIR.rglob("*.md") if not SKIPPED & set(path.relative_to(BASE_DIR).parts)
    )


def name(path):
    return str(path.relative_to(BASE_DIR))


def text(path):
    return (BASE_DIR / path).read_text(encoding="utf-8")


def anchors(page):
    """The names that headings get, as a reader of Markdown makes them."""
    titles = re.findall(r"^#+\s+(.+?)\s*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", title.lower()) for title in titles)
    return {re.sub(r"\s", "-", title.strip()) for title in plain}


# Links


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_of_a_page_leads_to_something(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if re.match(r"(https?|mailto):", target):
            continue
        file, _hash, anchor = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{name(page)} links to {target}, which is not there"
        assert path.is_relative_to(BASE_DIR), f"{name(page)} links out of the repository: {target}"
        if anchor and path.suffix == ".md":
            assert anchor in anchors(path), f"{name(page)} links to {target}, a heading that is not there"


def test_what_code_names_is_in_the_repository():
    """A file of words, and a section of what only its writer knows."""
    for part in ("config", "directory", "trials", "centres", "bench"):
        for path in (BASE_DIR / part).rglob("*.py"):
            code = path.read_text(encoding="utf-8")
            for file in re.findall(r"[\w./-]+\.md\b", code):
                assert (BASE_DIR / file).exists(), f"{name(path)} names {file}, which is not there"
            assert not re.search(r"(?i)contract\W+section|section \d+ of the", code), name(path)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_no_page_names_a_place_of_one_machine(page):
    assert not re.search(r"(?<![\w.])/(home|root|Users|work)/\w", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_begins_with_its_title(page):
    assert re.match(r"# \S", page.read_text(encoding="utf-8"))


# Decisions


def decisions():
    return sorted((BASE_DIR / "docs" / "adr").iterdir())


def test_decisions_are_numbered_without_gap_or_double():
    numbers = [int(ADR.match(path.name)[1]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", decisions(), ids=name)
def test_a_decision_says_its_number_its_state_and_its_day(path):
    title, _blank, state, *rest = path.read_text(encoding="utf-8").splitlines()
    assert title.startswith(f"# {int(ADR.match(path.name)[1])}. ")
    assert re.match(r"(Accepted|Proposed|Superseded by \d{4}), \d{4}-\d{2}-\d{2}\.$", state)
    assert re.search(r"\*\*(Decision|Decided)\.\*\*", "\n".join(rest))


# Words


def models():
    labels = (*own_apps(), "vouching", "watching")
    return [model for label in labels for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_model_has_its_word(model):
    words = text("docs/words.md").casefold()
    spelt = {model.__name__.casefold(), str(model._meta.verbose_name).casefold()}
    assert any(re.search(rf"\*\*[^*|]*\b{re.escape(word)}\b", words) for word in spelt), spelt


@pytest.mark.parametrize(
    "values",
    [
        *(one.values for one in (Recruitment, StudyType, Stage, Scheme, Freshness, State, Role)),
        *(Outcome.values, Status.values, list(all_kinds())),
    ],
)
def test_every_word_of_a_vocabulary_is_explained(values):
    words = text("docs/words.md")
    for value in values:
        assert re.search(rf"\b{value}\b", words), value


def test_no_word_is_explained_twice():
    found = re.findall(r"^\| \*\*([^*]+)\*\*", text("docs/words.md"), re.MULTILINE)
    assert len(found) > 40
    assert len(found) == len(set(found))


def test_every_record_of_the_log_has_a_kind_of_its_own():
    kinds = [model.change_kind for model in models() if issubclass(model, Recorded)]
    assert len(kinds) == len(set(kinds)) > 5


# Commands


COMMANDS = {
    "import_sheet", "reindex", "load_demo", "make_key", "follow_changes", "make_schema", "send_reminders",
}  # fmt: skip


def our_commands():
    return {name: app for name, app in get_commands().items() if app in apps_of_ours()}


def apps_of_ours():
    return {config.name for config in apps.get_app_configs() if config.label in OURS}


def test_the_commands_that_were_promised_are_there():
    assert set(our_commands()) >= COMMANDS


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_command_says_what_it_does_and_what_each_option_is(command):
    made = load_command_class(get_commands()[command], command)
    assert made.help.endswith(".")
    parser = made.create_parser("manage.py", command)
    own = [one for one in parser._actions if one.container.title not in ("options",) or one.help]
    assert own
    assert command in "".join(text(name(page)) for page in pages())


def test_no_command_of_ours_is_left_out_of_the_docs():
    written = "".join(page.read_text(encoding="utf-8") for page in pages())
    assert [one for one in our_commands() if one not in written] == []


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_command_that_a_page_tells_to_type_exists(page):
    known = set(get_commands())
    told = re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8"))
    assert [one for one in told if one not in known] == []


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_make_target_that_a_page_tells_to_type_exists(page):
    targets = set(re.findall(r"^([a-z][\w-]*):", text("Makefile"), re.MULTILINE))
    told = re.findall(r"(?:^|`)make ([a-z][\w-]*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(told) <= targets


# Folders


def test_every_folder_the_readme_shows_is_there_and_every_part_is_shown():
    rows = re.findall(r"^\| (`.+?`) \|", text("README.md"), re.MULTILINE)
    shown = {folder.strip("/") for row in rows for folder in re.findall(r"`([^`]+)`", row)}
    assert [folder for folder in shown if not (BASE_DIR / folder).is_dir()] == []
    parts = {f"directory/{path.parent.name}" for path in Path(BASE_DIR / "directory").glob("*/apps.py")}
    assert parts <= shown


def test_the_app_configurations_say_what_each_part_is_for():
    for config in apps.get_app_configs():
        if config.label in OURS:
            assert len((type(config).__doc__ or config.module.apps.__doc__ or "").strip()) > 20, config.label
