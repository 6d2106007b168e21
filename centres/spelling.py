"""How people and registries write a hospital: `UZ Gent ( Site 1428), Ghent, Oost-Vlaanderen, 9000, Belgium`.

Read into words, towns, postal codes and a country, so that `centres.matching` can compare them. Words of
one language are never taken for those of another: Hôpital universitaire de Bruxelles is not UZ Brussel.
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from directory.core.places import postal_codes
from directory.core.text import fold

# One thing, written several ways in one language, or an abbreviation of it. Longest first.
_SAME = {
    "universite catholique de louvain": "uclouvain", "katholieke universiteit leuven": "kuleuven",
    "catholic university leuven": "kuleuven", "vrije universiteit brussel": "vub",
    "universite libre de bruxelles": "ulb", "centre hospitalier universitaire": "chu",
    "centre hospitalier universite": "chu",
    "centre hospitalier regional": "chr", "centre hospitalier chretien": "chc",
    "ku leuven": "kuleuven", "u c l": "uclouvain", "u z": "uz", "a z": "az", "c h u": "chu", "c h r": "chr",
    "c h c": "chc", "ucl": "uclouvain", "uz": "universitair ziekenhuis", "uh": "university hospital",
    "universitaire ziekenhuizen": "universitair ziekenhuis", "hospitals": "hospital",
    "hopitaux universitaires": "hopital universitaire", "st": "saint", "sint": "saint", "ste": "sainte",
    "general medical": "medical",
}  # fmt: skip
_SAME_WORDS = re.compile(r"\b(" + "|".join(sorted(_SAME, key=len, reverse=True)) + r")\b")
_TOWNS = {
    "gent": "ghent gand", "antwerpen": "antwerp anvers", "brussel": "brussels bruxelles bruessel",
    "brugge": "bruges", "liege": "luik luttich luettich", "leuven": "lowen loewen", "oostende": "ostend",
    "kortrijk": "courtrai", "mechelen": "malines", "namur": "namen", "mons": "bergen", "tournai": "doornik",
}  # fmt: skip
TOWN = {other: town for town, others in _TOWNS.items() for other in others.split()}
_COUNTRIES = {
    "BE": "belgium belgie belgique belgien be", "NL": "netherlands nederland niederlande nl",
    "FR": "france frankrijk frankreich fr", "DE": "germany duitsland allemagne deutschland de",
    "LU": "luxembourg luxemburg", "GB": "uk england scotland", "CH": "switzerland zwitserland suisse schweiz",
    "AT": "austria oostenrijk autriche", "IT": "italy italie italia", "ES": "spain spanje espagne",
    "US": "usa",
}  # fmt: skip
COUNTRY = {word: code for code, words in _COUNTRIES.items() for word in words.split()} | {
    "the netherlands": "NL", "pays bas": "NL", "united kingdom": "GB", "royaume uni": "GB",
    "united states": "US",
}  # fmt: skip
_REGIONS = """
    Antwerpen provincie; Brabant; Brabant flamand; Brabant wallon; Brussels Capital; Brussels Gewest;
    Brussels Hoofdstedelijk Gewest; Brussels Region Capital; Brussels-Capital Region; Bruxelles-Capitale;
    East Flanders; Flamish Brabant; Flanders; Flanders Oost; Flanders Ost; Flanders West; Flandre;
    Flemish Brabant; Hainaut; Henegouwen; Limbourg; Limburg; Oost-Vlaanderen; Province de Liège;
    Provincie Luik; Region Capital; Région de; Vl Brabant; Vlaams-Braband; Vlaams-Brabant; Vlaanderen;
    Wallonia; Wallonie; Walloon Brabant; West Flanders; West-Vlaanderen
"""
REGIONS = frozenset(fold(name) for name in _REGIONS.split(";"))
# What stands beside a name and says which ward, not which hospital.
_BESIDE = """
    the of and at in de des du la le les l d et en van der het voor pour for von und campus ward division
    department dept dienst service afdeling afd abteilung unit unite eenheid medical medisch medische medicale
    asbl vzw
