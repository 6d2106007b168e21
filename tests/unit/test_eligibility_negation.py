"""What a text denies or leaves open, in four languages, is never read as there; in doubt it is unread."""

from itertools import product

import pytest

from directory.eligibility import negation_cues
from directory.eligibility.profile_text import Read
from directory.eligibility.service import Profile
from directory.search.concepts import vocabulary
from tests.support.steps import steps

LANGUAGES = ("en", "nl", "fr", "de")

# ALK is absent, and nothing else is said.
ABSENT = {
    "en": [
        "ALK-", "ALK−", "ALK–", "ALK‑", "ALK –", "ALK (-)", "ALK(−)", "ALK [-]", "ALK: -", "ALK=0", "ALK:neg",
        "ALK neg.", "ALK-neg", "ALK -ve", "ALK negative", "alk negative", "ALK wt", "ALKwt", "ALK wild type",
        "ALK wild-type", "wild-type ALK", "non-ALK", "!ALK", "no ALK", "without ALK", "never ALK", "ALK: no",
        "ALK absent", "ALK not detected", "ALK not mutated", "negative for ALK", "ALK excluded", "alk-",
    ],
    "nl": [
        "ALK negatief", "ALK-negatief", "geen ALK", "geen ALK-mutatie", "zonder ALK-mutatie", "ALK afwezig",
        "ALK niet aangetoond", "ALK uitgesloten", "ALK: nee", "nooit ALK", "negatief voor ALK",
    ],
    "fr": [
        "ALK négatif", "ALK négative", "pas de mutation ALK", "sans mutation ALK", "pas d'ALK", "jamais ALK",
        "aucune mutation ALK", "ALK absent", "ALK non détecté", "ALK non muté", "ALK exclu", "ALK : non",
        "négatif pour ALK", "ALK sauvage",
    ],
    "de": [
        "ALK negativ", "ALK-negativ", "kein ALK", "keine ALK-Mutation", "ohne ALK-Mutation", "nie ALK",
        "ALK nicht nachgewiesen", "ALK nicht mutiert", "ALK ausgeschlossen", "ALK Wildtyp", "ALK: nein",
    ],
}  # fmt: skip
# Neither there nor absent: it is shown as unread.
UNREAD = {
    "en": [
        "never relapsed Ewing", "not relapsed neuroblastoma", "relapse excluded", "relapse ruled out",
        "rule out relapse", "r/o relapse", "suspected relapse of Ewing sarcoma", "possible relapse",
        "relapse?",
        "? relapse", "?relapse", "relapse (?)", "neither relapsed nor refractory", "non-refractory",
        "nonrefractory", "unrelapsed", "no longer refractory", "isn't relapsed", "relapsed: no",
        "relapsed, no", "relapse-free", "relapse free 2 years", "relapse, no evidence",
        "relapse pending confirmation", "relapse to be confirmed", "at risk of relapse", "no lymphoma",
        "no evidence of relapse", "relapse not confirmed", "primitive neuroectodermal tumour (CNS) excluded",
        "ALK unknown", "ALK status unknown", "ALK: unknown", "ALK not tested", "ALK not yet tested",
        "ALK untested", "ALK pending", "ALK result awaited", "ALK to be determined", "ALK tbd", "ALK n/a",
        "ALK ND", "ALK?", "ALK (?)", "ALK+/-", "ALK ±", "ALK ngeative", "ALK or BRAF unknown",
        "not ALK negative",
        "not tested: ALK, BRAF", "no known ALK mutation", "1p/19q codeletion not tested", "1q gain unknown",
        "ALK not excluded", "unknown ALK", "ALK (FISH): not done", "suspected ALK mutation",
        "age 5 years, not female, no previous lines",
    ],
    "nl": [
        "nooit hervallen Ewing", "niet hervallen neuroblastoom", "recidief uitgesloten", "mogelijk recidief",
        "vermoeden van recidief", "verdenking op recidief", "recidief niet bewezen", "nog niet refractair",
        "niet meer refractair", "pas recidief", "noch recidief noch refractair", "niet-refractair",
        "recidief te bevestigen", "ALK onbekend", "ALK niet gekend", "ALK niet getest", "ALK nog niet getest",
        "ALK nog te bepalen", "ALK volgt", "ALK wordt bepaald", "ALK in afwachting", "niet uitgesloten ALK",
        "geen neuroblastoom", "ALK misschien",
    ],
    "fr": [
        "jamais en rechute", "pas en rechute", "pas de rechute", "sans rechute", "aucune récidive",
        "n'est pas réfractaire", "n'est plus en rechute", "rechute exclue", "rechute ?", "rechute possible",
        "suspicion de rechute", "rechute à confirmer", "rechute non confirmée", "ni rechute ni réfractaire",
        "ALK inconnu", "ALK inconnue", "ALK non testé", "ALK pas testé", "ALK en attente", "ALK en cours",
        "pas de neuroblastome", "ALK peut-être",
    ],
    "de": [
        "nie Rezidiv", "kein Rezidiv", "ohne Rezidiv", "nicht refraktär", "nicht mehr refraktär",
        "weder Rezidiv noch refraktär", "Rezidiv ausgeschlossen", "Verdacht auf Rezidiv", "V.a. Rezidiv",
        "mögliches Rezidiv", "Rezidiv fraglich", "Rezidiv nicht gesichert", "Rezidiv abzuklären",
        "ALK unbekannt", "ALK nicht bekannt", "ALK nicht getestet", "ALK noch nicht getestet",
        "ALK ausstehend",
        "ALK steht aus", "kein Neuroblastom", "noch ALK positiv",
    ],
}  # fmt: skip
BOTH = [
    # language, words, genes absent, genes there, stages, diseases
    ("en", "neuroblastoma, not relapsed", "", "", "", "neuroblastoma"),
    ("en", "neuroblastoma without relapse", "", "", "", "neuroblastoma"),
    ("en", "neuroblastoma, at risk of relapse", "", "", "", "neuroblastoma"),
    ("en", "not neuroblastoma but Ewing sarcoma", "", "", "", "ewingsarcoma"),
    ("en", "relapsed neuroblastoma", "", "", "relapsed", "neuroblastoma"),
    ("en", "relapsed or refractory neuroblastoma", "", "", "refractory relapsed", "neuroblastoma"),
    ("en", "neuroblastoma - relapsed", "", "", "relapsed", "neuroblastoma"),
    ("en", "non-metastatic Ewing sarcoma", "", "", "", "ewingsarcoma"),
    ("en", "relapsed Ewing sarcoma, not resected", "", "", "relapsed", "ewingsarcoma"),
    ("en", "Ewing sarcoma not operable", "", "", "", "ewingsarcoma"),
    ("en", "Ph-like ALL, CD19 negative", "", "", "", "bcellprecursorall"),
    ("en", "non-Hodgkin lymphoma", "", "", "", "nonhodgkinlymphoma"),
    ("en", "low- and high-grade glioma", "", "", "", "highgradeglioma"),
    ("en", "ALK", "", "ALK", "", ""),
    ("en", "ALK+", "", "ALK", "", ""),
    ("en", "ALK (+)", "", "ALK", "", ""),
    ("en", "ALK +ve", "", "ALK", "", ""),
    ("en", "ALK positive", "", "ALK", "", ""),
    ("en", "ALK F1174L", "", "ALK", "", ""),
    ("en", "ALK in neuroblastoma", "", "ALK", "", "neuroblastoma"),
    ("en", "ALK and BRAF negative", "ALK BRAF", "", "", ""),
    ("en", "ALK, BRAF negative", "BRAF", "", "", ""),
    ("en", "no ALK, BRAF", "ALK", "", "", ""),
    ("en", "no ALK, BRAF V600E", "ALK", "BRAF", "", ""),
    ("en", "ALK mutated, BRAF negative", "BRAF", "ALK", "", ""),
    ("en", "ALK negative but BRAF V600E", "ALK", "BRAF", "", ""),
    ("en", "ALK (negative), MYCN amplified", "ALK", "MYCN", "", ""),
    ("en", "ALK (not tested), MYCN amplified", "", "MYCN", "", ""),
    ("en", "ALK unk., MYCN amplified", "", "MYCN", "", ""),
    ("en", "ALK (FISH) negative", "ALK", "", "", ""),
    ("en", "ALK nor BRAF", "BRAF", "", "", ""),
    ("en", "non-ALK neuroblastoma", "ALK", "", "", "neuroblastoma"),
    ("en", "neuroblastoma, ALK: unknown, relapsed", "", "", "relapsed", "neuroblastoma"),
    ("en", "Ph-", "ABL1 BCR", "", "", ""),
    ("en", "Ph- ALL", "ABL1 BCR", "", "", "acutelymphoblasticleukaemia"),
    ("en", "Ph negative ALL", "ABL1 BCR", "", "", "acutelymphoblasticleukaemia"),
    ("en", "Ph-negative B-ALL", "ABL1 BCR", "", "", "bcellprecursorall"),
    ("en", "Ph+ ALL", "", "ABL1 BCR", "", "philadelphiachromosomepositiveall"),
    ("nl", "Ph-positieve ALL", "", "ABL1 BCR", "", "acutelymphoblasticleukaemia"),
    ("fr", "LAL Philadelphie positive", "", "ABL1 BCR", "", "acutelymphoblasticleukaemia"),
    ("de", "Ph-positive ALL", "", "ABL1 BCR", "", "philadelphiachromosomepositiveall"),
    ("en", "BCR::ABL1-like ALL", "", "", "", "bcellprecursorall"),
    ("en", "no Ph-like ALL", "", "", "", ""),
    ("en", "Ewing-like sarcoma", "", "", "", "ewinglikesarcoma"),
    ("en", "BCR-ABL B-ALL", "", "ABL ABL1 BCR", "", "bcellprecursorall"),
    ("en", "BCR-ABL1-", "ABL1 BCR", "", "", ""),
    ("en", "HR-NBL2 neuroblastoma", "", "", "", "neuroblastoma"),
    ("en", "EWSR1-FLI1 Ewing", "", "EWSR1 FLI1", "", "ewingsarcoma"),
    ("en", "EWSR1-FLI1-", "EWSR1 FLI1", "", "", ""),
    ("en", "t(9;22) negative", "ABL1 BCR", "", "", ""),
    ("fr", "récidive de neuroblastome, MYCN ampl", "", "MYCN", "relapsed", "neuroblastoma"),
    ("en", "INI1 neg rhabdoid", "SMARCB1", "", "", "malignantrhabdoidtumour"),
    ("nl", "hall Ewing", "", "", "", "ewingsarcoma"),
    ("en", "relapse-free Ewing", "", "", "", "ewingsarcoma"),
    ("en", "Ewing, relapse free", "", "", "", "ewingsarcoma"),
    ("en", "free of relapse, Ewing", "", "", "", "ewingsarcoma"),
    ("en", "Ewing, no mets", "", "", "", "ewingsarcoma"),
    ("en", "14 y boy, relapsed Ewing, no known allergies", "", "", "relapsed", "ewingsarcoma"),
    ("en", "no comorbidities, relapsed Ewing", "", "", "relapsed", "ewingsarcoma"),
    ("en", "ALK mutation, no mets, neuroblastoma", "", "", "", "neuroblastoma"),
    ("en", "Ewing, no prior relapse", "", "", "", "ewingsarcoma"),
    ("en", "neuroblastoma, relapse, no evidence", "", "", "", "neuroblastoma"),
    ("nl", "recidief-vrij Ewing", "", "", "", "ewingsarcoma"),
    ("nl", "recidief Ewing, niet operabel, geen opties", "", "", "relapsed", "ewingsarcoma"),
    ("fr", "Ewing en rechute, sans option curative", "", "", "relapsed", "ewingsarcoma"),
    ("nl", "Ewing zonder meta's", "", "", "", "ewingsarcoma"),
    ("nl", "recidief neuroblastoom, geen beenmerginvasie", "", "", "relapsed", "neuroblastoma"),
    ("fr", "Ewing, 1re récidive, pas de métas", "", "", "relapsed", "ewingsarcoma"),
    ("de", "rezidiv-freies Neuroblastom", "", "", "", "neuroblastoma"),
    ("de", "Neuroblastom im Rezidiv, kein Knochenmarkbefall", "", "", "relapsed", "neuroblastoma"),
    ("nl", "geen recidief, neuroblastoom", "", "", "", "neuroblastoma"),
    ("nl", "niet-gemetastaseerd neuroblastoom", "", "", "", "neuroblastoma"),
    ("nl", "hervallen neuroblastoom", "", "", "relapsed", "neuroblastoma"),
    ("nl", "recidief of refractair neuroblastoom", "", "", "refractory relapsed", "neuroblastoma"),
    ("nl", "pas gediagnosticeerd neuroblastoom", "", "", "newly_diagnosed", "neuroblastoma"),
    ("nl", "MYCN niet geamplificeerd", "MYCN", "", "", ""),
    ("nl", "ALK positief, BRAF niet getest", "", "ALK", "", ""),
    ("nl", "noch ALK noch BRAF", "ALK BRAF", "", "", ""),
    ("fr", "jamais en rechute, sarcome d'Ewing", "", "", "", "ewingsarcoma"),
    ("fr", "neuroblastome non métastatique en rechute", "", "", "relapsed", "neuroblastoma"),
    ("fr", "neuroblastome en rechute", "", "", "relapsed", "neuroblastoma"),
    ("fr", "en rechute ou réfractaire", "", "", "refractory relapsed", ""),
    ("fr", "MYCN non amplifié", "MYCN", "", "", ""),
    ("fr", "ALK muté, BRAF non testé", "", "ALK", "", ""),
    ("fr", "ni ALK ni BRAF", "ALK BRAF", "", "", ""),
    ("de", "kein Rezidiv, Neuroblastom", "", "", "", "neuroblastoma"),
    ("de", "nicht metastasiertes Neuroblastom", "", "", "", "neuroblastoma"),
    ("de", "Neuroblastom, rezidiviert", "", "", "relapsed", "neuroblastoma"),
    ("de", "rezidiviert oder refraktär", "", "", "refractory relapsed", ""),
    ("de", "MYCN nicht amplifiziert", "MYCN", "", "", ""),
    ("de", "ALK mutiert, BRAF unbekannt", "", "ALK", "", ""),
    ("de", "weder ALK noch BRAF", "ALK BRAF", "", "", ""),
]
# In which language of the page a word that another language has, too, is which.
BY_LANGUAGE = [
    ("pas de mutation ALK", LANGUAGES, "ALK"),
    ("pas ALK", ("fr",), "ALK"),
    ("pas ALK", ("nl", "en", "de"), ""),
    ("noch ALK", ("nl",), "ALK"),
    ("noch ALK", ("de", "en", "fr"), ""),
    ("n'est plus ALK", ("fr",), ""),
]


