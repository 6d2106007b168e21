"""Vocabularies of trials: ClinicalTrials.gov API v2, in lower case (see docs/words.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Recruitment(models.TextChoices):
    """Recruitment status of a trial and of a site."""

    NOT_YET_RECRUITING = "not_yet_recruiting", _("Not yet recruiting")
    RECRUITING = "recruiting", _("Recruiting")
    ENROLLING_BY_INVITATION = "enrolling_by_invitation", _("Enrolling by invitation")
    ACTIVE_NOT_RECRUITING = "active_not_recruiting", _("Active, not recruiting")
    SUSPENDED = "suspended", _("Suspended")
    COMPLETED = "completed", _("Completed")
    TERMINATED = "terminated", _("Terminated")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNKNOWN = "unknown", _("Unknown")


class Phase(models.TextChoices):
    EARLY_PHASE1 = "early_phase1", _("Early phase 1")
    PHASE1 = "phase1", _("Phase 1")
    PHASE2 = "phase2", _("Phase 2")
    PHASE3 = "phase3", _("Phase 3")
    PHASE4 = "phase4", _("Phase 4")
    NA = "na", _("Not applicable")


class StudyType(models.TextChoices):
    INTERVENTIONAL = "interventional", _("Interventional")
    OBSERVATIONAL = "observational", _("Observational")
    EXPANDED_ACCESS = "expanded_access", _("Compassionate use, medical need programme")


class Sex(models.TextChoices):
    ALL = "all", _("All")
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class AgeBand(models.TextChoices):
    """Bands of age: ICH E11(R1), with adults after it."""

    NEWBORN = "newborn", _("Newborn (to 27 days)")
    INFANT = "infant", _("Infant (28 days to 23 months)")
    CHILD = "child", _("Child (2 to 11 years)")
    ADOLESCENT = "adolescent", _("Adolescent (12 to 17 years)")
    ADULT = "adult", _("Adult (from 18 years)")


class AgeGroup(models.TextChoices):
    """Groups of ages, as ClinicalTrials.gov has them: its `stdAges`."""

    CHILD = "child", _("Child (to 17 years)")
    ADULT = "adult", _("Adult (18 to 64 years)")
    OLDER_ADULT = "older_adult", _("Older adult (from 65 years)")


class InterventionType(models.TextChoices):
    """What sort of thing is given or done."""

    DRUG = "drug", _("Drug")
    BIOLOGICAL = "biological", _("Biological")
    DEVICE = "device", _("Device")
    PROCEDURE = "procedure", _("Procedure")
    RADIATION = "radiation", _("Radiation")
    BEHAVIORAL = "behavioral", _("Behavioural")
    GENETIC = "genetic", _("Genetic")
    DIETARY_SUPPLEMENT = "dietary_supplement", _("Dietary supplement")
    COMBINATION_PRODUCT = "combination_product", _("Combination product")
    DIAGNOSTIC_TEST = "diagnostic_test", _("Diagnostic test")
    OTHER = "other", _("Other intervention")


class ArmType(models.TextChoices):
    """What an arm is for in the comparison."""

    EXPERIMENTAL = "experimental", _("Experimental")
    ACTIVE_COMPARATOR = "active_comparator", _("Active comparator")
    PLACEBO_COMPARATOR = "placebo_comparator", _("Placebo comparator")
    SHAM_COMPARATOR = "sham_comparator", _("Sham comparator")
    NO_INTERVENTION = "no_intervention", _("No intervention")
    OTHER = "other", _("Other arm")


class Stage(models.TextChoices):
    """Stage of the disease at which a trial takes patients."""

    NEWLY_DIAGNOSED = "newly_diagnosed", _("Newly diagnosed")
    RELAPSED = "relapsed", _("Relapsed")
    REFRACTORY = "refractory", _("Refractory")
    REMISSION = "remission", _("In remission, before transplant")
    MAINTENANCE = "maintenance", _("Maintenance")
    FOLLOW_UP = "follow_up", _("Follow-up")
    ANY = "any", _("Any stage")


class Limit(models.TextChoices):
    """What a trial may be recorded as having no limit of; for the stage that is `Stage.ANY`."""

    AGE = "age", _("Age")
    LINES = "lines", _("Previous lines")
    ALTERATIONS = "alterations", _("Alterations required")
    ALTERATIONS_EXCLUDED = "alterations_excluded", _("Alterations excluded")
    SEX = "sex", _("Sex")
    DIAGNOSIS = "diagnosis", _("Diagnosis")


class Freshness(models.TextChoices):
    """How long ago a site's status was verified."""

    FRESH = "fresh", _("Verified in the last 30 days")
    AGEING = "ageing", _("Verified in the last 90 days")
    STALE = "stale", _("Verified more than 90 days ago")
    NEVER = "never", _("Never verified")
    DISPUTED = "disputed", _("A newer source says otherwise")


class Scheme(models.TextChoices):
    """Registries that give a trial an identifier."""

    NCT = "nct", "ClinicalTrials.gov"
    EUCT = "euct", "EU CT"
    EUDRACT = "eudract", "EudraCT"
    ISRCTN = "isrctn", "ISRCTN"
    DRKS = "drks", "DRKS"
    ICTRP = "ictrp", "WHO ICTRP"
    OTHER = "other", _("Other")
