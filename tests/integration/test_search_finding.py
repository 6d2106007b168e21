"""Finding: what a physician types, and what comes first."""

import json

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from centres.models import Centre
from directory.core.places import locate
from directory.search import service
from directory.search.service import Answer, Ask, BadCursor
from tests import builders as b

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index_dir")]


def keys(
    q="", *, kind="trial", language="en", limit=25, ordering="relevance", near=None, within=None, **filters
):
    """Keys of what is found; every other argument is a filter."""
    ask = Ask(
        kind=kind, q=q, language=language, ordering=ordering, near=near, within=within,
        filters={name: (value,) for name, value in filters.items()},
    )  # fmt: skip
    return [hit.key for hit in service.find(ask).hits]


def answer(q, **more):
    return service.find(Ask(q=q, **more))


@pytest.fixture
def belgium(db, index_dir):
    """A small Belgium: four centres, some of the real trials."""
    ghent = b.a_centre("uz-gent", name="Ghent University Hospital", name_nl="Universitair Ziekenhuis Gent",
                       name_fr="Hôpital universitaire de Gand", aliases=["UZ Gent"])  # fmt: skip
    liege = b.a_centre(
        "chc-montlegia", name="CHC MontLégia Clinic", city="Liège", postal_code="4000", latitude=50.662,
        longitude=5.545, aliases=["CHC"],
    )  # fmt: skip
    b.a_centre("uza", name="Antwerp University Hospital", city="Edegem", postal_code="2650", latitude=51.155,
               longitude=4.445)  # fmt: skip
    b.a_network("suhopl", acronym="SUHOPL", members=[liege])
    ewing = {"conditions": ["VIIIc", "IXd"], "disease_terms": ["Ewing sarcoma"]}
    b.a_trial("iEuroEwing", at=[ghent, liege], title_en="Trial for newly diagnosed Ewing sarcoma", **ewing)
    b.a_trial("EWING 2008", status="completed", title_en="Ewing 2008", **ewing)
    b.a_trial("rEECur", status="unknown", title_en="Chemotherapy for recurrent Ewing sarcoma", **ewing)
    b.a_trial(
        "ALLTogether1", at=[(ghent, "recruiting")], identifiers=["NCT04307576", "2018-001795-38"],
        conditions=["Ia"], title_en="A Protocol for Acute Lymphoblastic Leukaemia",
    )  # fmt: skip
    b.a_trial(
        "HR-NBL2/SIOPEN", at=[(liege, "completed")], conditions=["IVa"], groups=["SIOPEN"],
        title_en="High-Risk Neuroblastoma Study 2", title_fr="Étude 2 du neuroblastome à haut risque",
    )  # fmt: skip
    b.a_trial(
        "VERITAS",
        conditions=["IVa"],
        title_en="Relapsed neuroblastoma",
        stages=["relapsed"],
        status="unknown",
    )
    b.a_trial("", slug="all-comers", title_en="A registry for all children", status="completed")
    service.rebuild()


