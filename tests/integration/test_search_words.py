"""Words that go together: what is left out and named, places, OR and NOT, numbers, and no hit by chance."""

from itertools import permutations

import pytest

from directory.search import service
from directory.search.service import Ask
from tests import builders as b

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]


@pytest.fixture
def registry(db, index_dir):
    """Three towns with a centre, one of them with two, and trials that each say something else."""
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital", name_nl="UZ Gent",
                       name_fr="Hôpital universitaire de Gand", aliases=["UZ Gent"])  # fmt: skip
    liege = b.a_centre("chu-liege", name="Liège University Hospital", city="Liège", postal_code="4000",
                       name_fr="CHU de Liège", latitude=50.572, longitude=5.565)  # fmt: skip
    chc = b.a_centre("chc", name="CHC MontLégia Clinic", city="Liège", postal_code="4000", aliases=["CHC"],
                     latitude=50.662, longitude=5.545)  # fmt: skip
    leuven = b.a_centre("uz-leuven", name="University Hospitals Leuven", city="Leuven", postal_code="3000",
                        name_fr="Hôpitaux universitaires de Louvain",
                        latitude=50.8796, longitude=4.7009)  # fmt: skip
    ewing = {"conditions": ["VIIIc", "IXd"], "disease_terms": ["Ewing sarcoma"]}
    leukaemia = {"conditions": ["Ia"], "disease_terms": ["Acute lymphoblastic leukaemia"]}
    b.a_trial("BONE-G", title_en="Newly diagnosed Ewing sarcoma", at=[ghent], **ewing)
    b.a_trial("BONE-L", title_en="Relapsed Ewing sarcoma", at=[liege, leuven], stages=["relapsed"], **ewing)
    b.a_trial("BONE-X", title_en="Ewing sarcoma abroad", status="unknown", **ewing)
    b.a_trial("OSTEO", title_en="Osteosarcoma", conditions=["VIIIa"], at=[leuven])
    b.a_trial("BLOOD-HR", title_en="High-risk acute lymphoblastic leukaemia", at=[chc], **leukaemia)
    b.a_trial("BLOOD-SR", title_en="Standard-risk acute lymphoblastic leukaemia", at=[ghent], **leukaemia)
    b.a_trial("MYELO", title_en="Acute myeloid leukaemia", conditions=["Ib"], at=[(ghent, "recruiting")])
    b.a_trial("HYP", title_en="Hypnosis for pain in cancer", at=[liege])
    b.a_trial("FAM", title_en="Psychosocial risk in families", conditions=[], at=[ghent])
    b.a_trial("BRAIN", title_en="Medulloblastoma", conditions=["IIIc"])
    # Of a wider class, with the words of others: what is found by chance.
    b.a_trial("MOBIL", title_en="Plerixafor, neuroblastoma and brain tumours, standard regimens",
              conditions=["III", "IVa"], status="completed")  # fmt: skip
    numbers = {"ONE": "NCT04307576", "TWO": "2022-501454-11-00", "THREE": "NCT04625907"}
    for acronym, number in numbers.items():
        b.a_trial(acronym, title_en=f"Trial {acronym.lower()}", identifiers=[number], status="unknown")
    b.a_trial("ISRC/FOUR", title_en="Fourth", identifiers=["ISRCTN45535982"], status="unknown")
    service.rebuild()


def answer(q, **more):
    return service.find(Ask(q=q, **more), limit=100)


def keys(q, **more):
    return [hit.key for hit in answer(q, **more).hits]


def without(q, **more):
    return {hit.key: hit.without for hit in answer(q, **more).hits}


class TestWordsLeftOut:
    def test_the_rarest_word_weighs_most_and_what_is_left_out_is_named(self):
        found = answer("pain families xyzzyq hypnosis")
        assert found.relaxed
        assert [(hit.key, hit.without) for hit in found.hits] == [
            ("hyp", ("families", "xyzzyq")),
            ("fam", ("pain", "xyzzyq", "hypnosis")),
        ]
        assert found.without == ("xyzzyq",)
        assert without("hypnosis xyzzyq") == {"hyp": ("xyzzyq",)}

    def test_a_word_that_many_have_does_not_outweigh_one_that_few_have(self):
        # One is of hypnosis, three are acute.
        assert keys("hypnosis families xyzzyq")[0] in ("hyp", "fam")
        assert keys("hypnosis acute xyzzyq")[0] == "hyp"

    def test_each_result_says_which_of_the_words_it_lacks(self):
        found = without("ewing hypnosis relapsed")
        assert found["bone-l"] == ("hypnosis",)
        assert found["bone-g"] == ("hypnosis", "relapsed")
        assert answer("ewing hypnosis relapsed").without == ("hypnosis",)

    def test_the_disease_stays_and_no_other_takes_its_place(self):
        assert set(keys("ewing hypnosis")) == {"bone-g", "bone-l", "bone-x"}
        assert set(keys("hypnosis ewing osteosarcoma")) >= {"bone-g", "osteo"}

    def test_what_has_all_of_the_words_lacks_none(self):
        found = answer("ewing relapsed")
        assert (found.relaxed, found.without) == (False, ())
        assert without("ewing relapsed") == {"bone-l": ()}

    def test_nothing_that_has_any_of_the_words_is_no_partial_answer(self):
        found = answer("xyzzyq qqqqqqqq")
        assert (found.count, found.without) == (0, ())

    @pytest.mark.parametrize("kind", ["centre", "network", "site"])
    def test_other_records_say_it_too(self, kind):
        found = answer("gent xyzzyq", kind=kind)
        assert [hit.without for hit in found.hits] == [("xyzzyq",)] * found.count
        assert found.count or kind == "network"


