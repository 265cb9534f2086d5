"""The decode step as an ONNX graph. Knows nothing of files or of who will run it.

The graph says what `models.decoder.Decoder` says, in the operators that onnxruntime computes quickest on a CPU: the
normalisations are fused with the sums before them, and attention is one operator that keeps its own cache. Inputs:

- `ids`             int64 [batch, time], the next tokens of each stream;
- `total_len`       int32 [1], how many tokens a stream has with them;
- `last_pos`        int32 [batch], total_len - 1 for each stream;
- `new_len`         int32 [batch], time for each stream;
- `cos`, `sin`      float32 [time, head_dim / 2], the rotary angles of the new tokens, or, where positions are learned,
  `position_ids`    int64 [time], their positions;
- `past_key.LAYER`, `past_value.LAYER`
                    float32 [batch, heads, capacity, head_dim], capacity >= window: the last tokens, at the front
                    (int8 once `export.quantize_cache` has been over the graph).

Outputs are `logits` float32 [batch, time, vocab_size] and `present_...` for each `past_...`, of the same shape. A
present may be bound to the memory of its past: the operator works in place, and drops what the window has left behind.
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

from models.config import DecoderConfig
from models.decoder import NORM_EPSILON, Block, Decoder
from models.description import Description

OPSET = 23
SMALLEST_HALVED = 1024
"""Values; for a smaller tensor a cast is not worth its node."""


class FusedStep(nn.Module):
    """A decoder, of which it shares the weights, said in onnxruntime's operators.

    PyTorch cannot compute them: `torch.onnx.ops.symbolic` only names them while the step is traced. They are described
    in onnxruntime's ContribOperators.md.
    """

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(
        self, ids: Tensor, total_len: Tensor, last_pos: Tensor, new_len: Tensor, positions: list[Tensor], *cache: Tensor
    ) -> tuple[Tensor, ...]:
        """Logits and the next cache; see the module for the inputs, `positions` being [cos, sin] or [position_ids]."""
        layers = self.decoder.config.layers
        x = self.decoder.embedding(ids)
        if self.decoder.position_embedding is not None:
            x = x + self.decoder.position_embedding(positions[0])
        normed = _norm(x, torch.ones(x.shape[-1]))
        keys, values = [], []
        for block, past_key, past_value in zip(self.decoder.blocks, cache[:layers], cache[layers:], strict=True):
            assert isinstance(block, Block)
            mixed, key, value = self._attend(
                block, normed, past_key, past_value, (total_len, last_pos, new_len), positions
            )
            normed, x = _add_and_norm(x, mixed)
            expanded = block.up(normed)
            normed, x = _add_and_norm(x, block.down(expanded * torch.relu(expanded)))
            keys.append(key)
            values.append(value)
        return self.decoder.head(normed), *keys, *values

    def _attend(
        self,
        block: Block,
        x: Tensor,
        past_key: Tensor,
        past_value: Tensor,
        lengths: tuple[Tensor, Tensor, Tensor],
        positions: list[Tensor],
    ) -> tuple[Tensor, Tensor, Tensor]:
        config, attention = self.decoder.config, block.attention
        heads = config.heads
        both, values = attention.qkv(x).split([2 * config.width, config.width], dim=-1)
        scales = torch.cat((attention.query_scale[:, :, 0], torch.ones(heads, 1))).expand(-1, config.head_dim)
        both = _norm(_reshape(both, 2 * heads, config.head_dim), scales)
        both = _reshape(both, 2 * config.width)
        if config.is_rotary:
            from_the_first = torch.zeros(1, dtype=torch.int64)
            both = torch.onnx.ops.symbolic(
                "com.microsoft::RotaryEmbedding", [both, from_the_first, *positions], dtype=both.dtype, shape=both.shape
            )
        queries, keys = both.chunk(2, dim=-1)
        total_len, last_pos, new_len = lengths
        not_used = [None] * 9
        attended, key, value = torch.onnx.ops.symbolic_multi_out(
            "com.microsoft::GroupQueryAttention",
            [queries, keys, values, past_key, past_value, last_pos, total_len, *not_used, new_len],
            {
                "num_heads": heads,
                "kv_num_heads": heads,
                "local_window_size": config.window,
                "sliding_window_cache": 1,
            },
            dtypes=(x.dtype,) * 3,
            shapes=(x.shape, past_key.shape, past_value.shape),
        )
        return attention.out(attended), key, value


def _reshape(x: Tensor, *sizes: int) -> Tensor:
    """[batch, time, *sizes]; said as constants, since PyTorch would ask for batch and time by nodes of their own."""
    return torch.onnx.ops.symbolic(
        "Reshape", [x, torch.tensor([0, 0, *sizes])], dtype=x.dtype, shape=(*x.shape[:2], *sizes)
    )


def _norm(x: Tensor, scales: Tensor) -> Tensor:
    return torch.onnx.ops.symbolic(
        "RMSNormalization",
        [x, scales],
        {"axis": -1, "epsilon": NORM_EPSILON},
        dtype=x.dtype,
        shape=x.shape,
    )


def _add_and_norm(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The sum, normalised, and the sum."""
    normed, _, _, total = torch.onnx.ops.symbolic_multi_out(
        "com.microsoft::SkipSimplifiedLayerNormalization",
        [x, y, torch.ones(x.shape[-1])],
        {"epsilon": NORM_EPSILON},
        dtypes=(x.dtype,) * 4,
        shapes=(x.shape,) * 4,
    )
    return normed, total


