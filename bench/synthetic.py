"""Registries that were never there: `fill(1_000)` makes that many trials with sites, the same every time.

The shape follows the real one: nine centres, 1.8 sites a trial on average, most trials in one or two classes
of ICCC-3, titles of a dozen words in the manner of registries. Written in bulk, without the change log.
"""

import datetime as dt
import random
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from centres.models import Centre, CentreAlias, Membership, Network
from directory.core.text import fold
from directory.search.concepts import vocabulary
from trials.choices import Phase, Recruitment, Sex, Stage, StudyType
from trials.identifiers import Identifier
from trials.models import (
    Condition,
    RecruitmentEvent,
    RegistryRecord,
    StatusStatement,
    TextSuggestion,
    Trial,
    TrialIdentifier,
    TrialSite,
)
from trials.models.condition import load_conditions

CENTRES = (
    ("uz-gent", "Ghent University Hospital", "9000", "Gent", 51.0258, 3.7282),
    ("uz-leuven", "University Hospitals Leuven", "3000", "Leuven", 50.8797, 4.6714),
    ("uza", "Antwerp University Hospital", "2650", "Edegem", 51.1553, 4.4455),
    ("uz-brussel", "University Hospital Brussels", "1090", "Jette", 50.8871, 4.3083),
    ("huderf", "Queen Fabiola Children's University Hospital", "1020", "Brussels", 50.8882, 4.3289),
    ("saint-luc", "Saint-Luc University Hospital", "1200", "Woluwe-Saint-Lambert", 50.8534, 4.4521),
    ("chr-citadelle", "Citadelle Regional Hospital", "4000", "Liège", 50.6520, 5.5757),
    ("chc-montlegia", "CHC MontLégia Clinic", "4000", "Liège", 50.6620, 5.5450),
    ("chu-liege", "University Hospital of Liège", "4000", "Liège", 50.5729, 5.5673),
)
_TREATMENTS = """
blinatumomab dinutuximab nivolumab cabozantinib temozolomide irinotecan vincristine ifosfamide etoposide
venetoclax ruxolitinib dasatinib lorlatinib larotrectinib selumetinib trametinib everolimus bevacizumab
carboplatin cyclophosphamide doxorubicin methotrexate thiotepa busulfan melphalan isotretinoin
"""
_MANNERS = (
    "A Phase {phase} Study of {drug} in Children With {disease}",
    "{drug} and {other} for Relapsed or Refractory {disease}: an Open-label Trial",
    "Randomised Comparison of {drug} With {other} in Newly Diagnosed {disease}",
    "International Protocol for the Treatment of {disease} in Children and Adolescents ({group})",
    "Registry of Children and Young Adults With {disease}, {group} Study {number}",
)
_GROUPS = ("SIOPEN", "GPOH", "ITCC", "EpSSG", "SFCE", "NOPHO", "DCOG", "COG", "BSPHO", "I-BFM", "UKALL")
_SPONSORS = ("Gustave Roussy", "Karolinska University Hospital", "Princess Máxima Center", "Ghent University")
_ONSETS = ("BRA", "KAL", "NOR", "TEL", "VIS", "MOR", "ZEN", "PAL")
_CODAS = ("DO", "RIX", "TEC", "LUM", "VA", "NEX", "TIS", "COR")
_PHASES = ([Phase.PHASE1], [Phase.PHASE2], [Phase.PHASE1, Phase.PHASE2], [Phase.PHASE3], [])
_STAGES = ([], [Stage.NEWLY_DIAGNOSED], [Stage.RELAPSED, Stage.REFRACTORY], [Stage.ANY])
_MOSTLY = [Recruitment.RECRUITING] * 4
_TYPES = (StudyType.INTERVENTIONAL, StudyType.INTERVENTIONAL, StudyType.OBSERVATIONAL)
_CHUNK = 2_000


def fill(trials: int, seed: int = 2026) -> None:
    """Replace whatever is in the registry's tables by `trials` synthetic ones."""
    chance = random.Random(seed)
    with transaction.atomic():
        empty()
        load_conditions()
        centres = _centres()
        for start in range(0, trials, _CHUNK):
            _chunk(chance, range(start, min(start + _CHUNK, trials)), centres)


def empty() -> None:
    """Take all trials, centres and networks out, whatever refers to them."""
    about = (StatusStatement, TextSuggestion, RecruitmentEvent, RegistryRecord)
    for model in (*about, TrialSite, TrialIdentifier, Trial.conditions.through):
        model.objects.all()._raw_delete("default")
    Trial.objects.update(parent=None)
    for model in (Trial, Membership, CentreAlias):
        model.objects.all()._raw_delete("default")
    Network.objects.all().delete()
    Centre.objects.all().delete()


