"""What a mail says of what is followed: no stranger's text to a stranger, no code where there is a word."""

import datetime as dt
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.http import QueryDict
from django.utils import timezone, translation

from directory.core.fields import LANGUAGE_CODES
from directory.core.roles import Role
from directory.search import service
from directory.watching import actions, describing, mails, news, questions
from directory.watching.models import Frequency, Watch, WatchKind
from directory.watching.past import PublicChange
from tests.builders import a_centre, a_network, a_trial
from trials.choices import AgeBand, Freshness, Phase, Recruitment, Sex, Stage, StudyType
from trials.conditions import codes
from trials.filters import TrialFilterSet

pytestmark = pytest.mark.django_db
CANARY = "Callnow0900canary"
MINE = "reader@example.org"
VOCABULARIES = (Recruitment, Phase, Stage, StudyType, Sex, AgeBand, Freshness)
CODES = {value for one in VOCABULARIES for value in one.values}


@pytest.fixture
def world(index_dir):
    ghent = a_centre(
        "uz-gent", name="Ghent University Hospital", name_nl="UZ Gent", name_fr="Hôpital de Gand"
    )
    a_network("itcc", acronym="ITCC", members=[ghent])
    a_trial("iEuroEwing", title_en="A trial for Ewing sarcoma", at=[ghent], identifiers=["NCT04307576"],
            title_fr="Une étude du sarcome d’Ewing")  # fmt: skip
    service.rebuild()
    return ghent


def form(query=None):
    return TrialFilterSet(query or QueryDict()).form


def asked(client, query, language="en", **data):
    answer = client.post(f"/{language}/watch/?{query}", {"email": MINE, "frequency": "daily"} | data)
    assert answer.status_code == 302, answer.content.decode()
    return mail.outbox[-1] if mail.outbox else None


def whole(message):
    """Everything that is sent: headers, text and HTML, decoded."""
    parts = [message.subject, message.body, *(str(one[0]) for one in message.alternatives)]
    return "\n".join([*parts, str(message.message()), *map(str, message.extra_headers.values())])


def link(text, part):
    return re.search(rf"https?://[^/]+(/\w\w/watch/{part}/[^\s\"<>]+)", text)[1]


# --- Nothing of a stranger's to a stranger ----------------------------------------------------------------

TEXTS = [
    {"q": CANARY}, {"q": f"ewing {CANARY}"}, {"q": f"iEuroEwing {CANARY} http://{CANARY}.example/"},
    {"q": (f"{CANARY} " * 23).strip()[:400]}, {"identifier": CANARY}, {"q": CANARY, "status": "recruiting"},
    {"q": f"<b>{CANARY}</b>"}, {"utm_source": CANARY}, {"view": CANARY}, {"q": "ewing", CANARY: "x"},
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGE_CODES)
@pytest.mark.parametrize("pairs", TEXTS, ids=str)
def test_the_mail_that_asks_to_confirm_repeats_nothing_of_what_was_typed(world, client, pairs, language):
    message = asked(client, urlencode(pairs), language)
    assert CANARY.lower() not in whole(message).lower()


def test_free_text_of_every_filter_is_left_out(world, client):
    """Whatever a filter takes that is not of a vocabulary."""
    tried = 0
    for name in TrialFilterSet.base_filters:
        query = QueryDict(urlencode({name: CANARY}))
        if form(query).is_valid() and questions.question_of(query):
            mail.outbox.clear()
            Watch.objects.all().delete()
            assert CANARY.lower() not in whole(asked(client, query.urlencode())).lower(), name
            tried += 1
    assert tried >= 2  # q, identifier


@pytest.mark.parametrize(
    ("query", "language", "told"),
    [
        ("q=ieuroewing", "en", "iEuroEwing"),
        ("q=NCT04307576", "nl", "iEuroEwing"),
        ("identifier=nct04307576", "fr", "iEuroEwing"),
        ("q=ewing", "nl", "ewingsarcoom"),
        ("q=neuroblastom+anything", "fr", "euroblastom"),
        ("q=anything", "fr", "une recherche"),
        ("q=anything", "de", "eine Suche"),
        ("", "nl", "alle studies"),
        ("status=recruiting&phase=early_phase1", "nl", "Rekruteert, Vroege fase 1"),
        ("centre=uz-gent", "fr", "Hôpital de Gand"),
        ("centre=uz-gent", "nl", "UZ Gent"),
        ("network=itcc&province=BE-VOV", "fr", "ITCC"),
        ("country=BE", "fr", "Belgique"),
        ("recruiting_in=BE", "nl", "rekruteert in België"),
        ("trial_status=recruiting", "nl", "de hele studie: Rekruteert"),
        ("condition=VIIIc", "de", "Ewing"),
        ("updated_since=2026-11-01", "fr", "modifiées depuis le 1 novembre 2026"),
        ("trial=ieuroewing", "fr", "iEuroEwing"),
    ],
)
def test_it_says_what_the_directory_itself_knows_of_it(world, client, query, language, told):
    message = asked(client, query, language)
    assert told in message.body
    assert told in message.subject


