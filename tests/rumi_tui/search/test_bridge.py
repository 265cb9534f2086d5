from __future__ import annotations

import contextlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support import WORDS, assert_command_refused, call_command, refused

from rumi_tui.search.bridge import Bridge
from rumi_tui.search.index import Index
from rumi_tui.search.persian_words import _pairs
from rumi_tui.search.ranking import Ranking
from rumi_tui.search.retrieval import retrieve
from rumi_tui.search.spelling import search_spelling

PAIRS = dict(zip(WORDS["fa"], WORDS["en"], strict=False))
RARE = {"پیل": "elephant", "شبان": "shepherd"}
"""Each stands in one couplet of the poem in both languages; the elephant also in a ghazal."""
ENTRY = '[[text]]\nfile = "{0}.txt"\nlanguage = "{1}"\nform = "{2}"\n'


def write_texts(folder: Path) -> Path:
    """A poem of 100 couplets in both languages, of which English 50 is missing, and ghazals in Persian."""
    folder.mkdir(parents=True)
    rng = random.Random(2)
    persian = [[rng.sample(list(PAIRS), k=4) for _ in range(2)] for _ in range(100)]
    for number, word in zip((30, 80), RARE, strict=True):
        persian[number - 1][0][0] = word
    words = PAIRS | RARE
    english = [[[words[word] for word in reversed(line)] for line in couplet] for couplet in persian]
    ghazal = [["کوه", "پیل", "دشت"], ["ابر", "برف", "دشت"]] + [["ابر", "کوه", "دشت"]] * 6

    def text(*poems: list[list[str]]) -> str:
        return "\n\n".join("\n".join(" ".join(line) for line in poem) for poem in poems) + "\n"

    def lines(couplets: list[list[list[str]]]) -> list[list[str]]:
        return [line for couplet in couplets for line in couplet]

    (folder / "fa.txt").write_text(text(lines(persian)), "utf-8")
    (folder / "en.txt").write_text(text(lines(english[:49]), lines(english[50:])), "utf-8")
    (folder / "divan.txt").write_text(text(ghazal), "utf-8")
    head = "id\ttitle\tmetre\trhyme\n"
    (folder / "fa.tsv").write_text(f"{head}masnavi/1/1/1-100\tبخش ۱ - قصهٔ قاضی\t\t\n", "utf-8")
    (folder / "en.tsv").write_text(f"{head}masnavi/1/1/1-49\tThe judge\t\t\nmasnavi/1/1/51-100\t\t\t\n", "utf-8")
    (folder / "divan.tsv").write_text(f"{head}divan/7\tغزل شمارهٔ ۷\t\t\n", "utf-8")
    entries = [("fa", "fa", "couplet"), ("en", "en", "free"), ("divan", "fa", "ghazal")]
    (folder / "corpus.toml").write_text("".join(ENTRY.format(*entry) for entry in entries), "utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_texts(tmp_path_factory.mktemp("bridge") / "texts")


@pytest.fixture(scope="module")
def bridge(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Bridge:
    kept = tmp_path_factory.mktemp("kept")
    return Bridge(Index(folder, kept), kept)


@pytest.fixture(scope="module")
def ranking(bridge: Bridge) -> Ranking:
    return Ranking(bridge)


def test_a_line_is_glossed_word_by_word(bridge: Bridge) -> None:
    word, english = next(iter(PAIRS.items()))
    line = bridge.gloss(f"از {word}، هگهگ!")
    assert [each.word for each in line] == ["از", word, "هگهگ"]
    assert line[0].english == ["from"]
    assert line[1].english[0] == english
    assert len(line[1].english) <= 3
    assert line[2].english == []
    assert bridge.gloss("") == bridge.gloss("؟!") == bridge.gloss("The lantern") == []
    assert [glossed.word for glossed in bridge.gloss(f"The lantern of {word}")] == [word]
    wine = bridge.gloss(f"می {word}")
    assert [each.word for each in wine] == ["می", word]  # no verb that is known
    assert wine[1].english[0] == english


def test_no_word_of_the_small_lists_stands_twice(bridge: Bridge) -> None:
    (word,) = bridge.gloss("بود")
    assert word.english == ["was", "may-be"]
    with pytest.raises(ValueError, match="بود stands twice"):
        _pairs("بود : was\nباشد بود : may-be")


def test_couplets_know_their_twins_by_their_place(bridge: Bridge) -> None:
    by_id = {couplet.id: couplet for couplet in bridge.index.couplets()}
    twins = {couplet: twin for couplet in by_id if (twin := bridge.twin(couplet))}
    assert len(twins) == 2 * 99
    for couplet, twin in twins.items():
        assert by_id[couplet].reference == by_id[twin].reference
        assert {by_id[couplet].language, by_id[twin].language} == {"fa", "en"}
        assert bridge.twin(couplet) == twin
    alone = {couplet.reference for couplet in by_id.values() if couplet.id not in twins}
    assert alone == {"masnavi/1:50", *(f"divan/7:{number}" for number in range(1, 5))}


def test_a_bridge_whose_places_are_not_whole_is_refused(bridge: Bridge, tmp_path: Path) -> None:
    copy = shutil.copy(bridge.path, tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as database, database:
        database.execute("UPDATE couplets SET twin = x'ffffff7f'")
    with refused("delete it and try again"):
        _ = Bridge(bridge.index, tmp_path).places


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        ("couplets", "twin", lambda bridge: bridge.places),
        ("glosses", "english", lambda bridge: bridge.glosses("پیل")),
        ("forms", "word", lambda bridge: bridge.forms("پیل")),
    ],
)
def test_a_value_that_is_missing_where_none_can_be_is_told(
    bridge: Bridge, tmp_path: Path, table: str, column: str, read: Callable[[Bridge], object]
) -> None:
    copy = shutil.copy(bridge.path, tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as database, database:
        database.execute(f"CREATE TABLE damaged AS SELECT * FROM {table}")  # which demands nothing of its columns
        database.execute(f"UPDATE damaged SET {column} = NULL")
        database.execute(f"DROP TABLE {table}")
        database.execute(f"ALTER TABLE damaged RENAME TO {table}")
    assert read(bridge)
    with refused("delete it and try again"):
        read(Bridge(bridge.index, tmp_path))


@pytest.mark.parametrize(
    ("probability", "read"),
    [
        ("9e999", lambda bridge: bridge.glosses("پیل")),
        ("-9e999", lambda bridge: bridge.glosses("پیل")),
        ("9e999", lambda bridge: bridge.persian("elephant")),
        ("1e300", lambda bridge: bridge.persian("elephant")),
    ],
)
def test_a_weight_that_nothing_has_is_told(
    bridge: Bridge, tmp_path: Path, probability: str, read: Callable[[Bridge], object]
) -> None:
    copy = shutil.copy(bridge.path, tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as database, database:
        database.execute(f"UPDATE glosses SET probability = {probability}")
    assert read(bridge)
    with refused("delete it and try again"):
        read(Bridge(bridge.index, tmp_path))


def test_titles_of_no_place_are_left_out(bridge: Bridge, tmp_path: Path) -> None:
    copy = shutil.copy(bridge.path, tmp_path)
    with contextlib.closing(sqlite3.connect(copy)) as database, database:
        database.execute("UPDATE titles SET last = NULL")
    assert bridge.titles("judge")
    assert Bridge(bridge.index, tmp_path).titles("judge") == []


def test_the_gloss_is_turned_round(bridge: Bridge) -> None:
    for persian, english in PAIRS.items():
        weights = bridge.persian(english)
        assert max(weights, key=weights.__getitem__) == search_spelling(persian)
        assert sum(weights.values()) == pytest.approx(1)
    assert bridge.persian("telephone") == {}


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("Where is the elephant?", {"masnavi/1:30", "divan/7:1"}),
        ("پیل کجاست؟", {"masnavi/1:30", "divan/7:1"}),
        ("فیل‌ها کجا هستند؟", {"masnavi/1:30", "divan/7:1"}),  # a word of today
        ("Where is the shepherd?", {"masnavi/1:80"}),
        ("چوپان کجاست؟", {"masnavi/1:80"}),
    ],
)
def test_a_question_finds_couplets_in_both_languages(ranking: Ranking, question: str, places: set[str]) -> None:
    found = retrieve(ranking, None, question)
    assert {passage.couplet.reference for passage in found[: len(places)]} == places


def test_an_answer_shows_both_languages_that_of_the_question_first(ranking: Ranking) -> None:
    english, persian = (retrieve(ranking, None, question)[0] for question in ("The shepherd?", "شبان؟"))
    assert (english.couplet.language, persian.couplet.language) == ("en", "fa")
    assert english.translation == persian.couplet.verse
    assert persian.translation == english.couplet.verse
    assert f"  > {persian.translation.splitlines()[0]}" in persian.quoted()


def test_a_language_that_is_asked_for_is_what_is_shown(ranking: Ranking) -> None:
    for question in ("elephant", "پیل"):
        for language in ("en", "fa"):
            found = retrieve(ranking, None, question, language)
            assert found[0].couplet.reference == "masnavi/1:30" or language == "fa"
            assert {passage.couplet.language for passage in found} == {language}


def test_a_section_is_found_by_its_title(ranking: Ranking) -> None:
    assert retrieve(ranking, None, "the judge")[0].couplet.reference.startswith("masnavi/1:")
    assert retrieve(ranking, None, "قاضی")[0].couplet.reference.startswith("masnavi/1:")


def test_it_is_kept_and_made_again_for_other_texts(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "texts")
    kept = tmp_path / "kept"
    first = Bridge(Index(folder, kept), kept)
    made = first.path.stat().st_mtime_ns
    assert Bridge(Index(folder, kept), kept).path.stat().st_mtime_ns == made
    with (folder / "divan.txt").open("a", encoding="utf-8") as file:
        file.write("سیمرغ\n")
    second = Bridge(Index(folder, kept), kept)
    assert second.forms("سیمرغ") == ["سیمرغ"]
    assert first.forms("سیمرغ") == []
    second.path.write_bytes(b"no database")
    assert Bridge(Index(folder, kept), kept).forms("سیمرغ") == ["سیمرغ"]
    (tmp_path / "none").write_text("a file where a folder should be")
    with refused("Could not write"):
        Bridge(Index(folder, kept), tmp_path / "none")


def test_the_command_glosses_a_line(folder: Path, tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(folder), "XDG_CACHE_HOME": str(tmp_path)}
    done = call_command("rumi-corpus", "gloss", "از", "پیل", "هگهگ", **places)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "از  from")
    assert "elephant" in done.stdout.splitlines()[1]
    assert done.stdout.splitlines()[2] == "هگهگ  (unknown)"
    assert "not a translation" in done.stderr
    for line in ("؟", "lantern"):
        assert_command_refused(call_command("rumi-corpus", "gloss", line, **places), 1, "no Persian here")
    told = json.loads(call_command("rumi-corpus", "gloss", "از پیل", "--json", **places).stdout)
    assert told["line"] == "از پیل"
    assert told["gloss"][0] == {"word": "از", "english": ["from"]}
