"""Which texts are fetched, and what is told of them; a publisher on this machine stands for those of the network."""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from publisher import (
    BOOK,
    NOBODY,
    Server,
    Sum,
    fail,
    fetched,
    files_in,
    folder_at,
    give,
    text_at,
)
from support import refused

from models.files import temporary_name
from rumi_tui.texts import download
from rumi_tui.texts.collection import divan
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.download import Downloads
from rumi_tui.texts.fetch import complaints, fetch, texts_here
from rumi_tui.texts.sources import TEXTS


def test_a_text_is_fetched_extracted_and_told_of(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)]}
    text = text_at(f"{server.address}/book")
    assert fetched(tmp_path, text) == [("book.txt", 2, "")]
    (source,) = read_corpus([tmp_path])
    assert (source.name, source.language, source.form) == ("book.txt", "en", "couplet")
    assert [poem.text for poem in source.poems] == ["The amber and the moon.", "The ember, all will come."]
    assert texts_here(tmp_path, [text]) == [text]
    assert files_in(tmp_path) == ["book.txt", "corpus.toml", "sources/raw-book.txt"]


def test_the_files_of_a_folder_come_over_a_few_connections_in_any_order(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", count=100)
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    assert fetched(tmp_path, text) == [("divan.txt", 100, "")]
    assert set(server.asked.values()) == {1}
    assert server.connections <= download.CONNECTIONS
    (source,) = read_corpus([tmp_path])
    poems = list(source.poems)
    assert [poem.text for poem in poems] == [f"poem {number}" for number in range(1, 101)]
    assert [poem.label.id for poem in poems] == [f"divan/{number}" for number in range(1, 101)]
    assert files_in(tmp_path) == ["corpus.toml", "divan.tsv", "divan.txt", "sources/ghazals.zip"]


def test_what_is_fetched_twice_is_the_same_to_the_byte(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    for folder in ("one", "two"):
        fetched(tmp_path / folder, text)
    one, two = ([path.read_bytes() for path in sorted((tmp_path / f).rglob("*.*"))] for f in ("one", "two"))
    assert one == two


def test_a_second_fetch_asks_nobody(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    asked = server.asked.total()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert fetched(tmp_path, text) == []
    assert server.asked.total() == asked
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_fetch_clears_up_after_a_killed_one_and_no_other_disturbs_it(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    whole = files_in(tmp_path)
    packed = tmp_path / "sources" / "ghazals" / "sh1.json"
    packed.parent.mkdir()
    for left in (packed, tmp_path / temporary_name("divan.txt", ".txt"), packed.parent.parent / temporary_name("a")):
        left.touch()
    (tmp_path / "divan.txt").unlink()
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert files_in(tmp_path) == whole
    with Downloads(tmp_path / "sources", Sum()), refused("Another fetch is at work in"):
        fetched(tmp_path, text_at(f"{server.address}/book"))


@pytest.mark.parametrize("name", ["divan.txt", "divan.tsv"])
@pytest.mark.parametrize("damage", [b"half", None])
def test_a_text_that_was_changed_is_made_again_from_its_source(
    tmp_path: Path, server: Server, name: str, damage: bytes | None
) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    whole = (tmp_path / name).read_bytes()
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(damage)
    assert texts_here(tmp_path, [text]) == []
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert (tmp_path / name).read_bytes() == whole
    assert set(server.asked.values()) == {1}


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_source_that_was_damaged_is_fetched_again(tmp_path: Path, server: Server, damage: str) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    fetched(tmp_path, text)
    (tmp_path / "divan.txt").unlink()
    archive = tmp_path / "sources" / "ghazals.zip"
    content = bytearray(archive.read_bytes())
    if damage == "cut":
        del content[-50:]
    else:
        content[40:60] = bytes(20)
    archive.write_bytes(content)
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_fetch_goes_on_where_it_stopped(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    del server.answers["/divan/sh7.json"]
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "/divan/sh7.json is no longer there (404)" in complaint
    asked = server.asked.copy()
    assert len(files_in(tmp_path / "sources" / "ghazals")) == 19
    (tmp_path / "sources" / "ghazals" / "sh3.json").write_bytes(b"")  # as a power cut may leave it
    server.answers["/divan/sh7.json"] = [give(files["sh7.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert server.asked - asked == Counter({"/divan/sh7.json": 1, "/divan/sh3.json": 1})


def test_a_wrong_file_in_a_folder_is_found_and_replaced_from_another_address(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", f"{server.address}/second")
    for base in ("divan", "second"):
        server.answers |= {f"/{base}/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"another poem"')]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]
    assert (tmp_path / "divan.txt").read_text("utf-8").split("\n\n")[3] == "poem 4"


def test_a_wrong_file_is_fetched_anew_where_there_is_no_other_address(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan", NOBODY)
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"another poem"'), give(files["sh4.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_source_of_another_layout_does_not_stop_the_others(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)], "/page": [give(b"<html>")]}
    page = text_at(f"{server.address}/page", content=b"<html>", file="page.txt")
    page = dataclasses.replace(page, extract=lambda content: divan([content]))
    (_, _, complaint), book = fetched(tmp_path, page, text_at(f"{server.address}/book"))
    assert "not laid out as before" in complaint
    assert book == ("book.txt", 2, "")


def test_a_folder_that_stays_wrong_is_said_and_not_used(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers["/divan/sh4.json"] = [give(b'"poem 5"')]
    ((_, _, complaint),) = fetched(tmp_path, text)
    assert "another ghazals than expected" in complaint
    assert not (tmp_path / "divan.txt").exists()
    server.answers["/divan/sh4.json"] = [give(files["sh4.json"])]
    assert fetched(tmp_path, text) == [("divan.txt", 20, "")]


def test_a_text_that_fails_does_not_stop_the_others(tmp_path: Path, server: Server) -> None:
    text, files = folder_at(f"{server.address}/divan")
    server.answers = {f"/divan/{name}": [give(content)] for name, content in files.items()}
    server.answers |= {"/wrong": [give(b"something")], "/book": [give(BOOK)]}
    wrong, book = text_at(f"{server.address}/wrong", file="wrong.txt"), text_at(f"{server.address}/book")
    absent = text_at(f"{server.address}/absent", file="absent.txt")
    outcome = list(fetch(tmp_path, [wrong, absent, text, book]))
    assert [(fetched.text.file, fetched.poems) for fetched in outcome] == [
        ("wrong.txt", 0),
        ("absent.txt", 0),
        ("divan.txt", 20),
        ("book.txt", 2),
    ]
    said = complaints([fetched for fetched in outcome if fetched.complaint])
    assert [sentence.partition(":")[0] for sentence in said] == ["wrong.txt", "absent.txt"]
    assert [source.name for source in read_corpus([tmp_path])] == ["divan.txt", "book.txt"]


def test_texts_with_one_complaint_share_a_sentence(tmp_path: Path) -> None:
    first, second = text_at(NOBODY), text_at(NOBODY, file="second.txt")
    (sentence,) = complaints(list(fetch(tmp_path, [first, second])))
    assert sentence.startswith("book.txt, second.txt: 127.0.0.1:9 cannot be reached")


def test_the_list_of_texts_has_their_order_and_keeps_what_else_it_says(tmp_path: Path, server: Server) -> None:
    server.answers = {"/book": [give(BOOK)], "/second": [fail(404), give(BOOK)]}
    (tmp_path / "mine.txt").write_text("A line.\n")
    (tmp_path / "corpus.toml").write_text(
        '[[text]]\nfile = "mine.txt"\nlanguage = "en"\nform = "free"\nnote = "à\\u007f"\n"on 1 May" = 2024-05-01\n'
    )
    texts = [text_at(f"{server.address}/second", file="second.txt"), text_at(f"{server.address}/book")]
    fetched(tmp_path, *texts)
    fetched(tmp_path, *texts)
    assert [source.name for source in read_corpus([tmp_path])] == ["second.txt", "book.txt", "mine.txt"]
    kept = tomllib.loads((tmp_path / "corpus.toml").read_text("utf-8"))["text"][-1]
    assert (kept["note"], str(kept["on 1 May"])) == ("à\x7f", "2024-05-01")


def test_every_source_has_an_address_and_a_hash() -> None:
    for text in TEXTS:
        for source in text.sources:
            assert source.addresses
            assert all(address.startswith("https://") for address in source.addresses)
            assert len(bytes.fromhex(source.sha256)) == 32
