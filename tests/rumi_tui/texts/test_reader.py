from __future__ import annotations

import contextlib
import datetime
import json
import random
import sqlite3
import threading
from pathlib import Path

import msgspec
import pytest
from support import METRES, assert_command_refused, call_command, refused, run_command, write_corpus, write_works

from rumi_tui.texts.places import Place, read_place
from rumi_tui.texts.plain import to_document, to_text
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.verse.feet import metre_named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_works(tmp_path / "texts")


@pytest.fixture
def works(folder: Path) -> Works:
    return open_works(folder)


def at(works: Works, typed: str) -> Place:
    return works.find(read_place(typed))


def test_a_section_is_whole_and_in_order_with_both_languages_joined_couplet_by_couplet(
    works: Works, folder: Path
) -> None:
    poem = works.poem(at(works, "masnavi/1/1"))
    assert [couplet.number for couplet in poem.couplets] == [1, 2, 3, 4, 5]
    assert [list(couplet.verse) for couplet in poem.couplets] == [["fa", "en"]] * 2 + [["fa"]] + [["fa", "en"]] * 2
    english = (folder / "en-masnavi.txt").read_text("utf-8").split("\n\n")[1]
    assert [couplet.verse["en"] for couplet in poem.couplets[3:]] == [
        "\n".join(english.split("\n")[:2]),
        "\n".join(english.split("\n")[2:4]),
    ]
    assert (poem.form, poem.metre, poem.rhyme) == ("couplet", METRES[0], "")
    assert poem.titles == {"fa": "سرآغاز"}
    assert (poem.languages, poem.authors) == (["fa", "en"], {"fa": "Nobody", "en": "Nobody"})


def test_in_one_language_a_section_names_neither_title_nor_translator_of_another(works: Works) -> None:
    poem = works.poem(read_place("masnavi/1/2"))
    assert (set(poem.titles), set(poem.authors)) == ({"fa", "en"}, {"fa", "en"})
    for language in ("fa", "en"):
        alone = poem.only_in(language)
        assert {*alone.languages, *alone.titles, *alone.authors} == {language}


def test_a_ghazal_and_a_quatrain_are_read_alike(works: Works) -> None:
    ghazal, quatrain = works.poem(at(works, "ghazal 100")), works.poem(at(works, "rubai/55:2"))
    assert (ghazal.form, len(ghazal.couplets), ghazal.rhyme, ghazal.titles) == ("ghazal", 4, "ان", {})
    assert (quatrain.form, len(quatrain.couplets), quatrain.metre) == ("rubai", 2, "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("masnavi/1:6", Place("masnavi", 1, 2, 6)),
        ("masnavi/1", Place("masnavi", 1, 1)),
        ("masnavi/1/1:4", Place("masnavi", 1, 1, 4)),
        ("ghazal 102, couplet 4", Place("divan", 0, 102, 4)),
    ],
)
def test_a_place_is_found_with_its_section(works: Works, typed: str, found: Place) -> None:
    assert at(works, typed) == found


@pytest.mark.parametrize(
    ("typed", "way_out"),
    [
        ("masnavi/1/9", "the nearest section is 2"),
        ("masnavi/1:90", "the nearest couplet of book I is 7"),
        ("masnavi/1/1:6", "the nearest couplet of book I is 6"),
        ("masnavi/2", "run rumi-corpus fetch"),
        ("ghazal 101", "the nearest ghazal is 100"),
        ("ghazal 100:9", "the nearest couplet of ghazal 100 is 4"),
        ("rubai/1", "the nearest quatrain is 55"),
    ],
)
def test_what_is_not_here_is_refused_with_what_is(works: Works, typed: str, way_out: str) -> None:
    with refused(f"is not in these texts: {way_out}"):
        at(works, typed)


def test_one_turns_from_poem_to_poem_to_the_ends_of_a_work(works: Works) -> None:
    first, second = at(works, "masnavi/1/1:3"), at(works, "masnavi/1/2")
    assert works.beside(first, 1) == second
    assert works.beside(second, -1) == first.whole
    assert works.beside(first, -1) is works.beside(second, 1) is None
    assert works.beside(at(works, "ghazal 100"), 1) == at(works, "ghazal 102")


def test_the_contents_are_those_of_the_book_or_of_the_collection(works: Works) -> None:
    assert [(entry.place.number, entry.titles) for entry in works.contents(at(works, "masnavi/1"))] == [
        (1, {"fa": "سرآغاز"}),
        (2, {"fa": "چراغ دریا", "en": "The lantern and the sea"}),
    ]
    ghazals = works.contents(at(works, "ghazal 102"))
    assert [entry.place.number for entry in ghazals] == [100, 102]
    first = works.poem(ghazals[0].place).couplets[0].verse["fa"]
    assert ghazals[0].titles == {"fa": first.split("\n")[0]}
    assert [place.reference for place in works.books()] == ["masnavi/1", "divan/100", "rubai/55"]


def test_a_poem_is_drawn_from_ghazals_and_quatrains_and_one_stays_all_day(works: Works) -> None:
    drawn = {works.random(random.Random(seed)).reference for seed in range(50)}
    assert drawn == {"divan/100", "divan/102", "rubai/55", "rubai/56"}
    day = datetime.date(2026, 1, 1)
    assert works.of_the_day(day) == works.of_the_day(day)
    assert "en" in works.poem(works.of_the_day(day, "en")).languages
    assert works.of_the_day(day, "de") == works.of_the_day(day)
    days = {works.of_the_day(day + datetime.timedelta(days=number)) for number in range(50)}
    assert {place.reference for place in days} == drawn


