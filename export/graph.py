"""The decode step as an ONNX graph. Knows nothing of files or of who will run it.

Inputs are `ids`, then the cache; outputs are `logits`, then the next cache in the order of the inputs, so whoever
runs the graph passes outputs back as inputs without knowing what they hold.
"""

from __future__ import annotations

import logging
import warnings

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from torch import Tensor, nn
from torch.export import Dim

from models.card import Description
from models.decoder import Cache, Decoder

OPSET = 20
SMALLEST_HALVED = 1024
"""Values; for a smaller tensor a cast is not worth its node."""


class DecodeStep(nn.Module):
    """A decoder whose cache is a flat row of tensors: position, then the keys and then the values of each layer."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, ids: Tensor, position: Tensor, *keys_and_values: Tensor) -> tuple[Tensor, ...]:
        """Ids int64 [batch, time], position int64 [], each key and value float32 [batch, heads, past, head_dim]."""
        layers = self.decoder.config.layers
        cache = Cache(position, keys_and_values[:layers], keys_and_values[layers:])
        logits, cache = self.decoder(ids, cache)
        return logits, cache.position, *cache.keys, *cache.values


def tensor_names(layers: int) -> tuple[list[str], list[str]]:
    """The names of the graph's inputs and outputs."""
    kinds = [f"{kind}.{layer}" for kind in ("key", "value") for layer in range(layers)]
    inputs = ["ids", "position", *(f"past_{kind}" for kind in kinds)]
    outputs = ["logits", "next_position", *(f"present_{kind}" for kind in kinds)]
    return inputs, outputs


def build_graph(decoder: Decoder, description: Description) -> onnx.ModelProto:
    """Traces the decode step of a decoder and writes its description into the graph's metadata.

    Batch, time and past are free; the graph passes onnx.checker.
    """
    config = decoder.config
    ids = torch.zeros(2, 3, dtype=torch.int64)
    position = torch.tensor(5)
    past = [torch.zeros(2, config.heads, 5, config.head_dim) for _ in range(2 * config.layers)]
    batch, time, length = Dim("batch"), Dim("time"), Dim("past")
    shapes = ({0: batch, 1: time}, {}, *[{0: batch, 2: length}] * len(past))
    inputs, outputs = tensor_names(config.layers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            DecodeStep(decoder).eval(),
            (ids, position, *past),
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes=(shapes[0], shapes[1], shapes[2:]),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    graph = program.model_proto
    for node in graph.graph.node:
        del node.metadata_props[:]  # where in the source it was traced from
    _halve_weights(graph.graph)
    onnx.helper.set_model_props(graph, description.to_metadata())
    onnx.checker.check_model(graph, full_check=True)
    return graph


def _halve_weights(graph: onnx.GraphProto) -> None:
    """Stores as 16-bit floats the tensors that lose nothing by it, as all weights of a saved checkpoint do.

    A cast turns each back; onnxruntime does so once, when the file is loaded, and computes with 32 bits.
    """
    casts = []
    for tensor in graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SMALLEST_HALVED:
            continue
        halves = values.astype(np.float16)
        if np.array_equal(halves.astype(np.float32), values):
            name = tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(halves, f"{name}.half"))
            casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    for index, cast in enumerate(casts):
        graph.node.insert(index, cast)
