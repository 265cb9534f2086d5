from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from support import refused, verse

from rumi_tui.texts.corpus import Poem, parse_poems, read_catalogue, read_corpus

ONE_TEXT = '[[text]]\nfile = "one.txt"\nlanguage = "en"\nform = "couplet"\n'


def names(paths: list[Path], language: str | None = None) -> list[str]:
    return [source.name for source in read_corpus(paths, language)]


def test_a_folder_gives_the_texts_its_catalogue_names(corpus_folder: Path) -> None:
    sources = read_corpus([corpus_folder])
    assert [(source.name, source.language, source.form) for source in sources] == [
        ("one.txt", "en", "couplet"),
        ("two.txt", "en", "free"),
        ("sher.txt", "fa", "ghazal"),
    ]
    assert [len(list(source.poems)) for source in sources] == [40, 40, 40]
    raw = (corpus_folder / "one.txt").read_bytes()
    assert sources[0].sha256 == hashlib.sha256(raw).hexdigest()
    assert "\n\n".join(poem.text for poem in sources[0].poems) + "\n" == raw.decode()


def test_a_language_picks_texts_in_a_folder(corpus_folder: Path) -> None:
    assert names([corpus_folder], "fa") == ["sher.txt"]
    assert names([corpus_folder], "en") == ["one.txt", "two.txt"]
    with refused("language 'de'"):
        read_corpus([corpus_folder], "de")


def test_a_file_is_what_the_catalogue_beside_it_says(corpus_folder: Path) -> None:
    source = read_corpus([corpus_folder / "sher.txt"], "en")[0]
    assert (source.language, source.form) == ("fa", "ghazal")


def test_a_bare_file_is_free_and_in_the_given_language(tmp_path: Path) -> None:
    (tmp_path / "bare.txt").write_text(verse(2))
    source = read_corpus([tmp_path / "bare.txt"])[0]
    assert (source.language, source.form) == (None, "free")
    assert read_corpus([tmp_path / "bare.txt"], "en")[0].language == "en"


def test_a_bare_folder_gives_its_txt_files_in_their_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "notes.md"):
        (tmp_path / name).write_text(verse(1))
    assert names([tmp_path], "en") == ["a.txt", "b.txt"]
    assert names([tmp_path / "notes.md", tmp_path]) == ["notes.md", "a.txt", "b.txt"]


def test_a_given_form_holds_for_every_text(corpus_folder: Path) -> None:
    assert {poem.form for source in read_corpus([corpus_folder], form="rubai") for poem in source.poems} == {"rubai"}


def test_a_catalogue_may_name_texts_in_folders_below_it(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "one.txt").write_text(verse(1))
    (tmp_path / "corpus.toml").write_text(ONE_TEXT.replace("one.txt", "below/one.txt"))
    source = read_corpus([tmp_path], "en")[0]
    assert (source.language, source.form) == ("en", "couplet")


@pytest.mark.parametrize(("poems", "validation"), [(1, []), (19, []), (20, [20]), (65, [20, 40, 60])])
def test_every_20th_poem_validates_and_no_other(tmp_path: Path, poems: int, validation: list[int]) -> None:
    (tmp_path / "counted.txt").write_text("\n\n".join(f"poem {number}" for number in range(1, poems + 1)))
    source = read_corpus([tmp_path / "counted.txt"])[0]
    assert [poem.text for poem in source.validation] == [f"poem {number}" for number in validation]
    assert [poem.text for poem in source.training] == [
        f"poem {number}" for number in range(1, poems + 1) if number not in validation
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"a b\nc\n\nd",
        b"\n\n \na b\nc\n\n\n\n\nd\n\n\n",
        b"a b\r\nc\r\n\r\nd\r\n",
        b"\xef\xbb\xbfa b\nc\n\nd\n",
        b" a\tb  \nc\n \t \n  d ",
        "a b\nc\u2029d".encode(),
    ],
    ids=ascii,
)
def test_poems_are_the_blocks_between_blank_lines(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "text.txt").write_bytes(raw)
    assert list(read_corpus([tmp_path / "text.txt"])[0].poems) == [Poem("a b\nc", "free"), Poem("d", "free")]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", "\ufeff", "\u200b\n\n\u202e"], ids=ascii)
