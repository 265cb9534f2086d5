from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save_file
from support import SHAPES, assert_command_refused, describe, full_disk, random_decoder, refused

from models.decoder import Decoder
from training import checkpoint
from training.checkpoint import load_state, load_weights, save_state, save_weights
from training.optim import build_optimizers

CONFIG = SHAPES["rotary"]
DESCRIPTION = describe(CONFIG)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    save_weights(tmp_path / "model.safetensors", random_decoder(CONFIG), DESCRIPTION)
    return tmp_path / "model.safetensors"


def test_weights_and_description_come_back_bit_for_bit(weights: Path) -> None:
    for path in (weights, weights.parent):
        decoder, description = load_weights(path)
        assert description == DESCRIPTION
        assert not decoder.training
        for name, tensor in random_decoder(CONFIG).state_dict().items():
            assert torch.equal(decoder.state_dict()[name], tensor)


def test_a_checkpoint_says_what_it_holds_to_any_reader_of_safetensors(weights: Path) -> None:
    raw = weights.read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    assert header["__metadata__"] == DESCRIPTION.to_metadata()
    assert set(header) == {"__metadata__", *random_decoder(CONFIG).state_dict()}


@pytest.mark.parametrize("size", [0, 1, 8, 100, 0.5, -1])
def test_a_file_cut_short_is_refused(weights: Path, size: float) -> None:
    raw = weights.read_bytes()
    weights.write_bytes(raw[: int(size * len(raw)) if isinstance(size, float) else size])
    with refused("model.safetensors is damaged"):
        load_weights(weights)


@pytest.mark.parametrize("raw", [b"\x80\x04\x95pickled", b"PK\x03\x04", b"\xff" * 64, b"verse\n" * 99, b"\0" * 99])
def test_a_file_of_another_kind_is_refused(weights: Path, raw: bytes) -> None:
    weights.write_bytes(raw)
    with refused("model.safetensors is damaged or is no safetensors file"):
        load_weights(weights)


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.safetensors", tmp_path):
        with refused("There is no checkpoint at"):
            load_weights(path)
    with refused("There is no checkpoint at"):
        load_state(tmp_path)
    save_file({"a": torch.zeros(3)}, tmp_path / "model.safetensors")
    with refused("was not made by rumi-train"):
        load_weights(tmp_path)
    save_file({"a": torch.zeros(3)}, tmp_path / "state.safetensors")
    with refused("not the state of a run"):
        load_state(tmp_path)


@pytest.mark.parametrize("facts", ["", "{", "[]", "\n", "[" * 100_000], ids=lambda facts: ascii(facts[:3]))
def test_a_state_whose_facts_are_garbled_is_refused(tmp_path: Path, facts: str) -> None:
    save_file({"a": torch.zeros(3)}, tmp_path / "state.safetensors", {"rumi.state": facts})
    with refused("state.safetensors"):
        load_state(tmp_path)


@pytest.mark.parametrize("wrong", ["missing", "extra", "shape", "dimensions"])
def test_weights_that_do_not_fit_their_description_are_refused(weights: Path, wrong: str) -> None:
    tensors = load_file(weights)
    if wrong == "missing":
        del tensors["head.weight"]
    elif wrong == "extra":
        tensors["more"] = torch.zeros(3)
    else:
        tensors["head.weight"] = torch.zeros((3, 3) if wrong == "shape" else 65 * [1])
    save_file(tensors, weights, DESCRIPTION.to_metadata())
    with refused("do not fit its own description"):
        load_weights(weights)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the memory of a process cannot be limited")
def test_a_description_far_larger_than_the_weights_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    large = msgspec.structs.replace(CONFIG, width=65_536, layers=256)
    save_file(random_decoder(CONFIG).state_dict(), path, DESCRIPTION._replace(config=large).to_metadata())
    (tmp_path / "verse.txt").write_text("some verse")
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (16 << 30,) * 2); "
    call = f"sys.argv = ['rumi-eval', '--model', {str(path)!r}, '--text', {str(tmp_path / 'verse.txt')!r}]; "
    program = limited + call + "from training.entry import eval_main; eval_main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert_command_refused(done, 1, "model.safetensors is damaged")


def test_weights_are_saved_as_16_bit_floats(weights: Path) -> None:
    decoder = random_decoder(CONFIG)
    with torch.no_grad():
        decoder.head.weight.copy_(torch.linspace(-1, 1, decoder.head.weight.numel()).view_as(decoder.head.weight))
    save_weights(weights, decoder, DESCRIPTION)
    assert {tensor.dtype for tensor in load_file(weights).values()} == {torch.float16}
    loaded = load_weights(weights)[0].head.weight
    assert loaded.dtype == torch.float32
    assert torch.equal(loaded, decoder.head.weight.half().float())


def test_the_moments_of_an_optimizer_come_back_bit_for_bit(tmp_path: Path) -> None:
    def step(decoder: Decoder, optimizers: list[torch.optim.Optimizer]) -> None:
        decoder(torch.arange(16)[None])[0].square().mean().backward()
        for optimizer in optimizers:
            optimizer.step()

    decoder = random_decoder(CONFIG)
    optimizers = build_optimizers(decoder, 0.01)
    step(decoder, optimizers)
    save_state(tmp_path, checkpoint.optimizer_tensors(optimizers), {"verse": "شعر"})
    tensors, facts = load_state(tmp_path)
    assert facts == {"verse": "شعر"}

    other = Decoder(CONFIG)
    other.load_state_dict(decoder.state_dict())
    other_optimizers = build_optimizers(other, 0.01)
    checkpoint.load_optimizer_tensors(other_optimizers, tensors)
    decoder.zero_grad()
    step(decoder, optimizers)
    step(other, other_optimizers)
    for name, tensor in decoder.state_dict().items():
        assert torch.equal(other.state_dict()[name], tensor), name


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("optimizer.0.0", torch.zeros(1)),
        ("optimizer.0.x.momentum", torch.zeros(1)),
        ("optimizer.7.0.momentum", torch.zeros(1)),
        ("optimizer.0.99.momentum", torch.zeros(1)),
        ("optimizer.0.0.speed", torch.zeros(1)),
        ("optimizer.0.0.momentum", torch.zeros(1)),
        ("optimizer.0.0.momentum", torch.full((96, 32), torch.nan)),
        ("optimizer.0.0.momentum", torch.zeros((96, 32), dtype=torch.int64)),
    ],
)
def test_moments_that_an_optimizer_cannot_have_are_refused(name: str, moment: torch.Tensor) -> None:
    optimizers = build_optimizers(random_decoder(CONFIG), 0.01)
    checkpoint.load_optimizer_tensors(optimizers, {"optimizer.0.0.momentum": torch.zeros(96, 32)})
    with pytest.raises(ValueError, match=r"optimizer|moments"):
        checkpoint.load_optimizer_tensors(optimizers, {name: moment})


def test_a_full_disk_leaves_the_old_checkpoint(weights: Path) -> None:
    before = weights.read_bytes()
    with full_disk(), refused(re.escape(f"Could not write {weights} (")):
        save_weights(weights, random_decoder(CONFIG, seed=1), DESCRIPTION)
    assert weights.read_bytes() == before
    assert list(weights.parent.iterdir()) == [weights]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, value: float) -> None:
    decoder = random_decoder(SHAPES["rotary"])
    next(decoder.parameters()).data.flatten()[3] = value
    checkpoint.save_weights(tmp_path / "model.safetensors", decoder, describe(SHAPES["rotary"]))
    with refused("some of its weights are no numbers"):
        checkpoint.load_weights(tmp_path)
