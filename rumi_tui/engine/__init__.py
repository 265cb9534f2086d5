"""Runs model files: the session, the stream of verse, the exact loss, the lens. No torch, no Textual.

What programs need stands here: `from rumi_tui.engine import load_model, Request, Generation`. Each name is imported
when it is first asked for, so that whoever only speaks of requests starts without onnxruntime.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rumi_tui.engine.drafts import RankedPoem, write_drafts
    from rumi_tui.engine.generate import Generation
    from rumi_tui.engine.keep import Kept, KeptGeneration, Try
    from rumi_tui.engine.lens import token_scores
    from rumi_tui.engine.line import LineGeneration, write_line
    from rumi_tui.engine.loss import Score, Verse, score
    from rumi_tui.engine.other_lines import OtherLines
    from rumi_tui.engine.poems import Poem, write_poems, writer
    from rumi_tui.engine.rank import Rank
    from rumi_tui.engine.request import LineRequest, Request, Sampling, fit_request
    from rumi_tui.engine.session import Session, load_model
    from rumi_tui.engine.word_beam import other_words
    from rumi_tui.engine.written import LineChoice, NewLine, Step, TokenScore, WordChoice

__all__ = [
    "Generation",
    "Kept",
    "KeptGeneration",
    "LineChoice",
    "LineGeneration",
    "LineRequest",
    "NewLine",
    "OtherLines",
    "Poem",
    "Rank",
    "RankedPoem",
    "Request",
    "Sampling",
    "Score",
    "Session",
    "Step",
    "TokenScore",
    "Try",
    "Verse",
    "WordChoice",
    "fit_request",
    "load_model",
    "other_words",
    "score",
    "token_scores",
    "write_drafts",
    "write_line",
    "write_poems",
    "writer",
]

_HOMES = {
    "drafts": ("RankedPoem", "write_drafts"),
    "generate": ("Generation",),
    "keep": ("Kept", "KeptGeneration", "Try"),
    "lens": ("token_scores",),
    "line": ("LineGeneration", "write_line"),
    "loss": ("Score", "Verse", "score"),
    "other_lines": ("OtherLines",),
    "poems": ("Poem", "write_poems", "writer"),
    "rank": ("Rank",),
    "request": ("LineRequest", "Request", "Sampling", "fit_request"),
    "session": ("Session", "load_model"),
    "word_beam": ("other_words",),
    "written": ("LineChoice", "NewLine", "Step", "TokenScore", "WordChoice"),
}


def __getattr__(name: str) -> object:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
