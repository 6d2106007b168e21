"""Small named worlds: `a_trial(at=[a_centre()])`. Whatever is not mentioned has a sane default.

Built straight into the tables, without the change log: a test that needs a record of the writing uses the
actions, the admin or an import. Names are made up.
"""

import datetime as dt
import itertools

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.text import slugify

from centres.models import Centre, CentreAlias, Coordination, Membership, Network, Professional
from directory.core.roles import COORDINATORS, EDITORS, Role
from trials import statements
from trials.identifiers import parse_identifier
from trials.models import Condition, StatusStatement, Trial, TrialIdentifier, TrialSite

_number = itertools.count(1)


def a_centre(code=None, *, name=None, state="listed", aliases=(), **fields):
    """A listed centre in Ghent."""
    code = code or f"centre-{next(_number)}"
    defaults = {
        "name_en": name or f"Hospital {code}", "postal_code": "9000", "city": "Gent", "country": "BE",
        "latitude": 51.0258, "longitude": 3.7282,
    }  # fmt: skip
    centre = Centre.objects.create(code=code, state=state, **(defaults | fields))
    for text in aliases:
        CentreAlias.objects.create(centre=centre, text=text)
    return centre


def a_network(slug=None, *, members=(), state="listed", **fields):
    """A listed network; `members` are centres or `(centre, role)`."""
    slug = slug or f"network-{next(_number)}"
    network = Network.objects.create(slug=slug, state=state, **({"name_en": slug.upper()} | fields))
    for member in members:
        centre, role = member if isinstance(member, tuple) else (member, "")
        Membership.objects.create(network=network, centre=centre, role=role)
    return network


def a_trial(
    acronym=None, *, state="listed", at=(), identifiers=(), conditions=(), status="recruiting", **fields
):
    """A listed, recruiting trial. `at` holds centres or `(centre, status)`; `identifiers` any spelling."""
    acronym = acronym if acronym is not None else f"ANY-{next(_number)}"
    defaults = {
        "title_en": f"A study of {acronym or 'something'}",
        "slug": slugify(acronym) or f"t{next(_number)}",
    }
    trial = Trial.objects.create(acronym=acronym, state=state, status=status, **(defaults | fields))
    for text in identifiers:
        found = parse_identifier(text)
        TrialIdentifier.objects.create(trial=trial, scheme=found.scheme, value=found.value)
    trial.conditions.set(Condition.objects.filter(code__in=conditions))
    for place in at:
        centre, site_status = place if isinstance(place, tuple) else (place, "recruiting")
        a_site(trial, centre, status=site_status)
    return trial


def a_site(trial=None, centre=None, *, status="recruiting", said=0, by=Role.COORDINATOR, **fields):
    """A site whose status was stated `said` days ago by role `by`; `status=None`: nobody said anything."""
    site = TrialSite.objects.create(trial=trial or a_trial(), centre=centre or a_centre(), **fields)
    if status is not None:
        says(site, status, said=said, by=by)
    return site


def says(site, status, *, said=0, by=Role.COORDINATOR, **fields):
    """Append a statement of `said` days ago and derive the site's status."""
    day = timezone.localdate() - dt.timedelta(days=said)
    statement = StatusStatement.objects.create(site=site, status=status, said_at=day, role=by, **fields)
    statements.settle([site])
    return statement


def a_professional(name="Demo Person", *, consent=False, **fields):
    """A made-up person; public only with `consent=True`."""
    day = timezone.localdate() if consent else None
    return Professional.objects.create(name=name, consent_given_on=day, **fields)


def a_user(username=None, **fields):
    """Somebody who may sign in and nothing else."""
    return get_user_model().objects.create_user(
        username or f"user-{next(_number)}", password="secret", **fields
    )


def an_editor(username=None):
    user = a_user(username, is_staff=True)
    user.groups.add(Group.objects.get(name=EDITORS))
    return user


def a_coordinator(*centres, username=None):
    """A coordinator of `centres` who may sign in to the admin."""
    user = a_user(username, is_staff=True)
    user.groups.add(Group.objects.get(name=COORDINATORS))
    for centre in centres:
        Coordination.objects.create(user=user, centre=centre)
    return user