def test_it_says_so_where_words_are_left_out(world, client):
    sentence = "This email does not repeat the words typed into the search; the page shows them."
    assert sentence in asked(client, "q=anything").body
    assert sentence not in asked(client, "status=recruiting").body


def test_who_confirms_sees_the_words_first_and_then_reads_them_in_mails(world, client):
    words = f"«\u00a0{CANARY.lower()} ewing\u00a0», Recrutement ouvert"
    address = link(asked(client, f"q={CANARY}+ewing&status=recruiting", "fr").body, "confirm")
    assert words in client.get(address).content.decode()
    assert words in client.post(address).content.decode()
    with translation.override("fr"):
        told = news.TrialNews("ieuroewing", "iEuroEwing", ["Le titre a changé."])
        assert words in mails.news_mail(Watch.objects.get(), [told], "2026-11-24").body


# --- One watch, however it is written ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("q=ewing", "q=Ewing"), ("q=ewing", "q=++EWING+"), ("q=ewing+sarcoma", "q=Ewing++Sarcoma"),
        ("status=recruiting&status=suspended", "status=suspended&status=recruiting"),
        ("q=ewing&status=recruiting", "status=recruiting&q=ewing"),
        ("q=ewing", "q=ewing&ordering=relevance&page=1&view=map&utm_source=x"),
        ("status=recruiting", "status=Recruiting&status=recruiting"),
        ("q=ewing", "q=ewing&status="), ("identifier=NCT04307576", "identifier=nct+0430+7576"),
        ("updated_since=2026-11-01", "updated_since=2026-11-01T00:00:00%2B01:00"),
    ],
)  # fmt: skip
def test_two_ways_to_write_a_search_are_one_watch(world, client, one, other):
    asked(client, one)
    asked(client, other)
    assert (Watch.objects.count(), len(mail.outbox)) == (1, 1)
    assert set(questions.slugs_found(questions.question_of(QueryDict(one)), "en")) == set(
        questions.slugs_found(questions.question_of(QueryDict(other)), "en")
    )


def test_capitals_that_mean_something_else_are_kept(world):
    """`ALL` is a leukaemia, `all` is a word of every search."""
    assert questions.question_of(QueryDict("q=ALL")) != questions.question_of(QueryDict("q=all"))
    assert questions.plainest("ALL") == "ALL"


@pytest.mark.parametrize("name", TrialFilterSet.base_filters)
def test_what_is_kept_of_a_filter_is_kept_the_same_again(world, name):
    value = {"q": "Ewing", "identifier": "NCT04307576", "updated_since": "2026-11-01", "age": "4",
             "near": "9000", "within": "5"}.get(name)  # fmt: skip
    field = form().fields[name]
    value = value or next(iter(field.choices))[0]
    kept = questions.question_of(QueryDict(urlencode({name: value})))
    assert questions.question_of(QueryDict(kept)) == kept
    patient = (*questions.OF_A_PATIENT, *questions.OF_THE_PAGE)
    assert bool(kept) == (name not in patient)


# --- How often --------------------------------------------------------------------------------------------


def test_another_frequency_before_confirming_takes_effect_without_a_second_mail(world, client):
    message = asked(client, "q=ewing", frequency="daily")
    asked(client, "q=ewing", frequency="weekly")
    assert len(mail.outbox) == 1
    page = client.get(link(message.body, "confirm")).content.decode()
    assert "every week" in page
    assert "every week" in client.post(link(message.body, "confirm")).content.decode()
    assert Watch.objects.get().frequency == Frequency.WEEKLY


def test_another_frequency_of_what_is_followed_is_confirmed_by_mail_and_takes_effect(world, client):
    client.post(link(asked(client, "q=ewing", frequency="daily").body, "confirm"))
    Watch.objects.update(created_at=timezone.now() - dt.timedelta(hours=2), seq=7)
    message = asked(client, "q=Ewing", "fr", frequency="weekly")
    assert len(mail.outbox) == 2
    assert Watch.objects.get().frequency == Frequency.DAILY  # anybody may have asked
    assert "Vous suivez déjà ceci" in message.body
    assert "chaque semaine" in client.get(link(message.body, "confirm")).content.decode()
    client.post(link(message.body, "confirm"))
    kept = Watch.objects.get()
    assert (kept.frequency, kept.language, kept.seq, kept.wanted) == ("weekly", "fr", 7, {})


def test_asking_for_what_is_followed_just_so_sends_nothing(world, client):
    client.post(link(asked(client, "q=ewing").body, "confirm"))
    Watch.objects.update(created_at=timezone.now() - dt.timedelta(hours=2))
    asked(client, "q=ewing")
    assert len(mail.outbox) == 1


def test_asking_for_this_and_that_by_turns_sends_one_mail_an_hour(world, client):
    client.post(link(asked(client, "q=ewing").body, "confirm"))
    for number in range(6):
        asked(client, "q=ewing", frequency=["weekly", "daily"][number % 2], language="nl")
    assert len(mail.outbox) == 1