class TestRisk:
    @pytest.mark.parametrize(
        "q",
        ["haut risque LLA", "Hochrisiko Leukämie", "hoogrisico leukemie", "high risk ALL", "LLA haut risque"],
    )
    def test_a_risk_finds_the_trials_of_that_risk(self, q):
        assert keys(q) == ["blood-hr"]

    @pytest.mark.parametrize("q", ["risque standard LLA", "standaardrisico leukemie", "Standardrisiko-ALL"])
    def test_a_standard_risk_is_no_high_risk(self, q):
        assert keys(q) == ["blood-sr"]

    @pytest.mark.parametrize("q", ["ewing haut risque", "Hochrisiko Ewing", "hoogrisico ewingsarcoom"])
    def test_where_no_trial_says_the_risk_the_disease_is_found_and_the_risk_is_named(self, q):
        found = answer(q)
        assert {hit.key for hit in found.hits} == {"bone-g", "bone-l", "bone-x"}
        assert len(found.without) == 1
        assert found.without[0] in q

    @pytest.mark.parametrize("q", ["médulloblastome risque standard", "medulloblastoma standard risk"])
    def test_one_hit_by_chance_hides_no_trial_of_the_disease(self, q):
        assert keys(q)[0] == "brain"

    def test_words_of_another_disease_beside_it_hide_none_either(self):
        # It has the words, and brain tumours are wider than medulloblastoma.
        assert keys("medulloblastoma regimens")[0] == "brain"
        assert keys("brain tumour regimens") == ["mobil"]

    def test_psychosocial_risk_is_no_risk_of_a_disease(self):
        assert keys("psychosocial risk") == ["fam"]
        assert "fam" not in keys("high risk")


class TestPlaces:
    @pytest.mark.parametrize(
        ("q", "first"),
        [
            ("ewing Gent", "bone-g"), ("ewing Gand", "bone-g"), ("ewing Ghent", "bone-g"),
            ("UZ Gent ewing", "bone-g"), ("ewing 9000", "bone-g"), ("ewing B-9000", "bone-g"),
            ("ewing Oost-Vlaanderen", "bone-g"), ("ewing Liège", "bone-l"), ("ewing Luik", "bone-l"),
            ("ewing Lüttich", "bone-l"), ("ewing Leuven", "bone-l"), ("ewing Louvain", "bone-l"),
            ("ewing 3000", "bone-l"), ("ewing Namur", "bone-l"), ("ewing Aalst", "bone-g"),
            ("ewing 9000 Gent", "bone-g"), ("ewing Seraing", "bone-l"), ("ewing CHU de Liège", "bone-l"),
        ],
    )  # fmt: skip
    def test_a_place_decides_what_comes_first_and_hides_nothing(self, q, first):
        found = keys(q)
        assert found[0] == first
        assert set(found) == {"bone-g", "bone-l", "bone-x"}
        assert found[-1] == "bone-x"

    def test_what_has_no_site_there_says_so_and_a_postal_code_is_no_word(self):
        assert without("ewing Gent") == {"bone-g": (), "bone-l": ("Gent",), "bone-x": ("Gent",)}
        assert set(without("ewing 9000").values()) == {()}
        assert not answer("ewing Gent").relaxed

    def test_a_place_where_nothing_of_it_is_is_named_once_for_all(self):
        found = answer("hypnosis Gent")
        assert (found.hits[0].key, found.without) == ("hyp", ("Gent",))

    def test_the_answer_knows_the_centres_and_the_point(self):
        place = answer("ewing liège").place
        assert (place.label, place.centres) == ("liège", {"chu-liege", "chc"})
        assert round(place.point.latitude, 1) == 50.6
        assert answer("ewing").place is None

    def test_a_site_there_comes_before_a_nearer_one_that_recruits(self):
        closed = b.a_trial("OLD", title_en="Chordoma", conditions=["VIIId"], status="completed")
        ghent, leuven = (b.Centre.objects.get(code=code) for code in ("uz-gent", "uz-leuven"))
        b.a_site(closed, ghent, status="completed")
        b.a_trial("NEW", title_en="Chordoma", conditions=["VIIId"], at=[leuven])
        service.rebuild()
        assert keys("chordoma gent") == ["old", "new"]
        assert keys("chordoma aalst") == ["new", "old"]

    def test_a_place_alone_finds_what_is_there(self):
        assert set(keys("Gent")) == {"bone-g", "blood-sr", "myelo", "fam"}
        assert keys("9000")[0] in ("bone-g", "blood-sr", "myelo", "fam")
        assert answer("9000").count == answer("").count

    def test_the_number_in_a_trials_name_is_no_postal_code(self):
        b.a_trial("LBL 2018", title_en="Lymphoblastic lymphoma", conditions=["IIb"])
        service.rebuild()
        assert keys("LBL 2018") == ["lbl-2018"]
        assert answer("LBL 2018").place is None
        assert answer("ewing 2000").place.label == "2000"

    def test_two_places_are_both_meant(self):
        assert set(keys("ewing Gent OR Leuven")[:2]) == {"bone-g", "bone-l"}
        assert answer("ewing Gent Leuven").place.centres == {"uz-gent", "uz-leuven"}

    @pytest.mark.parametrize("kind", ["site", "centre"])
    def test_for_other_records_a_place_is_a_word(self, kind):
        assert answer("gent", kind=kind).place is None

    def test_another_order_keeps_what_is_found(self):
        assert set(keys("ewing Gent", ordering="acronym")) == set(keys("ewing Gent"))


