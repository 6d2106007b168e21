"""Sheets of trials and of sites: their columns, in the order of the template, and the words of registries."""

import csv
from pathlib import Path

from django.utils.translation import gettext_lazy as _lazy

from directory.core.text import fold
from directory.sheets.cells import (
    Address,
    Email,
    List,
    LongText,
    Name,
    PartialDay,
    Phone,
    Prose,
    Whole,
    Word,
    YesNo,
)
from directory.sheets.sheet import Column, Sheet

from .cells import AgeAsWritten, Conditions, Identifiers, Phases
from .choices import AgeGroup, Limit, Recruitment, Scheme, Sex, Stage, StudyType
from .intervention_cells import Given, Interventions
from .models import Trial, TrialSite
from .models.criteria import MOST_LINES
from .statements import day_as_said

VOCABULARY = Path(__file__).parent / "vocabulary" / "spellings.csv"


def spellings(vocabulary: str) -> dict[str, str]:
    """Words by folded spelling, as registries, hospital lists and people write them in four languages."""
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["vocabulary"] == vocabulary]
    return {fold(row["spelling"]): row["word"] for row in rows}


STATUSES = Word(Recruitment, spellings("status"), _lazy("a status"))


class TrialSheet(Sheet):
    """One row a trial, found by any of its identifiers, else by its acronym."""

    kind = "trials"
    selected = ("parent",)
    prefetched = ("identifiers", "conditions", "intervention_links__intervention")
    one_of = ("acronym", "nct_number", "eu_ct_number", "eudract_number", "isrctn", "other_ids")
    example = {
        "acronym": "EXAMPLE-1", "title": "A study of something in children with leukaemia",
        "nct_number": "NCT01234567", "phase": "Phase 1/2", "study_type": "interventional",
        "sponsor": "Example Hospital", "conditions": "Ia", "disease_terms": "acute lymphoblastic leukaemia",
        "stages": "relapsed; refractory", "sex": "all", "age_min": "1", "age_max": "18",
        "status": "recruiting", "status_as_of": "13/06/2026", "url": "https://www.example.org",
    }  # fmt: skip
    identifier_columns = ("nct_number", "eu_ct_number", "eudract_number", "isrctn", "other_ids")

    acronym = Column(
        "acronym", nl="acroniem", fr="acronyme", de="Akronym", also=("study acronym", "afkorting")
    )
    title = Column("title_en", Prose(), nl="titel", fr="titre", de="Titel", also=("title_en", "study title"))
    title_nl = Column(
        "title_nl", Prose(), nl="titel Nederlands", fr="titre néerlandais", de="Titel Niederländisch"
    )
    title_fr = Column("title_fr", Prose(), nl="titel Frans", fr="titre français", de="Titel Französisch")
    title_de = Column("title_de", Prose(), nl="titel Duits", fr="titre allemand", de="Titel Deutsch")
    summary = Column("summary_en", LongText(), nl="samenvatting", fr="résumé", de="Zusammenfassung")
    nct_number = Column(
        None,
        Identifiers(Scheme.NCT),
        nl="NCT-nummer",
        fr="numéro NCT",
        de="NCT-Nummer",
        also=("nct", "nct_id"),
        logged=["identifiers"],
    )
    eu_ct_number = Column(
        None, Identifiers(Scheme.EUCT), nl="EU CT-nummer", fr="numéro EU CT", de="EU-CT-Nummer",
        also=("euct", "eu trial number", "ctis"), logged=["identifiers"],
    )  # fmt: skip
    eudract_number = Column(
        None, Identifiers(Scheme.EUDRACT), nl="EudraCT-nummer", fr="numéro EudraCT", de="EudraCT-Nummer",
        also=("eudract",), logged=["identifiers"],
    )  # fmt: skip
    isrctn = Column(
        None, Identifiers(Scheme.ISRCTN), nl="ISRCTN-nummer", fr="numéro ISRCTN", de="ISRCTN-Nummer",
        logged=["identifiers"],
    )  # fmt: skip
    other_ids = Column(
        None, Identifiers(separators=r"[;|\n]"), nl="andere nummers", fr="autres numéros",
        de="andere Nummern", logged=["identifiers"],
    )  # fmt: skip
    parent = Column(
        "parent__slug", nl="hoofdstudie", fr="étude principale", de="Hauptstudie", also=("master",),
        logged=["parent"],
    )  # fmt: skip
    phase = Column("phases", Phases(), nl="fase", fr="phase", de="Phase", also=("phases",))
    study_type = Column(
        "study_type",
        Word(StudyType, spellings("study_type"), _lazy("a study type")),
        nl="studietype",
        fr="type d'étude",
        de="Studientyp",
    )
    sponsor = Column("sponsor", nl="opdrachtgever", fr="promoteur", de="Sponsor")
    groups = Column("groups", List(), nl="groepen", fr="groupes", de="Gruppen")
    conditions = Column(
        None, Conditions(), nl="aandoeningen", fr="affections", de="Erkrankungen", also=("iccc3",)
    )
    disease_terms = Column("disease_terms", List(), nl="ziekten", fr="maladies", de="Krankheiten")
    stages = Column(
        "stages",
        List(Word(Stage, spellings("stage"), _lazy("a stage"))),
        nl="stadia",
        fr="stades",
        de="Stadien",
    )
    alterations = Column("alterations", List(), nl="afwijkingen", fr="altérations", de="Veränderungen")
    sex = Column(
        "sex",
        Word(Sex, spellings("sex"), _lazy("a sex")),
        nl="geslacht",
        fr="sexe",
        de="Geschlecht",
        also=("gender",),
    )
    age_min = Column(
        "age_min_text",
        AgeAsWritten("min"),
        nl="minimumleeftijd",
        fr="âge minimum",
        de="Mindestalter",
        also=("min_age",),
        logged=["min_days", "age_min_text"],
    )
    age_max = Column(
        "age_max_text",
        AgeAsWritten("max"),
        nl="maximumleeftijd",
        fr="âge maximum",
        de="Höchstalter",
        also=("max_age",),
        logged=["max_days", "age_max_text"],
    )
    status = Column("status", STATUSES, nl="status", fr="statut", de="Status")
    status_as_of = Column("status_as_of", PartialDay(), nl="status op", fr="statut au", de="Status am")
    opened_in_belgium = Column(
        "opened_in_belgium",
        PartialDay(),
        nl="open in België sinds",
        fr="ouvert en Belgique",
        de="offen in Belgien",
    )
    url = Column("url", Address(), nl="website", fr="site web", de="Webseite", also=("link",))
    alterations_excluded = Column(
        "alterations_excluded", List(), nl="uitgesloten afwijkingen", fr="altérations exclues",
        de="ausgeschlossene Veränderungen", also=("excluded alterations",),
    )  # fmt: skip
    lines_min = Column(
        "lines_min", Whole(MOST_LINES), nl="minimum aantal lijnen", fr="lignes minimum",
        de="Mindestzahl Therapielinien", also=("min_lines",),
    )  # fmt: skip
    lines_max = Column(
        "lines_max", Whole(MOST_LINES), nl="maximum aantal lijnen", fr="lignes maximum",
        de="Höchstzahl Therapielinien", also=("max_lines",),
    )  # fmt: skip
    eligibility = Column(
        "eligibility_en", LongText(), nl="andere criteria", fr="autres critères", de="weitere Kriterien",
        also=("other criteria", "eligibility_en"),
    )  # fmt: skip
    arms = Column(
        "arms_en", LongText(), nl="armen", fr="bras", de="Behandlungsarme",
        also=("arms_en", "treatment arms"),
    )  # fmt: skip

    age_groups = Column(
        "age_groups", List(Word(AgeGroup)), nl="leeftijdsgroepen", fr="groupes d'âge", de="Altersgruppen",
        also=("age group",),
    )  # fmt: skip
    interventions = Column(
        None, Interventions(), nl="interventies", fr="interventions", de="Interventionen",
        also=("intervention", "drugs"),
    )  # fmt: skip
    no_limits = Column(
        "no_limits", List(Word(Limit, spellings("limit"), _lazy("a limit"))), nl="zonder grens",
        fr="sans limite", de="ohne Grenze", also=("no limit", "without limit"),
    )  # fmt: skip
    criteria_source = Column(
        "criteria_source", nl="bron van de criteria", fr="source des critères", de="Quelle der Kriterien"
    )
    criteria_as_of = Column(
        "criteria_as_of", PartialDay(), nl="criteria op", fr="critères au", de="Kriterien am"
    )

    class Meta:
        model = Trial

    def dehydrate_sex(self, trial):
        """Empty where nobody said that all are taken: a sheet that comes back must not state it."""
        return "" if trial.sex == Sex.ALL and Limit.SEX not in trial.no_limits else trial.sex

    def dehydrate_age_min(self, trial):
        return trial.age_written("min")

    def dehydrate_age_max(self, trial):
        return trial.age_written("max")

    def _of(self, trial, *schemes):
        return "; ".join(one.value for one in trial.identifiers.all() if one.scheme in schemes)

    def dehydrate_nct_number(self, trial):
        return self._of(trial, Scheme.NCT)

    def dehydrate_eu_ct_number(self, trial):
        return self._of(trial, Scheme.EUCT)

    def dehydrate_eudract_number(self, trial):
        return self._of(trial, Scheme.EUDRACT)

    def dehydrate_isrctn(self, trial):
        return self._of(trial, Scheme.ISRCTN)

    def dehydrate_other_ids(self, trial):
        return self._of(trial, Scheme.DRKS, Scheme.ICTRP, Scheme.OTHER)

    def dehydrate_conditions(self, trial):
        return "; ".join(one.code for one in trial.conditions.all())

    def dehydrate_interventions(self, trial):
        given = [one.intervention for one in trial.intervention_links.all()]
        return self.written("interventions", [Given(one.name, one.type) for one in given])


