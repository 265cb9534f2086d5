from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from support import assert_command_refused, call_command, refused, run_command, write_corpus, write_works

from rumi_tui.search.index import PAGE, TITLE_LENGTH, Index
from rumi_tui.verse.words import fold, search_terms

POEMS = """\
The ember sleeps below the hill
A lantern burns, the drum is still

The candles love the evening air
A needle knows what mirrors wear
They loved the harbour, loved the sea
"""
PERSIAN = "چراغِ دریا باران\nآینه می‌خندد\nکاغذ گُل سنگ\nپنجره نان\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "en.txt").write_text(POEMS, "utf-8")
    (folder / "fa.txt").write_text(PERSIAN, "utf-8")
    entry = '[[text]]\nfile = "{0}.txt"\nlanguage = "{0}"\nform = "free"\ntitle = "Book {0}"\nauthor = "Nobody"\n'
    (folder / "corpus.toml").write_text(entry.format("en") + entry.format("fa"), "utf-8")
    return folder


def found(index: Index, words: str, language: str | None = None) -> list[tuple[str, int, int]]:
    passages = index.search(words, language).passages
    return [(p.couplet.file, p.couplet.poem, p.couplet.couplet) for p in passages]


def test_couplets_are_found_by_all_of_their_words(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    assert found(index, "drum lantern") == [("en.txt", 1, 1)]
    assert found(index, "drum harbour") == []
    assert found(index, "LOVE") == [("en.txt", 2, 2), ("en.txt", 2, 1)]
    assert found(index, "harbour") == [("en.txt", 2, 2)]


def test_persian_is_found_whole_whatever_its_signs(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    for words in ("چراغ", "چِراغِ", "دريا", "می خندد", "می‌خندد", "گـُل", "اینه"):
        assert len(found(index, words)) == 1, words
    assert found(index, "چرا") == []
    assert fold("گـُلِ آینه") == "گل اینه"


SPELLINGS = (
    "در خانه‌ی تاریک\nکتاب می‌خواند\n\nخانهٔ روشن\nاو میخواند\n\nاین را نمی‌دانم\nخوش‌حال آمد\n\n"
    "می خواند\nمی سرخ\n\nروز‌های نو\n\nروز های نو ای یار\n"
)


@pytest.mark.parametrize(
    ("searches", "poems"),
    [
        (["روز‌های", "روز‌های نو", '"روز‌های نو"', "روز‌ها*"], [5, 6]),
        (["خانه‌ی", "خانهٔ", "خانه", "خانه ی", '"خانه ی"'], [1, 2]),
        (["خانه ی تاریک", '"خانه ی تاریک"', '"در خانه ی تاریک"', "خانه ی تا*"], [1]),
        (["روزهای", "روزهای نو"], [5]),
        (["روز های", "روز های نو", '"روز های نو"', "روز ها*"], [5, 6]),
        (["می‌خواند", "میخواند", "می خواند", '"می خواند"', "میخوان*"], [1, 2, 4]),
        (["روز‌های ای یار"], [6]),
        (["نمی‌دانم", "نمیدانم", "نمی دانم", "دانم"], [3]),
        (["خوش‌حال", "خوشحال", "خوش حال", '"خوش حال"'], [3]),
        (["می", "می سرخ", '"می سرخ"'], [4]),
    ],
)
def test_ways_to_spell_a_word_meet(tmp_path: Path, searches: list[str], poems: list[int]) -> None:
    (tmp_path / "fa.txt").write_text(SPELLINGS, "utf-8")
    index = Index(tmp_path, tmp_path / "kept")
    for words in searches:
        passages = index.search(words).passages
        assert sorted(passage.couplet.poem for passage in passages) == poems, words
        assert all(passage.marks for passage in passages), words


def test_a_word_is_found_by_its_beginning_and_words_by_their_order(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    assert found(index, "harb*") == found(index, "the harb*,") == [("en.txt", 2, 2)]
    assert found(index, "harb") == found(index, "harb *") == []
    assert found(index, '"evening air"') == found(index, "“Evening Air” candle") == [("en.txt", 2, 1)]
    assert found(index, '"air evening"') == found(index, '"evening air" drum') == []
    assert found(index, '"evening air') == [("en.txt", 2, 1)]  # a mark alone is none


def test_a_beginning_is_that_of_a_word_and_not_of_its_stem(tmp_path: Path) -> None:
    poems = ("A beautiful lantern", "My beloved candle", "A human being", "He was", "Hesitant")
    (tmp_path / "en.txt").write_text("\n\n".join(poems), "utf-8")
    index = Index(tmp_path, tmp_path / "kept")
    assert found(index, "beautif*") == [("en.txt", 1, 1)]
    assert found(index, "being*") == [("en.txt", 3, 1)]
    assert sorted(found(index, "be*")) == [("en.txt", 1, 1), ("en.txt", 2, 1), ("en.txt", 3, 1)]
    assert found(index, "beings*") == found(index, "beings") == [("en.txt", 3, 1)]
    assert found(index, "beautifully*") == found(index, "beautifully")
    assert found(index, "hes*") == [("en.txt", 5, 1)]  # and not the word that hes would be a form of
    (passage,) = index.search("beautif* lan*").passages
    assert passage.quoted(lambda hit: f"[{hit}]") == "  > A [beautiful] [lantern]"


def test_a_genitive_is_no_word_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("The king's lantern\n\nThe king s lantern\n\nA KING’S drum\n", "utf-8")
    index = Index(tmp_path, tmp_path / "kept")
    assert sorted(found(index, "king")) == sorted(found(index, "KING's")) == [("en.txt", n, 1) for n in (1, 2, 3)]
    assert found(index, "s") == [("en.txt", 2, 1)]
    (passage,) = index.search('"king’s drum"').passages
    assert passage.quoted(lambda hit: f"[{hit}]") == "  > A [KING’S] [drum]"


def test_what_was_searched_for_is_marked(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")

    def marked(words: str) -> str:
        (passage,) = index.search(words).passages
        return passage.quoted(lambda hit: f"[{hit}]")

    assert "> They [loved] the [harbour], [loved] the sea" in marked("love harbour")
    assert "> They loved the harbour, loved [the] [sea]" in marked('"the sea"')
    assert "> A lantern [burns], the drum is still" in marked("bur*")
    assert "> [چراغِ] دریا باران\n  > آینه [می‌خندد]" in marked("چراغ میخندد")


def test_a_language_without_texts_is_said(folder: Path, tmp_path: Path) -> None:
    for language, name in (("tr", "'tr'"), ("", "''")):
        with refused(f"No text here is in {name}"):
            Index(folder, tmp_path / "kept").search("drum", language)


def test_a_passage_has_the_lines_around_it_in_the_same_poem(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    (passage,) = index.search("mirrors").passages
    assert passage.couplet.verse == "The candles love the evening air\nA needle knows what mirrors wear"
    assert (passage.before, passage.after) == ("", "They loved the harbour, loved the sea")
    assert passage.couplet.place == "Book en, poem 2, couplet 1"
    (other,) = index.search("harbour").passages
    assert other.before == passage.couplet.verse
    assert index.poem_around(other.couplet.id) == [passage.couplet, other.couplet]


def test_a_couplet_of_a_text_with_labels_has_the_place_that_readers_know(tmp_path: Path) -> None:
    index = Index(write_works(tmp_path / "texts"), tmp_path / "kept")
    by_file = {(c.file, c.place): c for c in index.couplets()}
    persian, english = (by_file[name, "Masnavi I, couplet 7"] for name in ("fa-masnavi.txt", "en-masnavi.txt"))
    assert persian.section == english.section == {"fa": "چراغ دریا", "en": "The lantern and the sea"}
    assert sorted(persian.titles) == sorted(persian.section.values())
    assert (persian.reference, persian.address) == (
        "masnavi/1:7",
        "https://ganjoor.net/moulavi/masnavi/daftar1/sh2",
    )
    assert by_file["fa-masnavi.txt", "Masnavi I, couplet 5"].section == {"fa": "سرآغاز"}
    ghazal = by_file["fa-divan.txt", "ghazal 100, couplet 4"]
    assert (ghazal.reference, ghazal.section) == ("divan/100:4", {})
    assert ("fa-rubaiyat.txt", "quatrain 56, couplet 2") in by_file


def test_a_couplet_without_labels_is_told_by_its_file(folder: Path, tmp_path: Path) -> None:
    (passage,) = Index(folder, tmp_path / "kept").search("mirrors").passages
    assert (passage.couplet.reference, passage.couplet.address, passage.couplet.section) == ("", "", {})


def test_the_index_is_made_again_when_labels_change(tmp_path: Path) -> None:
    folder = write_works(tmp_path / "texts")
    Index(folder, tmp_path / "kept").close()
    labels = folder / "fa-divan.tsv"
    labels.write_text(labels.read_text("utf-8").replace("divan/102", "divan/103"), "utf-8")
    places = {couplet.place for couplet in Index(folder, tmp_path / "kept").couplets()}
    assert "ghazal 103, couplet 1" in places
    assert "ghazal 102, couplet 1" not in places


def test_a_long_title_is_cut_where_it_is_told(tmp_path: Path) -> None:
    folder = write_works(tmp_path / "texts")
    labels = folder / "en-masnavi.tsv"
    labels.write_text(labels.read_text("utf-8").replace("the sea", "the sea, " * 100), "utf-8")
    couplet = next(c for c in Index(folder, tmp_path / "kept").couplets() if "en" in c.section)
    assert len(couplet.section["en"]) > 800
    assert max(map(len, couplet.titles)) <= TITLE_LENGTH


def test_a_language_picks_the_texts(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    assert found(index, "drum", "fa") == []
    assert found(index, "سنگ", "fa") == [("fa.txt", 1, 2)]
    assert [couplet.file for couplet in index.couplets("fa")] == ["fa.txt", "fa.txt"]


def test_the_index_is_kept_and_made_again_when_a_text_changes(folder: Path, tmp_path: Path) -> None:
    first = Index(folder, tmp_path / "kept")
    made = first.path.stat().st_mtime_ns
    assert Index(folder, tmp_path / "kept").path.stat().st_mtime_ns == made
    (folder / "en.txt").write_text("A kettle and a lantern\n", "utf-8")
    second = Index(folder, tmp_path / "kept")
    assert found(second, "lantern") == [("en.txt", 1, 1)]
    assert found(second, "drum") == []
    assert found(first, "drum") == [("en.txt", 1, 1)]  # who has the old one open, keeps it
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [second.path.name]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no database at all",
        lambda content: content[:100],
        lambda content: content.replace(b"facts (key TEXT", b"facts (key TEX\x80"),  # which SQLite then quotes
    ],
)
def test_a_damaged_index_is_made_again(folder: Path, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = Index(folder, tmp_path / "kept").path
    path.write_bytes(damage(path.read_bytes()))
    assert found(Index(folder, tmp_path / "kept"), "drum") == [("en.txt", 1, 1)]


@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM couplets WHERE id = 1", "UPDATE couplets SET id = 1 << 40 WHERE id = 1", "DROP TABLE couplets"],
)
def test_an_index_that_lacks_couplets_is_made_again(folder: Path, tmp_path: Path, damage: str) -> None:
    spoil(Index(folder, tmp_path / "kept").path, damage)
    assert found(Index(folder, tmp_path / "kept"), "drum") == [("en.txt", 1, 1)]


def test_an_index_that_loses_poems_while_it_is_open_says_so(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    spoil(index.path, "DELETE FROM poems")
    with refused("delete it and try again"):
        found(index, "drum")


def spoil(path: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute(statement)


def test_several_may_make_it_at_once(folder: Path, tmp_path: Path) -> None:
    results: list[list[tuple[str, int, int]]] = []

    def ask() -> None:
        results.append(found(Index(folder, tmp_path / "kept"), "drum"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[("en.txt", 1, 1)]] * 4


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        ("UPDATE couplets SET id = -256 WHERE id = 2", lambda index: index.couplets()),
        ("INSERT INTO words (rowid, verse, others) VALUES (1000, 'drum', '')", lambda index: index.weights("drum")),
        ("INSERT INTO words (rowid, verse, others) VALUES (-1, 'drum', '')", lambda index: index.weights("drum")),
    ],
)
def test_a_couplet_of_a_number_that_none_has_is_told(
    folder: Path, tmp_path: Path, damage: str, read: Callable[[Index], object]
) -> None:
    spoil(Index(folder, tmp_path / "kept").path, damage)
    with refused("delete it and try again"):
        read(Index(folder, tmp_path / "kept"))


def test_what_is_no_word_is_refused_and_odd_words_are_only_words(folder: Path, tmp_path: Path) -> None:
    index = Index(folder, tmp_path / "kept")
    for nothing in ("", " ,.!", "\x00", '"'):
        with refused("at least one word"):
            index.search(nothing)
    for odd in ('drum" OR "x', "drum*", "verse:drum", "NEAR(drum)", "_", "drum " * 50_000, "a" * 100_000):
        assert index.search(odd).found in (0, 1), odd[:20]
    assert len(search_terms(" ".join(map(str, range(1000))))) == 64
    assert index.search(" ".join(map(str, range(1000)))).found == 0


def test_an_index_that_cannot_be_made_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where a folder should be")
    with refused("Could not write"):
        Index(folder, tmp_path / "kept")


def test_the_command_shows_pages_of_passages(tmp_path: Path) -> None:
    write_corpus(tmp_path / "texts", poems=60)
    places = {"RUMI_CORPUS_DIR": str(tmp_path / "texts"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = run_command("rumi-corpus", "search", "amber", "--json", **places)
    first = json.loads(done.stdout)
    assert (done.returncode, done.stderr, len(first["passages"])) == (0, "", PAGE)
    assert first["found"] > PAGE
    last = json.loads(
        call_command("rumi-corpus", "search", "amber", "--page", str(first["pages"]), "--json", **places).stdout
    )
    assert len(last["passages"]) == (first["found"] - 1) % PAGE + 1
    shown = call_command("rumi-corpus", "search", "amber", "--language", "en", **places)
    assert shown.stdout.count("  > ") >= PAGE
    assert f"page 1 of {first['pages']}" in shown.stderr
    past = call_command("rumi-corpus", "search", "amber", "--page", str(first["pages"] + 1), **places)
    assert_command_refused(past, 1, f"There is no page {first['pages'] + 1}: what was found")
    nothing = call_command("rumi-corpus", "search", "unheard", **places)
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "No couplet" in nothing.stderr


def test_the_command_tells_places_and_addresses(tmp_path: Path) -> None:
    places = {"RUMI_CORPUS_DIR": str(write_works(tmp_path / "texts")), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    word = next(
        c.verse for c in Index(tmp_path / "texts", tmp_path / "kept").couplets() if c.place.endswith("I, couplet 6")
    )
    shown = call_command("rumi-corpus", "search", *word.split(), **places).stdout
    assert shown.startswith("Masnavi I, couplet 6\nچراغ دریا\nThe lantern and the sea\nhttps://ganjoor.net/")
    found = json.loads(call_command("rumi-corpus", "search", *word.split(), "--json", **places).stdout)
    assert found["passages"][0]["couplet"]["reference"] == "masnavi/1:6"


def test_without_texts_the_command_says_what_to_do(tmp_path: Path) -> None:
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    assert_command_refused(call_command("rumi-corpus", "search", "love", **places), 1, "run rumi-corpus fetch")
    done = call_command("rumi-corpus", "search", "love", RUMI_CORPUS_DIR=str(tmp_path / "missing"), **places)
    assert_command_refused(done, 1, "There are no texts in .*missing")


def test_sixty_thousand_couplets_are_indexed_in_one_table(tmp_path: Path) -> None:
    write_corpus(tmp_path / "texts", poems=6_700)
    index = Index(tmp_path / "texts", tmp_path / "kept")
    with sqlite3.connect(index.path) as database:
        assert database.execute("SELECT count(*) FROM couplets").fetchone() == (60_300,)
    assert index.search("amber lantern").found > 0