@pytest.mark.usefixtures("belgium")
class TestWords:
    @pytest.mark.parametrize(
        ("q", "language"),
        [
            ("ewing", "en"), ("Ewing", "nl"), ("ewings sarcom", "en"), ("Ewing's sarcoma", "en"),
            ("sarcome d’Ewing", "fr"), ("Ewing-Sarkom", "de"), ("iEuroEwing", "en"), ("ieuroew", "en"),
            ("euro ewing", "en"), ("botkanker", "nl"), ("botkank", "nl"), ("cancer des os", "fr"),
            ("Knochenkrebs", "de"), ("ewign", "en"), ("gent ewing", "nl"), ("EWING GENT", "nl"),
        ],
    )  # fmt: skip
    def test_ieuroewing_comes_first(self, q, language):
        assert keys(q, language=language)[0] == "ieuroewing"

    @pytest.mark.parametrize(
        "q",
        [
            "NCT04307576",
            "nct 04307576",
            "NCT 0430-7576",
            "04307576",
            "2018-001795-38",
            "EUCTR2018-001795-38-BE",
        ],
    )
    def test_an_identifier_in_any_spelling_finds_its_trial_alone(self, q):
        assert keys(q) == ["alltogether1"]

    @pytest.mark.parametrize(
        "q", ["neuroblastome", "neuroblastoom", "Neuroblastom", "nueroblastoma", "neuroblas"]
    )
    def test_a_disease_is_found_in_any_language_and_near_spelling(self, q):
        assert set(keys(q, language="fr")) == {"hr-nbl2siopen", "veritas"}

    def test_a_stage_is_found_by_its_word_in_another_language(self):
        assert keys("récidive neuroblastome", language="fr") == ["veritas"]

    def test_all_in_capitals_is_a_leukaemia_and_all_is_a_word(self):
        assert "all-comers" not in keys("ALL leukaemia")
        assert keys("ALL")[0] == "alltogether1"
        assert "all-comers" in keys("all children")

    def test_all_words_must_match(self):
        assert keys("neuroblastoma siopen") == ["hr-nbl2siopen"]

    def test_what_matches_no_trial_whole_is_relaxed_and_says_so(self):
        strict, relaxed = answer("neuroblastoma siopen"), answer("neuroblastoma siopen zzzzqqq xxxyyy")
        assert not strict.relaxed
        assert relaxed.relaxed
        assert relaxed.hits[0].key == "hr-nbl2siopen"

    def test_nothing_is_found_for_what_nobody_has(self):
        found = answer("qqqqqqqq")
        assert (found.count, found.hits, found.next, found.relaxed) == (0, (), None, False)

    def test_an_exact_word_comes_before_a_beginning_and_that_before_a_near_spelling(self):
        for acronym in ("KALIO", "KALIOPE", "KALIX"):
            b.a_trial(acronym)
        service.rebuild()
        assert keys("kalio") == ["kalio", "kaliope"]
        assert keys("kaliop") == ["kaliope"]
        assert set(keys("kaliz")) == {"kalio", "kalix", "kaliope"}

    def test_a_known_word_is_not_taken_for_a_typing_error_of_another(self):
        b.a_trial("NEPHRO", title_en="Nephroblastoma")
        service.rebuild()
        assert "nephro" not in keys("neuroblastoma")

    def test_a_typing_error_is_answered_and_corrected(self):
        found = answer("neurobalstoma siopen")
        assert found.hits[0].key == "hr-nbl2siopen"
        assert found.did_you_mean.lower() == "neuroblastoma siopen"
        assert answer("neuroblastoma").did_you_mean is None

    def test_among_equals_what_recruits_comes_first(self):
        assert keys("ewing")[0] == "ieuroewing"
        assert keys()[-1] in ("all-comers", "ewing-2008", "hr-nbl2siopen")

    def test_among_equals_a_recruiting_site_counts_more_than_a_trial_without_any(self):
        ghent = Centre.objects.get(code="uz-gent")
        for acronym, status, at in (
            ("AAA", "completed", []), ("BBB", "recruiting", []), ("CCC", "completed", [(ghent, "completed")]),
            ("DDD", "recruiting", [(ghent, "recruiting")]), ("EEE", "unknown", [(ghent, "recruiting")]),
            ("FFF", "active_not_recruiting", []),
        ):  # fmt: skip
            b.a_trial(acronym, status=status, at=at, title_en="Chordoma", conditions=["VIIId"])
        service.rebuild()
        assert keys("chordoma") == ["ddd", "eee", "bbb", "fff", "ccc", "aaa"]

    def test_among_equals_what_is_about_fewer_diseases_comes_first(self):
        for acronym, conditions in (("AAA", []), ("BBB", ["VIII", "IX"]), ("CCC", ["VIIId"])):
            b.a_trial(acronym, title_en="Chordoma", conditions=conditions)
        service.rebuild()
        assert keys("chordoma") == ["ccc", "bbb", "aaa"]

    def test_a_disease_in_an_acronym_is_worth_no_more_than_in_a_title(self):
        b.a_trial("OLD-NEUROBLASTOMA", status="completed", title_en="Something", conditions=["IVa"])
        service.rebuild()
        assert keys("neuroblastoma")[-1] == "old-neuroblastoma"

    def test_at_a_centre_what_recruits_there_comes_first(self):
        ghent, liege = (Centre.objects.get(code=code) for code in ("uz-gent", "chc-montlegia"))
        b.a_trial("AAA", at=[(ghent, "completed"), (liege, "recruiting")], title_en="Chordoma")
        b.a_trial("BBB", at=[(ghent, "recruiting"), (liege, "completed")], title_en="Chordoma")
        service.rebuild()
        assert keys("chordoma gent") == ["bbb", "aaa"]
        assert keys("chordoma chc-montlegia") == ["aaa", "bbb"]

    def test_what_is_not_hodgkin_does_not_come_before_what_is(self):
        b.a_trial("AAA", title_en="Non-Hodgkin lymphoma", conditions=["IIb"])
        b.a_trial("BBB", title_en="Classical Hodgkin lymphoma", conditions=["IIa"])
        service.rebuild()
        assert keys("hodgkinlymfoom", language="nl")[0] == "bbb"

    def test_the_disease_stays_when_a_query_is_relaxed(self):
        found = answer("neuroblastoma gent zzzzqqq")
        assert found.relaxed
        assert {hit.key for hit in found.hits} == {"hr-nbl2siopen", "veritas"}

    def test_what_goes_with_an_alteration_is_found_below_what_says_it_and_says_by_what(self):
        b.a_trial("AAA", title_en="Ewing tumours with EWSR1::FLI1", status="completed", conditions=["VIIIc"])
        service.rebuild()
        hits = {hit.key: hit.why for hit in answer("EWSR1-FLI1").hits}
        assert next(iter(hits)) == "aaa"
        assert hits["aaa"] == ()
        assert hits["ieuroewing"] == ("Related term: Ewing sarcoma",)
        assert answer("qqqqqqqq").count == 0

    def test_a_phase_is_found_in_words_and_figures(self):
        b.a_trial("AAA", title_en="Chordoma", phases=["phase3"])
        b.a_trial("BBB", title_en="Chordoma", phases=["phase1", "phase2"])
        service.rebuild()
        assert keys("fase 3 chordoma") == keys("chordoma phase III") == ["aaa"]
        assert keys("phase I/II chordoma") == ["bbb"]

    def test_an_ambiguous_abbreviation_offers_its_readings(self):
        readings = dict(answer("CHC", language="fr").readings)
        assert readings == {
            "carcinome hépatocellulaire": "carcinome hépatocellulaire",
            "CHC MontLégia Clinic": "CHC MontLégia Clinic",
        }
        assert answer("ALL relapse").readings == (
            ("acute lymphoblastic leukaemia", "acute lymphoblastic leukaemia relapse"),
        )
        assert [label for label, _query in answer("os", language="nl").readings] == ["osteosarcoom"]
        assert answer("neuroblastoma").readings == ()

    def test_a_trial_that_has_none_of_the_words_says_why_it_is_found(self):
        hits = {hit.key: hit.why for hit in service.find(Ask(q="botkanker", language="nl")).hits}
        assert hits["ieuroewing"] == ("Disease group: Kwaadaardige bottumoren",)
        assert all(hit.why == () for hit in answer("ewing sarcoma").hits)
        there = {hit.key: hit.why for hit in answer("botkanker gent", language="nl").hits}
        # A place filters nothing, so it leaves the reasons as they are.
        assert there == hits

    @pytest.mark.parametrize(
        "q",
        [
            "AND OR NOT (((",
            '"ewing',
            "title:ewing",
            "*",
            "ewing*",
            "ewing~2",
            "[a TO b]",
            "+-!(){}^\\/",
            "🎗️",
            "‮gniwe‬",
        ],
    )
    def test_what_looks_like_a_query_language_is_only_words(self, q):
        answer(q)

    def test_signs_around_a_word_do_not_matter(self):
        assert keys('"ewing*~2 (') == [] or keys('"ewing" (')[0] == "ieuroewing"

    @given(st.text(max_size=60))
    @hypothesis_settings(max_examples=60)
    def test_any_text_is_answered_or_refused_with_a_sentence(self, q):
        try:
            found = answer(q)
        except ValueError as error:
            found = error
        assert isinstance(found, Answer) or str(found).endswith(".")


