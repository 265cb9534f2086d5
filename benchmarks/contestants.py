"""Ways to compute the next logits, all with the same weights: what `benchmarks/generation.py` lets run side by side.

Each is a function that takes one step: one id in, the logits of the next out, the context full to its window.
"""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn
from torch.export import Dim

from export.graph import build_graph
from export.quantize import quantize
from export.quantize_cache import largest_kept, quantize_cache
from models.card import Card
from models.config import DecoderConfig
from models.decoder import Cache, Decoder
from models.description import Description
from models.tokenizer import RESERVED, CharacterTokenizer
from rumi_tui.engine.session import Session
from training.torch_step import TorchStep

Step = Callable[[], object]
NEXT = np.array([[9]])


def random_decoder(layers: int, heads: int, width: int, vocab_size: int = 90, window: int = 256) -> Decoder:
    """A decoder of some shape that was never trained, but whose matrices are all filled."""
    config = DecoderConfig(
        vocab_size=vocab_size, window=window, layers=layers, heads=heads, width=width, positions="rotary"
    )
    torch.manual_seed(0)
    decoder = Decoder(config)
    for parameter in decoder.parameters():
        if parameter.ndim == 2:
            nn.init.normal_(parameter, std=parameter.shape[1] ** -0.5)
        parameter.data = parameter.data.half().float()
    return decoder.eval()


def describe(decoder: Decoder) -> Description:
    """A description for a decoder that learned nothing."""
    size = decoder.config.vocab_size - len(RESERVED)
    tokenizer = CharacterTokenizer(tokens=(*RESERVED, "\n", *(chr(0x4E00 + number) for number in range(size - 1))))
    card = Card(
        language="und",
        forms=("free",),
        texts=(),
        characters_seen=0,
        nats_per_char=None,
        bits_per_char=None,
        parameters=decoder.parameter_count(),
        licence="MIT",
        date="2026-01-01",
        commands=(),
    )
    return Description(decoder.config, tokenizer, card)


def sessions(decoder: Decoder) -> dict[str, Session]:
    """The decoder as the engine runs it: with floats, with 8-bit integers, and with those turned back for a batch."""
    return _sessions(build_graph(decoder, describe(decoder)))


def _sessions(graph: onnx.ModelProto) -> dict[str, Session]:
    with tempfile.TemporaryDirectory() as folder:
        exact, small = Path(folder) / "exact.onnx", Path(folder) / "small.onnx"
        exact.write_bytes(graph.SerializeToString())
        floats = Session(exact)
        ids = np.random.default_rng(0).integers(floats.config.vocab_size, size=(1, floats.config.window))
        small.write_bytes(quantize_cache(quantize(graph), largest_kept(floats, [ids])).SerializeToString())
        return {"fp32": floats, "int8": Session(small), "dequantize": Session(small, dequantize=True)}


def plain(decoder: Decoder) -> Session:
    """A plain decoder of the same size in the same form of graph, with 8-bit integers.

    In the manner of GPT-2: LayerNorm and GELU, and between the products and the attention nothing, neither
    normalisation nor rotation. What it adds for learned positions, one small node, is left out, in its favour.
    """
    graph = build_graph(decoder, describe(decoder))
    passed, kept = dict[str, str](), []
    for node in graph.graph.node:
        node.input[:] = [passed.get(name, name) for name in node.input]
        between = node.op_type == "RMSNormalization" and node.input[0] != "embedding"
        if between or node.op_type in ("Reshape", "RotaryEmbedding", "Relu"):
            passed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    for node in kept:
        if node.op_type == "Mul":
            node.CopyFrom(onnx.helper.make_node("Gelu", node.input[:1], node.output, domain="com.microsoft"))
        elif "Normalization" in node.op_type:
            skips = node.op_type.startswith("Skip")
            node.op_type = "SkipLayerNormalization" if skips else "LayerNormalization"
    del graph.graph.node[:]
    graph.graph.node.extend(kept)
    return _sessions(graph)["int8"]


def engine(session: Session, position: int, batch: int = 1) -> Step:
    """The engine, with so many ids read before, or an eighth of the window more: then the buffer has moved once."""
    ids, cache = NEXT.repeat(batch, axis=0), session.empty_cache(batch)
    for _ in range(min(position, 2 * session.config.window)):
        session(ids, cache)
    cache.position = position  # what the cache holds does not change the time

    def take() -> None:
        if cache.position > position + session.config.window // 8:
            cache.position = position
        session(ids, cache)

    return take


def torch_cached(decoder: Decoder, position: int) -> Step:
    """PyTorch, keeping keys and values."""
    step = TorchStep(decoder)
    _, cache = step(NEXT.repeat(max(position, 1), axis=1)[:, -decoder.config.window :], step.empty_cache(1))
    return lambda: step(NEXT, cache)


def torch_plain(decoder: Decoder, position: int) -> Step:
    """PyTorch, reading the whole window for every character."""
    step = TorchStep(decoder)
    ids = NEXT.repeat(min(position + 1, decoder.config.window), axis=1)
    return lambda: step(ids, step.empty_cache(1))


class _Concatenating(nn.Module):
    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, ids: Tensor, position: Tensor, *kept: Tensor) -> tuple[Tensor, ...]:
        layers = self.decoder.config.layers
        logits, cache = self.decoder(ids, Cache(position, kept[:layers], kept[layers:]))
        return logits, cache.position, *cache.keys, *cache.values


class Concatenating:
    """The decoder traced as it stands, whose cache grows by concatenation: a graph of standard operators in fp32."""

    def __init__(self, decoder: Decoder) -> None:
        self.config = config = decoder.config
        past = [torch.zeros(1, config.heads, 5, config.head_dim) for _ in range(2 * config.layers)]
        time, length = Dim("time"), Dim("past")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            program = torch.onnx.export(
                _Concatenating(decoder).eval(),
                (torch.zeros(1, 3, dtype=torch.int64), torch.tensor(5), *past),
                dynamic_shapes=({1: time}, {}, ({2: length},) * len(past)),
                dynamo=True,
                verbose=False,
            )
        assert program is not None
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        data = program.model_proto.SerializeToString()
        self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self._inputs = [value.name for value in self._session.get_inputs()]
        self._outputs = [value.name for value in self._session.get_outputs()]

    def step(self, position: int) -> Step:
        """A step after so many ids."""
        config = self.config
        kept = np.zeros((1, config.heads, min(position, config.window - 1), config.head_dim), dtype=np.float32)
        cache = [ort.OrtValue.ortvalue_from_numpy(np.array(position))]
        cache += [ort.OrtValue.ortvalue_from_numpy(kept)] * (2 * config.layers)
        held = [cache]

        def take() -> None:
            ids = ort.OrtValue.ortvalue_from_numpy(NEXT)
            feeds = dict(zip(self._inputs, [ids, *held[0]], strict=True))
            _, *held[0] = self._session.run_with_ort_values(self._outputs, feeds)

        return take
