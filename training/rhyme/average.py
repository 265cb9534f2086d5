"""The mean of the weights of runs that began from the same checkpoint.

    python -m training.rhyme.average OUT RUN RUN ...

Between the places where such runs end the loss is often lower than in any of them (Wortsman et al. 2022, "Model soups:
averaging weights of multiple fine-tuned models improves accuracy without increasing inference time", arXiv:2203.05482).
The mean is as large as one of them, and is measured on the validation poems of the texts of `RUMI_CORPUS_DIR`, or the
fetched ones.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch

from models.card import UNSAID
from models.decoder import Decoder
from models.description import Description
from models.errors import RumiError
from models.paths import WEIGHTS
from rumi_tui import command_line
from rumi_tui.command_line import narrate, say
from rumi_tui.locations import texts_folder
from rumi_tui.texts.corpus import read_corpus
from training import checkpoint
from training.run import measure

app = command_line.new_app()


@app.command()
def average(out: Path, runs: list[Path], debug: command_line.Debug = False) -> None:
    """Write the mean of the weights of some runs, or checkpoints, into a new folder."""
    path = out / WEIGHTS
    if path.exists():
        raise RumiError(f"{out} already holds a checkpoint: name a new folder.")
    command = shlex.join(["python", "-m", "training.rhyme.average", str(out), *map(str, runs)])
    mean, description = mean_of([checkpoint.load_weights(run) for run in runs], command)
    language = description.card.language
    sources = read_corpus([texts_folder()], None if language == UNSAID else language)
    checkpoint.save_weights(path, mean, description)
    score = measure(out, sources, torch.device("cpu"))
    narrate(f"Validation: {score.nats_per_char:.4f} nats/char, {score.bits_per_char:.4f} bits/char.")
    say(path)


def mean_of(runs: Sequence[tuple[Decoder, Description]], command: str) -> tuple[Decoder, Description]:
    """A decoder with the mean weights, and its card: all that led to the runs, then the command.

    The decoder is the first one, changed. Raises `RumiError` for fewer than two runs, and for runs of other shapes or
    alphabets.
    """
    mean, first = runs[0]
    others = [description for _, description in runs[1:]]
    if not others or not all(
        first.config.same_shape(other.config) and first.tokenizer == other.tokenizer for other in others
    ):
        raise RumiError("A mean is of two or more runs from the same checkpoint: name such runs.")
    with torch.no_grad():
        for name, parameter in mean.named_parameters():
            parameter.copy_(torch.stack([model.get_parameter(name) for model, _ in runs]).mean(dim=0))
    commands = [line for _, description in runs for line in description.card.commands]
    card = msgspec.structs.replace(
        first.card,
        characters_seen=max(description.card.characters_seen for _, description in runs),
        commands=(*dict.fromkeys(commands), command),
    )
    return mean, first._replace(card=card)


if __name__ == "__main__":
    command_line.run(app)
