"""Small files of every kind that the program reads, with nothing wrong in them. Each list is made once."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import msgspec
from encoder_support import write_encoder
from mutations import Files
from support import (
    METRES,
    SHAPES,
    describe,
    generated,
    random_decoder,
    verse,
    write_cento_works,
    write_corpus,
    write_works,
)

from models.bpe import WordTokenizer
from models.description import Description
from models.lexicon import Lexicon
from models.phrases import PhraseIndex
from models.tokenizer import CharacterTokenizer
from rumi_tui.console.session_file import FIRST, SavedSession
from rumi_tui.console.settings import page
from rumi_tui.console.writing.history import Step
from rumi_tui.engine.request import Sampling
from rumi_tui.library.exchange import to_library_file
from rumi_tui.library.formats import content_of
from rumi_tui.library.poem import Branch, Passage
from rumi_tui.library.real_verse import RealVerse
from rumi_tui.library.store import Library


def passing_folder() -> Path:
    """A folder that goes with the process; in memory, where the system has such, for databases wait for a disk."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="rumi-fuzz-", dir=memory if os.access(memory, os.W_OK) else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _files(folder: Path) -> Files:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@cache
def descriptions() -> list[Description]:
    """Of a model of characters that slides, one of characters that starts over, and one of words."""
    from training.word_vectors import word_vectors

    text = verse(60)
    lines = [line.split() for line in text.split("\n") if line]
    grown = CharacterTokenizer.train([text, text]).grown([], ["couplet", "ghazal"], METRES)
    described = []
    for tokenizer, kind in ((grown, "rotary"), (grown, "learned"), (WordTokenizer.train([text]), "rotary")):
        config = msgspec.structs.replace(SHAPES[kind], vocab_size=len(tokenizer), window=8, width=16)
        description = describe(config, ("couplet", "free"))._replace(tokenizer=tokenizer)
        described.append(
            description._replace(
                lexicon=Lexicon.of(text.split()), phrases=PhraseIndex.of(lines[:40]), word_vectors=word_vectors(lines)
            )
        )
    return described


@cache
def standard_model_files() -> list[Files]:
    """In standard operators."""
    from export.standard import build_standard_graph

    graphs = [build_standard_graph(random_decoder(each.config), each) for each in descriptions()]
    return [{"model.onnx": graph.SerializeToString()} for graph in graphs]


@cache
def model_files() -> list[Files]:
    """The same, and in onnxruntime's own operators, as floats and as integers: these take seconds to make."""
    from export.graph import build_graph
    from export.quantize import quantize
    from export.quantize_cache import quantize_cache

    graphs = [build_graph(random_decoder(each.config), each) for each in descriptions()]
    kept = [value.name.removeprefix("past_") for value in graphs[0].graph.input if value.name.startswith("past_")]
    graphs.append(quantize_cache(quantize(graphs[0]), dict.fromkeys(kept, 8.0)))
    return [*standard_model_files(), *({"model.onnx": graph.SerializeToString()} for graph in graphs)]


@cache
def checkpoints() -> list[Files]:
    """The weights of the same models."""
    from training.checkpoint import save_weights

    folder = passing_folder()
    for number, description in enumerate(descriptions()):
        save_weights(folder / f"{number}.safetensors", random_decoder(description.config), description)
    return [{"model.safetensors": content} for content in _files(folder).values()]


@cache
def runs() -> list[Files]:
    """The state of a run that was interrupted."""
    from dataclasses import asdict

    import torch

    from training.checkpoint import STATE
    from training.loop import Eval, Store, TrainState
    from training.optim import build_optimizers
    from training.run_config import RunConfig, TrainConfig

    model = random_decoder(SHAPES["rotary"])
    optimizers = build_optimizers(model, 0.01)
    model(torch.zeros((1, 4), dtype=torch.int64))[0].mean().backward()
    for optimizer in optimizers:
        optimizer.step()
    config = RunConfig(
        *(("one.txt",), "en", "free", "small", 4, 0.01, 0.1, None),
        train=TrainConfig(steps=9, batch=4, eval_every=3),
        commands=("rumi-train --corpus one.txt",),
    )
    folder = passing_folder()
    facts = {"config": asdict(config), "texts": ["0" * 64], "init": [], "self_training": [], "teachers": []}
    state = TrainState(step=1, seconds=1.5, loss_sum=3.0, evals=[Eval(1, 1.5, 3.0, 3.1)])
    Store(folder, facts, lambda *_: None).save(model, optimizers, state)
    return [{STATE: (folder / STATE).read_bytes()}]


@cache
def libraries() -> list[Files]:
    """With a poem of each kind: named, Persian, begun by Rumi, a branch, and one that was deleted; and an empty one."""
    folder = passing_folder()
    for name in ("full", "empty"):
        with contextlib.closing(Library(folder / name)) as library:
            if name == "full":
                _fill(library)
        with contextlib.closing(sqlite3.connect(folder / name)) as database:
            database.execute("PRAGMA journal_mode = DELETE")  # so that it is one file
            database.execute("VACUUM")
    return [{"poems.sqlite": content} for content in _files(folder).values()]