def tensor_names(config: DecoderConfig) -> tuple[list[str], list[str]]:
    """The names of the graph's inputs and outputs."""
    positions = ["cos", "sin"] if config.is_rotary else ["position_ids"]
    kept = [f"{kind}.{layer}" for kind in ("key", "value") for layer in range(config.layers)]
    inputs = ["ids", "total_len", "last_pos", "new_len", *positions, *(f"past_{name}" for name in kept)]
    return inputs, ["logits", *(f"present_{name}" for name in kept)]


def build_graph(decoder: Decoder, description: Description) -> onnx.ModelProto:
    """Traces the decode step of a decoder and writes its description into the graph's metadata.

    Batch, time and capacity are free; the graph passes onnx.checker.
    """
    config = decoder.config
    batch, time, capacity = Dim("batch"), Dim("time"), Dim("capacity")
    lengths = [torch.zeros(size, dtype=torch.int32) for size in (1, 2, 2)]
    positions = [torch.zeros(3, dtype=torch.int64)]
    if config.is_rotary:
        positions = [torch.zeros(3, config.head_dim // 2) for _ in range(2)]
    past = [torch.zeros(2, config.heads, config.window + 1, config.head_dim) for _ in range(2 * config.layers)]
    inputs, outputs = tensor_names(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        program = torch.onnx.export(
            FusedStep(decoder).eval(),
            (torch.zeros(2, 3, dtype=torch.int64), *lengths, positions, *past),
            input_names=inputs,
            output_names=outputs,
            dynamic_shapes=(
                {0: batch, 1: time}, {}, {0: batch}, {0: batch}, [{0: time} for _ in positions],
                ({0: batch, 2: capacity},) * len(past),
            ),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )  # fmt: skip
    assert program is not None
    graph = program.model_proto
    _tidy(graph.graph)
    halve_weights(graph.graph)
    onnx.helper.set_model_props(graph, description.to_metadata())
    onnx.checker.check_model(graph, full_check=True)
    return graph


def _tidy(graph: onnx.GraphProto) -> None:
    """Takes away where in the source a node was traced from, and the outputs that onnxruntime does not compute."""
    for node in graph.node:
        del node.metadata_props[:]
        if node.op_type == "SkipSimplifiedLayerNormalization":
            node.output[1] = node.output[2] = ""


def halve_weights(graph: onnx.GraphProto) -> None:
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
