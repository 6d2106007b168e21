"""Trials are found by what they give: by each name of a drug and of its classes, in four languages."""

import pytest
from django.utils import translation

from directory.core.fields import LANGUAGE_CODES
from directory.search import service
from directory.search.service import Ask
from tests.builders import a_trial
from trials import drugs
from trials.models import Intervention

pytestmark = pytest.mark.django_db


def gives(trial, *names, kind="drug"):
    for place, name in enumerate(names):
        one = Intervention(name=name, type=kind)
        one.describe()
        one.save()
        trial.intervention_links.create(intervention=one, position=place)
    return trial


def found(text, language="en"):
    return [hit.key for hit in service.find(Ask(q=text, language=language), limit=500).hits]


def reasons(text, language="en"):
    hits = service.find(Ask(q=text, language=language), limit=500).hits
    return {hit.key: hit.why for hit in hits}


@pytest.fixture
def every_drug(index_dir):
    """A trial for each drug, which gives it under the last of its names; its title says nothing."""
    slugs = {}
    for number, drug in enumerate(drugs.drugs().values()):
        name = [drug.inn, *drug.synonyms][-1]
        trial = a_trial(f"Q{number}Z", title_en="Something for somebody", slug=f"x{number}")
        gives(trial, drug.inn if drug.inn.startswith(f"{name} ") else name)
        slugs[drug.inn] = trial.slug
    service.rebuild()
    return slugs


def test_every_drug_and_every_class_is_found_by_each_of_its_names(every_drug):
    missed = []
    for inn, slug in every_drug.items():
        drug = drugs.drugs()[inn]
        names = {*drug.names.values(), *drug.synonyms, *drug.capitals}
        missed += [(inn, text) for text in names if slug not in found(text)]
    assert missed == []
    wrong = []
    for name, one in drugs.classes().items():
        of_it = {
            every_drug[drug.inn] for drug in drugs.drugs().values() if name in drugs.with_wider(drug.classes)
        }
        for language in LANGUAGE_CODES:
            for text in one.names[language]:
                hits = set(found(text, language))
                if of_it and hits != of_it:
                    wrong.append((name, text, len(of_it), sorted(hits ^ of_it)))
    assert wrong == []


@pytest.fixture
def world(index_dir):
    """Trials that give drugs without saying it, one whose title alone says it, and one that gives none."""
    gives(a_trial("ALFA", title_en="A study for glioma"), "ONC201")
    gives(a_trial("BETA", title_en="A study for neuroblastoma"), "Qarziba", "Isotretinoin")
    gives(a_trial("GAMMA", title_en="Another study for neuroblastoma"), "Naxitamab")
    gives(a_trial("DELTA", title_en="A study for leukaemia"), "SNDX-5613")
    gives(a_trial("EPSI", title_en="A study for low-grade glioma"), "DAY101")
    a_trial("ZETA", title_en="Study of Talimogene Laherparepvec in children")
    a_trial("ETA", title_en="Tisagenlecleucel for leukaemia")
    gives(a_trial("THETA", title_en="A study for AML"), "Gemtuzumab ozogamicin")
    gives(a_trial("IOTA", title_en="A study for lymphoma"), "Epcoritamab", kind="biological")
    gives(a_trial("KAPPA", title_en="A study for melanoma"), "MK-3475")
    a_trial("LAMBDA", title_en="A study of GD2 in neuroblastoma")
    gives(a_trial("MU", title_en="A study for fever"), "Music", kind="behavioral")
    service.rebuild()


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("ONC201", {"alfa"}), ("ONC 201", {"alfa"}), ("dordaviprone", {"alfa"}),
        ("dinutuximab", {"beta"}), ("dinutuximab beta", {"beta"}), ("ch14.18/CHO", {"beta"}),
        ("anti-GD2", {"beta", "gamma"}), ("anti-GD2 antibody", {"beta", "gamma"}),
        ("anti-GD2-antilichaam", {"beta", "gamma"}), ("anticorps anti-GD2", {"beta", "gamma"}),
        ("menin inhibitor", {"delta"}), ("revumenib", {"delta"}), ("inhibiteur de la ménine", {"delta"}),
        ("menineremmer", {"delta"}), ("Menin-Inhibitoren", {"delta"}),
        ("oncolytic virus", {"zeta"}), ("virus oncolytique", {"zeta"}), ("onkolytische Viren", {"zeta"}),
        ("T-VEC", {"zeta"}),
        ("CAR-T", {"eta"}), ("cellules CAR-T", {"eta"}), ("Kymriah", {"eta"}), ("CTL019", {"eta"}),
        ("gemtuzumab", {"theta"}), ("Mylotarg", {"theta"}), ("anti-CD33", {"theta"}),
        ("BRAF inhibitor", {"epsi"}), ("TAK-580", {"epsi"}), ("TAK580", {"epsi"}), ("tovorafenib", {"epsi"}),
        ("pan-RAF", {"epsi"}), ("BRAF-remmers", {"epsi"}), ("inhibiteurs de BRAF", {"epsi"}),
        ("bispecific", {"iota"}), ("bispecifieke antilichamen", {"iota"}), ("Tepkinly", {"iota"}),
        ("checkpoint inhibitor", {"kappa"}), ("checkpointremmers", {"kappa"}), ("pembrolizumab", {"kappa"}),
        ("immunothérapie", {"beta", "gamma", "zeta", "eta", "theta", "iota", "kappa"}),
    ],
)  # fmt: skip
def test_a_class_a_code_and_a_brand_find_the_trials_that_give_it(world, text, slugs):
    assert set(found(text)) == slugs


def test_gd2_itself_finds_what_says_it_first_and_then_what_aims_at_it(world):
    assert found("GD2")[0] == "lambda"
    assert set(found("GD2")) == {"lambda", "beta", "gamma"}


@pytest.mark.parametrize(
    ("text", "language", "slug", "reason"),
    [
        ("menin inhibitor", "en", "delta", ("Gives: revumenib",)),
        ("menineremmer", "nl", "delta", ("Toegediend: revumenib",)),
        ("inhibiteur de la ménine", "fr", "delta", ("Administre\xa0: révuménib",)),
        ("Menin-Inhibitor", "de", "delta", ("Verabreicht: revumenib",)),
        ("tovorafenib", "en", "epsi", ()),
        ("TAK-580", "en", "epsi", ("Gives: tovorafenib",)),
        ("oncolytic virus", "en", "zeta", ()),  # its title says what it gives
    ],
)
def test_a_result_tells_what_it_gives_where_its_card_does_not(world, text, language, slug, reason):
    with translation.override(language):
        assert reasons(text, language)[slug] == reason


def test_a_trial_that_compares_with_a_placebo_is_found_and_claims_nothing(index_dir, client):
    gives(a_trial("NU", title_en="A study"), "Placebo to venetoclax")
    service.rebuild()
    assert found("venetoclax") == ["nu"]
    (one,) = client.get("/api/v1/trials/nu/").json()["interventions"]
    assert one == {"name": "Placebo to venetoclax", "type": "drug", "inn": None, "classes": []}