def of_text(text, language):
    return Read.of(Profile(text=text), language)


def of_field(text, language):
    return Read.of(Profile(alterations=(text,)), language)


def genes(said, *, negative):
    return " ".join(
        sorted({gene for one in said.alterations if one.negative is negative for gene in one.genes})
    )


def there(said):
    """All that is read as there."""
    present = [one.text for one in said.alterations if not one.negative and one.says_what]
    return [*said.named, *said.codes, *said.stages, *present]


def each(cases):
    return [(language, text) for language, several in cases.items() for text in several]


@pytest.mark.parametrize("read", [of_text, of_field])
@pytest.mark.parametrize(("language", "text"), each(ABSENT))
def test_an_alteration_that_is_denied_is_absent(language, text, read):
    said = read(text, language)
    assert genes(said, negative=True) == "ALK"
    assert there(said) == []


@pytest.mark.parametrize("read", [of_text, of_field])
@pytest.mark.parametrize(("language", "text"), each(UNREAD))
def test_what_is_denied_or_in_doubt_is_unread_and_shown(language, text, read):
    said = read(text, language)
    assert (there(said), genes(said, negative=True)) == ([], "")
    assert said.unread


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [text for _language, text in each(ABSENT) + each(UNREAD)])
def test_whatever_the_language_of_the_page_what_is_denied_is_not_there(language, text):
    for said in (of_text(text, language), of_field(text, language)):
        assert there(said) == []
        assert said.unread or genes(said, negative=True)


