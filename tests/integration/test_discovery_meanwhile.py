"""What an editor decides while a registry answers stands."""

import pytest

from directory.core import changes
from directory.core.roles import Role
from tests.support.studies import CTGOV, GENT, a_study, answers
from trials import discovery
from trials.models import DiscoveredTrial
from trials.models.discovery import CandidateDecision
from trials.sources import discovering

pytestmark = pytest.mark.django_db
NUMBER, OTHER = "NCT01234567", "NCT00000002"
EDITOR = changes.Actor(Role.EDITOR)
LATER = GENT | {"status": "NOT_YET_RECRUITING"}


def decline(*numbers, reason="For adults in all but name."):
    found = DiscoveredTrial.objects.filter(number__in=numbers or [NUMBER])
    return discovery.decline(candidates=found, by=EDITOR, reason=reason)


def take():
    return discovery.take(candidates=DiscoveredTrial.objects.filter(number=NUMBER), by=EDITOR)


def asked(*places, meanwhile=None, monkeypatch=None):
    """One search; `meanwhile`: what happens after it read what is known, before it writes."""
    if meanwhile:
        before = discovering._store

        def store(*args):
            meanwhile()
            return before(*args)

        monkeypatch.setattr(discovering, "_store", store)
    run = discovering.discover(CTGOV, [answers(a_study(NUMBER, places=list(places) or [GENT]))])
    if monkeypatch:
        monkeypatch.undo()
    return run


def known():
    found = DiscoveredTrial.objects.get(number=NUMBER)
    return found.decision, found.again


@pytest.mark.parametrize(
    ("decide", "decision"), [(decline, CandidateDecision.DECLINED), (take, CandidateDecision.TAKEN)]
)
def test_a_decision_made_while_a_registry_answers_stands(monkeypatch, decide, decision):
    asked()
    asked(meanwhile=decide, monkeypatch=monkeypatch)
    assert known() == (decision, "")
    assert DiscoveredTrial.objects.get().decision_reason == (
        "" if decide is take else "For adults in all but name."
    )
    asked()
    assert known() == (decision, "")


def test_what_is_proposed_again_and_decided_meanwhile_is_not_proposed_again(monkeypatch):
    """The editor took up the declined trial by themselves and declined it anew, with sight of the change."""
    asked(LATER)
    decline()

    def decided_anew():
        DiscoveredTrial.objects.update(decision=CandidateDecision.OPEN, is_open=True)
        decline(reason="Still not.")

    run = asked(GENT, meanwhile=decided_anew, monkeypatch=monkeypatch)
    found = DiscoveredTrial.objects.get()
    assert (known(), found.decision_reason) == ((CandidateDecision.DECLINED, ""), "Still not.")
    assert run.counts["again"] == 0
    assert asked(GENT).counts["again"] == 0


def test_what_changed_since_it_was_declined_is_proposed_again():
    asked(LATER)
    decline()
    assert asked(GENT).counts["again"] == 1
    assert known()[0] == CandidateDecision.OPEN
    assert "takes patients in Belgium now" in known()[1]
