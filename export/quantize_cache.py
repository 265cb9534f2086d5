"""Keys and values as 8-bit integers. Knows nothing of weights."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.quantize import LARGEST
from rumi_tui.engine.context import Ids
from rumi_tui.engine.session import OrtCache, Session

PAST, SCALES = slice(3, 5), slice(12, 14)
"""Where the inputs of `GroupQueryAttention` name the keys and the values, and what each integer of them is worth."""


def largest_kept(session: Session, texts: Iterable[Ids]) -> dict[str, float]:
    """The size of the largest key and of the largest value in each layer, by the name of its buffer, as `key.0`.

    Each of the texts, ids int64 [1, time], is read from the beginning as far as the window goes.
    """
    largest = dict[str, float]()
    for ids in texts:
        _, cache = session(ids[:, : session.config.window], session.empty_cache(1))
        assert isinstance(cache, OrtCache)
        for name, buffer in cache.buffers.items():
            largest[name] = max(largest.get(name, 0.0), float(np.abs(buffer).max()))
    return largest


def quantize_cache(graph: onnx.ModelProto, largest: dict[str, float]) -> onnx.ModelProto:
    """A copy of a graph in onnxruntime's operators that keeps keys and values as 8-bit integers.

    All keys of a layer share one scale, and so do all values; what is larger than `largest` says is cut to that.
    Attention reads a quarter of the bytes, and onnxruntime multiplies integers, see `MlasQKGemm` in its source.
    """
    quantized = onnx.ModelProto()
    quantized.CopyFrom(graph)
    body = quantized.graph
    for node in body.node:
        if node.op_type != "GroupQueryAttention":
            continue
        names = [name.removeprefix("past_") for name in node.input[PAST]]
        for name in names:
            scale = np.array([largest[name] / LARGEST or 1], dtype=np.float32)
            body.initializer.append(numpy_helper.from_array(scale, f"{name}.scale"))
        node.input[SCALES] = [f"{name}.scale" for name in names]
        kinds = {"k_quant_type": "PER_TENSOR", "v_quant_type": "PER_TENSOR", "kv_cache_bit_width": 8}
        node.attribute.extend(helper.make_attribute(key, value) for key, value in kinds.items())
    for value in (*body.input, *body.output):
        if value.name.partition("_")[2] in largest:
            value.type.tensor_type.elem_type = onnx.TensorProto.INT8
    onnx.checker.check_model(quantized, full_check=True)
    return quantized
