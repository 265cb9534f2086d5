"""Weights as 8-bit integers. Knows nothing of what the graph computes with them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

BLOCK = 128
"""Rows of a matrix that share a scale."""
LARGEST = 127
"""Of the integers, in size; the scale of a block lays its largest weight there."""


def quantize(graph: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of a graph in which every matrix that is multiplied by is kept as 8-bit integers, with a scale a block.

    A `DequantizeLinear` turns each back. Onnxruntime fuses it with the product and multiplies integers, or, where
    that is switched off, turns the matrices back once, when the file is loaded. Matrices whose rows do not make whole
    blocks stay as they are.
    """
    quantized = onnx.ModelProto()
    quantized.CopyFrom(graph)
    body = quantized.graph
    tensors = {tensor.name: tensor for tensor in body.initializer}
    casts = {node.output[0]: node for node in body.node if node.op_type == "Cast" and node.input[0] in tensors}
    for name in dict.fromkeys(node.input[1] for node in body.node if node.op_type == "MatMul"):
        cast = casts.get(name)
        if not cast and name not in tensors:  # a product of two things that are computed, as in attention
            continue
        stored = tensors[cast.input[0] if cast else name]
        matrix = numpy_helper.to_array(stored).astype(np.float32)
        if len(matrix) % BLOCK:
            continue
        integers, scales = quantize_matrix(matrix)
        body.initializer.remove(stored)
        body.initializer.append(numpy_helper.from_array(integers, f"{name}.int8"))
        body.initializer.append(numpy_helper.from_array(scales, f"{name}.scales"))
        if cast:
            body.node.remove(cast)
        inputs = [f"{name}.int8", f"{name}.scales"]
        body.node.insert(0, helper.make_node("DequantizeLinear", inputs, [name], axis=0, block_size=BLOCK))
    onnx.checker.check_model(quantized, full_check=True)
    return quantized


def quantize_matrix(
    matrix: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Integers [rows, columns] and scales [rows / BLOCK, columns] whose products, block by block, are nearest to it."""
    blocks = matrix.reshape(-1, BLOCK, matrix.shape[1])
    scales = np.abs(blocks).max(axis=1) / LARGEST
    scales[scales == 0] = 1
    integers = np.rint(blocks / scales[:, None]).astype(np.int8)
    return integers.reshape(matrix.shape), scales.astype(np.float32)
