"""A model file read before anything runs it: what it says of itself, and whether its graph is what it says.

Whoever made the file may have meant harm, and onnxruntime believes what a graph says of its sizes. So nothing reaches
it that lies in a second file, holds graphs within the graph, has weights that are no numbers, or has other heads,
another window or another cache than its description. Knows nothing of onnxruntime.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from models.config import DecoderConfig
from models.description import Description
from models.errors import RumiError
from rumi_tui.engine.protobuf import Value, fields, numbers

SLACK = 8
"""The cache holds window x (1 + 1/SLACK) positions, so that it is moved up once in window/SLACK ids, not at each: a
larger capacity slows attention, a smaller one moves the buffer more often."""
MOST_DIMENSIONS = 8
"""Of a tensor: none of ours has more than four."""
LARGEST_CACHE = 256 << 20
"""Bytes that the cache of one stream may take."""

# Fields of the messages, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_MODEL_GRAPH, _MODEL_METADATA, _MODEL_FUNCTION = 7, 14, 25
_NODE, _TENSOR, _GRAPH_INPUT, _GRAPH_OUTPUT, _SPARSE_TENSOR = 1, 5, 11, 12, 15
_NODE_OPERATOR, _NODE_ATTRIBUTE = 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPHS = 1, 3, 5, (6, 11)
_DIMENSION, _TYPE, _FLOATS, _RAW, _EXTERNAL, _LOCATION = 1, 2, 4, 9, 13, 14
_POSITIONS = "past_positions"
_ITEMS: dict[int, np.dtype[Any]] = {1: np.dtype(np.float32), 10: np.dtype(np.float16), 11: np.dtype(np.float64)}
"""Types of tensors that can hold what is no number."""
_KEPT: dict[int, type[np.float32 | np.int8]] = {1: np.float32, 3: np.int8}
"""Types of the cache."""


def read_description(data: bytes, name: str) -> Description:
    """What the file called `name` says of the model in it. Raises `RumiError` where it does not hold that model."""
    try:
        parts = list(fields(memoryview(data)))
        texts = dict(map(_entry, _messages(parts, _MODEL_METADATA)))
        [graph] = _messages(parts, _MODEL_GRAPH)
        graph_parts = list(fields(graph))
    except (ValueError, KeyError) as error:
        raise RumiError(f"{name} is damaged or not an ONNX file: copy or export it again.") from error
    description = Description.from_metadata(texts, name)
    try:
        wrong = next(_faults(parts, graph_parts, description.config), None)
    except (ValueError, KeyError) as error:
        raise RumiError(f"{name} is damaged ({error}): copy or export it again.") from error
    if wrong:
        raise RumiError(f"{name} does not match its own description ({wrong}): export it again.")
    return description


def cache_type(data: bytes) -> type[np.float32 | np.int8]:
    """What keys and values are kept as by a file that `read_description` has read."""
    [graph] = _messages(fields(memoryview(data)), _MODEL_GRAPH)
    values = dict(map(_value, _messages(fields(graph), _GRAPH_INPUT)))
    return _KEPT[values["past_key.0"][0]]


def cache_shape(config: DecoderConfig, batch: int) -> tuple[int, int, int, int]:
    """Of each of the buffers of keys and values: [batch, heads, capacity, head_dim]."""
    return batch, config.heads, config.window + config.window // SLACK, config.head_dim


def _faults(parts: list[tuple[int, Value]], graph: list[tuple[int, Value]], config: DecoderConfig) -> Iterator[str]:
    """In what a graph is not what its description says, or not what a model file holds."""
    if any(_messages(parts, _MODEL_FUNCTION)) or any(_messages(graph, _SPARSE_TENSOR)):
        yield "it holds more than a graph and its weights"
    inputs, outputs = (dict(map(_value, _messages(graph, field))) for field in (_GRAPH_INPUT, _GRAPH_OUTPUT))
    cache = [f"{kind}.{layer}" for kind in ("key", "value") for layer in range(config.layers)]
    is_standard = _POSITIONS in inputs  # a file in standard operators, see `rumi_tui.engine.ring`
    if next(iter(inputs), "") != "ids" or not (is_standard or ("cos" in inputs) == config.is_rotary):
        yield "other inputs"
    past, next_of = {f"past_{each}" for each in cache}, "new" if is_standard else "present"
    if {each for each in inputs if each.startswith("past_")} - {_POSITIONS} != past:
        yield "another number of layers"
    if set(outputs) != {"logits", *(f"{next_of}_{each}" for each in cache)}:
        yield "other outputs"
    buffers = [value for each, value in (inputs | outputs).items() if each.partition("_")[2] in cache]
    if any(len(shape) != 4 or shape[1] != config.heads or config.head_dim not in shape[2:] for _, shape in buffers):
        yield "another number or size of heads"
    if {kind for kind, _ in buffers} not in ({kind} for kind in _KEPT):
        yield "a cache of other numbers"
    if outputs["logits"][1][-1:] != [config.vocab_size]:
        yield "another number of tokens"
    if 2 * config.layers * 4 * math.prod(cache_shape(config, 1)) > LARGEST_CACHE:
        yield "a cache larger than any model's"
    for tensor in _messages(graph, _TENSOR):
        yield from _faults_of_tensor(tensor)
    for node in _messages(graph, _NODE):
        yield from _faults_of_node(node, config)


def _faults_of_node(node: memoryview, config: DecoderConfig) -> Iterator[str]:
    operator, attributes = "", {}
    for field, value in fields(node):
        if field == _NODE_OPERATOR:
            operator = _text(value)
        elif field == _NODE_ATTRIBUTE:
            attribute: dict[int, Any] = dict(fields(_message(value)))
            attributes[_text(attribute[_ATTRIBUTE_NAME])] = attribute.get(_ATTRIBUTE_INT, 0)
            if any(each in attribute for each in _ATTRIBUTE_GRAPHS):
                yield "a graph in its graph"
            if _ATTRIBUTE_TENSOR in attribute:
                yield from _faults_of_tensor(_message(attribute[_ATTRIBUTE_TENSOR]))
    if operator == "GroupQueryAttention":
        if {attributes.get("num_heads"), attributes.get("kv_num_heads")} != {config.heads}:
            yield "another number of heads"
        if attributes.get("local_window_size") != config.window:
            yield "another window"


def _faults_of_tensor(tensor: memoryview) -> Iterator[str]:
    shape, kind, values = list[int](), 0, memoryview(b"")
    for field, value in fields(tensor):
        if field == _DIMENSION:
            shape += numbers(value)
            if len(shape) > MOST_DIMENSIONS:
                yield "weights of more dimensions than any have"
                return
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field in (_FLOATS, _RAW):
            values = _message(value)
        elif field == _EXTERNAL or (field == _LOCATION and value):
            yield "weights in a second file"
    if any(size < 0 for size in shape) or math.prod(shape) > 8 * len(tensor):
        yield "weights that are not all there"
    dtype = _ITEMS.get(kind)
    if dtype is None:
        return
    if len(values) % dtype.itemsize:
        yield "weights that are not all there"
    floats = np.frombuffer(values, dtype)
    if np.isnan(floats).any() or (len(floats) > 1 and np.isinf(floats).any()):  # one hides what is out of sight
        yield "weights that are no numbers"


def _value(message: memoryview) -> tuple[str, tuple[int, list[int]]]:
    """The name, the type and the shape of an input or output; -1 for a size that is free."""
    parts = dict(fields(message))
    [tensor] = _messages(fields(_message(parts[2])), 1)
    [kind] = (value for field, value in fields(tensor) if field == 1 and isinstance(value, int))
    shape = [
        next((value for field, value in fields(size) if field == 1 and isinstance(value, int)), -1)
        for message in _messages(fields(tensor), 2)
        for size in _messages(fields(message), 1)
    ]
    return _text(parts[1]), (kind, shape)


def _entry(message: memoryview) -> tuple[str, str]:
    """A key and its text."""
    parts = dict(fields(message))
    return _text(parts[1]), _text(parts.get(2, memoryview(b"")))


def _messages(parts: Iterable[tuple[int, Value]], wanted: int) -> Iterator[memoryview]:
    return (_message(value) for field, value in parts if field == wanted)


def _message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number stands where a message should")
    return value


def _text(value: Value) -> str:
    return bytes(_message(value)).decode("utf-8", "replace")
