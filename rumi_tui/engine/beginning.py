"""How a beginning that a person typed goes on: after a whole word with another word. Knows nothing of screens."""

from __future__ import annotations

import msgspec
import numpy as np

from models.description import Description
from models.layout import lay_out, opening
from models.tokenizer import CharacterTokenizer
from rumi_tui.engine.context import Context, DecodeStep
from rumi_tui.engine.request import Request, fit_request
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.verse.words import is_within_word, words

READ = 400
"""Characters before the end that tell how likely a blank is."""
LEAST = 0.25
"""How likely it must be: some words are hardly more than the beginnings of others."""


def fit_typed(model: DecodeStep, description: Description, request: Request) -> tuple[Request, list[str]]:
    """Fits a request whose beginning a person typed, as `fit_request` does, and tells what was changed.

    Unless the model is to write by itself (keep "off"), a whole word is also followed by a blank. Raises `RumiError`
    for a beginning that the model cannot read.
    """
    request, notes = fit_request(description.tokenizer, request)
    if request.keep == "off":
        return request, notes
    return msgspec.structs.replace(
        request, text=after_whole_word(model, description, request.form, request.text)
    ), notes


def after_whole_word(model: DecodeStep, description: Description, form: str, text: str) -> str:
    """A beginning with a blank at its end where it ends with a word that the model knows.

    Else "The night" might go on as "nightingale". What is no word yet may become one, and where a mark or the end of
    the line is likelier than a blank, the model chooses. Nothing is added where it does not tell which words it knows.
    """
    tokenizer, lexicon = description.tokenizer, description.lexicon
    if lexicon is None or not isinstance(tokenizer, CharacterTokenizer) or " " not in tokenizer.ids:
        return text
    if not is_within_word(text[-1:]):
        return text
    end = text[-READ:]
    if (last_word := words(end)[-1:]) == [] or last_word[0] not in lexicon:
        return text
    logits = Context(model).read(np.array([[*opening(tokenizer), *lay_out(tokenizer, form, end)]]))
    probabilities = np.exp(log_softmax(logits[0]))
    others = [index for index, token in enumerate(tokenizer.tokens) if not is_within_word(token) and token != " "]
    blank = probabilities[tokenizer.ids[" "]]
    return text + " " if blank > max(LEAST, probabilities[others].sum()) else text
