"""At which stage the free words say that a patient is; what was once is no stage of today."""

import pytest

from directory.core.text import squash
from directory.eligibility.profile_text import Read
from directory.eligibility.service import Profile
from directory.eligibility.stage_words import phrase_at
from directory.search.tokens import typed_words
from trials.choices import Stage

NEW, RELAPSED, REFRACTORY = "newly_diagnosed", "relapsed", "refractory"


def said(text, language="en", **fields):
    return Read.of(Profile(text=text, **fields), language)


TEXTS = [
    # language, words, stages, words left unread
    ("fr", "primo-diagnostic", NEW, ()), ("fr", "primodiagnostic", NEW, ()), ("fr", "au diagnostic", NEW, ()),
    ("de", "Erstrezidiv", RELAPSED, ()), ("en", "de novo AML", NEW, ()), ("en", "upfront", NEW, ()),
    ("en", "first relapse", RELAPSED, ()), ("en", "second relapse", RELAPSED, ()),
    ("en", "R/R", f"{REFRACTORY} {RELAPSED}", ()), ("en", "r/r", f"{REFRACTORY} {RELAPSED}", ()),
    ("nl", "progressief", f"{REFRACTORY} {RELAPSED}", ()), ("fr", "en rechute", RELAPSED, ()),
    ("nl", "herval", RELAPSED, ()), ("nl", "hervallen", RELAPSED, ()), ("de", "Rezidiv", RELAPSED, ()),
    ("de", "neu diagnostiziert", NEW, ()), ("nl", "nieuw gediagnosticeerd", NEW, ()),
    ("fr", "première ligne", NEW, ()), ("de", "1. Rezidiv", RELAPSED, ()), ("nl", "1e herval", RELAPSED, ()),
    # Who relapsed is newly diagnosed no more.
    ("en", "relapse after first line", RELAPSED, ("first line",)),
    ("en", "relapse after upfront treatment", RELAPSED, None),
    ("en", "refractory to frontline therapy", REFRACTORY, None),
    ("fr", "métastatique au diagnostic, en rechute", RELAPSED, None),
    ("de", "Erstdiagnose 2019, Rezidiv 2021", RELAPSED, None),
    ("en", "relapsed de novo AML", RELAPSED, ("de novo",)),
    ("en", "newly diagnosed relapse", RELAPSED, ("newly diagnosed",)),
    # What was then, and what is something else.
    ("en", "after first line", "", None), ("nl", "na eerste lijn", "", None),
    ("en", "upfront surgery", "", None),
    ("fr", "métastatique au diagnostic", "", None), ("fr", "6 ans au diagnostic", "", None),
    ("en", "de novo TP53 mutation", "", None), ("en", "progressive headache", "", None),
    ("en", "diagnosis 2019", "", None), ("de", "Erstdiagnose 03/2019", "", None),
    ("en", "newly diagnosed stage 4 neuroblastoma", NEW, None),
    # Denied.
    ("en", "never relapsed", "", ("never relapsed",)), ("en", "no progression", "", ("no progression",)),
    ("en", "not newly diagnosed", "", ("not newly diagnosed",)), ("en", "not in remission", "", None),
    ("nl", "pas gediagnosticeerd", NEW, ()), ("nl", "nog niet behandeld", NEW, ()),
    ("fr", "non traité", NEW, ()),
    # In remission: before a transplant where that is said.
    ("en", "ALL in CR2, before transplant", "remission", ()),
    ("fr", "LAM en RC1 avant greffe", "remission", ()),
    ("nl", "AML in remissie, voor stamceltransplantatie", "remission", ()),
    ("de", "AML in Remission vor Transplantation", "remission", ()),
    ("en", "AML, before transplant", "remission", ()),
    ("en", "MDS, before transplant", "", ("before transplant",)),
    ("en", "relapsed ALL in second remission", f"{RELAPSED} remission", ()),
    ("en", "AML in remission", "follow_up maintenance remission", ()),
    ("en", "ALL in remission, maintenance", "maintenance", ("in remission",)),
    ("en", "AML in remission after transplant", "", None), ("en", "remission induction", "", None),
    ("en", "very good partial remission", "", None), ("en", "relapsed ALL before transplant", RELAPSED, None),
    # What progresses under watch was perhaps never treated.
    ("en", "progressive low-grade glioma", "", ("progressive",)),
    ("en", "progressive low-grade glioma after surgery", "", None),
    ("en", "progressive low-grade glioma, carboplatin planned", "", None),
    ("en", "progressive low-grade glioma after carboplatin", f"{REFRACTORY} {RELAPSED}", ("carboplatin",)),
    ("en", "low-grade glioma, progressive, 1 previous line", f"{REFRACTORY} {RELAPSED}", ()),
    ("nl", "laaggradig glioom, progressief na vinblastine", f"{REFRACTORY} {RELAPSED}", ("vinblastine",)),
    ("fr", "gliome de bas grade progressif sous tramétinib", f"{REFRACTORY} {RELAPSED}",
     ("sous", "tramétinib")),
    ("de", "progredientes Optikusgliom nach Carboplatin", f"{REFRACTORY} {RELAPSED}", ("Carboplatin",)),
    ("en", "progressive DIPG", f"{REFRACTORY} {RELAPSED}", ()),
    ("en", "progressive disease", f"{REFRACTORY} {RELAPSED}", ()),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "stages", "unread"), TEXTS)
