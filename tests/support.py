"""Small verse and small models for the tests. The verse is made here, from words that are nobody's poem."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import random
import re
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest

from models.card import Card, Text
from models.config import DecoderConfig
from models.description import Description
from models.errors import RumiError
from models.tokenizer import RESERVED, CharacterTokenizer
from rumi_tui.texts.labels import COLUMNS
from training.data import EncodedPoems

if TYPE_CHECKING:
    from models.decoder import Decoder

WORDS = {
    "en": [
        "amber",
        "barley",
        "candle",
        "drum",
        "ember",
        "fennel",
        "garnet",
        "harbour",
        "ivory",
        "jasmine",
        "kettle",
        "lantern",
        "mirror",
        "needle",
    ],
    "fa": [
        "چراغ",
        "دریا",
        "سنگ",
        "باران",
        "کاغذ",
        "پنجره",
        "آینه",
        "درخت",
        "صدا",
        "خاک",
        "نان",
        "جویبار",
        "گندم",
        "ستاره",
    ],
}
SHAPES = {
    "rotary": DecoderConfig(vocab_size=40, window=16, layers=2, heads=2, width=32, positions="rotary"),
    "learned": DecoderConfig(vocab_size=40, window=16, layers=1, heads=2, width=32, positions="learned"),
}


METRES = ("فاعلاتن فاعلاتن فاعلن (رمل مسدس محذوف)", "فعولن فعولن فعولن فعل (متقارب)")
"""Of Persian verse, as model files name them: feet, and the name in brackets."""


_ENDS = ["باران", "کاروان", "آسمان", "جهان", "نهان", "روان", "جوان", "زمان", "گمان", "زبان", "جان", "مهربان"]
_NOUNS = ["pitcher", "saddle", "orchard", "anchor", "ladder", "basket", "feather", "thimble", "cradle", "garland"]


def verse(poems: int, lines: int = 6, language: str = "en", seed: int = 0) -> str:
    """Poems of random words, parted by blank lines."""
    rng = random.Random(seed)
    blocks = ("\n".join(" ".join(rng.choices(WORDS[language], k=4)) for _ in range(lines)) for _ in range(poems))
    return "\n\n".join(blocks) + "\n"


def write_corpus(folder: Path, poems: int = 40) -> Path:
    """A folder of three texts in two languages with a `corpus.toml` that tells their forms."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = [("one.txt", "en", "couplet"), ("two.txt", "en", "free"), ("sher.txt", "fa", "ghazal")]
    for seed, (name, language, _) in enumerate(texts):
        (folder / name).write_text(verse(poems, language=language, seed=seed), "utf-8")
    entries = [f'[[text]]\nfile = "{name}"\nlanguage = "{lang}"\nform = "{form}"\n' for name, lang, form in texts]
    (folder / "corpus.toml").write_text("\n".join(entries), "utf-8")
    return folder


