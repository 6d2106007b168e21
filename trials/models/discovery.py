"""Trials that a registry lists for children in Belgium: those that are here, and the candidates."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.core.models import PlainText, State
from directory.core.roles import Role

from ..choices import Recruitment, Scheme
from ..identifiers import Identifier
from .registry import Registry, RegistryRun, SyncStatus
from .trial import Trial, TrialIdentifier

LONGEST_REASON = 1000


class CandidateDecision(models.TextChoices):
    """What an editor decided of a candidate."""

    OPEN = "open", _("not decided")
    TAKEN = "taken", _("accepted as a draft")
    DECLINED = "declined", _("declined")


class CandidateState(models.TextChoices):
    """What a trial that a registry lists is to the directory."""

    HERE = "here", _("listed in this directory")
    DRAFT = "draft", _("a draft in this directory")
    WITHDRAWN = "withdrawn", _("withdrawn from the directory")
    PROPOSED = "proposed", _("proposed")
    TAKEN = "taken", _("accepted, but its draft is missing")
    DECLINED = "declined", _("declined")


_OF_STATE = {
    State.LISTED: CandidateState.HERE,
    State.DRAFT: CandidateState.DRAFT,
    State.WITHDRAWN: CandidateState.WITHDRAWN,
}


class RegistryDiscovery(RegistryRun):
    """One time that a registry was asked for all its trials for children in Belgium.

    `is_whole`: it answered to the end, so a trial that it did not name is one that it does not list.
    """

    is_whole = models.BooleanField(_("answered completely"), default=False)

    class Meta:
        verbose_name = _("search for new trials in a registry")
        verbose_name_plural = _("searches for new trials in registries")
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["registry"],
                condition=Q(status=SyncStatus.RUNNING),
                name="one_discovery_at_a_registry",
                violation_error_message=_("This registry is being asked right now."),
            )
        ]


class DiscoveredTrialQuerySet(models.QuerySet):
    def with_trials(self):
        """With `trial_pk` and `trial_state` of the trial here that has one of its numbers; else None.

        A number of another registry may be that of a whole whose parts the registry lists one by one: it
        means a trial only where that has no number of this registry.
        """
        own = OuterRef("discovered__scheme")
        numbered = TrialIdentifier.objects.filter(
            trial=OuterRef("trial"), scheme=OuterRef(OuterRef("discovered__scheme"))
        )
        same = TrialIdentifier.objects.filter(scheme=OuterRef("scheme"), compact=OuterRef("compact"))
        same = same.filter(Q(scheme=own) | ~Exists(numbered)).values("trial")[:1]
        numbers = DiscoveredNumber.objects.filter(discovered=OuterRef("pk")).annotate(known=Subquery(same))
        known = numbers.filter(known__isnull=False).order_by("known").values("known")[:1]
        state = Trial.objects.filter(pk=OuterRef("trial_pk")).values("state")
        return self.annotate(trial_pk=Subquery(known)).annotate(trial_state=Subquery(state))

    def listed(self):
        """What the registry listed when it was last asked."""
        return self.filter(gone_since=None)

    def candidates(self):
        """What waits for an editor: listed, not here under any of its numbers, not declined."""
        found = self.listed().with_trials().filter(trial_state=None)
        return found.exclude(decision=CandidateDecision.DECLINED)

    def decline(self, *, reason, user_id, role):
        """Decline these candidates; what would change the decision is kept with it. Returns how many."""
        pks = list(self.candidates().values_list("pk", flat=True))
        return self.model.objects.filter(pk__in=pks).update(
            decision=CandidateDecision.DECLINED, decision_reason=reason, decided_at=timezone.now(),
            decided_by=user_id, decided_role=role, judged_open=F("is_open"), judged_ages=F("ages"), again="",
        )  # fmt: skip


class DiscoveredTrial(PlainText):
    """A trial that a registry lists with a site in Belgium and for children, by `trials.sources.paediatric`.

    One that is not here is a *candidate*. What the registry says of it is kept as it was when it was last
    seen: `sites`, `conditions`: texts; `ages`: as the registry writes them; `is_open`: whether it takes
    patients in Belgium. `reason`: why it was found; `again`: what changed since it was declined, where that
    proposes it again. `judged_open`, `judged_ages`: as they were when it was declined. `stamp`: the same as
    long as the registry's list says the same of it; `gone_since`: since when the registry lists it no more.
    """

    registry = models.CharField(_("registry"), max_length=8, choices=Registry.choices)
    number = models.CharField(_("number"), max_length=60)
    scheme = models.CharField(max_length=8, choices=Scheme.choices, editable=False)
    title = models.CharField(_("title"), max_length=600, blank=True)
    acronym = models.CharField(_("acronym"), max_length=100, blank=True)
    status = models.CharField(
        _("status"), max_length=24, choices=Recruitment.choices, default=Recruitment.UNKNOWN
    )
    sites = models.JSONField(_("sites in Belgium"), default=list)
    is_open = models.BooleanField(_("takes patients in Belgium"), default=False)
    ages = models.CharField(_("ages"), max_length=200, blank=True)
    conditions = models.JSONField(_("conditions"), default=list)
    reason = models.CharField(_("why it was found"), max_length=LONGEST_REASON)
    stamp = models.CharField(max_length=64, blank=True, editable=False)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last seen"), default=timezone.now)
    gone_since = models.DateTimeField(_("not in the registry's list since"), null=True, blank=True)
    decision = models.CharField(
        _("decision"),
        max_length=8,
        choices=CandidateDecision.choices,
        default=CandidateDecision.OPEN,
        db_index=True,
    )
    decision_reason = models.CharField(_("reason for declining"), max_length=LONGEST_REASON, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_role = models.CharField(_("in the role"), max_length=12, choices=Role.choices, blank=True)
    judged_open = models.BooleanField(null=True, editable=False)
    judged_ages = models.CharField(max_length=200, blank=True, editable=False)
    again = models.CharField(_("why it is proposed again"), max_length=LONGEST_REASON, blank=True)

    objects = DiscoveredTrialQuerySet.as_manager()

    class Meta:
        verbose_name = _("trial listed by a registry")
        verbose_name_plural = _("trials listed by registries")
        ordering = ["registry", "-first_seen", "number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["registry", "number"], name="discovered_once_in_a_registry"),
            models.CheckConstraint(
                condition=~Q(decision=CandidateDecision.DECLINED) | ~Q(decision_reason=""),
                name="declined_with_a_reason",
                violation_error_message=_("Give the reason for declining."),
            ),
        ]

    def __str__(self):
        return f"{self.acronym or self.title or self.number} ({self.number})"

    @property
    def url(self) -> str:
        """Its page at the registry."""
        return Identifier(self.scheme, self.number).url or ""

    @property
    def found(self) -> CandidateState:
        """What it is to the directory; of a row of `with_trials`."""
        return found(self.trial_state, self.decision)

    @property
    def differs(self) -> list[str]:
        """What changed materially since it was declined, as ends of a sentence."""
        changed = []
        if self.is_open and not self.judged_open:
            changed.append("it takes patients in Belgium now")
        if self.ages != self.judged_ages:
            was, now = self.judged_ages or "not stated", self.ages or "not stated"
            changed.append(f"its ages were “{was}” and are “{now}”")
        return changed


def found(trial_state: str | None, decision: str) -> CandidateState:
    """What a trial that a registry lists is to the directory: by the trial here, else by the decision."""
    if trial_state is not None:
        return _OF_STATE[State(trial_state)]
    return {
        CandidateDecision.TAKEN: CandidateState.TAKEN,
        CandidateDecision.DECLINED: CandidateState.DECLINED,
    }.get(CandidateDecision(decision), CandidateState.PROPOSED)


class DiscoveredNumber(models.Model):
    """A number of a discovered trial, at whichever registry; `compact` as in `TrialIdentifier`."""

    discovered = models.ForeignKey(DiscoveredTrial, models.CASCADE, related_name="numbers")
    scheme = models.CharField(max_length=8, choices=Scheme.choices)
    value = models.CharField(max_length=60)
    compact = models.CharField(max_length=60)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["discovered", "scheme", "compact"], name="number_once_of_a_discovered_trial"
            )
        ]

    def __str__(self):
        return self.value