def test_a_stage_is_that_of_today(language, text, stages, unread):
    found = said(text, language)
    assert " ".join(sorted(found.stages)) == stages
    assert {one.value for one in found.terms if one.kind == "stage"} == set(stages.split())
    assert found.unread == unread if unread is not None else found.unread or stages


def test_a_field_that_contradicts_the_words_wins_and_they_are_shown_as_unread():
    found = said("relapsed neuroblastoma", stage=NEW)
    assert (found.stages, found.unread) == ({NEW}, ("relapsed",))
    assert [one.kind for one in found.terms] == ["condition"]
    # Of what may be either, the field says which.
    found = said("R/R neuroblastoma", stage=RELAPSED)
    assert (found.stages, found.unread) == ({RELAPSED}, ())
    assert [one.value for one in found.terms if one.kind == "stage"] == [RELAPSED]
    assert said("relapsed neuroblastoma", stage="any").stages == {RELAPSED}


def test_never_relapsed_does_not_say_newly_diagnosed():
    for text, language in (("never relapsed", "en"), ("jamais de rechute", "fr"), ("nooit hervallen", "nl")):
        found = said(text, language)
        assert (found.stages, found.lines, bool(found.unread)) == (frozenset(), None, True)


@pytest.mark.parametrize(
    ("text", "end", "stages", "relapses"),
    [
        ("in second remission", 3, (Stage.REMISSION,), 1), ("deuxième rechute", 2, (Stage.RELAPSED,), 2),
        ("2 relapses", 2, (Stage.RELAPSED,), 2), ("CR3", 1, (Stage.REMISSION,), 2),
        ("échec d’induction", 2, (Stage.REFRACTORY,), 0), ("before allo SCT", 3, (Stage.REMISSION,), 0),
    ],
)  # fmt: skip
def test_the_longest_phrase_is_taken(text, end, stages, relapses):
    parts = typed_words(text)
    found, phrase = phrase_at(parts, [0] * len(parts), 0)
    assert (found, phrase.stages, phrase.relapses) == (end, stages, relapses)


def test_no_phrase_goes_across_a_comma():
    parts = typed_words("first relapse")
    assert phrase_at(parts, [0, 1], 0) is None


def test_a_field_of_lines_says_that_what_progresses_was_treated():
    words = "progressive low-grade glioma"
    assert said(words, lines=1).stages == {RELAPSED, REFRACTORY}
    assert said(words, lines=0).stages == said(words).stages == frozenset()


# A disease that a patient had, and that alone can have relapsed

HAD = [
    ("en", "history of {}, now relapsed", "Wilms tumour"), ("en", "previous {}, relapsed", "neuroblastoma"),
    ("en", "{} in the past, refractory", "neuroblastoma"), ("en", "s/p {}, relapse", "Wilms tumour"),
    ("nl", "voorgeschiedenis van {}, nu hervallen", "Wilmstumor"),
    ("nl", "status na {}, herval", "neuroblastoom"),
    ("fr", "antécédent de {}, rechute", "néphroblastome"), ("fr", "ATCD de {}, réfractaire", "neuroblastome"),
    ("de", "Z.n. {}, jetzt Rezidiv", "Wilms-Tumor"), ("de", "früheres {}, Rezidiv", "Neuroblastom"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "template", "disease"), HAD)
def test_a_past_disease_is_meant_where_only_it_can_have_relapsed(language, template, disease):
    found = said(template.format(disease), language)
    assert found.named == said(disease, language).named
    assert found.stages & {RELAPSED, REFRACTORY}
    assert disease not in " ".join(found.unread)


@pytest.mark.parametrize(
    "text",
    [
        "history of Wilms tumour", "history of Wilms tumour, newly diagnosed",
        "history of Wilms tumour, never relapsed", "history of Wilms tumour and neuroblastoma, relapsed",
        "family history of Wilms tumour, relapsed", "mother had Wilms tumour, relapsed",
        "no Wilms tumour, relapsed", "suspected Wilms tumour, relapsed",
    ],
)  # fmt: skip
def test_a_past_disease_stays_unread_where_anything_else_may_be_meant(text):
    found = said(text)
    assert (found.named, "Wilms" in " ".join(found.unread)) == (frozenset(), True)


def test_the_disease_of_today_is_the_one_that_relapsed():
    assert said("AML after Wilms tumour, relapsed").named == {squash("acute myeloid leukaemia")}
    assert said("history of Wilms tumour, relapsed", conditions=("Ib",)).named == frozenset()


def test_a_stage_in_the_field_says_as_well_that_it_relapsed():
    words = "history of Wilms tumour"
    assert said(words, stage=RELAPSED).named == {squash("Wilms tumour")}
    assert said(words, stage=NEW).named == frozenset()
