"""From a checkpoint to a model file that was shown to be the same model."""

from __future__ import annotations

from pathlib import Path

from export.graph import build_graph
from export.parity import TOLERANCE, Parity, compare
from models.errors import RumiError
from models.files import replacing
from rumi_tui.engine.session import Session
from training.checkpoint import load_weights


def export_model(checkpoint: Path, out: Path) -> Parity:
    """Writes the model file `out`, after it was compared with the checkpoint as it will be read.

    Raises `RumiError`, and leaves what stood at `out`, when the two differ or something cannot be read or written.
    """
    decoder, description = load_weights(checkpoint)
    graph = build_graph(decoder, description)
    with replacing(out) as temporary:
        temporary.write_bytes(graph.SerializeToString())
        parity = compare(decoder, Session(temporary))
        if not parity.holds:
            raise RumiError(
                f"The graph does not match {checkpoint}: logits differ by {parity.max_abs_logit_diff:.2e} "
                f"(at most {TOLERANCE:.0e}), greedy text identical: {parity.greedy_identical}; nothing was written."
            )
    return parity
