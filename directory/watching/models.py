"""What somebody follows, and which mails about it were sent."""

import datetime as dt

from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.fields import LANGUAGE_CODES
from directory.core.mailing import Handover

UNCONFIRMED_FOR = dt.timedelta(hours=48)
KEPT_DELIVERIES = dt.timedelta(days=90)
_CONFIRM, _KEEP = "directory.watching.confirm", "directory.watching.keep"


class WatchKind(models.TextChoices):
    SEARCH = "search", _("search")
    TRIAL = "trial", _("trial")


class Frequency(models.TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")


class WatchQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False)

    def never_confirmed(self, now: dt.datetime):
        """Asked for long ago and never confirmed."""
        return self.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED_FOR)

    def of(self, email: str):
        return self.filter(email__iexact=email)


class Watch(models.Model):
    """One address follows one search or one trial.

    `question` is the query string of a search without whatever may describe a patient (age, place, distance),
    or the slug of a trial. `seen` and `seq`: the slugs that the search found, and the number of the last
    change, when the last mail was settled. `wanted`: how often and in which language it was asked for again,
    until that is confirmed too. Deleting a watch deletes the address.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=WatchKind.choices)
    question = models.CharField(_("what is followed"), max_length=1000, blank=True)
    email = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, choices=[(one, one) for one in LANGUAGE_CODES])
    frequency = models.CharField(_("how often"), max_length=6, choices=Frequency.choices)
    created_at = models.DateTimeField(_("asked for"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    wanted = models.JSONField(default=dict, editable=False)
    seen = models.JSONField(default=list, editable=False)
    seq = models.BigIntegerField(default=0, editable=False)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("watch")
        verbose_name_plural = _("watches")
        ordering = ["-pk"]
        default_permissions = ("view", "delete")
        constraints = [
            models.UniqueConstraint(
                fields=["email", "kind", "question"],
                name="followed_once_by_an_address",
                violation_error_message=_("This address already follows this."),
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def confirming(self) -> str:
        """A token that confirms this watch, good for 48 hours."""
        return signing.TimestampSigner(salt=_CONFIRM).sign(str(self.pk))

    @property
    def keeping(self) -> str:
        """A token with which its owner changes or ends it. Good as long as the watch is there."""
        return signing.Signer(salt=_KEEP).sign(str(self.pk))

    @classmethod
    def to_confirm(cls, token: str) -> "Watch | None":
        try:
            pk = signing.TimestampSigner(salt=_CONFIRM).unsign(token, max_age=UNCONFIRMED_FOR)
        except signing.BadSignature:
            return None
        return cls.objects.filter(pk=pk).first()

    @classmethod
    def to_keep(cls, token: str) -> "Watch | None":
        try:
            pk = signing.Signer(salt=_KEEP).unsign(token)
        except signing.BadSignature:
            return None
        return cls.objects.confirmed().filter(pk=pk).first()


class Delivery(Handover):
    """The mail of one watch for one period, settled once: sent, or nothing was to be told."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="deliveries")
    period = models.CharField(max_length=10)
    was_sent = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["watch", "period"], name="one_mail_a_period")]

    def __str__(self):
        return f"{self.watch_id}:{self.period}"
