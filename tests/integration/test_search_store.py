"""The store of documents, and the engine beside it."""

import sqlite3
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.search import engine, service, store
from directory.search.engine import WordQuery
from directory.search.store import IndexState, StoredDocument
from tests import builders as b


@pytest.fixture
def folder(index_dir):
    return store.new_folder()


@pytest.fixture
def documents(folder):
    opened = store.Store(folder, create=True)
    yield opened
    opened.close()


def row(ordinal, key, body=b"{}", kind="trial", changes_on=None):
    return StoredDocument(kind, ordinal, key, body, b"{}", b"{}", changes_on)


def state(generation):
    return IndexState("1:x", 0, "", generation, "")


class TestStore:
    def test_a_document_keeps_its_place_and_a_new_one_takes_the_next(self, documents):
        assert documents.ordinals("trial", ["a", "b"]) == {"a": 0, "b": 1}
        documents.write([row(0, "a"), row(1, "b")], state(1))
        assert documents.ordinals("trial", ["c", "b"]) == {"b": 1, "c": 2}
        assert documents.ordinals("centre", ["c"]) == {"c": 0}

    def test_the_place_of_a_document_that_is_gone_is_kept_for_its_return(self, documents):
        documents.write([row(0, "a"), row(1, "b")], state(1))
        documents.write([row(1, "b", body=None)], state(2))
        assert documents.ordinals("trial", ["c", "b"]) == {"b": 1, "c": 2}
        assert list(documents.bodies("trial", ["a", "b"])) == ["a"]
        assert [one.key for one in documents.facts("trial", 0, 10)] == ["a"]

    def test_a_reader_learns_what_was_written_since_and_what_is_gone(self, documents):
        documents.write([row(0, "a"), row(1, "b")], state(1))
        documents.write([row(0, "a", body=None)], state(2))
        assert documents.changed_since(1) == [("trial", 0)]
        assert documents.changed_since(-1) == [("trial", 0), ("trial", 1)]
        assert documents.changed_since(2) == []

    def test_what_comes_due_is_found_by_its_day(self, documents):
        documents.write([row(0, "a", changes_on="2026-12-01"), row(1, "b")], state(1))
        assert documents.due("2026-11-30") == []
        assert documents.due("2026-12-01") == [("trial", "a")]

    def test_what_was_replaced_can_no_longer_be_read_from_the_files(self, documents, folder):
        person, long = (
            b'{"contact": "Jane Withdrawn"}',
            b'{"contact": "Jane Withdrawn", "x": "%s"}' % (b"y" * 9000),
        )
        documents.write([row(0, "a", person), row(1, "b", long), row(2, "c", person)], state(1))
        reader = store.Store(folder)
        assert reader.bodies("trial", ["a"])
        documents.write([row(0, "a"), row(1, "b"), row(2, "c", body=None)], state(2))
        assert documents.forget_replaced()
        left = b"".join(file.read_bytes() for file in folder.glob("documents.sqlite3*"))
        assert b"Jane Withdrawn" not in left
        assert reader.bodies("trial", ["a"])["a"] == (b"{}", None, b"{}")
        reader.close()

    def test_a_reader_who_stays_is_not_waited_for_long(self, documents, folder):
        reader = sqlite3.connect(folder / "documents.sqlite3", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM state").fetchall()
        documents.write([row(0, "a")], state(1))
        assert not documents.forget_replaced()
        reader.close()
        assert documents.forget_replaced()

    def test_a_write_that_fails_changes_nothing(self, documents):
        documents.write([row(0, "a")], state(1))
        with pytest.raises(sqlite3.IntegrityError):
            documents.write([row(1, "b"), row(2, "b")], state(2))
        assert documents.state().generation == 1
        assert documents.bodies("trial", ["b"]) == {}

    def test_bodies_are_found_by_key_without_reading_the_others(self, documents):
        documents.write([row(number, f"t{number}") for number in range(2000)], state(1))
        plan = documents.db.execute(
            "EXPLAIN QUERY PLAN SELECT key, body, changes_on FROM document INDEXED BY document_key"
            " WHERE kind = 'trial' AND key IN (SELECT value FROM json_each('[]')) AND body IS NOT NULL"
        ).fetchall()
        assert "kind=? AND key=?" in plan[0][3]

    def test_readers_and_the_writer_do_not_wait_for_each_other(self, documents, folder):
        documents.write([row(0, "a")], state(1))
        reader = store.Store(folder)
        reader.db.execute("BEGIN")
        assert reader.state().generation == 1
        documents.write([row(1, "b")], state(2))
        assert reader.state().generation == 1
        reader.db.execute("COMMIT")
        assert reader.state().generation == 2
        reader.close()


class TestFolders:
    def test_there_is_none_before_the_first_is_made_current(self, index_dir):
        assert store.current() is None
        folder = store.new_folder()
        assert store.current() is None
        store.make_current(folder)
        assert store.current() == folder

    def test_a_folder_whose_documents_are_missing_is_refused_with_a_way_out(self, folder):
        with pytest.raises(store.IndexNotReady, match="reindex"):
            store.Store(folder)

    def test_something_else_under_the_name_of_the_link_is_as_good_as_nothing(self, index_dir):
        index_dir.mkdir(parents=True)
        (index_dir / "current").write_text("build-of-an-older-version")
        assert store.current() is None
        store.make_current(store.new_folder())
        assert store.current() is not None


class TestEngine:
    @pytest.fixture
    def index(self, folder):
        writer = engine.Writer(folder / "words")
        writer.put("trial", "a", 0, {"title": ["ewing sarcoma"], "identifier": ["nct00000001"]})
        writer.put("trial", "b", 1, {"title": ["sarcomatoid"]})
        writer.put("centre", "a", 0, {"title": ["ewing clinic"]})
        writer.commit()
        yield writer, engine.Reader(folder / "words")
        writer.close()

    def found(self, reader, query, kind="trial"):
        ordinals, scores = reader.hits(query, kind)
        return dict(zip(ordinals.tolist(), scores.tolist(), strict=True))

    def test_kinds_are_apart(self, index):
        _writer, reader = index
        assert self.found(reader, WordQuery("title", "ewing", 2.0)) == {0: 2.0}
        assert self.found(reader, WordQuery("title", "ewing", 2.0), "centre") == {0: 2.0}

    def test_a_beginning_a_near_spelling_and_the_best_of_several(self, index):
        _writer, reader = index
        assert self.found(reader, WordQuery("title", "sarcoma", 1.0, prefix=True)) == {0: 1.0, 1: 1.0}
        assert self.found(reader, WordQuery("title", "ewign", 1.0, 1)) == {0: 1.0}
        assert self.found(reader, WordQuery("title", "ewxxg", 1.0, 1)) == {}
        both = [WordQuery("title", "sarcoma", 3.0), WordQuery("title", "sarc", 1.0, prefix=True)]
        assert self.found(reader, engine.best_of(both)) == {0: 3.0, 1: 1.0}

    def test_all_of_adds(self, index):
        _writer, reader = index
        two = [WordQuery("title", "ewing", 3.0), WordQuery("title", "sarcoma", 2.0)]
        assert self.found(reader, engine.all_of(two)) == {0: 5.0}
        assert self.found(reader, engine.all_of([*two, WordQuery("title", "none", 1.0)])) == {}

    def test_a_document_is_replaced_and_removed(self, index):
        writer, reader = index
        writer.put("trial", "a", 0, {"title": ["osteosarcoma"]})
        writer.remove("trial", "b")
        writer.commit()
        assert self.found(reader, WordQuery("title", "ewing", 1.0)) == {0: 1.0}
        later = reader.fresh()
        assert self.found(later, WordQuery("title", "ewing", 1.0)) == {}
        assert self.found(later, WordQuery("title", "osteosarcoma", 1.0)) == {0: 1.0}
        assert self.found(later, WordQuery("title", "sarco", 1.0, prefix=True)) == {}

    def test_what_it_knows(self, index):
        _writer, reader = index
        assert reader.knows("ewing", ["acronym", "title"])
        assert not reader.knows("ewin", ["acronym", "title"])
        assert reader.knows_beginning("ewin", ["acronym", "title"])
        assert not reader.knows_beginning("ewix", ["acronym", "title"])

    def test_the_documents_of_frequent_words_are_read_anew_after_a_commit(self, index, folder):
        writer, _reader = index
        reader = engine.Reader(folder / "words", often=1)
        assert self.found(reader, WordQuery("title", "ewing", 1.0)) == {0: 1.0}
        writer.put("trial", "c", 2, {"title": ["ewing sarcoma"]})
        writer.commit()
        assert self.found(reader, WordQuery("title", "ewing", 1.0)) == {0: 1.0}
        assert self.found(reader.fresh(), WordQuery("title", "ewing", 1.0)) == {0: 1.0, 2: 1.0}

    def test_a_word_is_taken_for_near_only_where_the_engine_finds_it(self, folder):
        writer = engine.Writer(folder / "words")
        writer.put("trial", "a", 0, {"title": ["b1"]})
        writer.commit()
        query = WordQuery("title", "aab", 1.0, 2, prefix=True)
        plain, keeping = (engine.Reader(folder / "words", often=often) for often in (10**9, 1))
        assert self.found(keeping, query) == self.found(plain, query) == {}
        writer.close()


@pytest.mark.django_db
@pytest.mark.usefixtures("index_dir")
def test_reindex_says_how_many_documents_it_made(capsys):
    b.a_trial("KALIO", at=[b.a_centre()])
    call_command("reindex")
    assert capsys.readouterr().out.startswith("2 documents indexed in ")
    assert service.slug_of("KALIO") == "kalio"


WORDS = st.text(alphabet="abc", min_size=1, max_size=6)
FIELDS = ("title", "other", "acronym")
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(engine.kinds()), st.dictionaries(st.sampled_from(FIELDS), st.lists(WORDS, max_size=4))
    ),
    max_size=12,
)
WORD_QUERIES = st.builds(
    WordQuery, st.sampled_from(FIELDS), WORDS, st.sampled_from([0.5, 3.96, 20.0, 33.96]), st.integers(0, 2),
    st.booleans(),
)  # fmt: skip


def either(parts):
    some = st.lists(parts, min_size=1, max_size=4)
    joined = st.one_of(some.map(engine.best_of), some.map(engine.all_of))
    return st.one_of(joined, st.builds(engine.preferring, parts, parts))


@settings(max_examples=120)
@given(documents=DOCUMENTS, query=st.recursive(WORD_QUERIES, either, max_leaves=8), often=st.integers(1, 3))
def test_what_is_kept_of_frequent_words_changes_no_answer(documents, query, often):
    """The same documents with the same scores as the engine alone finds."""
    with tempfile.TemporaryDirectory() as folder:
        writer = engine.Writer(Path(folder))
        for number, (kind, fields) in enumerate(documents):
            writer.put(
                kind, f"d{number}", number, {name: [" ".join(words)] for name, words in fields.items()}
            )
        writer.commit()
        plain, keeping = engine.Reader(Path(folder), often=10**9), engine.Reader(Path(folder), often=often)
        for kind in engine.kinds():
            found = [
                sorted(zip(*(column.tolist() for column in reader.hits(query, kind)), strict=True))
                for reader in (plain, keeping)
            ]
            assert found[0] == found[1]
        writer.close()