def test_a_masnavi_alone_has_no_poem_to_draw(folder: Path) -> None:
    for name in ("fa-divan", "fa-rubaiyat"):
        (folder / f"{name}.txt").unlink()
    catalogue = folder / "corpus.toml"
    catalogue.write_text("\n\n".join(catalogue.read_text("utf-8").split("\n\n")[:2]), "utf-8")
    with refused("no ghazals or quatrains"):
        open_works(folder).random(random.Random())


def test_the_works_are_read_once_and_anew_when_a_text_or_a_label_changes(folder: Path, tmp_path: Path) -> None:
    made: list[Path] = []

    def opened(cache_dir: Path) -> Works:
        return open_works(folder, cache_dir, lambda: (made.append(cache_dir), open_works(folder, cache_dir)))

    cache_dir = tmp_path / "cache"
    for _ in range(2):
        assert at(opened(cache_dir), "ghazal 102")
    assert made == [cache_dir]
    labels = folder / "fa-divan.tsv"
    labels.write_text(labels.read_text("utf-8").replace("divan/102", "divan/103"), "utf-8")
    assert at(opened(cache_dir), "ghazal 103")
    assert len(made) == 2
    [kept] = cache_dir.iterdir()
    for content in (b"", b"not a database", kept.read_bytes()[:5000]):
        kept.write_bytes(content)
        assert at(opened(cache_dir), "ghazal 103")
    assert len(made) == 5
    with refused("changed while they were being read"):
        open_works(folder, tmp_path / "other", lambda: None)


def test_a_file_of_works_that_is_damaged_inside_says_what_to_delete(folder: Path, tmp_path: Path) -> None:
    works = open_works(folder, tmp_path / "cache")
    [kept] = (tmp_path / "cache").iterdir()
    for poem in (b"", b"\xc1", msgspec.msgpack.encode({"place": "nowhere"})):
        with contextlib.closing(sqlite3.connect(kept)) as database, database:
            database.execute("UPDATE poems SET poem = ?", (poem,))
        with refused(f"{kept.name} cannot be read .*: delete it"):
            works.poem(read_place("ghazal 100"))


def test_works_can_be_asked_from_several_threads(folder: Path, tmp_path: Path) -> None:
    works = open_works(folder, tmp_path / "cache")
    place, found = read_place("ghazal 100"), []
    threads = [threading.Thread(target=lambda: found.append(works.poem(place))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [works.poem(place)] * 4


def test_texts_without_labels_cannot_be_read_by_place(tmp_path: Path) -> None:
    with refused("do not say where their poems come from"):
        open_works(write_corpus(tmp_path / "texts"))
    with refused("run rumi-corpus fetch"):
        open_works(tmp_path / "missing")


def test_as_text_each_couplet_has_its_number_and_the_one_asked_for_a_mark(works: Works) -> None:
    poem = works.poem(at(works, "masnavi/1/1"))
    head, *blocks = to_text(poem, 4).split("\n\n")
    assert head.split("\n") == [
        "Masnavi I, section 1, couplets 1 to 5",
        "سرآغاز",
        METRES[0],
        metre_named(METRES[0]).syllables,
        "Nobody",
        poem.place.address,
    ]
    for couplet, block in zip(poem.couplets, blocks, strict=True):
        assert int(block[:5]) == couplet.number
        assert ("> " in block) == (couplet.number == 4)
        lines = [line[8:] for line in block.split("\n")]
        assert lines == [line for verse in couplet.verse.values() for line in verse.split("\n")]


def test_as_json_a_poem_tells_its_neighbours(works: Works) -> None:
    document = json.loads(msgspec.json.encode(to_document(works, works.poem(at(works, "masnavi/1:6")), 6)))
    assert (document["reference"], document["couplet"]) == ("masnavi/1/2", 6)
    assert (document["previous"], document["next"]) == ("masnavi/1/1", None)
    assert [couplet["number"] for couplet in document["couplets"]] == [6, 7]


def test_the_command_reads_a_place_however_it_is_typed(folder: Path) -> None:
    texts = {"RUMI_CORPUS_DIR": str(folder)}
    done = run_command("rumi-corpus", "read", "masnavi/1:2", **texts)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Masnavi I, section 1, couplets 1 to 5\n")
    assert call_command("rumi-corpus", "read", "Masnavi", "I,", "couplet", "2", **texts).stdout == done.stdout
    english = call_command("rumi-corpus", "read", "masnavi/1/1", "--language", "en", "--json", **texts).stdout
    assert [couplet["number"] for couplet in json.loads(english)["couplets"]] == [1, 2, 4, 5]
    drawn = json.loads(call_command("rumi-corpus", "random", "--json", **texts).stdout)
    assert drawn["form"] in ("ghazal", "rubai")
    of_today = [call_command("rumi-corpus", "random", "--today", **texts).stdout for _ in range(2)]
    assert of_today[0] == of_today[1] != ""
    for line in ("ghazal 7000", "love"):
        assert_command_refused(call_command("rumi-corpus", "read", *line.split(), **texts), 1)
    asked = call_command("rumi-corpus", "read", "ghazal", "100", "--language", "en", **texts)
    assert_command_refused(asked, 1, "There is no English of ghazal 100")


def test_a_text_is_of_one_work_and_what_it_has_of_another_is_left_out(folder: Path) -> None:
    labels = folder / "fa-divan.tsv"
    *labelled, _ = labels.read_text("utf-8").splitlines()
    labels.write_text("\n".join([*labelled, "rubai/7\t\t\t"]) + "\n", "utf-8")
    works = open_works(folder)
    told = [to_document(works, poem)["reference"] for poem in works.poems("divan")]
    assert told == ["divan/100"]
    assert Place("rubai", 0, 7) not in [poem.place for poem in works.poems("rubai")]