def write_works(folder: Path) -> Path:
    """Works in small, with labels: two sections of the Masnavi in both languages, two ghazals, two quatrains.

    The first section has couplets 1 to 5, in two pieces that do not stand side by side, and no English for 3; the
    second has 6 and 7. The verse is not Rumi's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    masnavi = {language: verse(1, lines=14, language=language).strip().split("\n") for language in WORDS}
    feet = METRES[0]
    texts = {
        "fa-masnavi": ("fa", "couplet", "Masnavi", [
            ("masnavi/1/1/1-3", "بخش ۱ - سرآغاز", feet, "", masnavi["fa"][:6]),
            ("masnavi/1/2/6-7", "بخش ۲ - چراغ دریا", feet, "", masnavi["fa"][10:]),
            ("masnavi/1/1/4-5", "بخش ۱ - سرآغاز", feet, "", masnavi["fa"][6:10]),
        ]),
        "en-masnavi": ("en", "free", "Masnavi in English", [
            ("masnavi/1/1/1-2", "", "", "", masnavi["en"][:4]),
            ("masnavi/1/1/4-5", "", "", "", masnavi["en"][6:10]),
            ("masnavi/1/2/6-7", "The lantern and the sea", "", "", masnavi["en"][10:]),
        ]),
        "fa-divan": ("fa", "ghazal", "Divan", [
            (f"divan/{number}", f"غزل شمارهٔ {number}", METRES[1], "ان", verse(1, 8, "fa", number).strip().split("\n"))
            for number in (100, 102)
        ]),
        "fa-rubaiyat": ("fa", "rubai", "Rubaiyat", [
            (f"rubai/{number}", f"رباعی شمارهٔ {number}", "", "ان", verse(1, 4, "fa", number).strip().split("\n"))
            for number in (55, 56)
        ]),
    }  # fmt: skip
    entries = []
    for name, (language, form, title, poems) in texts.items():
        (folder / f"{name}.txt").write_text("\n\n".join("\n".join(lines) for *_, lines in poems) + "\n", "utf-8")
        rows = ["id\ttitle\tmetre\trhyme", *("\t".join(label) for *label, _ in poems)]
        (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
        entries.append(
            f'[[text]]\nfile = "{name}.txt"\nlanguage = "{language}"\nform = "{form}"\ntitle = "{title}"\n'
            'author = "Nobody"\n'
        )
    (folder / "corpus.toml").write_text("\n".join(entries), "utf-8")
    return folder


def write_cento_works(folder: Path) -> Path:
    """Works that a cento can be made of.

    Ghazals that rhyme in -ān, with a lantern in the second couplet of most, and one in another metre. Eight sections of
    the Masnavi in English, of which each has a noun in common with the next.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ghazals = []
    for number in range(9):
        first, second, third = (_ENDS[(number + step) % len(_ENDS)] for step in range(3))
        lines = [f"سنگ و {second}", f"نان و {first}", "آینه", f"چراغ و {second}", "کاغذ", f"پنجره و {third}"]
        ghazals.append((f"divan/{number + 1}", METRES[0], "ان", "\n".join(lines)))
    ghazals.append(("divan/20", METRES[1], "ان", "سنگ جان\nنان جهان\nچراغ\nچراغ زبان"))
    _write_labelled(folder, "fa", "ghazal", ghazals)
    sections = [
        (f"masnavi/1/{number}/{2 * number - 1}-{2 * number}", "", "", f"The lantern and the {_NOUNS[number]}\n"
         f"beside a {_NOUNS[number - 1]}.\nNothing but a river\nruns to the sea.")
        for number in range(1, 9)
    ]  # fmt: skip
    _write_labelled(folder, "en", "free", sections)
    return folder


def _write_labelled(folder: Path, name: str, form: str, poems: list[tuple[str, str, str, str]]) -> None:
    """A text with labels; a poem is an id, a metre, a rhyme and its lines."""
    rows = ["\t".join(COLUMNS), *(f"{label}\t\t{metre}\t{rhyme}" for label, metre, rhyme, _ in poems)]
    (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n", "utf-8")
    (folder / f"{name}.txt").write_text("\n\n".join(verse for *_, verse in poems) + "\n", "utf-8")
    entry = f'[[text]]\nfile = "{name}.txt"\nlanguage = "{name}"\nform = "{form}"\n\n'
    with (folder / "corpus.toml").open("a", encoding="utf-8") as file:
        file.write(entry)


def generated(*poems: str) -> dict[str, object]:
    """What rumi-generate --json prints of couplets, for training to read."""
    written = [{"seed": seed, "text": text} for seed, text in enumerate(poems)]
    limits = {"prompt": "", "sampling": {}, "lines": 16, "chars": None}
    return {"model": "en", "model_sha256": "0" * 64, "form": "couplet", **limits, "poems": written}


def tokenizer_of(size: int) -> CharacterTokenizer:
    """An alphabet of `size` symbols: the reserved ones, LF, space, and Latin letters."""
    characters = "\n abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return CharacterTokenizer(tokens=(*RESERVED, *characters[: size - len(RESERVED)]))


def joined(poems: Sequence[npt.NDArray[np.integer]]) -> EncodedPoems:
    """Encoded poems as a run has them."""
    return EncodedPoems(np.concatenate(poems), np.cumsum([0, *map(len, poems)]))


def describe(config: DecoderConfig, forms: tuple[str, ...] = ("couplet", "free")) -> Description:
    """A description that fits a config."""
    card = Card(
        language="en",
        forms=forms,
        texts=(Text(name="one.txt", sha256="0" * 64),),
        characters_seen=1,
        nats_per_char=3.0,
        bits_per_char=4.328,
        parameters=1,
        licence="MIT",
        date="2026-01-01",
        commands=("rumi-train",),
    )
    return Description(config, tokenizer_of(config.vocab_size), card)


def random_decoder(config: DecoderConfig, seed: int = 0) -> Decoder:
    """A decoder whose matrices are all random: as it is built, it would answer zero to everything.

    Its weights are 16-bit floats, as those of a saved checkpoint are.
    """
    import torch

    from models.decoder import Decoder

    torch.manual_seed(seed)
    decoder = Decoder(config)
    for parameter in decoder.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, std=1.5 * parameter.shape[1] ** -0.5)
        parameter.data = parameter.data.half().float()
    return decoder.eval()


