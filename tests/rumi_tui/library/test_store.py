from __future__ import annotations

import contextlib
import re
import sqlite3
from itertools import chain
from pathlib import Path

import pytest
from support import refused, verse

from models.errors import RumiError
from rumi_tui.engine.request import Sampling
from rumi_tui.library.poem import Branch, KeptPoem, Passage
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library
from rumi_tui.library.tables import MIGRATIONS, VERSION

POEM = ("en", "0" * 64, "couplet", "amber")


def passage(begins_at: int = 5, **values) -> Passage:
    return Passage(**{"begins_at": begins_at, "seed": 2**32 - 1, "lines": 4, "sampling": Sampling(), **values})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "poems.sqlite"


def test_what_is_kept_is_found_again_by_another_library(path: Path):
    first = Library(path)
    text = "amber\n" + verse(1, language="fa") + "\0 \N{FIRE} '\"; --"
    passages = (
        passage(5, ending="lines", metre="رمل", rhyme="ان"),
        passage(20, lines=None, sampling=Sampling(temperature=1.25, top_k=7)),
    )
    poem = first.begin(*POEM)
    first.save(poem, text, passages)
    kept = Library(path).poem(poem)
    assert kept == KeptPoem(
        id=poem,
        written=kept.written,
        model="en",
        model_sha256="0" * 64,
        form="couplet",
        text=text,
        passages=passages,
    )
    assert len(kept.written) == len("2026-01-01T00:00:00+00:00")


def test_what_of_a_poem_is_rumis_is_kept_and_is_no_prompt(path: Path):
    library = Library(path)
    real = RealVerse(length=3, place="ghazal 100", address="https://ganjoor.net/1")
    poem, typed = library.begin(*POEM, real=real), library.begin(*POEM)
    for number in (poem, typed):
        library.save(number, "amber", [passage(3)])
    assert Library(path).poem(poem).real == real
    assert Library(path).poem(typed).real is None
    assert library.prompts(9) == ["amb"]
    library._database.execute("UPDATE poems SET real = '{'")
    with refused(f"Poem number {poem} .* is damaged"):
        library.poem(poem)


def test_bookmarks_are_kept_the_latest_first(path: Path):
    library = Library(path)
    assert library.bookmarks() == []
    for place in ("divan/100", "masnavi/3:1259", "rubai/55"):
        library.set_bookmark(place, True)
    assert Library(path).bookmarks() == ["rubai/55", "masnavi/3:1259", "divan/100"]
    library.set_bookmark("divan/100", True)
    library.set_bookmark("rubai/55", False)
    library.set_bookmark("rubai/56", False)
    assert library.bookmarks() == ["divan/100", "masnavi/3:1259"]
    library._database.execute("UPDATE bookmarks SET place = CAST(X'FFFE' AS TEXT) WHERE place = 'divan/100'")
    assert library.bookmarks() == ["masnavi/3:1259"]


