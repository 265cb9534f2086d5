"""Each command of rumi-corpus once as a person runs it, in a process of its own; the rest is tested in one process."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from encoder_support import write_encoder
from served import served
from support import assert_command_refused, call_command, run_command, write_corpus

from rumi_tui.search import sentence_model
from rumi_tui.search.sentence_model import fetch_model
from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.sources import Source, Text

NOBODY = "http://127.0.0.1:9"
"""A proxy that nothing listens at: no network."""
BOOK = b"    From reed-flute comes a tune,\n    The amber and the moon.\n"


def test_list_prints_a_line_for_each_text(tmp_path: Path) -> None:
    write_corpus(tmp_path)
    done = run_command("rumi-corpus", "list", RUMI_CORPUS_DIR=str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    here = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" here")]
    assert here == ["one.txt", "sher.txt", "two.txt"]


def test_stats_prints_one_json_document(corpus_folder: Path) -> None:
    done = run_command("rumi-corpus", "stats", str(corpus_folder), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    counts = {text["name"]: (text["form"], text["poems"], text["lines"]) for text in json.loads(done.stdout)}
    assert counts == {"one.txt": ("couplet", 40, 240), "two.txt": ("free", 40, 240), "sher.txt": ("ghazal", 40, 240)}


def test_fetch_without_a_network_says_so_in_one_line_and_leaves_what_is_here(tmp_path: Path) -> None:
    kept = tmp_path / "rumi-tui" / "texts" / "kept.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("A line.\n")
    places = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "HTTPS_PROXY": NOBODY, "https_proxy": NOBODY}
    assert_command_refused(run_command("rumi-corpus", "fetch", **places), 1, "cannot be reached.*what is here stays")
    assert kept.read_text() == "A line.\n"


def text_at(file: str, address: str, content: bytes) -> Text:
    source = Source(f"raw-{file}", (address,), len(content), hashlib.sha256(content).hexdigest())
    return Text(file, "en", "couplet", "A book", "Nobody", (source,), redhouse)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[str]:
    """The address of a book on a server of this machine."""
    (tmp_path / "www").mkdir()
    (tmp_path / "www" / "book").write_bytes(BOOK)
    with served(tmp_path / "www") as address:
        yield f"{address}/book"


def test_fetch_says_what_came_and_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str) -> None:
    monkeypatch.setattr("rumi_tui.commands.corpus.TEXTS", (text_at("book.txt", book, BOOK),))
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    folder = tmp_path / "rumi-tui" / "texts"
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}\n", "book.txt: 1 poem.\n")
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{folder}\n", "All texts are here.\n")


def test_fetch_lists_at_the_end_what_could_not_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str
) -> None:
    texts = text_at("gone.txt", f"{book}s", BOOK), text_at("book.txt", book, BOOK), text_at("away.txt", NOBODY, BOOK)
    monkeypatch.setattr("rumi_tui.commands.corpus.TEXTS", texts)
    monkeypatch.setattr("rumi_tui.texts.download.PAUSE", 0.0)
    done = call_command("rumi-corpus", "fetch", XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    came, gone, away = done.stderr.splitlines()
    assert came == "book.txt: 1 poem."
    assert gone.startswith("gone.txt: http://127.0.0.1")
    assert away.startswith("rumi-corpus: away.txt: 127.0.0.1:9 cannot be reached")
    assert away.endswith("what is here stays.")


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, book: str) -> list[Source]:
    """The files of a model of meaning on that server."""
    written = write_encoder(tmp_path / "www" / "model")
    address = book.removesuffix("/book")
    sources = []
    for name in ("model.onnx", "tokenizer.json"):
        content = (written / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        sources.append(Source(name, (f"{address}/model/{name}",), len(content), digest))
    monkeypatch.setattr(sentence_model, "FILES", tuple(sources))
    monkeypatch.setattr("rumi_tui.commands.corpus.TEXTS", (text_at("book.txt", book, BOOK),))
    return sources


@pytest.mark.usefixtures("few_tries")
def test_fetch_brings_the_model_of_meaning_and_reads_the_texts_with_it(tmp_path: Path, model: list[Source]) -> None:
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    done = call_command("rumi-corpus", "fetch", "--ask", **places)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "book.txt: 1 poem.",
        "The model of meaning came.",
        "Reading the texts for their meaning, once.",
    ]
    kept = {path.name: path.read_bytes() for path in (tmp_path / "rumi-tui" / "meaning").iterdir()}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in kept.items()} == {
        source.name: source.sha256 for source in model
    }
    assert len(list((tmp_path / "cache").rglob("*.npz"))) == 1
    done = call_command("rumi-corpus", "fetch", "--ask", **places)
    assert done.stderr.splitlines() == ["All texts are here.", "The model of meaning is here."]
    asked = call_command("rumi-ask", "Where is the amber?", "--json", **places)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert "amber" in json.loads(asked.stdout)["quotations"][0]["couplet"]["verse"]


@pytest.mark.usefixtures("few_tries")
def test_a_model_that_is_not_the_known_one_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: list[Source]
) -> None:
    monkeypatch.setattr("rumi_tui.texts.download.PAUSE", 0.0)
    content = bytearray((tmp_path / "www" / "model" / "model.onnx").read_bytes())
    content[-1] ^= 1
    (tmp_path / "www" / "model" / "model.onnx").write_bytes(content)
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "HOME": str(tmp_path)}
    done = call_command("rumi-corpus", "fetch", "--ask", **places)
    *_, said = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search("The model of meaning: .*another model.onnx than expected", said)
    assert (tmp_path / "rumi-tui" / "texts" / "book.txt").is_file()
    assert not (tmp_path / "rumi-tui" / "meaning" / "model.onnx").exists()
    asked = call_command("rumi-ask", "Where is the amber?", "--json", **places)
    assert (asked.returncode, asked.stderr) == (0, "")


def test_a_model_that_was_damaged_is_fetched_again(tmp_path: Path, model: list[Source]) -> None:
    assert fetch_model(tmp_path / "kept", model)
    assert not fetch_model(tmp_path / "kept", model)
    (tmp_path / "kept" / "model.onnx").write_bytes(b"nothing")
    assert fetch_model(tmp_path / "kept", model)
    assert not fetch_model(tmp_path / "kept", model)


def test_the_published_model_is_pinned_by_version_and_hash() -> None:
    for source in sentence_model.FILES:
        assert re.fullmatch("[0-9a-f]{64}", source.sha256)
        for address in source.addresses:
            assert re.search("/resolve/[0-9a-f]{40}/", address)