def test_a_text_of_nothing_has_no_poems_and_is_refused(tmp_path: Path, text: str) -> None:
    assert list(parse_poems([text], "free")) == []
    (tmp_path / "nothing.txt").write_text(text)
    with refused("nothing.txt is empty"):
        read_corpus([tmp_path / "nothing.txt"])


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"\xffa", r"byte 0 \(line 1\) is 0xff"),
        (b"a\nb\n\xe9t\xe9", r"byte 4 \(line 3\) is 0xe9"),
        ("verse".encode("utf-16"), r"byte 0 \(line 1\)"),
        (b"\xef\xbb\xbfab\n\xff", r"byte 6 \(line 2\) is 0xff"),
        (b"ab\xe2\x82", r"byte 2 \(line 1\) is 0xe2"),
    ],
    ids=["first byte", "third line", "utf-16", "after a byte order mark", "cut short"],
)
def test_a_text_that_is_not_utf8_is_refused_with_the_place(tmp_path: Path, raw: bytes, place: str) -> None:
    (tmp_path / "text.txt").write_bytes(raw)
    with refused(place):
        read_corpus([tmp_path / "text.txt"])


def test_what_is_missing_is_refused(tmp_path: Path) -> None:
    with refused("There is no text at"):
        read_corpus([tmp_path / "missing.txt"])
    with refused("There is no text in"):
        read_corpus([tmp_path])
    (tmp_path / "corpus.toml").write_text(ONE_TEXT)
    with refused("Could not read .*one.txt"):
        read_corpus([tmp_path])
    (tmp_path / "one.txt").mkdir()
    with refused("Could not read .*one.txt"):
        read_corpus([tmp_path])


@pytest.mark.parametrize(
    "catalogue",
    [
        b"[[text]",
        b"",
        b"text = 3",
        b"text = " + b"[" * 10_000,
        b'text = "one.txt"',
        b"[[text]]\nlanguage = 'en'\nform = 'free'",
        b"[[text]]\nfile = 'one.txt'\nform = 'free'",
        b"[[text]]\nfile = 'one.txt'\nlanguage = 'en'",
        b"[[text]]\nfile = 'one.txt'\nlanguage = 'en'\nform = 'sonnet'",
        b"[[text]]\nfile = ['one.txt']\nlanguage = 'en'\nform = 'free'",
        b"[[text]]\nfile = 1\nlanguage = 'en'\nform = 'free'",
        b"[[text]]\nfile = 'one.txt'\nlanguage = 1\nform = 'free'",
        b"[[text]]\nfile = '../one.txt'\nlanguage = 'en'\nform = 'free'",
        b"[[text]]\nfile = '/etc/passwd'\nlanguage = 'en'\nform = 'free'",
        b"[[text]]\nfile = 'one.txt'\nlanguage = 'en'\nform = 'free'\nautor = 'Rumi'",
        b"\xff\xfe",
    ],
)
def test_a_broken_catalogue_is_refused(tmp_path: Path, catalogue: bytes) -> None:
    (tmp_path / "one.txt").write_text(verse(1))
    (tmp_path / "corpus.toml").write_bytes(catalogue)
    for path in (tmp_path, tmp_path / "one.txt"):
        with refused(r"corpus\.toml"):
            read_corpus([path])


def test_a_catalogue_may_begin_with_a_mark_of_its_encoding_and_say_more(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(verse(1))
    more = b"sha256 = '00'\ntitle = \"The\\u001b[31m reed\""
    (tmp_path / "corpus.toml").write_bytes(b"\xef\xbb\xbf" + ONE_TEXT.encode() + b"\n" + more)
    assert read_catalogue(tmp_path)[tmp_path / "one.txt"].title == "The[31m reed"


def test_what_is_neither_a_file_nor_a_folder_never_stands_for_the_texts_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside.txt").write_text(verse(1))
    (tmp_path / "device").symlink_to(os.devnull)
    with refused("device"):
        read_corpus([tmp_path / "device"])
