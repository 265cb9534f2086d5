from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from support import refused, verse

from rumi_tui.engine.request import Sampling
from rumi_tui.library.exchange import LibraryFile, TakenIn, read_file, take_in, to_library_file
from rumi_tui.library.formats import content_of
from rumi_tui.library.poem import Branch, KeptPoem, Passage
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library


@pytest.fixture
def other(tmp_path: Path) -> Library:
    """Another library, with a poem of each kind: named, Persian, begun by Rumi, a branch, and one that was deleted."""
    library = Library(tmp_path / "other.sqlite")
    library.begin("en", "0" * 64, "free", "deleted")
    library.delete(1)
    texts = ["amber\ncandle", verse(1, 4, "fa"), "Rumi's own\nthe machine's"]
    for text in texts:
        real = RealVerse(length=10, place="ghazal 100") if text.startswith("Rumi") else None
        poem = library.begin("en", "0" * 64, "couplet", text, real=real)
        library.save(poem, text, [passage(3), passage(5, ending="end", metre="رمل")])
    library.name(2, "A small lamp", ["draft", "birds"])
    library.set_favourite(3, True)
    library.begin("en", "0" * 64, "couplet", "amber\nlantern", Branch(2, 6))
    library.set_bookmark("divan/100", True)
    library.set_bookmark("masnavi/3:1259", True)
    return library


def passage(begins_at: int, **values: object) -> Passage:
    return Passage(**{"begins_at": begins_at, "seed": 2**32 - 1, "lines": 4, "sampling": Sampling(), **values})


def without_ids(library: Library) -> list[KeptPoem]:
    return [msgspec.structs.replace(poem, id=0, branch=None) for poem in library.poems()]


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "saved.json"
    path.write_bytes(content)
    return path


def test_two_programs_that_take_in_one_file_take_in_each_poem_once(other: Library, tmp_path: Path):
    file = read_file(saved(tmp_path, to_library_file(other)))

    class Slower(Library):
        """Another program has taken in the file just before this one may write."""

        @contextmanager
        def all_or_nothing(self) -> Iterator[None]:
            quicker = Library(tmp_path / "poems.sqlite")
            take_in(quicker, file)
            quicker.close()
            with super().all_or_nothing():
                yield

    library = Slower(tmp_path / "poems.sqlite")
    assert take_in(library, file) == TakenIn(0, 4)
    assert without_ids(library) == without_ids(other)


def test_a_library_is_the_same_in_another_place(other: Library, library: Library, tmp_path: Path):
    library.begin("en", "1" * 64, "free", "there before")
    assert take_in(library, read_file(saved(tmp_path, to_library_file(other)))) == TakenIn(4, 0)
    assert without_ids(library)[:4] == without_ids(other)
    assert [poem.text for poem in library.poems()][4:] == ["there before"]
    branch, *_, trunk = library.poems()[:4]
    assert branch.branch == Branch(trunk.id, 6)
    assert library.bookmarks() == other.bookmarks()
    assert [poem.text for poem in library.poems("lant")] == ["amber\nlantern"]


def test_what_is_there_already_comes_in_once_and_what_was_deleted_comes_back(other: Library, tmp_path: Path):
    before = other.poems()
    file = read_file(saved(tmp_path, to_library_file(other)))
    other.delete(3)
    assert take_in(other, file).words == "0 poems added to the library; 4 were there already."
    assert other.poems() == before


