"""A sentence encoder of the BERT kind as an ONNX graph, from the files it is published in. Knows nothing of verse.

The folder of such a model holds `config.json`, `tokenizer.json` and `model.safetensors`. The graph says what
Devlin et al., BERT, 2018, describe, in onnxruntime's fused operators (ContribOperators.md):

- `ids`, `mask`     int32 [batch, time], pieces of words, and 1 for each that is no padding;
- `hidden`          float32 [batch, time, width].

An embedding is the mean of `hidden` where `mask` is 1, made 1 long (Reimers and Gurevych, Sentence-BERT, 2019).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors import SafetensorError
from safetensors.numpy import load_file

from models.errors import RumiError

OPSET = 17
FUSED = "com.microsoft"

Weights = dict[str, npt.NDArray[Any]]


class EncoderConfig(msgspec.Struct, frozen=True):
    """What `config.json` says of the shape; it says more."""

    model_type: str
    hidden_act: str
    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    layer_norm_eps: float


def build_encoder(folder: Path) -> onnx.ModelProto:
    """The graph of the model in a folder. Raises `RumiError` when it is not such a model."""
    try:
        config = msgspec.json.decode((folder / "config.json").read_bytes(), type=EncoderConfig)
        weights = load_file(folder / "model.safetensors")
        if (config.model_type, config.hidden_act) != ("bert", "gelu"):
            raise RumiError(f"{folder} holds no sentence encoder of a known kind: install the extra ask again.")
        return _graph(config, weights)
    except (OSError, KeyError, ValueError, SafetensorError, msgspec.MsgspecError) as error:
        raise RumiError(f"{folder} holds no whole sentence encoder ({error}): install the extra ask again.") from error


def _graph(config: EncoderConfig, weights: Weights) -> onnx.ModelProto:
    nodes: list[onnx.NodeProto] = []
    initializers: dict[str, onnx.TensorProto] = {}

    def weight(name: str, array: npt.NDArray[Any] | None = None) -> str:
        array = weights[name] if array is None else array
        initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array, dtype=np.float32), name)
        return name

    def fused(kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], domain=FUSED, **attributes))
        return output

    def product(layer: str, x: str, output: str) -> str:
        """X times the weights of a layer; its bias is added by what follows."""
        nodes.append(helper.make_node("MatMul", [x, weight(f"{layer}.weight", weights[f"{layer}.weight"].T)], [output]))
        return output

    def add_and_norm(x: str, y: str, norm: str, bias: str, output: str) -> str:
        inputs = [x, y, weight(f"{norm}.weight"), weight(f"{norm}.bias"), weight(bias)]
        return fused("SkipLayerNormalization", inputs, output, epsilon=config.layer_norm_eps)

    tables = [f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")]
    norm = ["embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias"]
    nodes.append(
        helper.make_node(
            "EmbedLayerNormalization",
            ["ids", "", *map(weight, tables[:2]), "", *map(weight, norm)],
            ["embedded", "unused"],
            domain=FUSED,
            epsilon=config.layer_norm_eps,
        )
    )
    # one kind of sentence: its embedding is the same everywhere, so it is part of every position
    initializers[tables[1]] = numpy_helper.from_array(weights[tables[1]] + weights[tables[2]][0], tables[1])
    x = "embedded"
    for number in range(config.num_hidden_layers):
        layer = f"encoder.layer.{number}"
        queries = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
        qkv = np.concatenate([weights[f"{part}.weight"].T for part in queries], axis=1)
        biases = np.concatenate([weights[f"{part}.bias"] for part in queries])
        attention = [x, weight(f"{layer}.qkv", qkv), weight(f"{layer}.qkv_bias", biases), "mask"]
        heads = fused("Attention", attention, f"{layer}.heads", num_heads=config.num_attention_heads)
        output = f"{layer}.attention.output"
        projection = product(f"{output}.dense", heads, f"{layer}.projection")
        x = add_and_norm(projection, x, f"{output}.LayerNorm", f"{output}.dense.bias", f"{layer}.attended")
        wide = product(f"{layer}.intermediate.dense", x, f"{layer}.wide")
        active = fused("BiasGelu", [wide, weight(f"{layer}.intermediate.dense.bias")], f"{layer}.active")
        narrow = product(f"{layer}.output.dense", active, f"{layer}.narrow")
        out = "hidden" if number == config.num_hidden_layers - 1 else f"{layer}.out"
        x = add_and_norm(narrow, x, f"{layer}.output.LayerNorm", f"{layer}.output.dense.bias", out)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, ["batch", "time"]) for name in ("ids", "mask")]
    hidden = helper.make_tensor_value_info("hidden", TensorProto.FLOAT, ["batch", "time", config.hidden_size])
    graph = helper.make_graph(nodes, "encoder", inputs, [hidden], list(initializers.values()))
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)], ir_version=8
    )
