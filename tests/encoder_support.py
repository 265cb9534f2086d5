"""A sentence encoder for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from support import WORDS
from tokenizers import Tokenizer, models, pre_tokenizers

WIDTH = 16
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def write_encoder(folder: Path, inputs: tuple[str, ...] = INPUTS, seed: int = 0) -> Path:
    """A folder with a sentence encoder of random weights, in the two files that the published ones have.

    The hidden state of a word is the tangent hyperbolic of a row of its table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", *WORDS["en"]])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.random.default_rng(seed).normal(0, 1, (len(vocabulary), WIDTH)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", inputs[0]], ["rows"]),
        helper.make_node("Tanh", ["rows"], ["last_hidden_state"]),
    ]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "time"]) for name in inputs],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "time", WIDTH])],
        [numpy_helper.from_array(table, "table")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx"
    )
    return folder
