"""How physicians say at which stage of the disease a patient is, in four languages, beside the vocabulary.

`Erstrezidiv`, `2e herval`, `primo-diagnostic`, `en RC2 avant greffe`. Words are folded, a hyphen is a space.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from directory.core.text import strip_marks
from directory.search.tokens import Token, words
from trials.choices import Stage

_NEW = (Stage.NEWLY_DIAGNOSED,)
_RELAPSED = (Stage.RELAPSED,)
_REFRACTORY = (Stage.REFRACTORY,)
_EITHER = (Stage.RELAPSED, Stage.REFRACTORY)
_REMISSION = (Stage.REMISSION,)
# How a phrase is read, beside its stages; see `stage_reading`.
PLAIN, AT_DIAGNOSIS, DE_NOVO, FIRST_LINE, PROGRESSIVE, REMISSION, BEFORE, AFTER, FOLLOWED, NO_STAGE = (
    "plain", "at diagnosis", "de novo", "first line", "progressive", "remission", "before transplant",
    "after transplant", "followed", "no stage",
)  # fmt: skip

_NEWLY = """
newly diagnosed, newly dx, newly dx d, new dx, new diagnosis, recently diagnosed, just diagnosed, treatment
naive, therapy naive, untreated, previously untreated, not previously treated, not yet treated, never
treated, no previous treatment, no prior treatment, no prior therapy, no previous therapy, initial
diagnosis, nieuw gediagnosticeerd, nieuw gediagnosticeerde, nieuwe diagnose, pas gediagnosticeerd, pas
gediagnosticeerde, recent gediagnosticeerd, recent gediagnosticeerde, onlangs gediagnosticeerd, net
gediagnosticeerd, onbehandeld, onbehandelde, nog niet behandeld, niet eerder behandeld, nog nooit behandeld,
nooit behandeld, primo diagnostic, primodiagnostic, nouveau diagnostic, nouvellement diagnostique,
nouvellement diagnostiquee, nouvellement diagnostiques, nouvellement diagnostiquees, recemment diagnostique,
recemment diagnostiquee, diagnostic recent, diagnostic initial, non traite, non traitee, pas encore traite,
pas encore traitee, jamais traite, jamais traitee, non pretraite, non pretraitee, naif de traitement, naive
de traitement, neu diagnostiziert, neu diagnostizierte, neu diagnostizierter, neu diagnostiziertes, neu
diagnostizierten, neudiagnostiziert, neudiagnostizierte, neudiagnostizierter, neudiagnostiziertes,
neudiagnostizierten, frisch diagnostiziert, frisch diagnostizierte, frisch diagnostiziertes,
erstdiagnostiziert, erstdiagnostizierte, erstdiagnostiziertes, erstdiagnose, neudiagnose, unbehandelt,
unbehandelte, unbehandelter, unbehandeltes, nicht vorbehandelt, nicht vorbehandelte, nicht vorbehandeltes,
noch nicht behandelt, noch nie behandelt, therapienaiv, therapienaive, therapienaiver, therapienaives
"""
_AT_DIAGNOSIS = """
at diagnosis, at initial diagnosis, at first diagnosis, at time of diagnosis, at the time of diagnosis, bij
diagnose, bij de diagnose, bij eerste diagnose, op diagnose, au diagnostic, au moment du diagnostic, au
diagnostic initial, lors du diagnostic, bei diagnose, bei erstdiagnose, bei diagnosestellung, bei
erstdiagnosestellung
"""
_FIRST_LINE = """
upfront, up front, first line, 1st line, frontline, front line, first line treatment, first line therapy,
upfront treatment, upfront therapy, frontline treatment, frontline therapy, eerste lijn, eerstelijns,
eerstelijnsbehandeling, eerstelijnstherapie, 1e lijn, 1ste lijn, eerste lijnsbehandeling, premiere ligne,
1re ligne, 1ere ligne, traitement de premiere ligne, erstlinie, erstlinientherapie, erstlinienbehandlung, 1e
linie
"""
_RELAPSED_TOO = """
recidiverend, recidiverende, gerecidiveerd, gerecidiveerde, hervallende, teruggekeerd, lokaalrecidief,
rechute, rechutee, rechutes, recidive, recidives, recidivee, recidivante, recidivants, en recidive,
rezidivierend, rezidivierende, rezidivierender, rezidivierendes, rezidivierte, rezidivierter, rezidiviertes,
rezidivierten, rezidive, rezidivs, lokalrezidiv, fruhrezidiv, spatrezidiv, im rezidiv, in relapse, in
rechute, in herval
"""
_OFTEN = """
multiple relapses, multiple relapse, multiply relapsed, multiply relapsing, multiple relapsed, meerdere
recidieven, meermaals hervallen, rechutes multiples, multiples rechutes, plusieurs rechutes, multirechute,
mehrere rezidive, mehrfach rezidiviert, mehrfachrezidiv, relapsed twice, twice relapsed
"""
_REFRACTORY_TOO = """
primary refractory, refractaire, refractaires, primair refractair, primair refractaire, refractaire
primaire, refraktar, refraktare, refraktarer, refraktares, refraktaren, primar refraktar, primar refraktare,
therapierefraktare, induction failure, inductiefalen, echec d'induction, echec induction, induktionsversagen
"""
_PROGRESSIVE = """
progressive, progressing, progressed, progression, progressief, progressieve, progressie, progressif,
progressifs, progressives, progressiv, progressiver, progressives, progressiven, progredient, progrediente,
progredienter, progredientes, progredienten, en progression, in progressie, in progression
"""
_PROGRESSIVE_DISEASE = """
progressive disease, disease progression, tumour progression, tumor progression, progressieve ziekte,
ziekteprogressie, tumorprogressie, maladie progressive, maladie en progression, progression de la maladie,
progression tumorale, progrediente erkrankung, progressive erkrankung, krankheitsprogression, tumorprogress,
krankheitsprogress
"""
_IN_REMISSION = """
in remission, remission, complete remission, in complete remission, cr1, cr2, cr3, cr 1, cr 2, cr 3,
remissie, in remissie, complete remissie, in complete remissie, volledige remissie, in volledige remissie,
en remission, remission complete, en remission complete, rc1, rc2, rc3, rc 1, rc 2, rc 3, en rc, en rc1, en
rc2, en rc3, in cr, in cr1, in cr2, in cr3, komplette remission, in kompletter remission, vollremission, in
vollremission
"""
# A remission that is none, or only in part; and one that ends a treatment's name.
_NO_STAGE = """
partial remission, in partial remission, very good partial remission, partiele remissie, gedeeltelijke
remissie, remission partielle, teilremission, partielle remission, spontaneous remission, spontane remissie,
remission spontanee, spontanremission, remission induction, induction of remission, remissie inductie,
remissieinductie, induction de remission, remissionsinduktion
"""
_MAINTENANCE = """
onderhoud, in onderhoud, op onderhoud, onderhoudschemotherapie, erhaltung, in erhaltung, dauertherapie,
erhaltungschemotherapie, en entretien, chimiotherapie d'entretien, maintenance chemotherapy
"""
_ORDINALS = {
    1: "first 1st eerste 1e 1ste premiere premier 1re 1ere 1er erstes erster erste ersten erstem",
    2: "second 2nd tweede 2e 2de deuxieme seconde 2eme zweites zweiter zweite zweiten zweitem",
    3: "third 3rd derde 3e 3de troisieme 3eme drittes dritter dritte dritten drittem",
    4: "fourth 4th vierde 4e 4de quatrieme 4eme viertes vierter vierte vierten viertem",
}
_COUNTS = {1: "", 2: "two 2 twee deux zwei", 3: "three 3 drie trois drei", 4: "four 4 vier quatre"}
_COMPOUNDS = {1: "erstrezidiv", 2: "zweitrezidiv", 3: "drittrezidiv"}
_ONE_RELAPSE = "relapse, recurrence, herval, recidief, rechute, recidive, rezidiv, ruckfall"
_RELAPSES = "relapses, recurrences, recidieven, hervallen, rechutes, recidives, rezidive, ruckfalle"
_ONE_REMISSION = "remission, remissie, complete remission, complete remissie, remission complete, cr, rc"
_BEFORE = (
    "before, prior to, pre, awaiting, pending, waiting for, planned for, voor, in afwachting van,"
    "wachtend op, wacht op, avant, avant la, en attente de, vor, vor der, geplant fur"
)
_AFTER = "after, post, following, na, apres, apres la, apres l, nach, nach der"
_ALLO = ("", "allo", "allogeneic", "allogene", "the", "een", "de", "d", "une", "haplo", "auto", "autologe")
_TRANSPLANT = (
    "transplant, transplantation, transplantatie, hsct, sct, bmt, stem cell transplant, hszt, szt, kmt,"
    "stem cell transplantation, bone marrow transplant, bone marrow transplantation, stamceltransplantatie,"
    "beenmergtransplantatie, greffe, allogreffe, autogreffe, greffe de moelle, stammzelltransplantation,"
    "knochenmarktransplantation, greffe de cellules souches, allotransplantatie, allotransplantation"
)
_WHOLE = "pretransplant, pretransplantation, pretransplantatie, pregreffe, pratransplant"


@dataclass(frozen=True)
class StagePhrase:
    """What words mean: the `stages` they may say, how they are read, the number of relapses (0: not said)."""

    stages: tuple[Stage, ...]
    way: str = PLAIN
    relapses: int = 0


@dataclass
class _Book:
    """The phrases by their folded words."""

    phrases: dict[tuple[str, ...], StagePhrase] = field(default_factory=dict)
    longest: int = 0

    def add(self, texts: str, phrase: StagePhrase) -> None:
        for text in texts.split(","):
            if key := tuple(strip_marks(word.raw) for word in words(text)):
                self.phrases.setdefault(key, phrase)
                self.longest = max(self.longest, len(key))


def _each(texts: str) -> list[str]:
    return [one.strip() for one in texts.split(",")]


@cache
def _book() -> _Book:
    book = _Book()
    for number in _ORDINALS:
        _add_numbered(book, number)
    for text in _each(_IN_REMISSION):
        relapses = int(text[-1]) - 1 if text[-1].isdigit() else 0
        book.add(text, StagePhrase(_REMISSION, REMISSION, relapses))
    for texts, phrase in _PHRASES:
        book.add(texts, phrase)
    for texts, way in ((_BEFORE, BEFORE), (_AFTER, AFTER)):
        for before, kind, noun in product(_each(texts), _ALLO, _each(_TRANSPLANT)):
            book.add(f"{before} {kind} {noun}", StagePhrase(_REMISSION if way == BEFORE else (), way))
    return book


def _add_numbered(book: _Book, number: int) -> None:
    relapse = StagePhrase(_RELAPSED, relapses=number)
    # In second remission there was one relapse.
    remission = StagePhrase(_REMISSION, REMISSION, number - 1)
    for phrase, nouns in ((relapse, _each(_ONE_RELAPSE)), (remission, _each(_ONE_REMISSION))):
        for before, ordinal, noun in product(("", "in ", "en "), _ORDINALS[number].split(), nouns):
            book.add(f"{before}{ordinal} {noun}", phrase)
    for count, noun in product(_COUNTS[number].split(), _each(_RELAPSES)):
        book.add(f"{count} {noun}", relapse)
    book.add(_COMPOUNDS.get(number, ""), relapse)


_PHRASES = (
    (_NEWLY, StagePhrase(_NEW)),
    (_AT_DIAGNOSIS, StagePhrase(_NEW, AT_DIAGNOSIS)),
    ("de novo", StagePhrase(_NEW, DE_NOVO)),
    (_FIRST_LINE, StagePhrase(_NEW, FIRST_LINE)),
    (_RELAPSED_TOO, StagePhrase(_RELAPSED)),
    (_OFTEN, StagePhrase(_RELAPSED, relapses=2)),
    (_REFRACTORY_TOO, StagePhrase(_REFRACTORY)),
    ("rel ref, relapsed and refractory, relapsed refractory", StagePhrase(_EITHER)),
    (_PROGRESSIVE_DISEASE, StagePhrase(_EITHER)),
    (_PROGRESSIVE, StagePhrase(_EITHER, PROGRESSIVE)),
    (_NO_STAGE, StagePhrase((), NO_STAGE)),
    (_MAINTENANCE, StagePhrase((Stage.MAINTENANCE,))),
    (_WHOLE, StagePhrase(_REMISSION, BEFORE)),
    ("follow up, opvolging, suivi, suivie", StagePhrase((Stage.FOLLOW_UP,), FOLLOWED)),
    ("in follow up, in opvolging, en suivi", StagePhrase((Stage.FOLLOW_UP,))),
)


def phrase_at(parts: Sequence[Token], clause: Sequence[int], at: int) -> tuple[int, StagePhrase] | None:
    """Of the longest phrase that begins at `at` in one clause: where it ends, and what it means."""
    book, folded = _book(), list(_folded(parts, clause, at))
    for length in range(len(folded), 0, -1):
        if phrase := book.phrases.get(tuple(folded[:length])):
            return at + length, phrase
    return None


def _folded(parts: Sequence[Token], clause: Sequence[int], at: int) -> Iterator[str]:
    for place in range(at, min(at + _book().longest, len(parts))):
        if clause[place] != clause[at]:
            return
        yield strip_marks(parts[place].raw)
