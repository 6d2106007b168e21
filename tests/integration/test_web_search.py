"""The search page: its state is its address."""

import re

import pytest

from directory.search import service
from tests.builders import a_centre, a_site, a_trial
from tests.journeys.world import belgium

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _index(index_dir):
    return index_dir


def text(client, query="", language="en", **headers):
    answer = client.get(f"/{language}/trials/{query}", headers=headers)
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def found(client, query="", language="en"):
    """The slugs of the results, in order."""
    page = text(client, query, language)
    return re.findall(rf'<h3><a href="/{language}/trials/([^/]+)/"', page)


@pytest.mark.parametrize(
    ("language", "words", "slug"),
    [
        ("en", "ewings sarcom", "ieuroewing"),
        ("en", "NCT04307576", "alltogether1"),
        ("en", "2018-001795-38", "alltogether1"),
        ("fr", "neuroblastome", "beacon2"),
        ("nl", "botkanker", "ieuroewing"),
        ("de", "Neuroblastom", "beacon2"),
    ],
)
def test_a_disease_an_acronym_or_a_number_finds_its_trial_first(client, language, words, slug):
    belgium()
    assert found(client, f"?q={words}", language)[0] == slug


def test_a_result_names_its_sites_with_status_and_freshness(client):
    belgium()
    page = text(client, "?q=ieuroewing")
    assert re.search(r"Recruiting.*confirmed on \d.*Ghent University Hospital", page)
    assert re.search(r"Recruiting.*not confirmed since.*University Hospitals Leuven", page)
    assert re.search(r"Suspended.*disputed.*CHC MontLégia Clinic.*A registry says otherwise", page)


def test_facets_are_checkboxes_with_counts_and_those_chosen_are_ticked(client):
    belgium()
    page = text(client, "?status=recruiting")
    assert re.search(r'id="f-status-recruiting" name="status" value="recruiting" checked', page)
    assert re.search(
        r'name="status" value="suspended"><label[^>]*>Suspended <span class="count">1</span>', page
    )


def test_a_facets_count_is_what_the_click_gives(client):
    belgium()
    page = text(client, "?q=sarcoma")
    counts = re.findall(
        r'name="(phase|centre|stage)" value="([^"]+)">.*?<span class="count">(\d+)</span>', page
    )
    assert len(counts) >= 4
    for name, value, count in counts:
        assert len(found(client, f"?q=sarcoma&{name}={value}")) == int(count), (name, value)


def test_conditions_are_a_tree_below_their_groups(client):
    belgium()
    page = text(client)
    assert page.index('id="f-condition-viii"') < page.index('id="f-condition-viiic"')
    assert ">Bone tumours" in page


def test_a_chip_is_the_address_without_its_filter(client):
    belgium()
    page = text(client, "?q=ewing&status=recruiting&phase=phase3&page=1")
    assert '<a class="chip" href="/en/trials/?q=ewing&amp;phase=phase3">' in page
    assert '<a class="chip" href="/en/trials/?q=ewing&amp;status=recruiting">' in page
    assert '<a href="/en/trials/?q=ewing">Remove all filters</a>' in page


def test_near_and_within_are_one_chip_and_show_distances(client):
    belgium()
    page = text(client, "?near=9000&within=60")
    assert "9000, ≤ 60 km" in page
    assert re.search(r"Ghent University Hospital</a> <span class=\"note\">\(\d+ km\)", page)


def test_a_centre_without_coordinates_gets_the_distance_of_its_postal_code(client):
    a_site(
        a_trial("Alpha"), a_centre("chc", postal_code="4000", latitude=None, longitude=None, name="Clinic C")
    )
    service.rebuild()
    assert re.search(r"Clinic C</a> <span class=\"note\">\(\d\d+ km\)", text(client, "?near=9000"))


def test_an_age_finds_the_trials_open_to_it_and_a_missing_bound_is_open(client):
    belgium()
    assert "ieuroewing" not in found(client, "?age=6m")
    assert "reecur" in found(client, "?age=6m")
    assert "beacon2" not in found(client, "?age=6m")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("age", "abc", "“abc” is not an age."),
        ("age", "-3", "“-3” is not an age."),
        ("age", "200y", "“200y” is older than 120 years."),
        ("near", "0001", "“0001” is not a place."),
        ("near", "nowhere", "“nowhere” is not a place."),
        ("within", "far", "“far” is not a number of kilometres"),
        ("q", "%00", "control character U+0000"),
        ("q", "x" * 10_000, "10000 characters"),
    ],
)
def test_a_bad_value_is_one_sentence_at_its_field_and_the_other_fields_are_kept(
    client, name, value, sentence
):
    belgium()
    page = text(client, f"?{name}={value}&phase=phase3")
    error = page.partition(f'id="{name}-error">')[2].partition("</li>")[0]
    assert sentence in error
    assert page.count(sentence) == 1
    assert f'aria-describedby="{name}-error"' in page or f' {name}-error"' in page
    assert 'aria-invalid="true"' in page
    assert '<input type="hidden" name="phase" value="phase3">' in page