def run_command(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs one of our commands as a person would, and gives back its status, output and errors."""
    command = [str(Path(sys.executable).parent / name), *arguments]
    variables = {key: value for key, value in os.environ.items() if key != "RUMI_CORPUS_DIR"} | environment
    return subprocess.run(command, capture_output=True, text=True, env=variables, timeout=300, check=False)


class Interrupting(io.TextIOWrapper):
    """A stream that presses Ctrl-C, once, when some words are written to it."""

    words = ""

    def write(self, text: str, /) -> int:
        length = super().write(text)
        if self.words and self.words in text:
            self.words = ""
            signal.raise_signal(signal.SIGINT)
        return length


def call_command(
    name: str, *arguments: str, interrupt_at: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Does in this process what `run_command` does in one of its own, which takes a second longer.

    A module is called as `python -m`. Where `interrupt_at` is said on standard error, Ctrl-C is pressed.
    """
    if name == "python":
        spec = importlib.util.find_spec(arguments[1])
        assert spec is not None
        assert spec.origin is not None
        argv = [spec.origin, *arguments[2:]]
        run = functools.partial(runpy.run_path, spec.origin, run_name="__main__")
    else:
        [command] = entry_points(group="console_scripts", name=name)
        argv = [name, *arguments]
        run = functools.partial(_load_and_run, command)
    output, errors = io.TextIOWrapper(io.BytesIO(), "utf-8"), Interrupting(io.BytesIO(), "utf-8")
    errors.words = interrupt_at
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        patch.setattr(sys, "argv", argv)
        patch.delenv("RUMI_CORPUS_DIR", raising=False)
        for variable, value in environment.items():
            patch.setenv(variable, value)
        status, handler = 0, signal.getsignal(signal.SIGINT)
        try:
            run()
        except SystemExit as end:
            status = int(end.code or 0)
        except Exception:
            traceback.print_exc()
            status = 1
        finally:
            signal.signal(signal.SIGINT, handler)
    texts = []
    for stream in (output, errors):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return subprocess.CompletedProcess([name, *arguments], status, *texts)


def _load_and_run(command: EntryPoint) -> None:
    command.load()()


@contextlib.contextmanager
def full_disk(room: int = 4096) -> Iterator[None]:
    """No file of this process grows beyond so many bytes, as on a disk that is full."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))  # Python has the signal that this sends ignored
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def refused(pattern: str | None = None) -> Iterator[None]:
    """What is done inside is refused with a `RumiError` of one line that matches the pattern."""
    with pytest.raises(RumiError, match=pattern) as caught:
        yield
    assert len(str(caught.value).splitlines()) == 1


def assert_command_refused(done: subprocess.CompletedProcess[str], status: int, pattern: str = "") -> None:
    """The command ended with this status, said why in one line that matches the pattern, and nothing else."""
    assert (done.returncode, done.stdout) == (status, ""), done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "unforeseen" not in done.stderr, done.stderr
    assert re.search(pattern, done.stderr), done.stderr


def calls_of(work: Callable[[], object]) -> int:
    """How many functions are called by some work: what it costs, whatever else the machine does."""
    count = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    profile = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(profile)
    return count
