"""Puts the page together: one folder of files for any web server. `make page` runs this.

Knows nothing of what the page does: it copies that, onnxruntime's WebAssembly, and the models that ship, in standard
operators with the same 8-bit weights.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from export.quantize import quantize
from export.standard import build_standard_graph
from models.description import Description
from models.files import replacing
from models.pretrained import MODELS, checkpoint_path, model_path
from rumi_tui.engine.session import Session
from training.checkpoint import load_weights

SOURCES = Path(__file__).parent
PACKAGE = SOURCES / "node_modules" / "onnxruntime-web"
RUNTIME = ("ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm")


def build(out: Path) -> None:
    """Writes the page into a folder. Raises `RumiError` where a checkpoint cannot be read, `OSError` for the rest."""
    for folder in (out, out / "ort", out / "models"):
        folder.mkdir(parents=True, exist_ok=True)
    for pattern in ("*.html", "*.css", "*.js", "*.svg"):
        for source in SOURCES.glob(pattern):
            shutil.copy(source, out)
    for name in RUNTIME:
        shutil.copy(PACKAGE / "dist" / name, out / "ort")
    for name in MODELS:
        write_model(name, out / "models" / f"rumi-{name}.onnx")


def write_model(name: str, out: Path) -> None:
    """A model that ships, in standard operators; its card is that of the shipped file, which has the same weights.

    What only the program needs stays behind: which words and phrases the training text has.
    """
    decoder, description = load_weights(checkpoint_path(name))
    told = Description(description.config, description.tokenizer, Session(model_path(name)).card)
    with replacing(out) as temporary:
        temporary.write_bytes(quantize(build_standard_graph(decoder, told)).SerializeToString())


if __name__ == "__main__":
    build(Path(sys.argv[1]))
