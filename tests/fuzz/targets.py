"""Every reader of bytes that somebody else may have made: files that it reads, and what a person does with them.

A reader takes the folder that the files lie in and gives the texts that would reach a screen. It may raise `RumiError`,
which is how a file is refused, and nothing else.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import resource
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from mutations import Files
from samples import (
    checkpoints,
    corpora,
    descriptions,
    encoders,
    exported_poems,
    generated_verse,
    indexes,
    libraries,
    model_files,
    prompts,
    runs,
    sessions,
    settings_files,
    source_pages,
)

from models.description import Description
from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.bidi import to_display
from rumi_tui.console.session_file import SessionFile, begin
from rumi_tui.console.settings import ENTRIES, SettingsFile, UserSettings, as_typed, typed, value_of
from rumi_tui.console.slash_commands import read_command
from rumi_tui.console.writing.draft import Draft
from rumi_tui.console.writing.history import History
from rumi_tui.engine import trial
from rumi_tui.engine.model_file import read_description
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import Request, fit_request
from rumi_tui.engine.session import Session
from rumi_tui.library.exchange import read_file, take_in, to_library_file
from rumi_tui.library.formats import content_of, file_name
from rumi_tui.library.orders import ORDERS
from rumi_tui.library.poem import KeptPoem
from rumi_tui.library.store import Library
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.cento import cento
from rumi_tui.search.embeddings import Embeddings
from rumi_tui.search.encoder import Encoder
from rumi_tui.search.index import Index
from rumi_tui.search.opening import opening_of
from rumi_tui.search.query import Query
from rumi_tui.search.ranking import Ranking
from rumi_tui.search.retrieval import retrieve
from rumi_tui.texts.collection import divan, masnavi, rubaiyat
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.fetch import texts_here
from rumi_tui.texts.listing import listing
from rumi_tui.texts.nicholson import nicholson
from rumi_tui.texts.places import read_place
from rumi_tui.texts.plain import to_document, to_text
from rumi_tui.texts.reader import SHORT_WORKS, open_works
from rumi_tui.texts.redhouse import redhouse
from rumi_tui.texts.sources import TEXTS
from rumi_tui.texts.statistics import describe_text, doubts_of
from rumi_tui.texts.whinfield import whinfield
from training.checkpoint import load_weights
from training.rhyme.self_training import read_generated
from training.torch_step import TorchStep


class Reader(NamedTuple):
    """What reads files, and such files before anything is wrong with them."""

    samples: Callable[[], list[Files]]
    read: Callable[[Path], Iterable[str]]


def _read_description(folder: Path) -> Iterator[str]:
    path = folder / "model.onnx"
    return _said_by(read_description(path.read_bytes(), str(path)))


def _said_by(description: Description) -> Iterator[str]:
    """What a model says of itself, each part of it asked for."""
    yield from description.tokenizer.forms
    yield from description.tokenizer.metres
    yield from description.card.forms
    words = ["amber", "candle", "lantern", "mirror", "ember", "drum"]
    if description.lexicon is not None:
        assert ("amber" in description.lexicon) in (True, False)
    if description.phrases is not None:
        assert len(description.phrases.holds(words)) == 2
    if description.word_vectors is not None:
        description.word_vectors.similarity(words[:3], words[3:])
    yield from _fitted(description.tokenizer, "A “lantern” ۀ\u0301 日")


def _fitted(tokenizer: Tokenizer, prompt: str) -> Iterator[str]:
    fitted = tokenizer.fit(prompt)
    tokenizer.encode(fitted.text)
    yield from fitted.text.split("\n")
    yield from fitted.notes()


def _write_with(folder: Path) -> Iterator[str]:
    """A model file that passes its check takes a first step where a crash cannot hurt, and then writes."""
    path = folder / "model.onnx"
    description = read_description(path.read_bytes(), str(path))
    _first_step(path)
    session = Session(path)
    for form in session.card.forms:
        for keep in ("off", "loose"):
            request = Request(form=form, text="amber", lines=2, characters=20, keep=keep)
            request, notes = fit_request(description.tokenizer, request)
            yield from notes
            for poem in write_poems(session, description, request, 1):
                yield from poem.text.split("\n")


def _first_step(path: Path) -> None:
    """Does in a fork what `rumi_tui.engine.trial.try_out` does in a process that starts anew, which takes longer."""
    child = os.fork()
    if child == 0:
        status = 1
        with contextlib.suppress(BaseException):
            trial._main(path)
            status = 0
        os._exit(status)
    _, status, usage = os.wait4(child, 0)
    if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + (1 << 20):
        raise MemoryError("the first step took more than 1 GiB")
    if status:
        raise RumiError(f"{path} ends the program that runs it: it is damaged, or meant to do harm.")


def _read_checkpoint(folder: Path) -> Iterator[str]:
    decoder, description = load_weights(folder)
    step = TorchStep(decoder)
    step(np.zeros((1, 2), dtype=np.int64), step.empty_cache(1))
    return _said_by(description)


def _read_run(folder: Path) -> Iterator[str]:
    """The state of a run as `rumi-train --resume` takes it up, and the next step of its optimizers."""
    import torch
    from support import SHAPES, random_decoder

    from training.loop import Store
    from training.optim import build_optimizers
    from training.run import read_config

    config = read_config(folder, "rumi-train --resume")
    model = random_decoder(SHAPES["rotary"])
    optimizers = build_optimizers(model, 0.01)
    state = Store(folder, {}, lambda *_: None).load(model, optimizers)
    assert state.evals_since_best >= 0
    assert state.steps_since_eval is not None
    model(torch.zeros((1, 4), dtype=torch.int64))[0].mean().backward()
    for optimizer in optimizers:
        optimizer.step()
    yield from config.corpus[:0]


def _read_library(folder: Path) -> Iterator[str]:
    with contextlib.closing(Library(folder / "poems.sqlite")) as library:
        poems = library.poems()
        yield library.damage
        library.prompts(10)
        library.bookmarks()
        library.poems("lantern")
        for order in ORDERS.values():
            assert len(library.read([each.id for each in order(library.listed())])) == len(poems)
        for poem in poems:
            yield from _shown(poem)
            library.family(poem.id)
            with contextlib.suppress(RumiError):  # another poem of its tree is damaged
                library.given(poem)
                library.written(poem)
        to_library_file(library)
        new = library.begin("en", "0" * 64, "free", "amber")
        assert library.save(new, "amber\ncandle", [])
        assert library.poem(new).text == "amber\ncandle"


def _shown(poem: KeptPoem) -> Iterator[str]:
    """A poem as it stands on the page of the library, and in the files that are made of it."""
    yield from (poem.model, poem.form, poem.title, *poem.tags, file_name(poem, "txt"))
    yield from (to_display(line, "app", 40) for line in poem.text.split("\n"))
    datetime.datetime.fromisoformat(poem.written).astimezone()
    for ending in ("txt", "md", "html", "svg"):
        yield from content_of(poem, ending).decode().split("\n")
    if poem.real is not None:
        poem.real.lines_by_place(poem.text)
        poem.real.changed(poem.text, poem.text[:3], "machine")
        poem.real.changed(poem.text, poem.text[3:], "hand")


def _read_exported(folder: Path) -> Iterator[str]:
    file = read_file(folder / "saved.json")
    with contextlib.closing(Library(folder / "new.sqlite")) as library:
        yield take_in(library, file).words
        assert take_in(library, file).new == 0
        for poem in library.poems():
            yield from _shown(poem)
        assert not library.damage


def _read_texts(folder: Path) -> Iterator[str]:
    yield from (text.name for text in listing(folder, TEXTS))
    texts_here(folder, TEXTS[:2])
    for source in read_corpus([folder]):
        facts = describe_text(source)
        yield from (facts.name, facts.form, facts.language or "", *facts.symbols)
        yield from doubts_of(source)
    works = open_works(folder)
    for work in ("masnavi", *SHORT_WORKS):
        for poem in works.poems(work):
            number = poem.couplets[-1].number
            yield from to_text(poem, number).split("\n")
            msgspec.json.encode(to_document(works, poem, number))
    for place in works.books():
        for entry in works.contents(place):
            yield from entry.titles.values()
    works.of_the_day(datetime.date(2026, 1, 1))
    works.find(read_place("masnavi/1:2"))


def _read_indexes(folder: Path) -> Iterator[str]:
    """The indexes in the cache folder, of texts that stay as they are; the screens show all of it by `to_display`."""
    yield from (to_display(line, "off", 0) for text in _told_of_indexes(folder) for line in text.split("\n"))


def _told_of_indexes(folder: Path) -> Iterator[str]:
    texts, encoder = corpora_on_disk()
    with contextlib.closing(Index(texts, folder)) as index, contextlib.closing(Bridge(index, folder)) as bridge:
        for found in (index.search("lantern"), index.search('"چراغ دریا" amb*', "fa")):
            for passage in found.passages:
                yield from (passage.quoted(), passage.couplet.place, passage.couplet.address, *passage.couplet.titles)
                opening_of(passage.couplet, lambda: open_works(texts, folder))
        for word in bridge.gloss("چراغ دریا سنگ"):
            yield from (word.word, *word.english)
        embeddings = Embeddings(index, Encoder(encoder), folder)
        embeddings.read()
        for question in ("Where is the lantern?", "چراغ کجاست؟"):
            for passage in retrieve(Ranking(bridge), embeddings, question):
                yield passage.quoted()
        with contextlib.suppress(RumiError):  # of so few couplets there may be none
            yield from (couplet.verse for couplet in cento(open_works(texts, folder), index, "چراغ", "fa").couplets)


@cache
def corpora_on_disk() -> tuple[Path, Path]:
    """The texts that indexes are made of, and the model of meaning, in a folder that goes with the process."""
    from encoder_support import write_encoder
    from samples import passing_folder
    from support import write_works

    folder = passing_folder()
    return write_works(folder / "texts"), write_encoder(folder / "meaning")


def _read_encoder(folder: Path) -> Iterator[str]:
    encoder = Encoder(folder)
    vectors = encoder.embed(["amber candle", "a lantern " * 200, ""])
    assert vectors.shape[0] == 3
    yield encoder.key


def _read_settings(folder: Path) -> Iterator[str]:
    file = SettingsFile(folder / "settings.toml")
    for entry in ENTRIES.values():
        yield typed(value_of(file.settings, entry))
    file.change("lines", 7)
    assert SettingsFile(folder / "settings.toml").settings.lines == 7


def _read_session(folder: Path) -> Iterator[str]:
    file = SessionFile(folder / "session.json")
    begun = begin(file, UserSettings())
    yield begun.trouble
    with contextlib.closing(Library(folder / "new.sqlite")) as library:
        poem = library.begin("en", "0" * 64, "free", "amber\ncandle")
        history = History()
        history.take_up(
            begun.session.steps,
            begun.session.number,
            lambda id: Draft.reopen(library, library.poem(poem)) if library.lists(id) or id == 1 else None,
        )
        if history.now is not None:
            yield from history.now.text.split("\n")
            history.now.branch()
        history.saved()
    file.write(begun.session)


def _read_prompts(folder: Path) -> Iterator[str]:
    """What a person may type or paste, anywhere."""
    prompt = os.fsdecode((folder / "prompt.txt").read_bytes())
    for tokenizer in (description.tokenizer for description in descriptions()):
        yield from _fitted(tokenizer, prompt)
        for rhyme, metre in ((prompt[:40], ""), ("", prompt[:40])):
            with _refusals():
                fit_request(tokenizer, Request(form=tokenizer.forms[0], text=prompt, rhyme=rhyme, metre=metre))
    for name in ("theme", "temperature", "model", "keys.new", prompt[:20]):
        with _refusals():
            as_typed(name, prompt)

    def search(line: str) -> str:
        return Query(line, lambda beginning: [beginning]).match

    for ask in (read_place, search, lambda line: read_command(f"/{line}")):
        for line in (prompt, *prompt.split("\n")[:3]):
            with _refusals():
                ask(line)
    for line in prompt.split("\n")[:20]:
        yield from (to_display(line[:300], mode, 40) for mode in ("app", "terminal", "off"))


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    with contextlib.suppress(RumiError):
        yield


def _read_generated(folder: Path) -> Iterator[str]:
    verse = read_generated(folder / "generated.json")
    for poem in verse.poems:
        yield from poem.text.split("\n")


def _read_pages(folder: Path) -> Iterator[str]:
    """The pages of the sources, as `rumi_tui.texts.sources` has them extracted."""
    pages = {path.name: path.read_bytes() for path in folder.iterdir()}
    sections = [content for name, content in sorted(pages.items()) if name.startswith("sh")]
    for extract in (
        lambda: masnavi(sections),
        lambda: divan(sections),
        lambda: rubaiyat(sections),
        lambda: nicholson(pages["english.jsonl"], pages["persian.jsonl"], sections),
        lambda: redhouse(pages["redhouse.txt"]),
        lambda: whinfield(pages["whinfield.txt"]),
    ):
        with _refusals():
            for poem in extract():
                yield from poem.text.split("\n")


READERS = {
    "model files": Reader(model_files, _read_description),
    "first steps": Reader(model_files, _write_with),
    "checkpoints": Reader(checkpoints, _read_checkpoint),
    "runs": Reader(runs, _read_run),
    "libraries": Reader(libraries, _read_library),
    "exported poems": Reader(exported_poems, _read_exported),
    "texts": Reader(corpora, _read_texts),
    "indexes": Reader(indexes, _read_indexes),
    "model of meaning": Reader(encoders, _read_encoder),
    "settings": Reader(settings_files, _read_settings),
    "sessions": Reader(sessions, _read_session),
    "prompts": Reader(prompts, _read_prompts),
    "generated verse": Reader(generated_verse, _read_generated),
    "pages of sources": Reader(source_pages, _read_pages),
}
"""By what they read."""