class TestOrAndNot:
    @pytest.mark.parametrize("word", ["OR", "or", "OF", "OU", "ODER"])
    def test_or_finds_what_either_finds(self, word):
        for one, other in permutations(["ewing", "osteosarcoma", "hypnosis"], 2):
            assert set(keys(f"{one} {word} {other}")) == set(keys(one)) | set(keys(other))

    def test_or_never_finds_less_than_each_side(self):
        for before, one, other in (("relapsed", "ewing", "osteosarcoma"), ("acute", "ALL", "AML")):
            both = set(keys(f"{before} {one} OR {other}"))
            for side in (f"{before} {one}", f"{before} {other}"):
                assert both >= (set() if answer(side).relaxed else set(keys(side)))
            assert both

    def test_or_is_no_partial_answer(self):
        found = answer("ewing OR xyzzyq")
        assert not found.relaxed
        assert {hit.key for hit in found.hits} == {"bone-g", "bone-l", "bone-x"}

    @pytest.mark.parametrize(
        "q", ["{} NOT {}", "{} NIET {}", "{} PAS {}", "{} NICHT {}", "{} -{}", "{} not {}"]
    )
    def test_not_excludes_and_never_the_reverse(self, q):
        for wanted, unwanted in (("leukaemia", "AML"), ("ewing", "relapsed"), ("leukaemia", "ALL")):
            found = keys(q.format(wanted, unwanted))
            assert set(found) == set(keys(wanted)) - set(keys(f"{wanted} {unwanted}"))
            assert found
            assert answer(q.format(wanted, unwanted)).excluded == (unwanted,)

    def test_what_is_denied_in_a_title_is_another_disease(self):
        b.a_trial("NHL", title_en="B-cell non-Hodgkin lymphoma", conditions=["IIb"])
        b.a_trial("HL", title_en="Hodgkin lymphoma", conditions=["IIa"])
        service.rebuild()
        assert keys("lymphoma NOT hodgkin") == ["nhl"]
        assert keys("non-hodgkin lymphoma") == ["nhl"]

    def test_what_is_not_wanted_alone_leaves_all_others(self):
        assert set(keys("-ewing")) == set(keys("")) - set(keys("ewing"))

    def test_signs_that_are_not_understood_are_named_and_the_words_searched(self):
        found = answer('"relapsed ewing sarcoma"')
        assert (found.ignored, found.hits[0].key) == (('"…"',), "bone-l")
        assert answer("ewing").ignored == ()


class TestNumbers:
    @pytest.mark.parametrize("order", list(permutations(["one", "two", "three"])))
    @pytest.mark.parametrize("between", [" ", ", ", "\n"])
    def test_several_numbers_find_all_of_them_in_their_order(self, order, between):
        numbers = {"one": "NCT04307576", "two": "2022-501454-11-00", "three": "nct 4625907"}
        found = answer(between.join(numbers[one] for one in order))
        assert [hit.key for hit in found.hits] == [*order]
        assert (found.relaxed, found.without) == (False, ())
        assert {hit.without for hit in found.hits} == {()}

    def test_a_number_that_is_unknown_is_named_beside_those_that_are_found(self):
        found = answer("NCT04307576 NCT00000001 https://www.isrctn.com/ISRCTN45535982")
        assert [hit.key for hit in found.hits] == ["one", "isrcfour"]
        assert found.without == ("NCT00000001",)

    def test_a_number_beside_words_comes_first(self):
        assert keys("NCT04307576 Ewing sarcoma Gent")[0] in ("one", "bone-g")
        assert keys("NCT04307576 xyzzyq") == ["one"]

    @pytest.mark.parametrize(
        ("text", "slug"),
        [("NCT4307576", "one"), ("4307576", "one"), ("ISRC/FOUR", "isrcfour"), ("isrc/four", "isrcfour")],
    )
    def test_a_trial_is_named_by_a_number_without_its_zero_and_by_a_name_with_a_slash(self, text, slug):
        assert service.slug_of(text) == slug
