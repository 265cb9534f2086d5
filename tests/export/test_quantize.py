from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from support import describe, random_decoder, verse

from export.export import export_model
from export.parity import LARGEST_LOSS, QuantizedParity
from export.quantize import BLOCK, LARGEST, quantize, quantize_matrix
from models.config import DecoderConfig
from rumi_tui.engine.context import Context
from rumi_tui.engine.session import OrtCache, Session
from rumi_tui.texts.corpus import Source, read_corpus
from training.checkpoint import save_weights

pytestmark = pytest.mark.slow  # graphs are traced

CONFIG = DecoderConfig(vocab_size=40, window=16, layers=2, heads=2, width=BLOCK, positions="rotary")


def fill_with_pair(folder: Path) -> None:
    save_weights(folder / "wide.safetensors", random_decoder(CONFIG), describe(CONFIG))
    export_model(folder / "wide.safetensors", folder / "exact.onnx")


@pytest.fixture(scope="session")
def checkpoint(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A checkpoint of random weights, of matrices that make whole blocks."""
    return make_once("wide", fill_with_pair) / "wide.safetensors"


@pytest.fixture(scope="session")
def exact_file(checkpoint: Path) -> Path:
    """The model file of `checkpoint`."""
    return checkpoint.with_name("exact.onnx")


@pytest.fixture
def graph(exact_file: Path, monkeypatch: pytest.MonkeyPatch) -> onnx.ModelProto:
    """The graph of `checkpoint`, which no export traces again."""
    monkeypatch.setattr("export.export.build_graph", lambda *_: onnx.load(exact_file))
    return onnx.load(exact_file)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    path = tmp_path_factory.mktemp("verse") / "verse.txt"
    path.write_text(verse(60), "utf-8")
    return read_corpus([path], "en")


@settings(max_examples=30)
@given(st.integers(1, 3), st.integers(1, 5), st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1.0, 1e6]))
def test_a_weight_comes_back_within_half_a_step_of_its_block(blocks: int, columns: int, seed: int, size: float) -> None:
    matrix = (np.random.default_rng(seed).normal(size=(blocks * BLOCK, columns)) * size).astype(np.float32)
    integers, scales = quantize_matrix(matrix)
    assert (integers.dtype, integers.shape, scales.shape) == (np.int8, matrix.shape, (blocks, columns))
    assert np.abs(integers).max() == LARGEST
    steps = scales.repeat(BLOCK, axis=0)
    assert (np.abs(integers * steps - matrix) <= steps * 0.501).all()


def test_a_matrix_of_zeros_stays_zero() -> None:
    integers, scales = quantize_matrix(np.zeros((BLOCK, 3), np.float32))
    assert not integers.any()
    assert np.isfinite(scales).all()


def test_every_matrix_that_is_multiplied_by_is_kept_as_integers(graph: onnx.ModelProto) -> None:
    quantized = quantize(graph)
    kinds = {tensor.name: numpy_helper.to_array(tensor).dtype for tensor in quantized.graph.initializer}
    restored = {node.output[0]: node.input[0] for node in quantized.graph.node if node.op_type == "DequantizeLinear"}
    factors = [node.input[1] for node in quantized.graph.node if node.op_type == "MatMul"]
    assert len(factors) == 4 * CONFIG.layers + 1
    assert all(kinds[restored[name]] == np.int8 for name in factors)
    assert len(quantized.SerializeToString()) < 0.6 * len(graph.SerializeToString())


def test_matrices_that_make_no_whole_blocks_stay_as_they_are(model_file: Path) -> None:
    quantized = quantize(onnx.load(model_file)).graph
    shapes = [tensor.dims for tensor in quantized.initializer if tensor.data_type == onnx.TensorProto.INT8]
    assert [list(shape) for shape in shapes] == [[BLOCK, 32]] * 2  # of width 32, only what contracts has whole blocks
    assert sum(node.op_type == "MatMul" for node in quantized.node) == 9


@pytest.mark.long
def test_onnxruntime_multiplies_the_integers(
    checkpoint: Path, exact_file: Path, graph: onnx.ModelProto, sources: list[Source], tmp_path: Path
) -> None:
    quantized = export_model(checkpoint, tmp_path / "small.onnx", sources).quantized
    assert quantized is not None
    assert quantized.holds
    assert 0 < abs(quantized.nats_per_char_int8 - quantized.nats_per_char_fp32) <= LARGEST_LOSS
    assert 0.9 < quantized.top1_agreement <= 1
    small = Session(tmp_path / "small.onnx")
    cache = small.empty_cache(1)
    assert isinstance(cache, OrtCache)
    assert {buffer.dtype for buffer in cache.buffers.values()} == {np.dtype(np.int8)}
    card = small.card
    assert card.nats_per_char_int8 == round(quantized.nats_per_char_int8, 5)
    assert Session(exact_file).card.nats_per_char_int8 is None


@pytest.mark.parametrize("dequantize", [False, True])
def test_a_file_of_integers_answers_as_the_exact_one(graph: onnx.ModelProto, tmp_path: Path, dequantize: bool) -> None:
    (tmp_path / "exact.onnx").write_bytes(graph.SerializeToString())
    (tmp_path / "small.onnx").write_bytes(quantize(graph).SerializeToString())
    ids = np.random.default_rng(0).integers(40, size=(2, 60))
    exact = Context(Session(tmp_path / "exact.onnx"), 2).feed(ids)
    small = Context(Session(tmp_path / "small.onnx", dequantize=dequantize), 2).feed(ids)
    difference = np.abs(exact - small).max()
    assert 1e-5 < difference < 0.2 * np.abs(exact).max()


def test_integers_that_cost_too_much_are_not_written(
    checkpoint: Path,
    exact_file: Path,
    graph: onnx.ModelProto,
    sources: list[Source],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("export.parity.LARGEST_LOSS", -1.0)
    quantized = export_model(checkpoint, tmp_path / "model.onnx", sources).quantized
    assert quantized is not None
    assert not quantized.holds
    assert (tmp_path / "model.onnx").read_bytes() == exact_file.read_bytes()


def test_a_cost_within_the_limit_holds() -> None:
    def cost(nats: float) -> bool:
        return QuantizedParity(nats_per_char_fp32=1.5, nats_per_char_int8=1.5 + nats, top1_agreement=1).holds

    assert cost(-0.1)
    assert cost(LARGEST_LOSS * 0.99)
    assert not cost(LARGEST_LOSS * 1.01)
