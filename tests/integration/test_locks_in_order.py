"""Whoever holds several records at once holds them in one order, so that no two wait for each other."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directory.core.changes import Actor
from directory.core.roles import Role
from tests.builders import a_centre, a_site, a_trial
from trials import actions
from trials.models import StatusStatement

pytestmark = pytest.mark.django_db
EDITOR = Actor(role=Role.EDITOR)


def close(trial):
    actions.close_recruitment(trial=trial, by=EDITOR, reason="full")


def end(trial):
    trial.status = "completed"
    trial.save()
    actions.state_status_of_trial(trial=trial, by=EDITOR)


@pytest.mark.parametrize("act", [close, end])
def test_the_sites_of_a_trial_are_held_in_the_order_of_imports_and_merges(act):
    trial = a_trial()
    for _site in range(2):
        a_site(trial, a_centre(), said=5)
    with CaptureQueriesContext(connection) as ran:
        act(trial)
    assert StatusStatement.objects.count() >= 4
    locks = connection.features.has_select_for_update
    of_the_trial = f'"trials_trialsite"."trial_id" = {trial.pk}'
    held = [
        one["sql"] for one in ran if of_the_trial in one["sql"] and (not locks or "FOR UPDATE" in one["sql"])
    ]
    in_order = 'ORDER BY "trials_trialsite"."id" ASC'
    assert any(in_order in sql for sql in held)
    assert not locks or all(in_order in sql for sql in held)