def _fill(library: Library) -> None:
    library.begin("en", "0" * 64, "free", "deleted")
    library.delete(1)
    parts = (
        RealVerse(length=6, place="ghazal 1", address="https://ganjoor.net"),
        RealVerse(length=4, place="ghazal 2"),
    )
    for text in ["amber\ncandle", verse(1, 4, "fa"), "Rumi's own\nthe machine's"]:
        real = RealVerse(length=10, place="ghazal 100", parts=parts) if text.startswith("Rumi") else None
        poem = library.begin("en", "0" * 64, "couplet", text, real=real)
        passages = [
            Passage(begins_at=3, seed=7, lines=4, sampling=Sampling(top_k=3)),
            Passage(begins_at=5, seed=2**32 - 1, lines=None, sampling=Sampling(), ending="end", metre=METRES[0]),
        ]
        library.save(poem, text, passages)
    library.name(2, "A small lamp", ["draft", "birds"])
    library.set_favourite(3, True)
    library.begin("en", "0" * 64, "couplet", "amber\nlantern", Branch(2, 6))
    library.set_bookmark("divan/100", True)
    library.set_bookmark("masnavi/3:1259", True)
    library.poems("lantern")  # which makes the index


@cache
def exported_poems() -> list[Files]:
    """A whole library as one file, and single poems."""
    with contextlib.closing(Library(passing_folder() / "poems.sqlite")) as library:
        _fill(library)
        contents = [to_library_file(library), *(content_of(poem, "json") for poem in library.poems())]
    return [{"saved.json": content} for content in contents]


@cache
def corpora() -> list[Files]:
    """Texts with labels and without, and what tells of them."""
    folders = [writer(passing_folder() / "texts") for writer in (write_works, write_cento_works)]
    return [*map(_files, folders), _files(write_corpus(passing_folder(), 3))]


@cache
def indexes() -> list[Files]:
    """What is made of texts and kept beside them."""
    from targets import READERS, corpora_on_disk

    corpora_on_disk()
    folder = passing_folder()
    list(READERS["indexes"].read(folder))
    return [_files(folder)]


@cache
def encoders() -> list[Files]:
    """A model of meaning."""
    return [_files(write_encoder(passing_folder()))]


@cache
def settings_files() -> list[Files]:
    """Every setting, and a few."""
    some = 'model = "fa"\nlines = 4\ntop-p = 0.9\npace = 30.5\nform = "ghazal"\n\n[keys]\nnew = "alt+x"\n'
    return [{"settings.toml": text.encode()} for text in (page(Path("settings.toml")), some, "")]


@cache
def sessions() -> list[Files]:
    """A first one, and one with steps."""
    steps = [Step(None), Step(1), Step(1, 4), Step(1, None, {"lines": "8"}, {"lines": "4"}), Step(99)]
    saved = SavedSession(
        settings={"model": "en", "form": "free", "metre": "x", "lines": "4", "top-p": "0.9"},
        defaults={"form": "", "lines": "16"},
        steps=steps,
        number=3,
        top=1,
        prompt="A lantern\nand a",
        cursor=(1, 3),
        library_order="by title",
    )
    return [{"session.json": msgspec.json.encode(each)} for each in (saved, FIRST)]


@cache
def prompts() -> list[Files]:
    """What people type: beginnings, commands, questions, places, values."""
    typed = ["The lantern in the", "چراغِ دریا و می\u200cرود", "/line 3 rhyme love", "masnavi/3:1259", '"a phrase" lov*']
    typed += ["ghazal 100", "0.5", "ctrl+alt+x", "A door\nA wall\n\nA roof", "form ghazal", "what is love?", "قافیه"]
    return [{"prompt.txt": text.encode()} for text in typed]


@cache
def generated_verse() -> list[Files]:
    """What `rumi-generate --json` prints."""
    poems = generated(*verse(3, 4).strip().split("\n\n"))
    full = {**poems, "metre": "x", "rhyme": "ā", "keep": "loose", "original": 5, "tries": 8}
    return [{"generated.json": json.dumps(each).encode()} for each in (poems, full)]


@cache
def source_pages() -> list[Files]:
    """Pages as the sources have them: files of a collection, pages beside each other, transcribed books."""
    lines = verse(1, 8, "fa").strip().split("\n")
    verses = [
        {"VOrder": order, "Position": ["Left", "Right"][order % 2], "Text": text, "CoupletIndex": order // 2}
        for order, text in enumerate(lines, 1)
    ]
    known = {"Metre": {"Id": 2, "Rhythm": METRES[0]}, "RhymeLetters": "امد"}
    files: Files = {
        "sh1.json": json.dumps({"Id": 1, "Title": "بخش ۱", "Verses": verses, **known}).encode(),
        "sh2.json": json.dumps({"Id": 2, "Title": "بخش ۲", "Verses": verses[:4]}, ensure_ascii=False).encode(),
    }
    english = verse(1, 8).strip().split("\n")
    for name, text in (("persian", lines), ("english", ["HOW the amber story goes", *english])):
        pages = [{"book": 1, "page": 1, "text": "\n".join(text)}, {"book": 1, "page": 2, "text": "!\n!"}]
        files[f"{name}.jsonl"] = "".join(json.dumps(page) + "\n" for page in pages).encode()
    tale = "".join(f"    {line},                    {number}\n" for number, line in enumerate(english))
    files["redhouse.txt"] = f"PREFACE.\n\n    From reed-flute[55] hear\n{tale}\nI.\n\n{tale}\n  THE END.\n".encode()
    story = "\n".join(line.capitalize() for line in english)
    files["whinfield.txt"] = (
        f"The Masnavi\n\nSTORY I.\nprose of the story\n\n{story}\n\n1 see a\n\nNOTES:\n{story}".encode()
    )
    return [files]
