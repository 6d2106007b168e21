"""What every record says of itself: found by its key, made again from its snapshot, and what hangs on it."""

import pytest
from django.apps import apps

from centres.models import Affiliation, Membership
from directory.core.models import Recorded
from directory.records import Record, all_records, dependents_of, register
from tests.builders import a_centre, a_network, a_professional, a_site, a_trial
from trials.models import Intervention, TrialSite

pytestmark = pytest.mark.django_db
# Written by their own screens only: no sheet brings them in, and no import of sheets is undone by them.
NOT_REGISTERED = {"coordination", "key"}


@pytest.fixture
def known():
    """Two records of each kind, by kind."""
    for name in ("a", "b"):
        centre, person = a_centre(f"uz-{name}", aliases=[f"UZ {name}"]), a_professional(f"Demo {name}")
        a_network(f"net-{name}", members=[(centre, "reference")])
        parent = a_trial(f"MASTER-{name}", slug=f"master-{name}")
        trial = a_trial(f"T-{name}", slug=f"t-{name}", parent=parent, identifiers=[f"AALL{ord(name)}"])
        trial.interventions.add(Intervention.objects.create(name=f"Drug {name}", type="drug"))
        trial.arm_groups.create(label="Arm", interventions=[f"Drug {name}"], position=1)
        trial.arm_groups.create(label="Arm", interventions=[], position=0)
        Affiliation.objects.create(professional=person, centre=centre, function="trial contact")
        a_site(trial, centre, contact_person=person)
    return {kind: list(record.stored().order_by("pk")) for kind, record in all_records().items()}


def test_every_record_of_the_change_log_is_registered_once():
    recorded = {one.change_kind for one in apps.get_models() if issubclass(one, Recorded)}
    assert recorded - set(all_records()) == NOT_REGISTERED
    assert set(all_records()) <= recorded
    with pytest.raises(ValueError, match="Two records are of the kind site"):
        register(Record(TrialSite))


@pytest.mark.parametrize("kind", all_records())
def test_records_are_found_by_their_keys_and_no_others(known, kind):
    record, (one, other, *_more) = all_records()[kind], known[kind]
    assert record.find([one.change_key]) == {one.change_key: one.pk}
    wanted = {one.change_key: one.pk, other.change_key: other.pk}
    assert record.find([*wanted, {"pk": "987654", "": "987654/x@y"}.get(record.key, "not-there")]) == wanted


@pytest.mark.parametrize("kind", all_records())
def test_a_record_made_again_of_its_snapshot_is_what_it_was(known, kind):
    record, one = all_records()[kind], known[kind][-1]
    key, shot = one.change_key, record.model.snapshots([one.pk])[one.pk]
    for other, relation in dependents_of(record):
        other.model.objects.filter(**{relation: one.pk}).delete()
    record.model.objects.filter(pk=one.pk).delete()
    again = record.new(key, shot)
    again.save(force_insert=True)
    if record.put_beside:
        record.put_beside([(again, shot)])
    left_out = record.derived
    found = record.model.snapshots([again.pk])[again.pk]
    assert {name: found[name] for name in found if name not in left_out} == {
        name: shot[name] for name in shot if name not in left_out
    }
    assert again.change_key == key


def test_what_hangs_on_a_record_is_told_by_its_relations():
    found = {
        kind: {(other.model.__name__, name) for other, name in dependents_of(record)}
        for kind, record in all_records().items()
    }
    assert found == {
        "centre": {("TrialSite", "centre"), ("Membership", "centre"), ("Affiliation", "centre")},
        "network": {("Membership", "network")},
        "professional": {
            ("Affiliation", "professional"), ("TrialSite", "contact_person"), ("TrialSite", "investigator"),
        },
        "trial": {("TrialSite", "trial"), ("Trial", "parent"), ("Trial", "merged_into")},
        "membership": set(), "affiliation": set(), "site": set(),
        "intervention": {("Trial", "interventions")},
    }  # fmt: skip
    assert list(all_records()["site"].owners) == ["trial", "centre"]
    assert list(Record(Membership).owners) == ["network", "centre"]