"""
_FILLERS = frozenset(_BESIDE.split())
_WARDS = re.compile(
    r"(kinder)?(hemato|haemato|hamato|oncolog|onkolog|pediatr|paediatr|padiatr|gastroent|cardiol|neurolog"
    r"|gynecol|gynaecol|immunolog|hematol|urolog|pneumolog|nephrolog|radiolog|radiother|allerg|endoscop"
    r"|geneesk)"
)
_ANONYMOUS = re.compile(
    r"\b(investigational|investigative|research|clinical|study)( trials?)? (site|center|centre)\b"
    r"|\blocal institution\b|\bprivate practice\b|\bcabinet prive\b|^site\b|\b(many|multiple) locations\b"
    r"|\bcall cent(er|re)\b"
)
_SERIAL = re.compile(r"/?\s*\bID\s*#?\s*\d+|\(\s*site\s+[\w-]+\s*\)", re.IGNORECASE)
_POSTAL = re.compile(r"^(?:be? ?)*0*(\d{4})$")
_POSTAL_AND_TOWN = re.compile(r"^(?:be? ?)?(\d{4}) (\D+)$")


@dataclass(frozen=True)
class ParsedName:
    """What a text says: `words` of the name, `towns`, `postal` codes and `country` beside it."""

    words: frozenset[str]
    towns: frozenset[str] = frozenset()
    postal: frozenset[str] = frozenset()
    country: str = ""
    is_anonymous: bool = False
    name: str = field(default="", compare=False)


@lru_cache(maxsize=20_000)
def read(text: str) -> ParsedName:
    """The parts of `text` between commas, each taken for a town, region, postal code, country or name."""
    words: set[str] = set()
    towns: set[str] = set()
    postal: set[str] = set()
    country, names = "", []
    for number, part in enumerate(_SERIAL.sub(" ", text).split(",")):
        folded = fold(part)
        if number and folded in COUNTRY:
            country = COUNTRY[folded]
        elif place := _place_in(part, folded, is_first=not number):
            postal |= {place[0]} - {""}
            towns |= {place[1]} - {""}
        elif folded and not (number and folded in REGIONS):
            words |= words_of(folded)
            names.append(folded)
    anonymous = bool(_ANONYMOUS.search(" ".join(names)))
    return ParsedName(
        frozenset(words), frozenset(towns), frozenset(postal), country, anonymous, same_words(" ".join(names))
    )


def _place_in(part: str, folded: str, *, is_first: bool) -> tuple[str, str] | None:
    """The postal code and the town that a part is; the first part is a name, unless it is a postal code."""
    if found := _POSTAL.match(folded):
        return found[1], ""
    if is_first:
        return None
    if town := as_town(part):
        return "", town
    found = _POSTAL_AND_TOWN.match(folded)
    return (found[1], town) if found and (town := as_town(found[2])) else None


def same_words(text: str) -> str:
    """`text`, folded, with one spelling for what is one thing in one language."""
    whole = _SAME_WORDS.sub(lambda found: _SAME[found[1]], fold(text))
    whole = _SAME_WORDS.sub(lambda found: _SAME[found[1]], whole)  # `u z` is `uz`, and that is two words
    return " ".join(TOWN.get(word, word) for word in whole.split())


@lru_cache(maxsize=20_000)
def words_of(text: str) -> frozenset[str]:
    """The words of a name that may tell one hospital from another."""
    words = same_words(text).split()
    return frozenset(word for word in words if word not in _FILLERS and not _WARDS.match(word))


def as_town(text: str) -> str:
    """The town that `text` is, in one spelling (`Bruxelles (Laeken)` → `brussel`), or empty."""
    for name in (fold(text), fold(text.split("(")[0])):
        name = TOWN.get(name, name)
        if name in _towns():
            return name
    return ""


@cache
def _towns() -> dict[str, frozenset[str]]:
    """Postal codes by town."""
    found: dict[str, set[str]] = {}
    for place in postal_codes():
        for name in (place.municipality_nl, place.municipality_fr, *place.localities):
            folded = fold(name)
            found.setdefault(TOWN.get(folded, folded), set()).add(place.postal_code)
    return {name: frozenset(codes) for name, codes in found.items()}


def codes_of(town: str) -> frozenset[str]:
    """The postal codes of a town as `as_town` gives it."""
    return _towns().get(town, frozenset())


@cache
def _towns_at() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for town, codes in _towns().items():
        for code in codes:
            found.setdefault(code, set()).add(town)
    return {code: frozenset(towns) for code, towns in found.items()}


def towns_at(postal_code: str) -> frozenset[str]:
    """The towns and their parts that a postal code has."""
    return _towns_at().get(postal_code.strip(), frozenset())
