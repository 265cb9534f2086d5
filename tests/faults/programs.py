"""The programs that are harmed: how each is started, and what must be true of what it leaves. Knows nothing of faults.

`stands` says what must hold whatever happened; `works` what an unharmed run makes of it afterwards.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from network import Server
from place import Ended, Place
from support import SHAPES, describe, random_decoder, verse, write_corpus

from models.tokenizer import SEPARATOR
from rumi_tui.commands import corpus
from rumi_tui.engine.request import Sampling
from rumi_tui.library.exchange import read_file, to_library_file
from rumi_tui.library.poem import Passage
from rumi_tui.library.store import Library
from rumi_tui.texts import download
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.download import read_source
from rumi_tui.texts.sources import Source, Text

POEMS = 200
BOOKS = ("book1", "book2")
PARTS = 60
STEPS = 20


class Program(NamedTuple):
    """A command, and what is true of its files."""

    name: str
    command: Callable[[Place], list[str]]
    stands: Callable[[Place], None]
    works: Callable[[Place, Ended], None]
    prepare: Callable[[Place], object] = bool


def fill_shared(folder: Path) -> None:
    """Makes the texts, models and poems that the programs read, and a run of training that nothing disturbed."""
    from export.graph import build_graph
    from training.checkpoint import save_weights

    write_corpus(folder / "corpus")
    write_corpus(folder / "large", poems=1500)
    for name, seed in (("model", 0), ("old", 1)):
        decoder, description = random_decoder(SHAPES["rotary"], seed), describe(SHAPES["rotary"])
        save_weights(folder / f"{name}.safetensors", decoder, description)
        (folder / f"{name}.onnx").write_bytes(build_graph(decoder, description).SerializeToString())
    with closing(Library(folder / "poems.sqlite")) as library:
        for number in range(POEMS):
            text = verse(1, seed=number).strip()
            id = library.begin("en", "0" * 64, "free", text)
            library.save(id, text, [Passage(begins_at=5, seed=number, lines=6, sampling=Sampling())])
        (folder / "poems.json").write_bytes(to_library_file(library))
    for number, name in enumerate(BOOKS):
        (folder / name).write_text(verse(2000, seed=number), "utf-8")
    (folder / "ghazals").mkdir()
    for number in range(PARTS):
        (folder / "ghazals" / f"part{number}").write_text(verse(20, seed=number), "utf-8")
    run = Place(folder / "reference", folder)
    assert run.run(TRAIN.command(run)).status == 0
    shutil.move(run.home / "run" / "model.safetensors", folder / "trained.safetensors")


# Training: the folder of its run, gone on with where it was left


def _train(place: Place) -> list[str]:
    if (place.home / "run" / "state.safetensors").exists():
        return ["rumi-train", "--resume", "run"]
    text = str(place.shared / "corpus" / "one.txt")
    return ["rumi-train", "--corpus", text, "--preset", "minimal", "--steps", str(STEPS), "--out", "run"]


def _run_stands(place: Place) -> None:
    from training.checkpoint import load_state, load_weights

    if (place.home / "run" / "state.safetensors").exists():
        load_state(place.home / "run")
    if (place.home / "run" / "model.safetensors").exists():
        load_weights(place.home / "run")


def _run_is_the_uninterrupted_one(place: Place, _: Ended) -> None:
    from training.checkpoint import load_weights

    weights, expected = (load_weights(path)[0].state_dict() for path in (
        place.home / "run", place.shared / "trained.safetensors"
    ))  # fmt: skip
    assert all(bool((weights[name] == expected[name]).all()) for name in expected), "The weights are others."


TRAIN = Program("train", _train, _run_stands, _run_is_the_uninterrupted_one)


# Export: the old model file or the new one


def _put_old_model(place: Place) -> None:
    shutil.copy(place.shared / "old.onnx", place.home / "model.onnx")


def _model_stands(place: Place) -> None:
    content = (place.home / "model.onnx").read_bytes()
    if content != (place.shared / "old.onnx").read_bytes():
        _model_writes(place)


def _model_writes(place: Place, _: object = None) -> None:
    asked = ["rumi-generate", "--model", "model.onnx", "--keep", "off", "--chars", "5", "--seed", "1"]
    done = place.run(asked)
    assert done.status == 0, done


EXPORT = Program(
    "export",
    lambda place: ["rumi-export", str(place.shared / "model.safetensors"), "--out", "model.onnx"],
    _model_stands,
    _model_writes,
    _put_old_model,
)


# The library: a whole file of poems comes in or none of it, and all of it goes out or nothing


def _library(place: Place) -> Path:
    return place.home / "rumi-tui" / "poems.sqlite"


def count_poems(place: Place) -> int:
    """Poems of the library, none of which is damaged."""
    if not _library(place).exists():
        return 0
    with closing(Library(_library(place))) as library:
        poems = library.poems()
        assert not library.damage, library.damage
        assert library.set_aside is None, "The library was taken for damaged."
    return len(poems)


def _all_or_none_came(place: Place) -> None:
    assert count_poems(place) % POEMS == 0, count_poems(place)


def _all_came(place: Place, _: Ended) -> None:
    assert count_poems(place) == POEMS, count_poems(place)


IMPORT = Program(
    "import poems",
    lambda place: ["rumi-tui", "--import", str(place.shared / "poems.json")],
    _all_or_none_came,
    _all_came,
)


def _put_library(place: Place) -> None:
    _library(place).parent.mkdir()
    shutil.copy(place.shared / "poems.sqlite", _library(place))


def _saved_poems_stand(place: Place) -> None:
    assert count_poems(place) == POEMS
    if (place.home / "saved.json").exists():
        assert len(read_file(place.home / "saved.json").poems) == POEMS


def _poems_are_saved(place: Place, _: Ended) -> None:
    assert len(read_file(place.home / "saved.json").poems) == POEMS


SAVE = Program(
    "export poems", lambda _: ["rumi-tui", "--export", "saved.json"], _saved_poems_stand, _poems_are_saved, _put_library
)


# What leaves nothing


def _poems_are_told(_: Place, ended: Ended) -> None:
    assert len(ended.output) > 1000, ended


GENERATE = Program(
    "generate",
    lambda place: [
        *("rumi-generate", "--model", str(place.shared / "model.onnx"), "--keep", "off"),
        *("-n", "60", "--seed", "1"),
    ],
    bool,
    _poems_are_told,
)  # fmt: skip


# The index, which is made again where it is not whole


def _lanterns_are_found(_: Place, ended: Ended) -> None:
    assert "couplets, page 1 of" in ended.errors, ended


def _read_large_folder(place: Place) -> None:
    place.environment["RUMI_CORPUS_DIR"] = str(place.shared / "large")


INDEX = Program("index", lambda _: ["rumi-corpus", "search", "lantern"], bool, _lanterns_are_found, _read_large_folder)


# Fetching, from a server of this machine, books of our own


def books(shared: Path, address: str) -> tuple[Text, ...]:
    """Texts whose sources lie at an address: two files, and a folder of many small ones."""
    parts = tuple(f"part{number}" for number in range(PARTS))
    return (*(_book(shared, address, name) for name in BOOKS), _book(shared, address, "ghazals", parts))


def _book(shared: Path, address: str, name: str, parts: tuple[str, ...] = ()) -> Text:
    content = b"".join((shared / name / part).read_bytes() for part in parts) or (shared / name).read_bytes()
    source = Source(name, (f"{address}/{name}",), len(content), hashlib.sha256(content).hexdigest(), parts)
    return Text(f"{name}.txt", "en", "free", name, "Nobody", (source,), _poems_of)


def _poems_of(content: bytes | list[bytes]) -> list[Poem]:
    files = content if isinstance(content, list) else [content]
    return [Poem(block, "free") for file in files for block in file.decode().strip().split("\n\n")]


def _texts(place: Place) -> Path:
    return place.home / "rumi-tui" / "texts"


def _what_came_is_whole(place: Place) -> None:
    for book in books(place.shared, ""):
        path, sources = _texts(place) / book.file, _texts(place) / "sources"
        if path.exists():
            poems = _poems_of(read_source(sources, book.sources[0]))
            assert path.read_text("utf-8") == SEPARATOR.join(poem.text for poem in poems) + "\n", path


def _all_books_came(place: Place, _: Ended) -> None:
    _what_came_is_whole(place)
    assert len(list(_texts(place).glob("*.txt"))) == len(BOOKS) + 1
    assert (_texts(place) / "corpus.toml").read_text("utf-8").count("[[text]]") == len(BOOKS) + 1


def _serve_books(place: Place) -> None:
    server = Server(place.shared)
    place.closing.callback(server.close)
    place.environment["RUMI_CORPUS_DIR"] = str(_texts(place))
    place.patch = lambda: _fetch_our_books(place.shared, f"{server.address}/{place.trouble}")


def _fetch_our_books(shared: Path, address: str) -> None:
    """Has this process fetch our books from an address, without patience."""
    corpus.TEXTS = books(shared, address)  # type: ignore[misc]
    download.PAUSE, download.TIMEOUT = 0.0, (1.0, 1.0)  # type: ignore[assignment]


FETCH = Program("fetch", lambda _: ["rumi-corpus", "fetch"], _what_came_is_whole, _all_books_came, _serve_books)

PROGRAMS = (TRAIN, EXPORT, IMPORT, SAVE, GENERATE, INDEX, FETCH)
