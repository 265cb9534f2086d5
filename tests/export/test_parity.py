from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest
import torch
from support import SHAPES, describe, random_decoder

from export.export import export_model
from export.graph import build_graph
from export.parity import LARGEST_LOSS, TOLERANCE, WINDOWS, compare, greedy, is_greedy
from export.quantize import quantize
from models.errors import RumiError
from models.pretrained import MODELS, model_path
from rumi_tui.engine.context import Context
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session
from training.checkpoint import load_weights, save_weights
from training.torch_step import TorchStep

pytestmark = pytest.mark.slow  # graphs are traced

SHIPPED = [(model_path(language).with_suffix(".safetensors"), model_path(language)) for language in MODELS]


def one_by_one(context: Context, ids: np.ndarray) -> np.ndarray:
    return np.concatenate([context.feed(ids[:, place : place + 1]) for place in range(ids.shape[1])], axis=1)


@pytest.mark.parametrize("batch", [1, 4])
def test_every_position_of_three_windows_has_the_same_logits(model_pair: tuple[Path, Path], batch: int) -> None:
    decoder, description = load_weights(model_pair[0])
    session = Session(model_pair[1])
    config = description.config
    ids = np.random.default_rng(1).integers(config.vocab_size, size=(batch, WINDOWS * config.window))
    if config.is_rotary:
        with torch.no_grad():
            reference = decoder(torch.from_numpy(ids))[0].numpy()
    else:
        reference = Context(TorchStep(decoder), batch).feed(ids)
    assert np.abs(reference).max() > 1
    assert np.abs(Context(session, batch).feed(ids) - reference).max() <= TOLERANCE
    assert np.abs(one_by_one(Context(session, batch), ids) - reference).max() <= TOLERANCE


def test_greedy_text_of_2000_characters_is_identical(model_pair: tuple[Path, Path]) -> None:
    decoder, description = load_weights(model_pair[0])
    start = description.tokenizer.form_id("couplet")
    text = greedy(Session(model_pair[1]), start, 2_000)
    assert len(text) == 2_000
    assert text == greedy(TorchStep(decoder), start, 2_000)
    assert is_greedy(TorchStep(decoder), start, text)
    other = (text[1_000] + 1) % description.config.vocab_size
    assert not is_greedy(TorchStep(decoder), start, [*text[:1_000], other, *text[1_001:]])


@pytest.mark.long
@pytest.mark.parametrize(("checkpoint", "file"), SHIPPED, ids=MODELS)
def test_the_shipped_files_are_their_checkpoints(checkpoint: Path, file: Path, tmp_path: Path) -> None:
    decoder, description = load_weights(checkpoint)
    graph = build_graph(decoder, description)
    (tmp_path / "exact.onnx").write_bytes(graph.SerializeToString())
    parity = compare(decoder, Session(tmp_path / "exact.onnx"), batch=1)
    assert parity.max_abs_logit_diff <= TOLERANCE
    assert parity.greedy_identical
    assert parity.positions_compared == 2 * WINDOWS * description.config.window
    stored, made = onnx.load(file).graph, quantize(graph).graph  # names may be those of an earlier version
    assert [node.op_type for node in stored.node] == [node.op_type for node in made.node]
    weights = [tensor for tensor in stored.initializer if not tensor.name.endswith(".scale")]  # of keys and values
    assert [tensor.raw_data for tensor in weights] == [tensor.raw_data for tensor in made.initializer]
    assert len(stored.initializer) - len(weights) == 2 * description.config.layers
    shipped = Session(file)
    assert (shipped.config, shipped.tokenizer) == (description.config, description.tokenizer)
    card = shipped.card
    assert msgspec.structs.replace(card, nats_per_char_int8=None) == description.card
    assert card.nats_per_char is not None
    assert card.nats_per_char_int8 is not None
    assert card.nats_per_char_int8 - card.nats_per_char <= LARGEST_LOSS


def test_a_model_of_words_writes_the_same_in_torch_and_in_its_file(word_pair: tuple[Path, Path]) -> None:
    decoder, description = load_weights(word_pair[0])
    session = Session(word_pair[1])
    assert session.description == description
    assert description.tokenizer.kind == "word"
    assert compare(decoder, session, batch=2).holds
    for temperature in (0, 0.8, 2):
        request = Request(form="couplet", text="amber mir", sampling=Sampling(temperature=temperature), characters=500)
        mine, its = (
            [step.text for step in Generation(step, description.tokenizer, request)]
            for step in (TorchStep(decoder), session)
        )
        assert mine == its, temperature
        assert any(len(text) > 1 for text in mine), temperature


def test_the_graph_says_what_model_it_holds(model_pair: tuple[Path, Path]) -> None:
    _, description = load_weights(model_pair[0])
    graph = onnx.load(model_pair[1])
    onnx.checker.check_model(graph, full_check=True)
    assert {entry.key: entry.value for entry in graph.metadata_props} == description.to_metadata()
    inputs, outputs = [value.name for value in graph.graph.input], [value.name for value in graph.graph.output]
    slides = description.config.is_rotary
    given = ["ids", "total_len", "last_pos", "new_len", *(["cos", "sin"] if slides else ["position_ids"])]
    assert inputs[: len(given)] == given
    assert outputs[0] == "logits"
    assert [name.replace("past", "present") for name in inputs[len(given) :]] == outputs[1:]
    assert {"Shape", "Concat"}.isdisjoint(node.op_type for node in graph.graph.node)  # each would cost a microsecond


def test_an_export_that_does_not_match_writes_nothing_and_leaves_the_old_file(
    tmp_path: Path, model_pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, out = tmp_path / "other.safetensors", tmp_path / "model.onnx"
    out.write_bytes(b"what stood here before")
    description = load_weights(model_pair[0])[1]
    save_weights(checkpoint, random_decoder(description.config, seed=9), description)
    monkeypatch.setattr("export.export.build_graph", lambda *_: onnx.load(model_pair[1]))  # of another decoder
    with pytest.raises(RumiError, match="does not match"):
        export_model(checkpoint, out)
    assert out.read_bytes() == b"what stood here before"
    assert sorted(tmp_path.iterdir()) == [out, checkpoint]


def test_a_session_refuses_a_graph_that_is_not_of_its_description(
    tmp_path: Path, write_pair: Callable[[str], tuple[Path, Path]]
) -> None:
    graph = onnx.load(write_pair("learned")[1])
    onnx.helper.set_model_props(graph, describe(SHAPES["rotary"]).to_metadata())
    (tmp_path / "odd.onnx").write_bytes(graph.SerializeToString())
    with pytest.raises(RumiError, match="does not match its own description"):
        Session(tmp_path / "odd.onnx")
