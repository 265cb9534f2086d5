"""Verse that a model has written itself, so that it can learn from the pairs of lines in it that rhyme.

A decoder that ends nearly every line of its texts with their rhyme loses it in lines that it has begun itself, for no
text shows these. Where it rhymes there by chance, it can learn to do it more often: reinforced self-training with a
reward of 0 or 1 (Gulcehre et al. 2023, "Reinforced Self-Training (ReST) for Language Modeling", arXiv:2308.08998).
Which pairs count, `training.rhyme.weights.self_training_weights` says; `training.rhyme.resample` makes more of them.
Knows nothing of models.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.errors import UNREADABLE, RumiError, describe
from models.forms import FORMS
from models.paths import check_file
from rumi_tui.engine.request import Keep, Sampling
from rumi_tui.texts.corpus import Poem, Source, parse_poems
from rumi_tui.texts.labels import Label
from rumi_tui.verse.words import words

LARGEST = 256 << 20
"""Bytes of a file that is read: half a million poems."""


class GeneratedVerse(NamedTuple):
    """Poems by a model."""

    poems: list[Poem]
    commands: tuple[str, ...]
    """That write them into a file of the same name."""


class GeneratedPoem(msgspec.Struct):
    """A poem."""

    text: str
    seed: int
    metre: str = ""
    """That the model named, or was told."""


class GeneratedFile(msgspec.Struct):
    """What `rumi-generate --json` prints, as far as it is asked for here."""

    model: str
    model_sha256: str
    form: str
    prompt: str
    sampling: Sampling
    lines: int | None
    chars: int | None
    poems: list[GeneratedPoem]
    metre: str = ""
    rhyme: str = ""
    keep: Keep = "off"
    """As files of version 0.1 were written, which do not say it."""
    original: int | None = None
    tries: int | None = None
    """How often a line that did not rhyme was written again at most, see `training.rhyme.resample`."""


def known_words(sources: Iterable[Source]) -> set[str]:
    """The words of the poems that train."""
    return {word for source in sources for poem in source.training for word in words(poem.text)}


def read_generated(path: Path) -> GeneratedVerse:
    """The poems in a file of `rumi-generate --json`. Raises `RumiError` where it is none."""
    file = read_generated_file(path)
    poems = [
        replace(poem, label=Label(metre=generated.metre))
        for generated in file.poems
        for poem in parse_poems(generated.text.split("\n"), file.form)
    ]
    return GeneratedVerse(poems, tuple(_commands(file, path.name)))


def read_generated_file(path: Path) -> GeneratedFile:
    """What stands in such a file. Raises `RumiError` where it is none."""
    try:
        check_file(path, LARGEST)
        file = msgspec.json.decode(path.read_bytes(), type=GeneratedFile)
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}): name a file of rumi-generate --json.") from error
    except UNREADABLE as error:
        raise RumiError(f"{path} is not what rumi-generate --json prints ({error}): write it anew.") from error
    if file.form not in FORMS or not file.poems:
        raise RumiError(f"{path} has no poems in a form of {', '.join(FORMS)}: write it anew.")
    return file


def _commands(file: GeneratedFile, name: str) -> Iterator[str]:
    options = {
        "model": file.model,
        "form": file.form,
        "metre": file.metre or None,
        "rhyme": file.rhyme or None,
        "lines": file.lines,
        "chars": file.chars,
        "keep": file.keep,
        "original": file.original,
        **{name.replace("_", "-"): value for name, value in msgspec.structs.asdict(file.sampling).items()},
        "seed": file.poems[0].seed,
    }
    arguments = [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    command = shlex.join(["rumi-generate", file.prompt, *arguments, "-n", str(len(file.poems)), "--json"])
    yield f"{command} > {shlex.quote(name)}"
    if file.tries:
        yield shlex.join(["python", "-m", "training.rhyme.resample", file.model, name])
