from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from support import METRES, assert_command_refused, call_command, refused, write_cento_works

from rumi_tui.search.cento import COUPLETS, FEWEST, Cento, cento
from rumi_tui.search.index import Index
from rumi_tui.texts.places import read_place
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.verse.judge import rhymes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """See `write_cento_works`."""
    return write_cento_works(tmp_path / "texts")


@pytest.fixture
def index(folder: Path, tmp_path: Path) -> Index:
    return Index(folder, tmp_path / "kept")


@pytest.fixture
def works(folder: Path) -> Works:
    return open_works(folder)


def assert_every_couplet_stands_where_it_says(made: Cento, works: Works) -> None:
    wholes = set()
    for couplet in made.couplets:
        place = works.find(read_place(couplet.reference))
        poem = works.poem(place)
        found = poem.couplet(place.couplet)
        assert found is not None
        assert found.verse[made.language] == couplet.verse
        assert couplet.address == poem.place.address
        wholes.add(place.whole)
    assert len(wholes) == len(made.couplets)


def test_in_persian_couplets_of_one_metre_and_rhyme_stand_in_the_order_of_a_ghazal(works: Works, index: Index) -> None:
    made = cento(works, index, "چراغ", "fa")
    assert (made.form, made.metre, made.rhyme, made.words) == ("ghazal", METRES[0], "ان", ["چراغ"])
    assert FEWEST <= len(made.couplets) <= COUPLETS
    assert_every_couplet_stands_where_it_says(made, works)
    numbers = [read_place(couplet.reference).couplet for couplet in made.couplets]
    assert (numbers[0], numbers[-1]) == (1, 3)
    assert all("چراغ" in couplet.verse for couplet in made.couplets[1:-1])
    ends = [couplet.verse.split("\n")[-1] for couplet in made.couplets]
    assert all(rhymes(ends[0], end, "fa") == "perfect" for end in ends[1:])
    assert len({end.split()[-1] for end in ends}) == len(ends)
    assert cento(works, index, "چراغ", "fa") == made


def test_no_ghazal_begins_with_lines_that_do_not_rhyme(folder: Path, tmp_path: Path) -> None:
    begun = cento(open_works(folder), Index(folder, tmp_path / "kept"), "چراغ", "fa").couplets[0]
    text = folder / "fa.txt"
    text.write_text(text.read_text("utf-8").replace(begun.verse, f"آینه\n{begun.verse.splitlines()[1]}", 1), "utf-8")
    other = cento(open_works(folder), Index(folder, tmp_path / "kept"), "چراغ", "fa").couplets[0]
    assert (begun.reference, other.reference) == ("divan/1:1", "divan/2:1")


def test_in_english_a_poem_ends_where_nothing_is_taken_up(folder: Path, tmp_path: Path) -> None:
    text = folder / "en.txt"

    def made() -> Cento:
        return cento(open_works(folder), Index(folder, tmp_path / "kept"), "lantern", "en")

    text.write_text(text.read_text("utf-8").replace("beside a orchard", "beside a pebble"), "utf-8")
    assert [couplet.reference for couplet in made().couplets] == [f"masnavi/1:{2 * n - 1}" for n in range(3, 9)]
    parted = text.read_text("utf-8").replace("beside a ladder", "beside a acorn").replace("beside a feather", "beside")
    text.write_text(parted, "utf-8")
    with refused("Too few couplets"):
        made()


def test_a_translation_of_more_couplets_than_the_original_adds_none(folder: Path, tmp_path: Path) -> None:
    ghazal = "The stone and the bread\n" * 8
    (folder / "en-divan.txt").write_text(ghazal)
    (folder / "en-divan.tsv").write_text("id\ttitle\tmetre\trhyme\ndivan/1\t\t\t\n")
    with (folder / "corpus.toml").open("a") as file:
        file.write('[[text]]\nfile = "en-divan.txt"\nlanguage = "en"\nform = "free"\n')
    works = open_works(folder)
    assert len(works.poem(read_place("divan/1")).couplets) == 4
    assert_every_couplet_stands_where_it_says(cento(works, Index(folder, tmp_path / "kept"), "چراغ", "fa"), works)


def test_in_english_each_couplet_takes_up_a_word_of_the_one_before(works: Works, index: Index) -> None:
    made = cento(works, index, "Where is the lantern?", "en")
    assert (made.form, made.rhyme, made.words) == ("free", "", ["lantern"])
    assert len(made.couplets) == COUPLETS
    assert_every_couplet_stands_where_it_says(made, works)
    sections = [int(works.find(read_place(couplet.reference)).number) for couplet in made.couplets]
    steps = [abs(one - other) for one, other in itertools.pairwise(sections)]
    assert steps.count(1) >= COUPLETS - 2  # which have a noun in common; once there may be none left on that side
    assert cento(works, index, "Where is the lantern?", "en") == made


def test_in_english_no_couplet_breaks_off_or_says_the_same_again(folder: Path, tmp_path: Path) -> None:
    text = folder / "en.txt"
    first, second, *others = text.read_text("utf-8").split("\n\n")
    first = first.replace("pitcher.", "pitcher,")
    poems = [first, second, *(others[0] for _ in others)]
    text.write_text("\n\n".join(poems), "utf-8")
    with refused("Too few couplets"):
        cento(open_works(folder), Index(folder, tmp_path / "kept"), "lantern", "en")


@pytest.mark.parametrize(("question", "language", "reason"), [
    ("?!", "fa", "at least one word"),
    ("برای چیست؟", "fa", "at least one word"),
    ("اقیانوس", "fa", "Too few couplets"),
    ("submarine", "en", "Too few couplets"),
])  # fmt: skip
def test_where_no_poem_comes_of_it_it_is_said(
    works: Works, index: Index, question: str, language: str, reason: str
) -> None:
    with refused(reason):
        cento(works, index, question, language)


def test_the_command_prints_each_couplet_with_its_place(folder: Path, tmp_path: Path) -> None:
    texts = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    made = json.loads(call_command("rumi-corpus", "cento", "چراغ", "--json", **texts).stdout)
    done = call_command("rumi-corpus", "cento", "چراغ", **texts)
    assert done.returncode == 0
    for couplet in made["couplets"]:
        assert f"{couplet['verse']}\n    {couplet['place']}, {couplet['address']}\n" in done.stdout
    assert f"--metre '{METRES[0]}' --rhyme 'ان'" in done.stderr
    assert_command_refused(call_command("rumi-corpus", "cento", "submarine", **texts), 1, "Too few couplets")
