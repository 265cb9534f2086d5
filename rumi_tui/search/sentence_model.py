"""The model of meaning: where it is published, and how it is fetched. Knows nothing of how it is run.

It is all-MiniLM-L6-v2 (Reimers and Gurevych, Sentence-BERT, 2019; Wang and others, MiniLM, 2020; Apache 2.0), 22.7
million parameters, in the onnxruntime format of its publishers. The address names one version, so the hashes stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.errors import RumiError
from rumi_tui.search.model_files import MODEL, TOKENIZER
from rumi_tui.texts.causes import TransferError
from rumi_tui.texts.download import Downloads, Progress, Silent
from rumi_tui.texts.sources import Source

_HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
FILES = (
    Source(
        MODEL,
        (f"{_HUB}/onnx/model.onnx",),
        90_405_214,
        "6fd5d72fe4589f189f8ebc006442dbb529bb7ce38f8082112682524616046452",
    ),
    Source(
        TOKENIZER,
        (f"{_HUB}/tokenizer.json",),
        466_247,
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)


def fetch_model(folder: Path, files: Sequence[Source] = FILES, progress: Progress | None = None) -> bool:
    """Brings the files that are missing or damaged into the folder; gives back whether any were.

    Raises `RumiError` where one cannot be had, or the folder cannot be written; what is in it stays.
    """
    with Downloads(folder, progress or Silent()) as downloads:
        missing = [file for file in files if not downloads.is_here(file)]
        if not missing:
            return False
        downloads.plan(missing)
        try:
            for file in missing:
                downloads.bring(file)
        except TransferError as error:
            raise RumiError(f"The model of meaning: {error.sentence}") from error
    return True
