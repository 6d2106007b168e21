"""Reads go to a replica only where a little delay harms nobody."""

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory

from config.replica import Router, reads_of_visitors

ask = RequestFactory()


def database_for(request) -> str:
    """The database that a read within `request` goes to."""
    seen = []

    def page(_request):
        seen.append(Router().db_for_read(model=None))
        return HttpResponse()

    reads_of_visitors(page)(request)
    return seen[0]


def test_a_visitor_who_looks_reads_from_the_replica():
    assert database_for(ask.get("/en/trials/?q=ewing")) == "replica"


@pytest.mark.parametrize(
    "request_",
    [
        ask.post("/api/v1/match/"),
        ask.get("/admin/trials/trial/"),
        ask.get("/nl/vouch/sites/12:secret.signature/"),
        ask.get("/api/v1/imports/1/", headers={"authorization": "Api-Key abc"}),
    ],
)
def test_whoever_may_write_reads_what_was_written(request_):
    assert database_for(request_) == "default"


def test_whoever_is_signed_in_reads_what_was_written(settings):
    request = ask.get("/en/trials/")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = "abc"
    assert database_for(request) == "default"


def test_outside_a_request_all_is_read_from_the_main_database():
    database_for(ask.get("/en/"))
    assert Router().db_for_read(model=None) == "default"


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_the_main_database_is_read():
    def page(_request):
        with transaction.atomic():
            assert Router().db_for_read(model=None) == "default"
        return HttpResponse()

    reads_of_visitors(page)(ask.get("/en/"))


def test_writes_and_migrations_are_the_main_database_s():
    router = Router()
    assert router.db_for_write(model=None) == "default"
    assert router.allow_migrate("default", "trials")
    assert not router.allow_migrate("replica", "trials")
    assert router.allow_relation(None, None)