def test_what_is_told_of_a_poem_controls_no_screen(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library._database.execute("UPDATE poems SET model = ?1, form = ?1, title = ?1, tags = ?1", ("a\x1b[1m\0b",))
    told = library.poem(poem)
    assert (told.model, told.form, told.title, told.tags) == ("a[1mb", "a[1mb", "a[1mb", ("a[1mb",))


def test_a_mark_that_nobody_sees_does_not_stay_in_what_was_asked_for(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    marked = "lo\u200f\u00adve\u200d"
    library.save(poem, "amber", [passage(rhyme=marked, metre=marked), passage(3, named_metre=marked)])
    library._database.execute("UPDATE passages SET rhyme = ? WHERE begins_at = 5", (marked,))  # of an older program
    told = [(each.metre, each.rhyme, each.named_metre) for each in library.poem(poem).passages]
    assert told == [("", "", "love"), ("love", "love", "")]


def test_a_passage_that_changes_is_kept_once(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library.save(poem, "amber b", [passage()])
    library.save(poem, "amber barley", [passage(ending="end")])
    assert library.poem(poem).passages == (passage(ending="end"),)
    assert library.poem(poem).text == "amber barley"


def test_the_latest_poem_comes_first(path: Path):
    library = Library(path)
    assert library.poems() == []
    poems = [library.begin("en", "0" * 64, "free", name) for name in ("one", "two", "three")]
    assert [kept.id for kept in library.poems()] == poems[::-1]
    assert [kept.text for kept in library.poems()] == ["three", "two", "one"]


def test_a_poem_that_is_not_there_is_refused(path: Path):
    with refused("no poem number 7"):
        Library(path).poem(7)


def test_two_libraries_on_one_file_both_write(path: Path):
    first, second = Library(path), Library(path)
    poems = [library.begin("en", "0" * 64, "free", "") for _ in range(10) for library in (first, second)]
    for number, poem in enumerate(poems):
        (first, second)[number % 2].save(poem, f"poem {number}", [passage(0)])
    assert len(set(poems)) == 20
    assert first.poems() == second.poems()
    assert [kept.text for kept in first.poems()] == [f"poem {number}" for number in range(19, -1, -1)]


def test_a_disk_that_refuses_is_told_in_one_line_and_loses_nothing(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library._database.execute("PRAGMA query_only = ON")
    with refused("cannot be used"):
        library.save(poem, "other", [passage()])
    with refused("cannot be used"):
        library.begin(*POEM)
    library._database.execute("PRAGMA query_only = OFF")
    assert [kept.text for kept in library.poems()] == ["amber"]


def test_a_library_that_another_program_holds_is_told_in_one_line(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with refused("locked"):
        library.save(poem, "amber barley", [])
    other.execute("ROLLBACK")
    library.save(poem, "amber barley", [])
    assert library.poem(poem).text == "amber barley"
    other.close()


@pytest.mark.parametrize("content", [b"The reed tells of partings.\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_set_aside_and_never_deleted(tmp_path: Path, content):
    path = tmp_path / "poems.sqlite"
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.parent == tmp_path
    assert library.set_aside.read_bytes() == content
    poem = library.begin(*POEM)
    library.close()
    again = Library(path)
    assert again.set_aside is None
    assert [kept.id for kept in again.poems()] == [poem]


def test_why_it_was_not_done_is_told_also_where_it_cannot_be_undone(path: Path):
    library = Library(path)
    with refused("no room"), library.all_or_nothing():
        library.close()  # so that nothing can be undone, as where a disk is full
        raise RumiError("There is no room.")


@pytest.mark.parametrize("name", [".", "file/poems.sqlite"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, name):
    (tmp_path / "file").touch()
    with refused("cannot be opened"):
        Library(tmp_path / name)


def test_a_version_from_the_future_is_refused_and_keeps_its_poems(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library._database.execute(f"PRAGMA user_version = {VERSION + 1}")
    library.close()
    with refused(f"is of version {VERSION + 1}, this program reads version {VERSION}"):
        Library(path)
    database = sqlite3.connect(path)
    assert database.execute("SELECT id, text FROM poems").fetchall() == [(poem, "amber")]
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    database.close()


@pytest.mark.parametrize("version", range(1, VERSION))
def test_a_library_of_an_earlier_version_keeps_its_poems_and_goes_on(path: Path, version):
    path.parent.mkdir()
    database = sqlite3.connect(path)
    for statement in chain.from_iterable(MIGRATIONS[:version]):
        database.execute(statement)
    database.execute(
        "INSERT INTO poems (id, written, model, model_sha256, form, text) "
        "VALUES (3, '2026-01-01', 'en', '', 'free', 'amber')"
    )
    database.execute(
        "INSERT INTO passages (poem, begins_at, seed, lines, sampling, ending) VALUES (3, 2, 7, 4, '{}', 'lines')"
    )
    database.execute(f"PRAGMA user_version = {version}")
    database.commit()
    database.close()
    library = Library(path)
    assert (library.poem(3).text, library.poem(3).branch) == ("amber", None)
    assert library.poem(3).passages == (passage(2, seed=7, ending="lines", metre="", rhyme=""),)
    library.save(3, "amber barley", [passage(5, metre="رمل")])
    assert [kept.metre for kept in library.poem(3).passages] == ["", "رمل"]
    branch = library.begin(*POEM, branch=Branch(3, 2))
    assert Library(path).poem(branch).branch == Branch(3, 2)
    assert [kept.id for kept in library.poems("amb")] == [branch, 3]


def test_a_family_is_all_that_branched_from_one_beginning(path: Path):
    library = Library(path)
    root, stranger = library.begin(*POEM), library.begin(*POEM)
    child = library.begin(*POEM, branch=Branch(root, 3))
    grandchild = library.begin(*POEM, branch=Branch(child, 4))
    sibling = library.begin(*POEM, branch=Branch(root, 1))
    for poem in (root, child, grandchild, sibling):
        assert [kept.id for kept in library.family(poem)] == [root, child, grandchild, sibling]
    assert [kept.id for kept in library.family(stranger)] == [stranger]
    assert library.family(99) == []


def test_poems_are_found_by_the_beginnings_of_their_words_however_they_grew(path: Path):
    library = Library(path)
    first = library.begin("en", "0" * 64, "free", "Amber candle")
    second = library.begin("fa", "0" * 64, "rubai", "عشقِ تو گُل می\u200cرود")
    library.save(first, "Amber candle\nmirror drum café", [])
    both = [second, first]
    found = {
        "amber": [first], "CAND amb": [first], "mirr": [first], "عشق": [second], "ي": [], "رود": [second],
        "گل": [second], "گُلِ": [second], "cafe": [first],
        "barley": [], "amber barley": [], "": both, " \n": both, '"': both, "* OR (": [],
    }  # fmt: skip
    assert {search: [kept.id for kept in library.poems(search)] for search in found} == found


def test_a_deleted_poem_is_in_no_list_and_comes_back_whole(path: Path):
    library = Library(path)
    root = library.begin(*POEM)
    child = library.begin(*POEM, branch=Branch(root, 1))
    before = library.poem(root)
    library.delete(root)
    assert [kept.id for kept in library.poems()] == [kept.id for kept in library.family(child)] == [child]
    assert library.poems("amber") == [library.poem(child)]
    assert library.undelete()
    assert library.poems() == [library.poem(child), before]
    library.delete(root)
    library.save(root, "amber", [])
    assert library.poems("amber") == [library.poem(child)]
    library.save(root, "amber barley", [])
    assert [kept.text for kept in library.poems("barley")] == ["amber barley"]


def test_deleted_poems_come_back_in_turn_also_in_a_later_session(path: Path):
    library = Library(path)
    poems = [library.begin(*POEM) for _ in range(3)]
    for poem in (poems[1], poems[2], poems[0]):
        library.delete(poem)
    library.close()
    library, there = Library(path), []
    while library.undelete():
        there.append([kept.id for kept in library.poems()])
    assert there == [[poems[0]], [poems[2], poems[0]], poems[::-1]]


def test_a_title_and_tags_are_kept_and_searched(path: Path):
    library = Library(path)
    poem, other = library.begin(*POEM), library.begin(*POEM)
    library.name(poem, "  A  small\nlamp ", ["spring", "باغ  spring"])
    kept = Library(path).poem(poem)
    assert (kept.title, kept.tags, kept.text) == ("A small lamp", ("spring", "باغ"), "amber")
    for words in ("lamp", "spri", "باغ amber"):
        assert [kept.id for kept in library.poems(words)] == [poem]
    library.name(poem, "", [])
    assert library.poems("lamp") == []
    assert [kept.id for kept in library.poems("amber")] == [other, poem]


def test_what_a_person_gave_is_known_through_all_branches(path: Path):
    library = Library(path)

    def begin(text: str, *begins_at: int, branch: Branch | None = None) -> KeptPoem:
        poem = library.begin("en", "0" * 64, "free", text, branch)
        library.save(poem, text, [passage(place) for place in begins_at])
        return library.poem(poem)

    root = begin("amber candle drum", 5)
    child = begin("amber canyon", 10, branch=Branch(root.id, 9))
    grandchild = begin("amber ember", 7, branch=Branch(child.id, 6))
    edited = begin("am", branch=Branch(grandchild.id, 2))
    assert library.given(root) == [range(5)]
    assert library.given(child) == [range(5), range(9, 10)]
    assert library.given(grandchild) == [range(5), range(6, 7)]
    assert library.given(edited) == [range(2)]
    assert library.given(begin("", 0)) == []


def test_favourites_are_kept(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library.set_favourite(poem, True)
    assert Library(path).poem(poem).favourite
    library.set_favourite(poem, False)
    assert not Library(path).poem(poem).favourite


def test_a_file_damaged_in_the_middle_is_set_aside(path: Path):
    library = Library(path)
    for number in range(60):
        library.begin("en", "0" * 64, "free", verse(3, seed=number))
    library.close()
    content = bytearray(path.read_bytes())
    content[8 * 4096 : -4096] = b"\xff" * (len(content) - 9 * 4096)
    path.write_bytes(content)
    library = Library(path)
    assert library.poems() == []
    assert library.set_aside is not None
    assert library.set_aside.read_bytes() == content


@pytest.mark.parametrize(
    "addition",
    [
        "CREATE VIEW all_poems AS SELECT * FROM poems",
        "CREATE VIEW of_nothing AS SELECT * FROM nowhere",
        "CREATE TABLE mine (a); CREATE TRIGGER noted AFTER INSERT ON mine BEGIN DELETE FROM mine; END",
        "CREATE VIEW all_poems AS SELECT * FROM poems;"
        "CREATE TRIGGER kept INSTEAD OF DELETE ON all_poems BEGIN SELECT 1; END",
    ],
)
def test_what_a_person_added_beside_the_tables_leaves_a_library_what_it_is(path: Path, addition: str):
    with contextlib.closing(Library(path)) as library:
        library.begin(*POEM)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(addition)
    with contextlib.closing(Library(path)) as library:
        library.begin(*POEM)
        assert (library.set_aside, len(library.poems("amber"))) == (None, 2)


@pytest.mark.parametrize(
    "spoil",
    [
        "CREATE TABLE others AS SELECT * FROM poems; DROP TABLE poems; ALTER TABLE others RENAME TO poems",
        "ALTER TABLE poems DROP COLUMN favourite; ALTER TABLE poems ADD COLUMN favourite TEXT",
        "DROP TABLE bookmarks",
        "CREATE TRIGGER away BEFORE INSERT ON POEMS BEGIN SELECT RAISE(IGNORE); END",
        # SQLite takes it for a lack of memory
        "UPDATE words_data SET block = X'001B000001010100EFBFBD38EFBFBDEFBFBD' WHERE id = 10",
    ],
)
def test_a_library_whose_tables_are_others_is_set_aside(path: Path, spoil: str):
    with contextlib.closing(Library(path)) as library:
        library.begin(*POEM)
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(spoil)
    content = path.read_bytes()
    with contextlib.closing(Library(path)) as library:
        assert library.poems() == []
        assert library.set_aside is not None
        assert library.set_aside.read_bytes() == content


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE passages SET sampling = 'no JSON'",
        "UPDATE passages SET sampling = '{\"temperature\": 9}'",
        "UPDATE passages SET keep = 'somehow'",
        "UPDATE passages SET begins_at = 99",
        "UPDATE poems SET text = CAST(X'FFFE' AS TEXT)",
        "UPDATE poems SET written = 'yesterday'",
        "UPDATE poems SET written = '0001-01-01T00:00:00+23:59'",
        "UPDATE poems SET written = '20260101' || char(27) || '00'",
        "UPDATE poems SET parent = id, branches_at = 2",
        "UPDATE poems SET real = '{'",
        """UPDATE poems SET real = '{"length": 0, "place": "", "address": "\\u001b"}'""",
        f"UPDATE poems SET real = '{'[' * 10_000}'",
    ],
)
def test_a_damaged_poem_is_named_and_all_the_others_are_there(path: Path, spoil: str):
    library = Library(path)
    poems = [library.begin(*POEM) for _ in range(4)]
    for poem in poems:
        library.save(poem, "amber", [passage()])
    whose = "poem" if "passages" in spoil else "id"
    library._database.execute(f"{spoil} WHERE {whose} = {poems[1]}")
    assert {poem.id for poem in library.poems("amb")} == {4, 3, 1}
    assert [poem.id for poem in library.poems()] == [4, 3, 1]
    assert re.fullmatch(rf"Poem number 2 of the library {path} is damaged \([^\n]+\)\.", library.damage)
    with refused("Poem number 2 .* is damaged"):
        library.poem(2)
    library._database.execute(f"{spoil} WHERE {whose} = {poems[0]}")
    assert [poem.id for poem in library.poems()] == [4, 3]
    assert library.damage.endswith("So is 1 more.")
    library._database.execute("DROP TABLE passages")
    with refused("cannot be used"):
        library.poems()


def test_a_byte_that_garbles_what_sqlite_says_of_it_sets_the_file_aside(path: Path):
    library = Library(path)
    library.begin(*POEM)
    library.close()
    content = bytearray(path.read_bytes())
    at = content.index(b"CREATE TABLE passages")
    content[at + 13] = 0xFF
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.read_bytes() == content


@pytest.mark.parametrize("typed", ["draft birds", "draft, birds", "#draft #birds", " draft ،birds؛draft,"])
def test_tags_are_words_however_they_are_separated(path: Path, typed: str):
    library = Library(path)
    poem = library.begin(*POEM)
    library.name(poem, "", [typed])
    assert library.poem(poem).tags == ("draft", "birds")


def test_tags_that_an_older_program_kept_with_their_commas_are_read_without(path: Path):
    library = Library(path)
    poem = library.begin(*POEM)
    library._database.execute("UPDATE poems SET tags = 'draft, birds'")
    assert library.poem(poem).tags == ("draft", "birds")
