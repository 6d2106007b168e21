"""The steps before a registry runs: each does nothing the second time."""

import os
import stat
import threading

import polib
import pytest
from django.core.management import call_command

from config import messages, setup
from config.secrets import secret_key


def test_a_secret_key_is_made_once_and_kept_from_others(tmp_path):
    key = secret_key(tmp_path / "var")
    assert len(key) >= 50
    assert secret_key(tmp_path / "var") == key
    file = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path / "var") == ["secret_key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path):
    keys = []
    threads = [threading.Thread(target=lambda: keys.append(secret_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_the_first_administrator_is_made_once(db, django_user_model):
    assert setup.first_admin("a password long enough") == "a password long enough"
    assert setup.first_admin("another") is None
    admin = django_user_model.objects.get(username="admin")
    assert admin.is_superuser
    assert admin.check_password("a password long enough")


def test_no_administrator_is_added_beside_another(db, django_user_model):
    django_user_model.objects.create_superuser("someone")
    assert setup.first_admin("a password long enough") is None


@pytest.fixture
def here(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.DEMO_MARKER = tmp_path / "demo.loaded"
    return tmp_path


def a_change():
    from directory.core.models import Change

    return Change.objects.create(kind="centre", key="uz-gent", op="create", after={}, actor_role="system")


def test_an_empty_registry_is_given_the_demo(db, here):
    assert setup.demo_is_wanted()


def test_a_demo_that_was_cut_off_is_loaded_to_its_end(db, here):
    assert setup.demo_is_wanted()
    a_change()
    assert setup.demo_is_wanted()


def test_a_loaded_demo_is_not_loaded_again(db, here):
    (here / "demo.loaded").touch()
    assert not setup.demo_is_wanted()


def test_a_registry_that_holds_data_is_never_given_the_demo(db, here):
    a_change()
    assert not setup.demo_is_wanted()


def test_static_files_are_collected_only_when_one_has_changed(settings, tmp_path, monkeypatch):
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    collected = []

    def collect(*_args, **_options):
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        (settings.STATIC_ROOT / "staticfiles.json").touch()
        collected.append(True)

    monkeypatch.setattr(setup, "call_command", collect)
    assert setup.collect_static()
    assert not setup.collect_static()
    monkeypatch.setattr(setup, "_fingerprint", lambda: "a file was changed")
    assert setup.collect_static()
    assert len(collected) == 2


def test_a_database_that_is_away_is_told_in_a_sentence(monkeypatch):
    from django.db import OperationalError

    def away(_self):
        raise OperationalError("connection refused\n")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", away)
    with pytest.raises(setup.DatabaseAway, match=r"^connection refused$"):
        setup.migrate()


def test_migrations_are_all_written(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.fixture
def catalogue(tmp_path, monkeypatch):
    """A house with one Dutch catalogue."""
    file = tmp_path / "directory/web/locale/nl/LC_MESSAGES/django.po"
    file.parent.mkdir(parents=True)
    made = polib.POFile()
    made.metadata = {"Content-Type": "text/plain; charset=utf-8"}
    made.append(polib.POEntry(msgid="trial", msgstr="studie"))
    made.save(str(file))
    monkeypatch.setattr(messages, "BASE_DIR", tmp_path)
    return file


def test_a_catalogue_is_compiled_once(catalogue):
    assert messages.compile_all() == 1
    assert messages.compile_all() == 0
    assert polib.mofile(str(catalogue.with_suffix(".mo")))[0].msgstr == "studie"


def test_a_changed_catalogue_is_compiled_again(catalogue):
    messages.compile_all()
    later = catalogue.stat().st_mtime + 10
    os.utime(catalogue, (later, later))
    assert messages.compile_all() == 1


def test_no_draft_of_a_catalogue_is_left(catalogue):
    messages.compile_all()
    assert sorted(file.name for file in catalogue.parent.iterdir()) == ["django.mo", "django.po"]
