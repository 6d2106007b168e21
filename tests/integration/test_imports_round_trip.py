"""Any record that can be stored can be exported and handed in again: nothing changes, nothing is refused."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from centres.choices import CentreRole, Language
from centres.models import Centre, Membership, Network
from centres.sheets import CentreSheet, NetworkSheet
from directory.core import changes
from directory.core.text import fold, tidy
from directory.imports import kinds
from directory.imports.scope import Scope
from directory.sheets.reading import Row
from directory.sheets.written_values import is_nothing
from tests.builders import a_centre, a_site, a_trial
from trials.choices import Phase, Recruitment, Sex, Stage, StudyType
from trials.models import Condition, Trial, TrialIdentifier, TrialSite
from trials.sheets import SiteSheet, TrialSheet

TODAY = dt.date(2026, 6, 1)
# Whatever people type in a field: letters of any script, signs, no separator of lists, no control character.
SIGNS = st.characters(categories=["L", "N", "P", "S"], exclude_characters=";|\ufffe\uffff")
NAMES = st.lists(st.text(alphabet=SIGNS, min_size=1, max_size=8), min_size=1, max_size=4).map(" ".join)
NAMES = NAMES.map(tidy).filter(fold)
ACRONYMS = NAMES.filter(lambda text: not is_nothing(text))  # `Trial.clean` takes no word for nothing
MAYBE = st.one_of(st.just(""), NAMES)
PARTIAL = st.one_of(
    st.just(""),
    st.builds(
        lambda day, length: day.isoformat()[:length],
        st.dates(dt.date(1990, 1, 1), TODAY),
        st.sampled_from([4, 7, 10]),
    ),
)
AGES = st.one_of(st.none(), st.integers(0, 10_000))
ADDRESS = st.sampled_from(["", "https://example.org", "http://example.org/a?b=c#d", "https://example.org/é"])


def some_of(values, **options):
    return st.lists(st.sampled_from(list(values)), unique=True, **options)


def in_order(ages):
    low, high = ages
    return low is None or high is None or low <= high


def rows_of(sheet, queryset):
    """What `sheet` exports, as the import reads it from the file: rows of cells by column."""
    out = io.StringIO(newline="")
    table = sheet().export(queryset)
    csv.writer(out).writerows([table.headers, *table])
    out.seek(0)
    return [
        (Row(number, []), dict(row)) for number, row in enumerate(csv.DictReader(out, strict=True), start=2)
    ]


def results(kind, sheet, queryset):
    scope = Scope(run=1, file_name="export.csv", role="registry", day=TODAY)
    processor = kinds.all_kinds()[kind](scope)
    found = processor.process(rows_of(sheet, queryset))
    processor.finish()
    return found


def assert_unchanged(found):
    assert len(found) == 1
    told = [(one.outcome, one.changes, one.messages, one.cells) for one in found]
    assert all(one.outcome == "unchanged" for one in found), told
    assert all(one.messages == [] and one.work is None for one in found), told


LENIENT = settings(max_examples=40)


class TestTrials(TestCase):
    @LENIENT
    @given(
        texts=st.fixed_dictionaries({
            "title_en": NAMES, "title_nl": MAYBE, "title_fr": MAYBE, "title_de": MAYBE, "sponsor": MAYBE,
        }),
        acronym=ACRONYMS,
        lists=st.fixed_dictionaries({
            "phases": some_of(Phase.values[:-1]), "stages": some_of(Stage.values),
            "groups": st.lists(NAMES, unique=True, max_size=3),
            "disease_terms": st.lists(NAMES, unique=True, max_size=3),
            "alterations": st.lists(NAMES, unique=True, max_size=3),
        }),
        words=st.fixed_dictionaries({
            "status": st.sampled_from(Recruitment.values), "sex": st.sampled_from(Sex.values),
            "study_type": st.sampled_from(StudyType.values), "status_as_of": PARTIAL,
            "opened_in_belgium": PARTIAL, "url": ADDRESS,
        }),
        ages=st.tuples(AGES, AGES).filter(in_order),
        numbers=st.lists(st.integers(10_000_000, 99_999_999), unique=True, max_size=3),
        classes=some_of(["Ia", "IVa", "VIIIc", "XII"]),
    )  # fmt: skip
    def test_any_trial_comes_back_unchanged(self, texts, acronym, lists, words, ages, numbers, classes):
        trial = Trial.objects.create(
            slug="one", acronym=acronym, state="listed", min_days=ages[0], max_days=ages[1],
            **texts, **lists, **words,
        )  # fmt: skip
        for number in numbers:
            TrialIdentifier.objects.create(trial=trial, scheme="nct", value=f"NCT{number}")
        trial.conditions.set(Condition.objects.filter(code__in=classes))
        assert_unchanged(results("trials", TrialSheet, Trial.objects.all()))

    @LENIENT
    @given(summary=st.lists(NAMES, min_size=1, max_size=5).map("\n\n".join))
    def test_a_summary_keeps_its_paragraphs(self, summary):
        a_trial("One", slug="one", summary_en=summary)
        assert_unchanged(results("trials", TrialSheet, Trial.objects.all()))


class TestCentres(TestCase):
    @LENIENT
    @given(
        texts=st.fixed_dictionaries({
            "name_en": NAMES, "name_nl": MAYBE, "name_fr": MAYBE, "name_de": MAYBE, "street": MAYBE,
            "city": MAYBE, "university": MAYBE, "oms_id": MAYBE, "website": ADDRESS,
        }),
        place=st.one_of(
            st.just((None, None)),
            st.tuples(st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False)),
        ),
        languages=some_of(Language.values),
        aliases=st.lists(NAMES, max_size=3, unique_by=fold),
        phone=st.sampled_from(["", "+3293322111", "+33142345678"]),
    )  # fmt: skip
    def test_any_centre_comes_back_unchanged(self, texts, place, languages, aliases, phone):
        texts["oms_id"] = texts["oms_id"][:40].strip()
        latitude, longitude = place
        a_centre(
            "one", latitude=latitude, longitude=longitude, languages=languages, aliases=aliases, phone=phone,
            **texts,
        )  # fmt: skip
        assert_unchanged(results("centres", CentreSheet, Centre.objects.all()))


class TestNetworks(TestCase):
    @LENIENT
    @given(
        role=st.sampled_from(["", *CentreRole.values]),
        since=st.one_of(st.none(), st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1))),
        longer=st.one_of(st.none(), st.integers(0, 5000)),
        care=st.lists(NAMES, unique=True, max_size=3),
        name=NAMES,
    )
    def test_any_membership_comes_back_unchanged(self, role, since, longer, care, name):
        network = Network.objects.create(slug="net", name_en=name, state="listed")
        until = (since or dt.date(2020, 1, 1)) + dt.timedelta(days=longer) if longer is not None else None
        Membership.objects.create(
            network=network, centre=a_centre("one"), role=role, since=since, until=until, care=care
        )
        assert_unchanged(results("networks", NetworkSheet, Membership.objects.all()))


class TestSites(TestCase):
    @LENIENT
    @given(
        status=st.one_of(st.none(), st.sampled_from(Recruitment.values)),
        opened=PARTIAL,
        url=ADDRESS,
        acronym=ACRONYMS,
        code=st.from_regex(r"[a-z]{2,8}(-[a-z0-9]{1,8})?", fullmatch=True),
    )
    def test_any_site_comes_back_unchanged(self, status, opened, url, acronym, code):
        site = a_site(a_trial(acronym, slug="one"), a_centre(code), status=status, opened_on=opened, url=url)
        seq = changes.last_seq()
        # Said today, which may be later than the day of the sheet's run.
        TrialSite.objects.filter(pk=site.pk, verified_at__isnull=False).update(verified_at=TODAY)
        site.statements.update(said_at=TODAY)
        assert_unchanged(results("sites", SiteSheet, TrialSite.objects.all()))
        assert changes.last_seq() == seq


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["centres", "networks", "trials", "sites"])
def test_an_empty_registry_exports_its_headers(kind):
    sheet = kinds.all_kinds()[kind].sheet
    table = sheet().export(sheet._meta.model.objects.none())
    assert table.headers == list(sheet.columns())
    assert len(table) == 0