@pytest.mark.usefixtures("belgium")
class TestPlaces:
    def test_centres_are_found_by_town_alias_and_any_language(self):
        for q in ("gent", "Gand", "UZ Gent", "uzgent", "ziekenhuis gent", "uz gnet"):
            assert keys(q, kind="centre")[0] == "uz-gent"
        assert keys("CHC", kind="centre") == ["chc-montlegia"]
        assert keys("liege", kind="centre") == ["chc-montlegia"]

    def test_networks_are_found_by_name_and_member(self):
        assert keys("suhopl", kind="network") == keys("Liège", kind="network") == ["suhopl"]
        assert keys(kind="network", centre="uz-gent") == []

    def test_the_nearest_come_first_and_what_has_no_place_last(self):
        near = locate("4000")
        found = service.find(Ask(near=near, ordering="distance")).hits
        assert found[0].distance_km < 5
        assert [hit.key for hit in found[:2]] == ["hr-nbl2siopen", "ieuroewing"]
        assert found[-1].distance_km is None
        assert keys(kind="centre", near=near, ordering="distance")[0] == "chc-montlegia"
        assert keys(kind="centre", near=near, within=50) == ["chc-montlegia"]

    def test_the_distance_is_that_of_the_nearest_site_that_passes(self):
        found = service.find(Ask(near=locate("9000"), filters={"centre": ("chc-montlegia",)}))
        assert all(hit.distance_km > 100 for hit in found.hits)

    def test_distance_without_a_place_is_refused_with_a_way_out(self):
        with pytest.raises(ValueError, match="near=4000"):
            service.find(Ask(ordering="distance"))

    def test_a_centre_and_a_status_are_about_the_same_site(self):
        assert keys(centre="chc-montlegia", status="recruiting") == ["ieuroewing"]
        assert set(keys(centre="chc-montlegia")) == {"ieuroewing", "hr-nbl2siopen"}

    def test_a_trial_with_two_sites_in_ghent_and_liege_is_one_result(self):
        assert keys("ieuroewing", country="BE") == ["ieuroewing"]


