"""The exact loss of a model on a corpus, the same for a checkpoint and a model file.

Needs torch only where a checkpoint is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from models.card import UNSAID as UNSAID_LANGUAGE
from models.description import Description
from models.errors import RumiError
from models.layout import UNSAID
from models.paths import given_path, is_checkpoint
from models.pretrained import shipped
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import DecodeStep
from rumi_tui.engine.loss import Score, Verse, score
from rumi_tui.texts.corpus import Source
from training.data import conditions_of

Split = Literal["all", "validation"]


def load_step(model: str) -> tuple[DecodeStep, Description]:
    """A shipped model by its name, a model file, a checkpoint, or the folder of a run; ready to be measured.

    Raises `RumiError` where there is none, `ModuleNotFoundError` for a checkpoint where torch is not installed.
    """
    # each brings in a runtime that the other does without
    path = given_path(model)
    if not shipped(model) and is_checkpoint(path):
        from training.checkpoint import load_weights
        from training.torch_step import TorchStep

        decoder, description = load_weights(path)
        return TorchStep(decoder), description
    from rumi_tui.engine.session import load_model

    session = load_model(model)
    return session, session.description


def exact_loss(
    model: DecodeStep, tokenizer: Tokenizer, sources: Sequence[Source], split: Split, told: bool = False
) -> Score:
    """The loss on all or the validation poems of the sources, each source read as one stream (see `score`).

    The model is given the form of each poem, and where it is `told`, all else that is known of it. Raises `RumiError`
    when there are no poems.
    """
    total = Score(0.0, 0, 0)
    for source in sources:
        poems = source.validation if split == "validation" else source.poems
        language = source.language or UNSAID_LANGUAGE
        verse = (
            Verse(poem.form, poem.text, conditions_of(poem, tokenizer, language) if told else UNSAID) for poem in poems
        )
        total = total.plus(score(model, tokenizer, verse))
    if not total.characters:
        raise RumiError("There is nothing to measure: a validation split needs a text of at least 20 poems.")
    return total