class SiteSheet(Sheet):
    """A coordinator's own sheet: one row a trial at a centre. Nothing of a known trial is changed by it."""

    kind = "sites"
    selected = ("trial", "centre", "contact_person", "investigator")
    named = ("trial",)
    prefetched = ("trial__identifiers",)
    required = ("centre_code",)
    one_of = ("nct_number", "eu_ct_number", "acronym")
    needs = {"status_date": "status"}
    example = {
        "centre_code": "uz-gent", "nct_number": "NCT01234567", "acronym": "EXAMPLE-1",
        "status": "recruiting", "status_date": "13/06/2026", "pi_name": "Prof. Example",
        "contact_name": "Example Person", "contact_email": "person@example.org",
        "contact_phone": "+32 9 332 21 11", "start_date": "01/2026", "consent_to_publish": "yes",
    }  # fmt: skip
    identifier_columns = ("nct_number", "eu_ct_number")

    centre_code = Column(
        "centre__code", nl="centrumcode", fr="code du centre", de="Zentrumscode",
        also=("centre", "center", "centrum", "Zentrum", "hospital", "ziekenhuis", "hôpital", "Krankenhaus",
              "code"),
        takes=_lazy("the centre's code, like uz-gent, or its name"),
    )  # fmt: skip
    nct_number = Column(
        None,
        Identifiers(Scheme.NCT),
        nl="NCT-nummer",
        fr="numéro NCT",
        de="NCT-Nummer",
        also=("nct", "nct_id"),
    )
    eu_ct_number = Column(
        None, Identifiers(Scheme.EUCT), nl="EU CT-nummer", fr="numéro EU CT", de="EU-CT-Nummer",
        also=("euct", "eu trial number", "ctis"),
    )  # fmt: skip
    acronym = Column(
        "trial__acronym", nl="acroniem", fr="acronyme", de="Akronym", also=("study acronym", "afkorting")
    )
    title = Column("trial__title_en", Prose(), nl="titel", fr="titre", de="Titel", also=("study title",))
    disease = Column(
        "trial__disease_terms", List(), nl="ziekte", fr="maladie", de="Krankheit", also=("diagnose",)
    )
    phase = Column("trial__phases", Phases(), nl="fase", fr="phase", de="Phase", also=("phases",))
    status = Column("status", STATUSES, nl="status", fr="statut", de="Status")
    status_date = Column(
        "verified_at", PartialDay(), nl="statusdatum", fr="date du statut", de="Statusdatum",
        also=("status op", "statut au", "status as of"),
    )  # fmt: skip
    pi_name = Column(
        "investigator__name", Name(), nl="hoofdonderzoeker", fr="investigateur principal", de="Hauptprüfer",
        also=("pi", "principal investigator", "investigateur"), logged=["investigator_id"],
    )  # fmt: skip
    contact_name = Column(
        "contact_person__name",
        Name(),
        nl="contactpersoon",
        fr="personne de contact",
        de="Ansprechpartner",
        also=("contact",),
        logged=["contact_person_id"],
    )
    contact_email = Column(
        "contact_person__email",
        Email(),
        nl="e-mail",
        fr="courriel",
        de="E-Mail",
        also=("mail", "email contact"),
    )
    contact_phone = Column(
        "contact_person__phone", Phone(), nl="telefoon", fr="téléphone", de="Telefon", also=("phone", "tel")
    )
    start_date = Column(
        "opened_on", PartialDay(), nl="startdatum", fr="date de début", de="Startdatum", also=("opened on",)
    )
    url = Column("url", Address(), nl="website", fr="site web", de="Webseite", also=("link",))
    consent_to_publish = Column(
        None, YesNo(), nl="toestemming publicatie", fr="accord de publication",
        de="Einwilligung Veröffentlichung",
        also=("consent", "toestemming", "consentement", "Einwilligung"),
        logged=["contact_person__consent_given_on", "contact_person__consent_withdrawn_on"],
    )  # fmt: skip
    cohort_open = Column(
        "cohort_open", YesNo(), nl="cohorte open", fr="cohorte ouverte", de="Kohorte offen",
        served=True,
    )  # fmt: skip

    class Meta:
        model = TrialSite

    @classmethod
    def model_field(cls, name):
        # The status columns of a site are derived from statements; their fields are not asked.
        return None if name in ("status", "status_date") else super().model_field(name)

    def dehydrate_nct_number(self, site):
        return "; ".join(one.value for one in site.trial.identifiers.all() if one.scheme == Scheme.NCT)

    def dehydrate_eu_ct_number(self, site):
        """Also another registry's number, where nothing else in the row would name the trial."""
        schemes = {Scheme.EUCT}
        if not site.trial.acronym and not self.dehydrate_nct_number(site):
            schemes |= {Scheme.EUDRACT, Scheme.ISRCTN, Scheme.DRKS}
        return "; ".join(one.value for one in site.trial.identifiers.all() if one.scheme in schemes)

    def dehydrate_status(self, site):
        """Empty where nobody said anything: a sheet that comes back must not state it."""
        return site.status if site.verified_at else ""

    def dehydrate_status_date(self, site):
        return day_as_said(site.verified_at, site.verified_on)

    def dehydrate_consent_to_publish(self, site):
        person = site.contact_person or site.investigator
        return "yes" if person and person.may_be_published else ""