@pytest.mark.parametrize(("language", "text", "absent", "present", "stages", "diseases"), BOTH)
def test_what_is_there_beside_what_is_not_is_read(language, text, absent, present, stages, diseases):
    said = of_text(text, language)
    assert (genes(said, negative=True), genes(said, negative=False)) == (absent, present)
    assert (" ".join(sorted(said.stages)), " ".join(sorted(said.named))) == (stages, diseases)


@pytest.mark.parametrize(("text", "languages", "absent"), BY_LANGUAGE)
def test_a_word_of_two_languages_is_that_of_the_page_else_in_doubt(text, languages, absent):
    for language in languages:
        said = of_text(text, language)
        assert (genes(said, negative=True), there(said)) == (absent, []), language
        assert absent or said.unread


@pytest.mark.parametrize("read", [of_text, of_field])
@pytest.mark.parametrize(
    ("language", "text", "kind"),
    [
        ("en", "no BRAF mutation", "mutation"), ("en", "BRAF not mutated", "mutation"),
        ("en", "BRAF wt", "mutation"), ("en", "wild-type BRAF", "mutation"),
        ("en", "BRAF unmutated", "mutation"), ("nl", "BRAF niet gemuteerd", "mutation"),
        ("nl", "BRAF niet-geamplificeerd", "amplification"),
        ("fr", "BRAF non muté", "mutation"), ("de", "BRAF nicht mutiert", "mutation"),
        ("en", "BRAF negative", ""), ("en", "BRAF not detected", ""),
    ],
)  # fmt: skip
def test_only_the_kind_of_alteration_that_is_denied_is_absent(language, text, kind, read):
    """A glioma whose BRAF is not mutated may have a fusion of it."""
    assert [(one.kind, one.negative) for one in read(text, language).alterations] == [(kind, True)]


