"""From a checkpoint to a model file that was shown to be the same model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import onnx

from export.graph import build_graph
from export.parity import TOLERANCE, Parity, QuantizedParity, compare, compare_quantized
from export.quantize import quantize
from export.quantize_cache import largest_kept, quantize_cache
from export.standard import build_standard_graph
from models.description import Description
from models.errors import RumiError
from models.files import replacing
from models.layout import lay_out, opening
from rumi_tui.engine.context import Ids
from rumi_tui.engine.session import Session
from rumi_tui.interruptions import ended_at_once
from rumi_tui.texts.corpus import Source
from training.checkpoint import load_weights

POEMS = 200
"""Of each text: as many tell how large keys and values become."""
Operators = Literal["fused", "standard"]
"""Which operators a file is written in: onnxruntime's own, the quickest there, or ONNX's, for any program."""


class Export(NamedTuple):
    """How a model file compares with its checkpoint."""

    parity: Parity
    """Of the file with its weights as floats."""
    quantized: QuantizedParity | None
    """What 8-bit integers cost; None where none were asked for. The file holds them if this `holds`."""


def export_model(
    checkpoint: Path, out: Path, quantize_on: Sequence[Source] | None = None, operators: Operators = "fused"
) -> Export:
    """Writes the model file `out`, after it was compared with the checkpoint as it will be read.

    With texts to measure on, its weights become 8-bit integers, and in onnxruntime's operators also the keys and values
    that it keeps, unless that costs more than `parity.LARGEST_LOSS` on their validation poems. Raises `RumiError`, and
    leaves what stood at `out`, when checkpoint and file differ or something cannot be read or written.
    """
    decoder, description = load_weights(checkpoint)
    with ended_at_once():  # PyTorch takes an interruption of its tracing for a graph that it cannot export
        graph = (build_graph if operators == "fused" else build_standard_graph)(decoder, description)
    with replacing(out) as temporary:
        exact = _write(temporary, graph)
        parity = compare(decoder, exact)
        if not parity.holds:
            raise RumiError(
                f"The graph does not match {checkpoint}: logits differ by {parity.max_abs_logit_diff:.2e} "
                f"(at most {TOLERANCE:.0e}), greedy text identical: {parity.greedy_identical}; nothing was written."
            )
        if quantize_on is None:
            return Export(parity, None)
        integers = quantize(graph)
        if operators == "fused":
            integers = quantize_cache(integers, largest_kept(exact, _training(exact, quantize_on)))
        quantized = compare_quantized(exact, _write(temporary, integers), quantize_on)
        if quantized.holds:
            metadata = {entry.key: entry.value for entry in integers.metadata_props}
            onnx.helper.set_model_props(integers, metadata | _with_loss(description, quantized).to_metadata())
            _write(temporary, integers)
        else:
            _write(temporary, graph)
    return Export(parity, quantized)


def _training(model: Session, sources: Sequence[Source]) -> Iterator[Ids]:
    """Some poems of each source, as the model reads them: ids int64 [1, time]."""
    for source in sources:
        for poem in islice(source.training, POEMS):
            yield np.array([[*opening(model.tokenizer), *lay_out(model.tokenizer, poem.form, poem.text)]])


def _write(path: Path, graph: onnx.ModelProto) -> Session:
    path.write_bytes(graph.SerializeToString())
    return Session(path)


def _with_loss(description: Description, quantized: QuantizedParity) -> Description:
    loss = round(quantized.nats_per_char_int8, 5)
    return description._replace(card=msgspec.structs.replace(description.card, nats_per_char_int8=loss))
