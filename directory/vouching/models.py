"""Which coordinator was asked about which centre, with which links, and which mails went out about it."""

import datetime as dt
import hmac
import secrets
from hashlib import sha256

from django.conf import settings
from django.core import signing
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centres.models import Centre, Coordination
from directory.core.fields import LANGUAGE_CODES
from directory.core.mailing import Handover
from directory.core.models import PlainText
from directory.core.roles import Role
from directory.imports.models import ImportRun
from trials.choices import Recruitment
from trials.models import TrialSite

OVERHANG_DAYS = 5  # so much longer than until the next enquiry a link opens
KEPT = dt.timedelta(days=400)
REMIND_AFTER_DAYS = (7, 14)
OVERDUE_AFTER_DAYS = 21
LONGEST_NOTE = 1_000
# What has ended for good is not asked about every month.
ENDED = (Recruitment.COMPLETED, Recruitment.TERMINATED, Recruitment.WITHDRAWN)


class Reason(models.TextChoices):
    """Why a coordinator is asked now."""

    DUE = "due", _("it was due")
    MOVED = "moved", _("a registry says something new")
    EDITOR = "editor", _("an editor asked for it")


class LetterKind(models.TextChoices):
    """The mails of one enquiry, in their order."""

    ASKED = "asked", _("asked")
    REMINDED = "reminded", _("first reminder")
    REMINDED_AGAIN = "again", _("second reminder")


def asked_sites() -> models.QuerySet[TrialSite]:
    """What coordinators are asked about: sites of listed trials, not over, unless that is disputed."""
    return TrialSite.objects.listed().exclude(status__in=ENDED, disputed=False)


def ended_sites() -> models.QuerySet[TrialSite]:
    """The other sites of listed trials: nobody is asked about them."""
    return TrialSite.objects.listed().filter(status__in=ENDED, disputed=False)


def unconfirmed(sites: models.QuerySet[TrialSite], since) -> models.QuerySet[TrialSite]:
    """Those of `sites` with a status for which no person vouched on or after the day `since`.

    Who said something of the whole trial alone vouched for none of its sites.
    """
    old = Q(verified_at=None) | Q(verified_at__lt=since)
    by_nobody = Q(verified_by=Role.REGISTRY) | ~Q(implied_by="") | Q(disputed=True)
    return sites.exclude(status=Recruitment.UNKNOWN).filter(old | by_nobody)


