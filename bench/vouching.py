"""500 coordinators are asked about 14 trials each, against 500 plain mails by Django's own `send_mail`.

Both hand over to the same backend, a file a mail. Ours finds who is due, makes a link for each mail,
lists the trials in text and HTML, and settles each mail; plain ones say one line. Then ours is killed on
its way and begun again.
"""

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.mail import send_mail
from django.core.management import call_command
from django.utils import timezone

from bench import synthetic
from bench.harness import Report, measure, medians, timed
from centres.models import Centre, Coordination
from directory.core.models import State
from directory.core.roles import COORDINATORS, Role
from directory.vouching import actions
from directory.vouching.models import Enquiry, Letter
from trials import statements
from trials.choices import Recruitment
from trials.models import StatusStatement, Trial, TrialSite

COORDINATORS_ASKED, CENTRES, TRIALS = 500, 50, 14
FLOOR = 0.05


@measure
def reminders(report: Report) -> None:
    call_command("migrate", verbosity=0)
    synthetic.empty()
    addresses = a_world()
    ours, plain = medians(lambda: timed(ask_all), lambda: timed(lambda: plain_mails(addresses)))
    report(
        f"reminders for {COORDINATORS_ASKED} coordinators, {COORDINATORS_ASKED} plain mails", value=ours,
        unit="s", baseline=plain, floor=FLOOR, lower_is_better=True,
    )  # fmt: skip
    report(
        "reminders, share of 500 with exactly one mail after a kill", value=once_after_a_kill(addresses),
        unit="share", baseline=1, floor=1,
    )  # fmt: skip
    forget()
    get_user_model().objects.filter(email__in=addresses).delete()
    synthetic.empty()


def a_world() -> list[str]:
    """Fifty centres with 14 trials each, ten coordinators a centre. Returns their addresses."""
    centres = Centre.objects.bulk_create(
        Centre(code=f"c-{n}", name_en=f"Centre {n}", state=State.LISTED, languages=["nl"])
        for n in range(CENTRES)
    )
    trials = Trial.objects.bulk_create(
        Trial(slug=f"t-{n}", acronym=f"T {n}", title_en=f"Trial {n}", state=State.LISTED)
        for n in range(TRIALS)
    )
    sites = TrialSite.objects.bulk_create(
        TrialSite(trial=trial, centre=centre) for trial in trials for centre in centres
    )
    long_ago = timezone.localdate() - dt.timedelta(days=60)
    StatusStatement.objects.bulk_create(
        StatusStatement(site=one, status=Recruitment.RECRUITING, said_at=long_ago, role=Role.COORDINATOR)
        for one in sites
    )
    statements.settle(sites)
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"u-{n}", email=f"u-{n}@example.org") for n in range(COORDINATORS_ASKED)
    )
    Group.objects.get(name=COORDINATORS).user_set.add(*users)
    Coordination.objects.bulk_create(
        Coordination(user=user, centre=centres[number % CENTRES]) for number, user in enumerate(users)
    )
    return [user.email for user in users]


def folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def mails() -> list[Path]:
    return list(folder().glob("*.eml"))


def forget() -> None:
    Enquiry.objects.all().delete()
    shutil.rmtree(folder(), ignore_errors=True)


def ask_all() -> None:
    forget()
    assert actions.send_due().asked == len(mails()) == COORDINATORS_ASKED


def plain_mails(addresses: list[str]) -> None:
    for address in addresses:
        send_mail("Still right?", "One line.", None, [address])


def once_after_a_kill(addresses: list[str]) -> float:
    """A process is killed among its mails; a second one does the rest. The share that has one mail each."""
    forget()
    process = subprocess.Popen([sys.executable, "manage.py", "send_reminders"], stdout=subprocess.DEVNULL)
    while process.poll() is None and len(mails()) < COORDINATORS_ASKED // 5:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(mails()) < COORDINATORS_ASKED, "it was killed too late to show anything"
    Letter.objects.update(lease_until=None)
    actions.send_due()
    actions.send_due()
    sent = Counter(message_from_bytes(one.read_bytes())["To"] for one in mails())
    return sum(sent[address] == 1 for address in addresses) / COORDINATORS_ASKED
