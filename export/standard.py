"""The decode step in standard ONNX operators, for any program that reads ONNX. Knows nothing of files.

The graph says what `models.decoder.Decoder` says, node by node, and asks nothing of who runs it but to keep what it
gives. Inputs:

- `ids`             int64 [batch, time], the next tokens of each stream;
- `positions`       int64 [time], how many tokens came before each of them;
- `past_positions`  int64 [past], those of the tokens in the cache, in any order; what lies a window or more back is not
                    seen, so a place that holds nothing has the position `-window`;
- `past_key.LAYER`  float32 [batch, heads, head_dim, past], transposed as the product with the queries reads it;
- `past_value.LAYER`
                    float32 [batch, heads, past, head_dim].

Outputs are `logits` float32 [batch, time, vocab_size], and `new_key.LAYER` and `new_value.LAYER`, what is to be put
into the cache for these tokens, `time` in the place of `past`. A cache of `window - 1` places is enough. No node copies
it, and as its order is free, a token can take the place of the one that the window leaves behind.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor

from export.graph import halve_weights
from models.config import ROTARY_BASE, DecoderConfig
from models.decoder import NORM_EPSILON, Block, Decoder
from models.description import Description
from models.forms import form_named

OPSET = 21
"""The first that shares a scale among a block of 8-bit weights."""
IR_VERSION = 10
"""Of the file format, as opset 21 asks for."""
GRAPH_KEY = "rumi.graph"
"""The string of the metadata that tells the operators and constants of a graph, and which lines of each form rhyme."""


class _Builder:
    """Nodes and constants as they are named one after another."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, values: npt.ArrayLike, dtype: npt.DTypeLike = np.float32, name: str = "") -> str:
        name = name or f"constant.{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype=dtype), name))
        return name

    def weight(self, name: str, values: Tensor) -> str:
        return self.constant(values.detach().numpy(), name=name)

    def split(self, *inputs: str, parts: int = 2, **attributes: Any) -> list[str]:
        names = [f"split.{len(self.nodes)}.{part}" for part in range(parts)]
        self.nodes.append(helper.make_node("Split", inputs, names, **attributes))
        return names

    def __call__(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        name = name or f"{operator.lower()}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name


class _StandardStep:
    """The nodes of a decoder's step."""

    def __init__(self, decoder: Decoder) -> None:
        self.config = config = decoder.config
        self.add = add = _Builder()
        self._two, self._epsilon = add.constant(2), add.constant(NORM_EPSILON)
        self._last_axis = add.constant([-1], np.int64)
        self._ones = {size: add.constant(np.ones(size)) for size in (config.width, config.head_dim)}
        self._by_head = add.constant([0, 0, 3 * config.heads, config.head_dim], np.int64)
        self._joined = add.constant([0, 0, config.width], np.int64)
        self._queries_and_keys = add.constant([2 * config.heads, config.heads], np.int64)
        query_positions = add("Unsqueeze", "positions", add.constant([1], np.int64))
        self._mask = self._visible(query_positions)
        self._lengths = add("Concat", add("Shape", "past_positions"), add("Shape", "positions"), axis=0)
        self._cos, self._sin = self._angles(query_positions) if config.is_rotary else ("", "")
        x = add("Gather", add.weight("embedding", decoder.embedding.weight), "ids")
        if decoder.position_embedding is not None:
            learned = add.weight("position_embedding", decoder.position_embedding.weight)
            x = add("Add", x, add("Gather", learned, "positions"))
        for layer, block in enumerate(decoder.blocks):
            assert isinstance(block, Block)
            x = self._block(layer, block, x)
        add("MatMul", self._norm(x, config.width), add.weight("head", decoder.head.weight.T), name="logits")

    def _visible(self, query_positions: str) -> str:
        """What is added to scores [time, past + time]: 0 where a query may attend, elsewhere minus infinity."""
        add = self.add
        key_positions = add("Concat", "past_positions", "positions", axis=0)
        back = add("Sub", query_positions, key_positions)
        came_before = add("GreaterOrEqual", back, add.constant(0, np.int64))
        in_window = add("Less", back, add.constant(self.config.window, np.int64))
        return add("Where", add("And", came_before, in_window), add.constant(0), add.constant(-np.inf))

    def _angles(self, query_positions: str) -> tuple[str, str]:
        """Cosine and sine for both halves of a head, [time, head_dim]; see `models.decoder.rotary_angles`."""
        add, head_dim = self.add, self.config.head_dim
        speeds = add.constant(ROTARY_BASE ** -(np.arange(0, head_dim, 2) / head_dim), np.float64)
        angles = add("Mul", add("Cast", query_positions, to=TensorProto.DOUBLE), speeds)
        cos, sin = (add("Cast", add(function, angles), to=TensorProto.FLOAT) for function in ("Cos", "Sin"))
        return add("Concat", cos, cos, axis=-1), add("Concat", add("Neg", sin), sin, axis=-1)

    def _norm(self, x: str, size: int) -> str:
        """A root mean square of one over the last axis. By the product with ones, onnxruntime knows it and fuses it."""
        add = self.add
        mean = add("ReduceMean", add("Pow", x, self._two), self._last_axis, keepdims=1)
        return add("Mul", add("Div", x, add("Sqrt", add("Add", mean, self._epsilon))), self._ones[size])

    def _rotate(self, x: str) -> str:
        add = self.add
        first, second = add.split(x, axis=-1, num_outputs=2)
        turned = add("Mul", add("Concat", second, first, axis=-1), self._sin)
        return add("Add", add("Mul", x, self._cos), turned)

    def _block(self, layer: int, block: Block, x: str) -> str:
        add, config = self.add, self.config
        x = add("Add", x, self._attend(layer, block, self._norm(x, config.width)))
        expanded = add("MatMul", self._norm(x, config.width), add.weight(f"up.{layer}", block.up.weight.T))
        rectified = add("Relu", expanded)
        squared = add("Mul", rectified, rectified)
        return add("Add", x, add("MatMul", squared, add.weight(f"down.{layer}", block.down.weight.T)))

    def _attend(self, layer: int, block: Block, x: str) -> str:
        add, config, attention = self.add, self.config, block.attention
        qkv = add("MatMul", x, add.weight(f"qkv.{layer}", attention.qkv.weight.T))
        heads_first = add("Transpose", add("Reshape", qkv, self._by_head), perm=[0, 2, 1, 3])
        both, values = add.split(heads_first, self._queries_and_keys, axis=1)
        query_scale = attention.query_scale.detach().numpy() / np.sqrt(config.head_dim)
        scales = add.constant(np.concatenate((query_scale, np.ones_like(query_scale))))
        both = add("Mul", self._norm(both, config.head_dim), scales)
        if config.is_rotary:
            both = self._rotate(both)
        queries, keys = add.split(both, axis=1, num_outputs=2)
        new_key = add("Transpose", keys, perm=[0, 1, 3, 2], name=f"new_key.{layer}")
        new_value = add("Identity", values, name=f"new_value.{layer}")
        scores = add("Concat", add("MatMul", queries, f"past_key.{layer}"), add("MatMul", queries, new_key), axis=-1)
        shares = add("Softmax", add("Add", scores, self._mask), axis=-1)
        of_past, of_new = add.split(shares, self._lengths, axis=-1)
        mixed = add("Add", add("MatMul", of_past, f"past_value.{layer}"), add("MatMul", of_new, new_value))
        joined = add("Reshape", add("Transpose", mixed, perm=[0, 2, 1, 3]), self._joined)
        return add("MatMul", joined, add.weight(f"out.{layer}", attention.out.weight.T))


def build_standard_graph(decoder: Decoder, description: Description) -> onnx.ModelProto:
    """The decode step of a decoder, with its description in the metadata, and what the graph is under `GRAPH_KEY`.

    Batch, time and past are free; the graph passes onnx.checker.
    """
    config = decoder.config
    step = _StandardStep(decoder).add
    integers = {"ids": ["batch", "time"], "positions": ["time"], "past_positions": ["past"]}
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in integers.items()]
    outputs = [_floats("logits", ["batch", "time", config.vocab_size])]
    inputs += _cache(config, "past", "past")
    outputs += _cache(config, "new", "time")
    graph = helper.make_graph(step.nodes, "decode_step", inputs, outputs, step.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    halve_weights(model.graph)
    schemes = {form: form_named(form).scheme for form in description.tokenizer.forms}
    told = {"operators": "standard", "opset": OPSET, "norm_epsilon": NORM_EPSILON, "schemes": schemes}
    if config.is_rotary:
        told["rotary_base"] = ROTARY_BASE
    helper.set_model_props(model, description.to_metadata() | {GRAPH_KEY: msgspec.json.encode(told).decode()})
    onnx.checker.check_model(model, full_check=True)
    return model


def _floats(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _cache(config: DecoderConfig, kind: str, length: str) -> list[onnx.ValueInfoProto]:
    layers = range(config.layers)
    keys = [_floats(f"{kind}_key.{layer}", ["batch", config.heads, config.head_dim, length]) for layer in layers]
    return keys + [
        _floats(f"{kind}_value.{layer}", ["batch", config.heads, length, config.head_dim]) for layer in layers
    ]