def _centres() -> list[Centre]:
    centres = [
        Centre(
            code=code, name_en=name, postal_code=postal_code, city=city, latitude=lat, longitude=lon,
            state="listed",
        )
        for code, name, postal_code, city, lat, lon in CENTRES
    ]  # fmt: skip
    Centre.objects.bulk_create(centres)
    CentreAlias.objects.bulk_create(
        CentreAlias(centre=one, text=one.code.upper(), folded=fold(one.code), kind="abbreviation")
        for one in centres
    )
    network = Network.objects.create(slug="itcc", acronym="ITCC", name_en="ITCC", state="listed")
    Membership.objects.bulk_create(Membership(network=network, centre=centre) for centre in centres[:4])
    return centres


def _chunk(chance: random.Random, numbers: Iterable[int], centres: list[Centre]) -> None:
    diseases = [term for term in vocabulary().terms if term.type == "disease" and term.kind == "preferred"]
    classes = {one.code: one for one in Condition.objects.all()}
    made = [_trial(chance, number, diseases) for number in numbers]
    trials = Trial.objects.bulk_create([trial for trial, _codes in made], batch_size=500)
    links = Trial.conditions.through
    links.objects.bulk_create(
        [
            links(trial_id=trial.pk, condition_id=classes[code].pk)
            for trial, codes in made
            for code in codes
            if code in classes
        ],
        batch_size=500,
    )
    TrialIdentifier.objects.bulk_create(
        [
            TrialIdentifier(trial=trial, scheme=one.scheme, value=one.value, compact=one.compact)
            for number, trial in zip(numbers, trials, strict=True)
            for one in _identifiers(chance, number)
        ],
        batch_size=500,
    )
    sites = [site for trial in trials for site in _sites(chance, trial, centres)]
    TrialSite.objects.bulk_create(sites, batch_size=500)
    StatusStatement.objects.bulk_create(
        [
            StatusStatement(site=site, status=site.status, said_at=site.verified_at, role="coordinator")
            for site in sites
            if site.verified_at
        ],
        batch_size=500,
    )


def _trial(chance: random.Random, number: int, diseases) -> tuple[Trial, list[str]]:
    said = chance.sample(diseases, chance.choice((1, 1, 1, 2)))
    acronym = f"{chance.choice(_ONSETS)}{chance.choice(_CODAS)}-{number}"
    drug, other = chance.sample(_TREATMENTS.split(), 2)
    title = chance.choice(_MANNERS).format(
        phase=chance.randint(1, 3), drug=drug, other=other, disease=said[0].text,
        group=chance.choice(_GROUPS), number=number,
    )  # fmt: skip
    trial = Trial(
        slug=acronym.lower(), acronym=acronym, title_en=title, summary_en=f"{title}. " * 3, state="listed",
        phases=chance.choice(_PHASES), study_type=chance.choice(_TYPES), stages=chance.choice(_STAGES),
        sponsor=chance.choice(_SPONSORS), groups=chance.sample(_GROUPS, chance.choice((0, 1, 2))),
        disease_terms=[term.text for term in said],
        sex=chance.choice((Sex.ALL,) * 19 + (Sex.FEMALE,)),
        min_days=chance.choice((None, 0, 365, 730, 4383)), max_days=chance.choice((None, 6574, 7670, 9131)),
        status=chance.choice([*Recruitment.values, *_MOSTLY]), status_as_of="2026-04-28",
        opened_in_belgium=f"{chance.randint(2012, 2026)}-{chance.randint(1, 12):02}", source="Synthetic",
    )  # fmt: skip
    return trial, list(dict.fromkeys(code for term in said for code in term.conditions))


def _identifiers(chance: random.Random, number: int) -> list[Identifier]:
    found = [Identifier("nct", f"NCT{10_000_000 + number:08}")]
    if chance.random() < 0.4:
        found.append(Identifier("euct", f"2024-5{number:05}-{chance.randint(10, 99)}-00"))
    return found


def _sites(chance: random.Random, trial: Trial, centres: list[Centre]) -> list[TrialSite]:
    today = timezone.localdate()
    sites = []
    for centre in chance.sample(centres, chance.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        said = chance.choice((None, 3, 20, 45, 80, 200))
        sites.append(
            TrialSite(
                trial=trial, centre=centre,
                status=chance.choice((trial.status, Recruitment.RECRUITING)) if said else Recruitment.UNKNOWN,
                verified_at=today - dt.timedelta(days=said) if said else None,
                verified_by="coordinator" if said else "", disputed=chance.random() < 0.02,
                contact_role="Trial secretariat", contact_email="trials@example.org",
            )
        )  # fmt: skip
    return sites
