"""Practice: verse that a model has written itself, so that it can learn from the lines of it that rhyme.

A decoder that ends nearly every line of its texts with their rhyme loses it in lines that it has begun itself, for no
text shows these. Where it rhymes there by chance, it can learn to do it more often: reinforced self-training with one
round and a reward of 0 or 1 (Gulcehre et al. 2023, "Reinforced Self-Training (ReST) for Language Modeling",
arXiv:2308.08998). Which lines count, `training.rhyme_weights.practice_weights` says. Knows nothing of models.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

import msgspec

from models.errors import RumiError, describe
from models.tokenizer import FORMS
from rumi_tui.engine.sampling import Sampling
from rumi_tui.texts.corpus import Poem, parse_poems


class Practice(NamedTuple):
    """Poems by a model."""

    poems: list[Poem]
    command: str
    """That writes them into a file of the same name."""


class _Written(msgspec.Struct):
    text: str
    seed: int


class _File(msgspec.Struct):
    """What `rumi-generate --json` prints, as far as it is asked for here."""

    model: str
    form: str
    prompt: str
    sampling: Sampling
    lines: int | None
    chars: int | None
    poems: list[_Written]


def read_practice(path: Path) -> Practice:
    """The poems in a file of `rumi-generate --json`. Raises `RumiError` where it is none."""
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_File)
    except OSError as error:
        raise RumiError(f"Could not read {path} ({describe(error)}): name a file of rumi-generate --json.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise RumiError(f"{path} is not what rumi-generate --json prints ({error}): write it anew.") from error
    if file.form not in FORMS or not file.poems:
        raise RumiError(f"{path} has no poems in a form of {', '.join(FORMS)}: write it anew.")
    poems = [poem for written in file.poems for poem in parse_poems(written.text.split("\n"), file.form)]
    return Practice(poems, f"{_command(file)} > {shlex.quote(path.name)}")


def _command(file: _File) -> str:
    options = {
        "model": file.model,
        "form": file.form,
        "lines": file.lines,
        "chars": file.chars,
        **{name.replace("_", "-"): value for name, value in msgspec.structs.asdict(file.sampling).items()},
        "seed": file.poems[0].seed,
    }
    said = [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join(["rumi-generate", file.prompt, *said, "-n", str(len(file.poems)), "--json"])