def test_what_is_denied_is_shown_as_it_was_written():
    said = of_text("MYCN non amplifié, neuroblastome; ALK niet getest, geen uitzaaiingen", "fr")
    assert said.terms[0].label == "MYCN non amplifié"
    assert said.unread == ("ALK niet getest", "geen uitzaaiingen")


# --- Every word of denial and doubt with every word of the vocabulary -----------------------------------

# With these the word of denial makes the name of another disease.
NAMES = {("non", "hodgkin"), ("non", "rhabdo"), ("niet", "rabdo"), ("nicht", "rhabdo")}
# Of these the language of the page decides; tested above.
DECIDED_BY_LANGUAGE = {"plus"}


def pairs(full):
    """`(term, cue)`: every cue with one term of each alteration and stage, or every term with some cues."""
    cues = [*sorted(negation_cues._WORDS_OF_NO), *sorted(negation_cues._WORDS_OF_NEGATIVE)]
    cues += [*negation_cues._STEMS_OF_DOUBT, *sorted(negation_cues._DOUBT_WORDS)]
    cues = [one for one in cues if one not in DECIDED_BY_LANGUAGE]
    seen = set()
    for number, term in enumerate(vocabulary().terms):
        if full and (term.type not in ("alteration", "stage") or term.concept in seen):
            continue
        seen.add(term.concept)
        if term.type in ("alteration", "stage", "disease"):
            yield from ((term.text, cue) for cue in (cues if full else cues[number % 61 :: 61]))