@pytest.mark.usefixtures("belgium")
class TestLists:
    @pytest.mark.parametrize("ordering", ["relevance", "acronym", "updated", "opened"])
    @pytest.mark.parametrize("q", ["", "ewing"])
    def test_walking_with_cursors_meets_everything_once_both_ways(self, ordering, q):
        ask = Ask(q=q, ordering=ordering)
        whole = [hit.key for hit in service.find(ask, limit=100).hits]
        forward, cursor, previous = [], None, None
        while True:
            page = service.find(ask, limit=2, after=cursor)
            forward += [hit.key for hit in page.hits]
            previous = page.previous
            if page.next is None:
                break
            cursor = page.next
        assert forward == whole
        back = [hit.key for hit in page.hits]
        while previous:
            page = service.find(ask, limit=2, before=previous)
            back = [hit.key for hit in page.hits] + back
            previous = page.previous
        assert back == whole

    def test_a_trial_listed_meanwhile_does_not_show_another_twice(self):
        ask = Ask(ordering="acronym")
        first = service.find(ask, limit=3)
        b.a_trial("AAA-FIRST")
        service.rebuild()
        second = service.find(ask, limit=3, after=first.next)
        assert not {hit.key for hit in first.hits} & {hit.key for hit in second.hits}

    def test_a_cursor_of_another_ordering_is_refused(self):
        cursor = service.find(Ask(ordering="acronym"), limit=1).next
        with pytest.raises(BadCursor):
            service.find(Ask(ordering="updated"), after=cursor)

    def test_a_page_number_beyond_the_end_is_empty(self):
        found = service.find(Ask(), offset=1000)
        assert (found.count, found.hits) == (7, ())

    def test_sites_are_found_by_the_same_filters(self):
        sites = keys(kind="site")
        assert sites == [
            "alltogether1@uz-gent",
            "hr-nbl2siopen@chc-montlegia",
            "ieuroewing@chc-montlegia",
            "ieuroewing@uz-gent",
        ]
        assert keys(kind="site", status="completed") == ["hr-nbl2siopen@chc-montlegia"]
        assert keys("ewing", kind="site", centre="uz-gent") == ["ieuroewing@uz-gent"]
        assert keys(kind="site", near=locate("4000"), ordering="distance")[0].endswith("@chc-montlegia")
        assert keys(kind="site", trial="alltogether1") == ["alltogether1@uz-gent"]

    def test_bodies_come_in_the_order_asked_for_and_without_what_is_gone(self):
        bodies = service.bodies("trial", ["veritas", "nothing", "ieuroewing"])
        assert [json.loads(body)["slug"] for body in bodies] == ["veritas", "ieuroewing"]
        assert service.body("trial", "nothing") is None
        sites = service.bodies("site", ["ieuroewing@uz-gent", "ieuroewing@nowhere"])
        assert [json.loads(body)["centre"]["code"] for body in sites] == ["uz-gent"]

    def test_pages_get_what_they_need_on_top(self):
        (document,) = service.documents("trial", ["ieuroewing"])
        assert document["slug"] == "ieuroewing"
        assert document["_show"]["centres"]["uz-gent"]["fr"] == "Hôpital universitaire de Gand"

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("ieuroewing", "ieuroewing"), ("iEuroEwing", "ieuroewing"), ("nct 0430-7576", "alltogether1"),
            ("EUCTR2018-001795-38-BE", "alltogether1"), ("HR NBL2 SIOPEN", "hr-nbl2siopen"),
            ("NCT00000000", None), ("", None), ("x" * 90, None),
        ],
    )  # fmt: skip
    def test_a_trial_is_addressed_by_slug_identifier_or_acronym(self, text, slug):
        assert service.slug_of(text) == slug