def test_the_page_says_when_no_mail_is_sent(world, client):
    page = client.get("/en/watch/asked/").content.decode()
    assert "It was sent an email about this within the last hour." in page
    assert f"It was sent {actions.MOST_ASKED_AN_HOUR} such emails within the last hour" in page
    assert "on its way" not in page


# --- No code where there is a word ------------------------------------------------------------------------


def site(status="recruiting", **fields):
    given = {"status": status, "status_since": "2024-06", "verified_at": "2026-01-02",
             "verified_by": "registry", "disputed": False, "centre": "uz-gent"}  # fmt: skip
    return given | fields


def trial(**fields):
    return {"status": "recruiting", "state": "listed", "title_en": "A", "sex": "all"} | fields


# Every kind of news, by its lasting word: the change that makes it.
KINDS = {
    "left": (site(), None, "uz-gent"),
    "new": (None, site(), "uz-gent"),
    "status": (site(), site("active_not_recruiting"), "uz-gent"),
    "confirmed": (site(), site(verified_at="2026-02-03"), "uz-gent"),
    "unconfirmed": (site(), site(verified_at="2025-02-03"), "uz-gent"),
    "disputed": (site(), site(disputed=True), "uz-gent"),
    "contact": (site(), site(contact_role="nurse"), "uz-gent"),
    "added": (None, trial(), ""),
    "whole": (trial(), trial(status="not_yet_recruiting"), ""),
    "title": (trial(), trial(title_en="B"), ""),
    "criteria": (trial(), trial(sex="male"), ""),
}
BY_ROLE = {
    f"{value} by {role}": (site("unknown" if value == "recruiting" else "recruiting"),
                           site(value, verified_by=role), "uz-gent")
    for value in Recruitment.values for role in Role.values
}  # fmt: skip


def codes_in(text):
    return {code for code in CODES if re.search(rf"(?<![\w/=.-]){code}(?![\w=])", text)}


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
@pytest.mark.parametrize("kind", [*KINDS, *BY_ROLE])
def test_no_news_has_a_code_of_a_vocabulary_in_it(kind, language):
    before, after, code = (KINDS | BY_ROLE)[kind]
    names = {"en": "Ghent University Hospital", "nl": "UZ Gent"} if code else {}
    step = PublicChange(1, None, "ieuroewing", code, before, after, names=names)
    with translation.override("en"):
        english = [sentence for _what, sentence in news._sentences(step)]
    with translation.override(language):
        told = [sentence for _what, sentence in news._sentences(step)]
    assert told
    assert len(told) == len(english)
    assert not set(told) & set(english)
    assert not codes_in(" ".join(told)), told


def test_every_kind_of_news_is_tried_above():
    with translation.override("en"):
        made = {
            what
            for before, after, code in KINDS.values()
            for what, _sentence in news._sentences(
                PublicChange(1, None, "a", code, before, after, names={"en": "A"})
            )
        }
    source = Path(news.__file__).read_text()
    assert made == set(re.findall(r'\(\s*"([a-z]+)",\s*(?:_\(|_dispute|gone)', source))


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_value_of_every_filter_is_told_by_its_label(world, client, language):
    """In mails, on pages and in the title of a feed: one description."""
    fields = form().fields
    tried = 0
    for name, field in fields.items():
        if name in ("ordering",) or not hasattr(field, "choices"):
            continue
        values = codes() if name == "condition" else [value for value, _label in field.choices]
        for value in list(values)[:12]:
            question = urlencode({name: value})
            with translation.override(language):
                told = describing.in_one_line(WatchKind.SEARCH, question, own_words=False)
            assert told
            assert told != value or language == "en", (name, value)
            assert "_" not in told
            tried += 1
    assert tried > 40


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_pages_and_feeds_of_a_search_say_its_filters_in_words(world, client, language):
    query = "status=not_yet_recruiting&phase=early_phase1&stage=newly_diagnosed&freshness=fresh"
    feed = client.get(f"/{language}/trials/feed.atom?{query}").content.decode()
    page = client.get(f"/{language}/watch/?{query}").content.decode()
    title = re.search("<title>(.*?)</title>", feed)[1]
    listed = re.search('<dl class="facts">(.*?)</dl>', page, re.DOTALL)[1]
    assert not codes_in(title), title
    assert not codes_in(re.sub(r'href="[^"]*"', "", listed)), listed


@pytest.mark.parametrize(
    ("since", "told"), [("2024-06-03", "le 3 juin 2024"), ("2024-06", "juin 2024"), ("2024", "2024")]
)
def test_a_month_is_no_day_in_french(since, told):
    step = PublicChange(
        1, None, "a", "uz-gent", site(), site("suspended", status_since=since), names={"en": "A"}
    )
    with translation.override("fr"):
        assert f", depuis {told}," in news._sentences(step)[0][1]
