from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import torch
from support import SHAPES, assert_command_refused, call_command, describe, random_decoder, refused

from training.checkpoint import load_weights, save_weights
from training.rhyme.average import mean_of


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Two checkpoints of the same shape, by commands of which the first is the same."""
    for seed, name in enumerate(("one", "two")):
        description = describe(SHAPES["rotary"])
        commands = ("rumi-train", f"rumi-train --seed {seed}")
        card = msgspec.structs.replace(description.card, characters_seen=10 + seed, commands=commands)
        decoder = random_decoder(SHAPES["rotary"], seed)
        save_weights(tmp_path / name / "model.safetensors", decoder, description._replace(card=card))
    return tmp_path / "one", tmp_path / "two"


def test_each_weight_is_the_mean_and_the_card_tells_how(runs: tuple[Path, Path]) -> None:
    one, two = (load_weights(run)[0].state_dict() for run in runs)
    mean, description = mean_of([load_weights(run) for run in runs], "mean")
    for name, tensor in mean.state_dict().items():
        torch.testing.assert_close(tensor, (one[name] + two[name]) / 2)
    assert description.card.commands == ("rumi-train", "rumi-train --seed 0", "rumi-train --seed 1", "mean")
    assert description.card.characters_seen == 11


def test_a_mean_of_one_run_or_of_other_shapes_or_alphabets_is_refused(runs: tuple[Path, Path]) -> None:
    model, description = load_weights(runs[0])
    other = describe(SHAPES["learned"])
    letters = msgspec.structs.replace(description.tokenizer, tokens=(*description.tokenizer.tokens[:-1], "!"))
    for second in ([], [(random_decoder(other.config), other)], [(model, description._replace(tokenizer=letters))]):
        with refused("two or more runs from the same checkpoint"):
            mean_of([(model, description), *second], "mean")


@pytest.mark.slow
def test_the_command_writes_a_measured_checkpoint_and_none_over_another(
    runs: tuple[Path, Path], tmp_path: Path, corpus_folder: Path
) -> None:
    command = ("python", "-m", "training.rhyme.average", str(tmp_path / "mean"), *map(str, runs))
    done = call_command(*command, RUMI_CORPUS_DIR=str(corpus_folder))
    assert done.returncode == 0, done.stderr
    path = tmp_path / "mean" / "model.safetensors"
    assert done.stdout == f"{path}\n"
    measured = call_command("rumi-eval", "--model", str(path), "--text", str(corpus_folder), "--split", "validation")
    nats = load_weights(path)[1].card.nats_per_char
    assert nats is not None
    assert f"{nats:.5f} nats/char" in measured.stdout
    before = path.read_bytes()
    assert_command_refused(call_command(*command, RUMI_CORPUS_DIR=str(corpus_folder)), 1, "already holds a checkpoint")
    assert path.read_bytes() == before