def test_what_a_file_tells_of_a_poem_comes_to_one_that_is_there_already_where_nothing_is_told_of_it(
    other: Library, library: Library, tmp_path: Path
):
    bare = [msgspec.structs.replace(poem, title="", tags=(), favourite=False) for poem in other.poems()]
    take_in(library, LibraryFile(rumi_library=1, poems=tuple(bare)))
    assert library.poems("lamp") == library.poems("birds") == []
    file = read_file(saved(tmp_path, to_library_file(other)))
    assert take_in(library, file) == TakenIn(0, 4)
    assert without_ids(library) == without_ids(other)
    assert library.poems("lamp") == library.poems("birds") != []
    [named] = library.poems("lamp")
    library.name(named.id, "Another", [])
    library.set_favourite(named.id, True)
    take_in(library, file)
    assert library.poem(named.id) == msgspec.structs.replace(named, title="Another", favourite=True)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passages SET sampling = '{' WHERE poem = 2",
        "UPDATE poems SET real = '{' WHERE id = 2",
        "UPDATE poems SET parent = 9, branches_at = 1 WHERE id = 2",
    ],
)
def test_a_damaged_poem_becomes_whole_by_a_file_that_has_it(other: Library, tmp_path: Path, damage: str):
    before = other.poems()
    file = read_file(saved(tmp_path, to_library_file(other)))
    other._database.execute(damage)
    assert len(other.poems()) == len(before) - 1
    assert take_in(other, file) == TakenIn(1, 3)
    assert other.poems() == before
    assert other.given(before[0])
    assert other.damage == ""


@pytest.mark.parametrize(("branches_at", "branch"), [(6, Branch(2, 6)), (99, None)])
def test_a_damaged_branch_of_which_the_file_has_no_tree_stays_where_it_branches_if_that_can_be(
    other: Library, tmp_path: Path, branches_at: int, branch: Branch | None
):
    file = read_file(saved(tmp_path, content_of(other.poem(5), "json")))
    other._database.execute("UPDATE poems SET real = '{', branches_at = ? WHERE id = 5", (branches_at,))
    assert take_in(other, file) == TakenIn(1, 0)
    assert other.poem(5).text == "amber\nlantern"
    assert other.poem(5).branch == branch


def test_one_poem_is_taken_in_from_its_own_file(other: Library, library: Library, tmp_path: Path):
    for poem in other.poems():
        file = read_file(saved(tmp_path, content_of(poem, "json")))
        assert take_in(library, file).words == "1 poem added to the library."
        assert take_in(library, file).words == "0 poems added to the library; 1 was there already."
    assert without_ids(library)[::-1] == without_ids(other)
    assert all(poem.branch is None for poem in library.poems())


def test_a_poem_that_grew_since_it_was_saved_is_kept_beside_what_it_was(other: Library, tmp_path: Path):
    file = read_file(saved(tmp_path, content_of(other.poem(2), "json")))
    other.save(2, "amber\ncandle\nmirror", [])
    assert take_in(other, file) == TakenIn(1, 0)
    assert {poem.text for poem in other.poems("amber")} == {"amber\ncandle", "amber\ncandle\nmirror", "amber\nlantern"}


def test_what_an_older_program_saved_is_read(tmp_path: Path):
    poem = {"id": 1, "written": "2026-01-01T00:00:00+00:00", "model": "en", "model_sha256": "", "form": "free"}
    passages = [{"begins_at": 0, "seed": 7, "lines": 4, "sampling": {"temperature": 1}}]
    real = {"length": 5, "place": "ghazal 1", "address": "", "parts": []}
    older = {**poem, "text": "amber", "passages": passages, "real": real}
    file = read_file(saved(tmp_path, json.dumps(older).encode()))
    assert (file.poems[0].text, file.poems[0].passages[0].keep) == ("amber", "off")
    assert file.poems[0].is_real


def test_a_mark_that_an_older_program_saved_with_a_rhyme_keeps_no_poem_out(library: Library, tmp_path: Path):
    passages = [{"begins_at": 0, "seed": 7, "lines": 4, "sampling": {}, "rhyme": "love\u200f"}]
    file = read_file(saved(tmp_path, json.dumps({**POEM, "passages": passages}).encode()))
    assert [take_in(library, file), take_in(library, file)] == [TakenIn(1, 0), TakenIn(0, 1)]
    assert library.poems()[0].passages[0].rhyme == "love"


