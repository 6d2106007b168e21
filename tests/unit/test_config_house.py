"""What the tests themselves stand on."""

import socket

import pytest
from django.db import Error, connection, transaction
from django.template import engines

from tests.support.network import NetworkRefused
from tests.support.templates import UnknownVariable


def test_no_test_reaches_another_machine():
    with pytest.raises(NetworkRefused, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_no_test_looks_up_another_machine():
    with pytest.raises(NetworkRefused, match="clinicaltrials"):
        socket.getaddrinfo("clinicaltrials.gov", 443)


def test_this_machine_can_be_reached():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname(), timeout=1).close()


def a_template(text, file):
    from django.template import Origin, Template

    return Template(text, origin=Origin(file), engine=engines["django"].engine)


def test_an_unknown_variable_in_a_page_of_ours_fails(settings):
    from django.template import Context

    ours = str(settings.BASE_DIR / "directory/web/templates/directory/page.html")
    with pytest.raises(UnknownVariable, match=r"page\.html uses {{ trial\.acronim }}"):
        a_template("{{ trial.acronim }}", ours).render(Context({"trial": {}}))


def test_an_unknown_variable_in_django_s_own_pages_shows_nothing():
    from django.template import Context

    assert a_template("[{{ nothing }}]", "/usr/lib/django/admin.html").render(Context()) == "[]"


def test_the_change_log_of_production_refuses_deletes(append_only_log):
    from directory.core.models import Change

    Change.objects.create(kind="centre", key="uz-gent", op="create", after={}, actor_role="system")
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        Change.objects.all()._raw_delete("default")


def test_the_database_of_the_tests_is_the_one_asked_for(db, settings):
    asked = settings.DATABASES["default"]["ENGINE"]
    assert connection.vendor in asked.replace("sqlite3", "sqlite")


@pytest.mark.parametrize("_round", [1, 2])
def test_what_one_test_leaves_behind_the_next_does_not_find(_round, settings):
    from django.core.cache import cache
    from django.utils import translation

    assert translation.get_language() == "en"
    assert cache.get("left-behind") is None
    translation.activate("fr")
    cache.set("left-behind", 1)