class EnquiryQuerySet(models.QuerySet):
    """How one speaks of enquiries: `Enquiry.objects.latest_of_each().owing()`."""

    def latest_of_each(self):
        """The last enquiry of each coordinator about each centre; earlier ones are history."""
        later = Enquiry.objects.filter(user=OuterRef("user"), centre=OuterRef("centre"))
        return self.exclude(Exists(later.filter(number__gt=OuterRef("number"))))

    def alive(self, now: dt.datetime):
        """With a link that still opens."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def owing(self):
        """About a centre with a status that no person has confirmed since the day it was asked about.

        A status that nobody knows cannot be confirmed: it is owed until the link is answered at all.
        """
        sites = asked_sites().filter(centre=OuterRef("centre"))
        unknown = Q(answered_at=None) & Exists(sites.filter(status=Recruitment.UNKNOWN))
        return self.filter(unknown | Exists(unconfirmed(sites, OuterRef("asked_on"))))

    def of_acting(self):
        """Of those who are coordinators of that centre today."""
        acting = Coordination.objects.acting().filter(user=OuterRef("user"), centre=OuterRef("centre"))
        return self.filter(Exists(acting))

    def overdue(self, day: dt.date):
        """Asked and reminded twice, without an answer until `day`: an editor rings up."""
        late = day - dt.timedelta(days=OVERDUE_AFTER_DAYS)
        return self.latest_of_each().of_acting().owing().filter(revoked_at=None, asked_on__lte=late)


class Enquiry(PlainText):
    """One coordinator is asked whether the statuses of one centre are still right.

    ::

        asked ─▶ reminded after 7 days ─▶ reminded after 14 ─▶ overdue after 21: the editors are told
          └─ confirmed at any of these: owed no more; the link stays good for corrections until it expires
          └─ revoked: the link is dead, nobody is reminded

    `number` counts the enquiries of this coordinator about this centre. `digests`: hashes of the secrets in
    its links, one for each time a mail was made; the secrets themselves stand in the mails alone. `asked_on`:
    the day whose mail asked; a status vouched for on that day or later is an answer, however it came.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="enquiries", verbose_name=_("coordinator")
    )
    centre = models.ForeignKey(Centre, models.CASCADE, related_name="enquiries", verbose_name=_("centre"))
    number = models.PositiveIntegerField(_("number"))
    reason = models.CharField(_("reason"), max_length=6, choices=Reason.choices, default=Reason.DUE)
    language = models.CharField(_("language"), max_length=2, choices=[(one, one) for one in LANGUAGE_CODES])
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_on = models.DateField(_("asked on"))
    expires_at = models.DateTimeField(_("link expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    answered_at = models.DateTimeField(_("last answer by the link"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(LONGEST_NOTE)])
    note_read_at = models.DateTimeField(_("note read"), null=True, blank=True)
    digests = models.JSONField(default=list, editable=False)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        ordering = ["-asked_at", "-pk"]
        default_permissions = ("view", "delete")
        constraints = [
            models.UniqueConstraint(fields=["user", "centre", "number"], name="enquiries_are_numbered")
        ]

    def __str__(self):
        return f"{self.centre} #{self.number}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def sites(self) -> models.QuerySet[TrialSite]:
        """What is asked about today; in the order of mail, page and sheet it is `asked.asked_about`."""
        return asked_sites().filter(centre=self.centre_id).select_related("trial", "centre").order_by("pk")

    def new_token(self) -> str:
        """A token for one more mail of this enquiry; only its hash is kept. Earlier ones stay good.

        A mail that is made again after a crash has another token, and the one before may have arrived.
        """
        secret = secrets.token_urlsafe(32)
        self.digests = [*self.digests, _digest(secret)]
        Enquiry.objects.filter(pk=self.pk).update(digests=self.digests)
        return _signer().sign(f"{self.pk}:{secret}")

    @classmethod
    def of_token(cls, token: str) -> "Enquiry | None":
        """The enquiry whose link holds `token`, also where it expired; None for what was never in a mail."""
        try:
            pk, _colon, secret = _signer().unsign(token).partition(":")
        except signing.BadSignature:
            return None
        found = cls.objects.select_related("user", "centre").filter(pk=pk).first()
        known = found.digests if found else []
        return found if any(hmac.compare_digest(_digest(secret), one) for one in known) else None


class Letter(Handover):
    """One mail of an enquiry: of each kind one, handed over once."""

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=8, choices=LetterKind.choices)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["enquiry", "kind"], name="one_letter_of_a_kind")]

    def __str__(self):
        return f"{self.enquiry_id}:{self.kind}"


class SheetAnswer(models.Model):
    """A sheet handed in by the link of an enquiry: a run like any other, of that centre, as its coordinator.

    The link opens the runs of its own enquiry alone.
    """

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="sheets", verbose_name=_("enquiry"))
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="by_links", verbose_name=_("import run"))
    handed_in_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "run"], name="sheet_once_an_enquiry")]

    def __str__(self):
        return f"{self.enquiry_id}:{self.run_id}"


class ContactState(models.TextChoices):
    """What became of contact details that a coordinator sent."""

    OPEN = "open", _("to be checked")
    TAKEN = "taken", _("accepted")
    DECLINED = "declined", _("declined")


class ContactAnswer(PlainText):
    """What was said by a link about the contact of a site: shown to nobody before an editor takes it over.

    ::

        open ─▶ taken | declined     said anew while it is open: the newer words replace the older

    Whoever has a link could else send families and physicians to a mailbox of their own.
    """

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="contacts", verbose_name=_("enquiry"))
    site = models.ForeignKey(
        TrialSite, models.CASCADE, related_name="contact_answers", verbose_name=_("trial site")
    )
    values = models.JSONField(_("said"), help_text="By column of the site, only what is to be another one.")
    said_at = models.DateTimeField(_("said"), default=timezone.now)
    state = models.CharField(
        _("state"), max_length=8, choices=ContactState.choices, default=ContactState.OPEN
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=12, choices=Role.choices, blank=True)

    class Meta:
        verbose_name = _("contact details sent by a coordinator")
        verbose_name_plural = _("contact details sent by coordinators")
        ordering = ["-said_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "site"],
                condition=Q(state=ContactState.OPEN),
                name="contact_open_once_an_enquiry",
            )
        ]

    def __str__(self):
        return str(self.site)


def _signer() -> signing.Signer:
    # After the colon follows all that is secret: logs cut it there, also of a link that came broken.
    return signing.Signer(sep=".", salt="directory.vouching.link")


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
