"""The vocabulary files: the ICCC-3 tree and the words people search with."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from directory.core.text import control_character_in, strip_marks, tidy
from directory.search.drug_terms import drug_rows
from trials.conditions import codes, holding, main_groups, name, path_to, rows, subtree

ROOT = Path(__file__).resolve().parents[2]
SYNONYMS = ROOT / "directory" / "search" / "vocabulary" / "synonyms.csv"
SOURCES = ROOT.parent / "shared" / "data" / "vocabulary"
ALSO = SYNONYMS.with_name("also.csv")
with_sources = pytest.mark.skipif(not SOURCES.exists(), reason="the source lists are not beside the project")

LANGUAGES = ("en", "nl", "fr", "de")
COLUMNS = ["concept", "term", "lang", "kind", "type", "conditions", "flags", "note"]
KINDS = {"preferred", "synonym", "abbreviation", "misspelling"}
TYPES = {
    "disease", "alteration", "antigen", "treatment", "stage", "risk", "phase", "age", "role", "group",
    "study_type",
}  # fmt: skip
FLAGS = {"case", "whole", "ambiguous", "family"}


def synonyms() -> list[dict[str, str]]:
    with SYNONYMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def source(name: str) -> list[dict[str, str]]:
    with (SOURCES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def several(cell: str) -> list[str]:
    return [part for part in cell.split("; ") if part]


def meaning_of(term: str, lang: str) -> list[dict[str, str]]:
    return [
        row for row in synonyms() if row["lang"] == lang and strip_marks(row["term"]) == strip_marks(term)
    ]


# ICCC-3


def test_the_tree_has_12_groups_47_subgroups_and_84_divisions():
    assert Counter(row["level"] for row in rows()) == {"group": 12, "subgroup": 47, "division": 84}
    assert len(codes()) == 143


def test_the_rows_are_in_order_and_parents_come_first():
    assert [int(row["order"]) for row in rows()] == list(range(1, 144))
    seen = {""}
    for row in rows():
        assert row["parent"] in seen, row["code"]
        seen.add(row["code"])


def test_a_code_says_its_level_and_its_parent():
    form = re.compile(r"^(?P<group>[IVX]+)(?P<subgroup>[a-f])?(?P<division>\d{1,2})?$")
    for row in rows():
        found = form.match(row["code"])
        level = "division" if found["division"] else "subgroup" if found["subgroup"] else "group"
        parent = {"group": "", "subgroup": found["group"], "division": f"{found['group']}{found['subgroup']}"}
        assert (row["level"], row["parent"]) == (level, parent[level])


def test_every_class_has_a_name_in_four_languages_that_fits_its_column():
    for row in rows():
        for language in LANGUAGES:
            name = row[f"name_{language}"]
            assert 0 < len(name) <= 200, row["code"]
            assert name == tidy(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_classes_bear_the_same_name(language):
    # A group's own name may return in the class that is all of it.
    repeated = [name for name, n in Counter(row[f"name_{language}"] for row in rows()).items() if n > 1]
    assert repeated == []


def test_bone_tumours_hold_ewing_s_but_not_the_one_of_soft_tissue():
    assert {"VIIIc", "VIIIc1"} <= subtree("VIII")
    assert "IXd1" not in subtree("VIII")
    assert "IXd1" in subtree("IXd")
    assert subtree("V") == {"V"}


def test_the_path_to_a_class_begins_at_its_group():
    assert path_to("VIIIc") == ["VIII", "VIIIc"]
    assert path_to("Ia1") == ["I", "Ia", "Ia1"]
    assert path_to("nothing") == []


def test_a_class_is_called_by_its_name_and_an_unknown_one_by_its_code():
    assert name("IVa", "fr") == "Neuroblastome et ganglioneuroblastome"
    assert name("nothing", "fr") == "nothing"


def test_a_class_is_not_found_by_what_it_leaves_out():
    said = {code: [one for one in holding(code) if "burkitt" in one.lower()] for code in codes()}
    assert [code for code, several in said.items() if several] == ["IIc"]
    assert holding("IIb")[0] == "Non-Hodgkin lymphomas"
    assert name("IIb", "en") == "Non-Hodgkin lymphomas (except Burkitt lymphoma)"


def test_the_main_groups_are_in_their_order():
    assert main_groups() == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]


def test_british_spelling_throughout():
    assert [row["code"] for row in rows() if re.search(r"leukemia|tumor\b|tumors", row["name_en"])] == []


@with_sources
def test_the_tree_is_the_source_s():
    theirs = {row["code"]: row["parent_code"] for row in source("iccc3")}
    assert {row["code"]: row["parent"] for row in rows()} == theirs


# Words


def test_the_words_have_the_columns_and_the_values_the_readme_lists():
    assert list(synonyms()[0]) == COLUMNS
    for row in synonyms():
        assert row["lang"] in LANGUAGES
        assert row["kind"] in KINDS
        assert row["type"] in TYPES
        assert set(several(row["flags"])) <= FLAGS
        assert set(several(row["conditions"])) <= codes(), row["term"]
        assert row["term"]
        assert row["term"] == tidy(row["term"])
        assert control_character_in(row["term"]) is None


def test_a_term_means_one_thing_in_a_language():
    owners = {}
    for row in synonyms():
        owners.setdefault((row["lang"], row["term"].casefold()), set()).add(row["concept"])
    assert {key: found for key, found in owners.items() if len(found) > 1} == {}


def test_no_row_is_there_twice():
    assert max(Counter((row["concept"], row["lang"], row["term"]) for row in synonyms()).values()) == 1


def test_a_concept_is_one_type_one_set_of_codes_and_named_by_its_english_preferred_term():
    kinds, preferred = {}, Counter()
    for row in synonyms():
        kinds.setdefault(row["concept"], set()).add((row["type"], row["conditions"]))
        preferred[row["concept"], row["lang"]] += row["kind"] == "preferred"
        if (row["lang"], row["kind"]) == ("en", "preferred"):
            assert row["term"] == row["concept"]
    assert [concept for concept, found in kinds.items() if len(found) > 1] == []
    assert set(preferred.values()) == {1}


def test_every_disease_is_named_in_four_languages():
    languages = {}
    for row in synonyms():
        if row["type"] == "disease":
            languages.setdefault(row["concept"], set()).add(row["lang"])
    assert [concept for concept, found in languages.items() if found != set(LANGUAGES)] == []


@pytest.mark.parametrize(
    ("term", "lang", "conditions"),
    [
        ("botkanker", "nl", "VIII"),
        ("cancer des os", "fr", "VIII"),
        ("Knochenkrebs", "de", "VIII"),
        ("neuroblastome", "fr", "IVa"),
        ("hersentumor", "nl", "III"),
        ("tumeur cérébrale", "fr", "III"),
        ("nierkanker", "nl", "VI"),
        ("leukemie", "nl", "I"),
        ("lymfoom", "nl", "II"),
        ("bloedkanker", "nl", "I; II"),
        ("ewings sarcom", "en", "VIIIc; IXd"),
        ("Ewingsarcoom", "nl", "VIIIc; IXd"),
    ],
)
def test_what_people_type_means_these_classes(term, lang, conditions):
    (row,) = meaning_of(term, lang)
    assert row["conditions"] == conditions


@pytest.mark.parametrize(
    ("term", "lang", "flag"),
    [
        ("ALL", "en", "case"),
        ("WT", "en", "case"),
        ("OS", "en", "case"),
        ("CHC", "fr", "case"),
        ("ARMS", "en", "case"),
        ("VIDE", "en", "case"),
        ("PNET", "en", "whole"),
        ("PNET5", "en", "whole"),
    ],
)
def test_the_traps_are_flagged(term, lang, flag):
    (row,) = [row for row in synonyms() if (row["term"], row["lang"]) == (term, lang)]
    assert flag in several(row["flags"])
    assert row["note"]


def test_an_ambiguous_term_says_with_what():
    assert [r["term"] for r in synonyms() if "ambiguous" in several(r["flags"]) and not r["note"]] == []


def test_two_letters_never_count_in_lower_case():
    short = [row for row in synonyms() if len(row["term"]) <= 2 and "case" not in several(row["flags"])]
    assert [row["term"] for row in short] == []


def test_pnet5_is_medulloblastoma_and_pnet_is_not():
    assert {row["concept"] for row in meaning_of("PNET5", "en")} == {"medulloblastoma"}
    assert {row["concept"] for row in meaning_of("PNET", "en")} == {"primitive neuroectodermal tumour (CNS)"}


@with_sources
def test_every_term_of_the_source_is_here_but_the_three_that_were_no_words():
    here = {strip_marks(row["term"].replace("’", "'")) for row in (*synonyms(), *drug_rows())}
    missing = {row["term"] for row in source("synonyms") if strip_marks(row["term"]) not in here}
    assert missing == {"HL (langerhansienne)", "ONC201 target", "NCI (role)"}


def test_what_goes_with_a_concept_is_said_in_concepts_of_the_vocabulary_once():
    with ALSO.open(encoding="utf-8", newline="") as file:
        pairs = [(row["concept"], row["also"]) for row in csv.DictReader(file, strict=True)]
    known = {row["concept"] for row in (*synonyms(), *drug_rows())}
    assert {name for pair in pairs for name in pair} - known == set()
    assert len(pairs) == len(set(pairs))
    assert all(concept != also for concept, also in pairs)


def test_what_keeps_two_diseases_apart_is_said_once_in_diseases_of_the_vocabulary():
    with ALSO.with_name("apart.csv").open(encoding="utf-8", newline="") as file:
        pairs = [frozenset((row["concept"], row["other"])) for row in csv.DictReader(file, strict=True)]
    diseases = {row["concept"] for row in synonyms() if row["type"] == "disease"}
    assert frozenset().union(*pairs) - diseases == set()
    assert all(len(pair) == 2 for pair in pairs)
    assert len(pairs) == len(set(pairs))


def test_a_family_is_flagged_on_its_english_preferred_term_and_has_classes():
    for row in synonyms():
        if "family" in several(row["flags"]):
            assert (row["lang"], row["kind"]) == ("en", "preferred"), row
            assert row["conditions"], row