@pytest.mark.usefixtures("belgium")
class TestSuggestions:
    def test_acronyms_come_first_then_diseases_in_the_pages_language(self):
        kinds = [(one.kind, one.label) for one in service.suggest("ieu", "nl")]
        assert kinds == [("trial", "iEuroEwing")]
        first = service.suggest("neurobl", "fr")[0]
        assert (first.kind, first.label) == ("disease", "neuroblastome")

    def test_a_centre_is_suggested_in_the_pages_language(self):
        (one,) = [one for one in service.suggest("gand", "fr") if one.kind == "centre"]
        assert (one.key, one.label, one.detail) == ("uz-gent", "Hôpital universitaire de Gand", "Gand")

    def test_a_disease_is_suggested_once_in_the_pages_language(self):
        for language, label in (("en", "neuroblastoma"), ("nl", "neuroblastoom"), ("de", "Neuroblastom")):
            found = [one.label for one in service.suggest("neuroblas", language)]
            assert found[0] == label
            assert not {"neuroblastoma", "neuroblastoom", "Neuroblastom", "neuroblastome"} & set(found[1:])

    def test_a_typing_error_still_suggests(self):
        assert service.suggest("ieuroewign", "en")[0].key == "ieuroewing"

    def test_no_more_are_given_than_asked_for_and_none_for_nothing(self):
        assert len(service.suggest("e", "en", limit=3)) == 3
        assert service.suggest(" !", "en") == []

    def test_a_control_character_is_refused(self):
        with pytest.raises(ValueError, match=r"U\+0000"):
            service.suggest("a\x00", "en")