def test_nothing_is_listed_below_a_bad_value_and_the_form_keeps_its_layout(client):
    belgium()
    page = text(client, "?age=abc&within=x&near=9000&q=ewing")
    assert found(client, "?age=abc&within=x&near=9000&q=ewing") == []
    assert 'id="search-body"' not in page
    assert page.index('<button type="submit" class="primary">') < page.index('class="error-summary"')
    assert page.index('class="error-summary"') < page.index("</form>")


def test_a_bad_facet_value_is_named_and_not_sent_again(client):
    belgium()
    page = text(client, "?status=sometimes&q=ewing&phase=phase3").partition("<main")[2]
    assert page.count("“sometimes” is not a status.") == 1
    assert 'name="status"' not in page
    assert 'name="phase" value="phase3"' in page


def test_a_bad_value_met_by_htmx_leads_to_the_whole_page_with_its_sentence(client):
    belgium()
    answer = client.get("/en/trials/?age=abc&phase=phase3", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/en/trials/?age=abc&phase=phase3"
    assert answer.content == b""
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("name", ["q", "near", "age"])
def test_bytes_that_are_no_text_are_said_and_nothing_is_searched(client, name):
    belgium()
    page = text(client, f"?{name}=%ff")
    assert page.partition(f'id="{name}-error">')[2].partition("</li>")[0] != ""
    assert "0 trials" not in page
    assert "not UTF-8" in text(client, "?q=%ff")


def test_near_a_place_and_without_words_the_nearest_comes_first(client):
    world = belgium()
    far = a_trial("Aaa", at=[world["liege"]])
    service.rebuild()
    assert found(client, "?near=9000")[-2:] == [far.slug, "reecur"]  # the last has no site
    assert found(client, "?near=9000") == found(client, "?near=9000&ordering=distance")
    assert found(client, "?near=9000&ordering=acronym")[0] == far.slug
    page = text(client, "?near=9000")
    assert '<option value="" selected>Nearest</option>' in page
    assert "Best match" not in page


def test_with_words_the_best_match_comes_first_wherever_it_is(client):
    belgium()
    page = text(client, "?near=9000&q=ewing")
    assert '<option value="relevance" selected>Best match</option>' in page
    assert '<option value="distance">Nearest</option>' in page


def test_the_order_of_a_place_that_was_taken_out_is_forgotten(client):
    belgium()
    assert found(client, "?near=&ordering=distance") == found(client)
    assert 'class="error-summary"' not in text(client, "?ordering=distance")


def test_within_says_that_no_distance_is_in_force(client):
    belgium()
    assert re.search(r'id="within"[^>]*placeholder="any"', text(client))
    assert re.search(r'id="within"[^>]*placeholder="onbeperkt"', text(client, language="nl"))


def test_the_facet_of_statuses_says_whose_status_it_is(client):
    belgium()
    page = text(client)
    assert "<summary>Status in Belgium</summary>" in page
    assert "<summary>Status of the whole trial</summary>" in page
    assert 'aria-describedby="hint-trial_status"' in page
    assert "<summary>Statut en Belgique</summary>" in text(client, language="fr")


@pytest.mark.parametrize("place", ["centre=uz-gent", "province=BE-VOV", "network=suhopl", "country=BE"])
def test_where_a_place_is_chosen_the_status_is_called_that_of_the_place(client, place):
    belgium()
    page = text(client, f"?status=recruiting&{place}")
    assert "Status at the places chosen" in page.partition("</summary>")[2]
    assert "Status in Belgium" not in page


def test_a_trial_that_is_over_elsewhere_is_found_by_its_own_status_alone(client):
    belgium()
    assert found(client, "?status=completed") == []
    assert found(client, "?trial_status=completed") == ["reecur"]


def test_an_address_may_say_where_trials_recruit_and_a_chip_shows_it(client):
    belgium()
    assert sorted(found(client, "?recruiting_in=BE")) == ["beacon2", "ieuroewing"]
    page = text(client, "?recruiting_in=BE&phase=phase3")
    assert re.search(r'chip-legend">Recruiting in:</span> Belgium', page)
    assert 'id="facet-recruiting_in"' not in text(client)


def test_a_name_in_another_language_says_so_wherever_it_stands(client):
    world = belgium()
    page = text(client, "?network=suhopl&centre=chc-montlegia", "fr")
    assert '<span lang="en">SUHOPL</span>' in page
    assert re.search(r'<label for="f-centre-chc-montlegia"><span lang="en">CHC MontLégia Clinic</span>', page)
    assert re.search(r'#site-chc-montlegia" lang="en">CHC MontLégia Clinic', page)
    assert re.search(r'#site-uz-gent">Hôpital universitaire de Gand', text(client, "?q=ieuroewing", "fr"))
    crumbs = client.get(f"/fr/centres/{world['liege'].code}/").content.decode()
    assert '<li aria-current="page"><span lang="en">CHC MontLégia Clinic</span></li>' in crumbs


def test_a_french_chip_has_its_space_before_the_colon(client):
    belgium()
    assert "Près de\N{NO-BREAK SPACE}:" in client.get("/fr/trials/?near=9000").content.decode()


def test_parameters_that_are_not_ours_are_ignored_and_not_passed_on(client):
    belgium()
    page = text(client, "?utm_source=mail&q=ewing&status=recruiting").partition("<main")[2]
    assert "utm_source" not in page
    assert found(client, "?utm_source=mail&q=ewing") == found(client, "?q=ewing")


ODD = (
    "?q=%27%22%3C%3E", "?q=AND+OR+NOT+(((", "?q=%25", "?q=%E2%80%AE", "?page=abc", "?page=-1", "?page=0",
    "?page=99999999999999999999", "?page=99999", "?ordering=distance", "?ordering=nonsense",
    "?status=&phase=", "?near=9000&within=-1", "?sex=x", "?age=1&age=2", "?q=a&q=b", "?country=XX",
)  # fmt: skip


@pytest.mark.parametrize("query", ODD)
def test_nothing_typed_breaks_the_page(client, query):
    belgium()
    assert "Find a trial" in text(client, query)


def test_an_empty_answer_says_which_filter_to_drop_and_what_that_gives(client):
    belgium()
    page = text(client, "?q=ewing&phase=phase3&stage=relapsed")
    assert "No trials found" in page
    assert '<a href="/en/trials/?q=ewing&amp;stage=relapsed">Without Phase: Phase 3</a> – 1 trial' in page
    assert (
        '<a href="/en/trials/?q=ewing&amp;phase=phase3">Without Stage of disease: Relapsed</a> – 1 trial'
        in page
    )


def test_a_word_that_is_nowhere_offers_the_nearest_one(client):
    belgium()
    page = text(client, "?q=neurblastoma")
    assert "Did you mean" in page
    assert "beacon2" in found(client, "?q=neurblastoma")


def test_an_ambiguous_abbreviation_offers_what_it_may_mean(client):
    belgium()
    assert re.search(
        r'Bedoelde u <a href="[^"]*q=osteosarcoom[^"]*">osteosarcoom</a>\?',
        text(client, "?q=OS", language="nl"),
    )
    assert "Did you mean" not in text(client, "?q=neuroblastoma")


def test_pages_of_results_are_links_that_keep_the_question(client):
    for number in range(45):
        a_trial(f"Bulk-{number:02}", phases=["phase1"])
    service.rebuild()
    first, second = found(client, "?phase=phase1"), found(client, "?phase=phase1&page=2")
    third = found(client, "?phase=phase1&page=3")
    assert (len(first), len(second), len(third)) == (20, 20, 5)
    assert not set(first) & set(second)
    page = text(client, "?phase=phase1&page=2")
    assert "Page 2 of 3" in page
    assert 'rel="next" href="/en/trials/?phase=phase1&amp;page=3"' in page
    assert 'rel="prev" href="/en/trials/?phase=phase1&amp;page=1"' in page


def test_a_page_beyond_the_last_is_the_last(client):
    belgium()
    assert found(client, "?page=77") == found(client)


def test_htmx_gets_the_part_that_changes_and_the_address_to_show(client):
    belgium()
    answer = client.get("/en/trials/?q=ewing&age=&phase=phase3", headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert "<html" not in part
    assert "iEuroEwing" in part
    assert answer["HX-Push-Url"] == "/en/trials/?q=ewing&phase=phase3"
    assert "HX-Request" in answer["Vary"]


def test_htmx_that_lost_its_history_gets_the_whole_page(client):
    belgium()
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/en/trials/", headers=headers).content.decode()


def test_without_an_index_the_page_asks_for_patience_and_other_pages_work(client):
    a_trial("Alpha")
    answer = client.get("/en/trials/?q=alpha")
    assert answer.status_code == 503
    assert "The search is being prepared." in answer.content.decode()
    assert client.get("/en/").status_code == 200
    assert client.get("/en/trials/alpha/").status_code == 200


def test_a_trial_that_left_the_index_between_two_steps_is_left_out(client, monkeypatch):
    belgium()
    monkeypatch.setattr(service, "documents", lambda kind, keys: [])
    assert found(client, "?q=ewing") == []