@pytest.mark.parametrize("full", [True, False])
def test_no_word_of_denial_leaves_a_word_of_the_vocabulary_read_as_there(full):
    """Before it and behind it, in the languages by turns; how many sentences are read is held, too."""
    faults, read = [], 0
    for term, cue in pairs(full):
        for text in (f"{cue} {term}", f"{term} {cue}"):
            read += 1
            found = there(of_text(text, LANGUAGES[read % 4]))
            if found and not any(cue == no and term.lower().startswith(name) for no, name in NAMES):
                faults.append((text, found))
    assert faults == []
    assert read > (9_000 if full else 7_000)


def test_a_gene_that_the_vocabulary_does_not_know_is_read_in_a_field_beside_one_that_is_denied():
    said = of_field("CD19, HER3 mutated; ALK negative", "en")
    assert (genes(said, negative=True), genes(said, negative=False)) == ("ALK", "CD19 HER3")


SIGNS = [
    "-", "−", "–", " (-)", "(−)", " [-]", ": -", "=0", " neg", ":neg", " -ve", " wt", "?", " ?", " (?)",
    "+/-", " ±", " n/a", " ND", " unknown", " not tested", " onbekend", " niet getest", " inconnu",
    " non testé",
    " unbekannt", " nicht getestet",
]  # fmt: skip


def test_no_sign_of_denial_leaves_a_gene_read_as_there():
    from directory.eligibility.alterations import symbols

    cases = [f"{gene}{sign}" for gene, sign in product(sorted(symbols()), SIGNS)]
    assert [text for text in cases if there(of_text(text, "en")) or there(of_field(text, "nl"))] == []
    assert len(cases) > 1_000


@pytest.mark.parametrize(
    "text", ["no " * 130, "ALK " * 100, "ALK-" * 100, "?" * 400, "(-)" * 130, "1-1/1:" * 60]
)
def test_odd_text_is_read_with_little_work(text):
    of_text("ALK", "en")
    assert steps(lambda: of_text(text, "en")) < 1_000 * len(text)
