"""A machine tries what no person would: requests drawn from the OpenAPI document, answers held against it."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from directory.api.v1.schema import committed
from tests.contract.conftest import build_world

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
schema = schemathesis.openapi.from_dict(json.loads(committed()))
schema.app = application
reading = schema.include(method="GET").exclude(path_regex="imports")
writing = schema.include(path_regex="imports")
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def standing(db, index_dir, indexed):
    """The world, and a connection that stays open between requests, as Django's own client keeps it."""
    build_world()
    indexed()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@reading.parametrize()
@BOUNDED
def test_whatever_is_asked_is_answered_as_promised(case, standing):
    case.validate_response(case.call(headers={"Accept-Encoding": "identity"}), checks=CHECKS)


@writing.parametrize()
@BOUNDED
def test_whatever_is_sent_without_a_key_is_refused_as_promised(case, standing):
    answer = case.call(headers={"Authorization": "", "Accept-Encoding": "identity"})
    assert answer.status_code in (401, 404, 405, 406)
    case.validate_response(answer, checks=CHECKS[:1])