POEM = {
    "id": 2,
    "written": "2026-01-01T00:00:00+00:00",
    "model": "en",
    "model_sha256": "",
    "form": "free",
    "text": "amber",
    "passages": [{"begins_at": 0, "seed": 7, "lines": 4, "sampling": {}}],
}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"[1, 2]", "Expected `object`"),
        (b'{"a": 1}', "missing required field"),
        (b'{"rumi_library": 1}', "missing required field `poems`"),
        (b'{"rumi_library": 9, "poems": []}', "it has version 9, this program reads 1"),
        (b'{"rumi_library": 1, "poems": [], "bookmarks": ["nowhere"]}', "'nowhere'"),
        (b"[" * 100_000, "."),
        ({"text": 3}, "Expected `str`"),
        ({"text": "am\ud800ber"}, "."),
        ({"written": "yesterday"}, "Invalid isoformat"),
        ({"written": "0001-01-01"}, "."),
        ({"title": "\x1b[31m"}, "the title of a poem has control characters"),
        ({"model": "/a\0b"}, "the model of a poem has control characters"),
        ({"tags": ["a\u202eb"]}, "the tags of a poem has control characters"),
        ({"real": {"length": 0, "place": "a", "parts": [{"length": 0, "place": "", "address": "\x9b"}]}}, "the real "),
        ({"passages": [{"begins_at": 9, "seed": 7, "lines": 4, "sampling": {}}]}, "does not lie in its poem"),
        ({"passages": POEM["passages"] * 2}, "does not lie in its poem"),
        ({"passages": [{"begins_at": 0, "seed": 2**63, "lines": 4, "sampling": {}}]}, "a seed is out of range"),
        ({"passages": [{"begins_at": 0, "seed": 1, "lines": 2**63, "sampling": {}}]}, "lines is out of range"),
        ({"passages": [{"begins_at": 0, "seed": 1, "lines": 1, "sampling": {"top_p": 7}}]}, "Top-p must be"),
        ({"branch": {"parent": 2, "at": 1}}, "does not leave an earlier poem"),
        ({"branch": {"parent": 1, "at": 6}}, "does not leave an earlier poem"),
        ({"real": {"length": 6, "place": "ghazal 1"}}, "longer than its poem"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_and_nothing_is_taken_in(
    library: Library, tmp_path: Path, content: bytes | dict[str, object], why: str
):
    bad_poem = json.dumps(POEM | content).encode() if isinstance(content, dict) else content
    with refused(f"holds no poems that this program saved .*{why}"):
        read_file(saved(tmp_path, bad_poem))
    if isinstance(content, dict):
        poems = json.dumps({"rumi_library": 1, "poems": [POEM, POEM | content]}).encode()
        with refused(why):
            take_in(library, read_file(saved(tmp_path, poems)))
    assert library.poems() == []


@pytest.mark.parametrize("name", ["nothing.json", ".", "a\0b", "~nobody-is-called-so/a"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str):
    with refused("cannot be read|nobody here|NUL"):
        read_file(Path(name) if name.startswith("~") else tmp_path / name)


def test_a_library_that_refuses_takes_in_nothing(other: Library, library: Library):
    [first, *others] = other.poems()
    with refused("cannot be used"):
        bad_poem = msgspec.structs.replace(first, passages=(passage(0, seed=2**64),))
        take_in(library, LibraryFile(rumi_library=1, poems=(*others, bad_poem)))
    assert library.poems() == []


def test_a_branch_whose_poem_here_begins_otherwise_stands_by_itself(other: Library, library: Library):
    trunk, branch = other.poem(2), other.poem(5)
    trunk = msgspec.structs.replace(trunk, text="another beginning")
    assert take_in(library, LibraryFile(rumi_library=1, poems=(trunk, branch))).new == 2
    assert library.poem(2).branch is None
