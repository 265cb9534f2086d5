"""The words that a model holds the likeliest at a place, with the one that stands there. Knows nothing of screens.

A beam search over tokens: `WIDTH` beginnings of words are read side by side from what stands before, and those that are
less likely than the words found so far are left. A word counts with its end, so that "sun" is no part of "sunlight".
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.errors import RumiError
from models.tokenizer import Tokenizer
from rumi_tui.engine.context import Context, DecodeStep, Logits
from rumi_tui.engine.lens import laid_out
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.written import WordChoice
from rumi_tui.verse.words import is_within_word, spelled_words

COUNT = 10
"""Words that are told."""
WIDTH = 32
"""Beginnings of words side by side."""
LONGEST = 24
"""Tokens of a word at most."""


class _Pieces(NamedTuple):
    """What each token can do to a word; bool [vocab_size] each."""

    texts: tuple[str, ...]
    goes_on: npt.NDArray[np.bool_]
    """It is all letters."""
    ends: npt.NDArray[np.bool_]
    """It begins with something else, or ends the line or the poem."""
    closes: npt.NDArray[np.bool_]
    """It begins with letters and has something else behind them."""


class _Beginning(NamedTuple):
    """How a word may begin."""

    text: str
    logprob: float
    stands: bool
    """Whether these are the tokens that stand in the poem."""


@functools.lru_cache(maxsize=8)
def _pieces(tokenizer: Tokenizer) -> _Pieces:
    never = {tokenizer.unknown_id, *tokenizer.sign_ids}
    texts = tuple("" if each in never else tokenizer.text_of(each) for each in range(len(tokenizer)))
    is_possible = np.array([each not in never for each in range(len(tokenizer))])
    goes_on = np.array([is_within_word(text) for text in texts])
    ends = np.array([not is_within_word(text[:1]) for text in texts]) & is_possible
    return _Pieces(texts, goes_on, ends, is_possible & ~goes_on & ~ends)


def other_words(
    model: DecodeStep, tokenizer: Tokenizer, form: str, text: str, at: int, metre: str = ""
) -> list[WordChoice]:
    """The `COUNT` words that the model holds the likeliest at a place of a poem, and the one that stands there.

    `at` counts the characters before it. The likeliest comes first; the model reads the poem as in `token_scores`.
    Raises `RumiError` where no word begins, and for a form or a metre that the model does not know.
    """
    standing = next((text[word.start : word.stop] for word in spelled_words(text) if word.start == at), None)
    if standing is None:
        raise RumiError(f"No word of the poem begins after {at} characters: choose the beginning of a word.")
    ids, places = laid_out(tokenizer, form, text, metre)
    begins = np.cumsum([0, *(len(tokenizer.text_of(token)) for token in ids[places].tolist())])
    first = int(np.searchsorted(begins, at, side="right")) - 1
    context = Context(model)
    logits = context.read(ids[None, : places[first]])[0]
    lead = text[begins[first] : at]
    path = ids[places[first : int(np.searchsorted(begins, at + len(standing)))]].tolist()
    words = words_that_follow(context, logits, tokenizer, lead, path=path, longest=max(LONGEST, len(path)))
    ordered = sorted(words, key=lambda word: -word.probability)
    return ordered[:COUNT] + [word for word in ordered[COUNT:] if word.text == standing]


def words_that_follow(
    context: Context,
    logits: Logits,
    tokenizer: Tokenizer,
    lead: str = "",
    *,
    path: Sequence[int] = (),
    width: int = WIDTH,
    longest: int = LONGEST,
) -> list[WordChoice]:
    """Words that follow what one stream has read, by the logits [vocab_size] after it, in no order.

    Their first token begins with `lead`, as the blank before a word where the model reads pieces of words; the
    probabilities are those of words after it. The word that the ids of `path` spell is among them, however unlikely.
    """
    pieces = _pieces(tokenizer)
    found: dict[str, WordChoice] = {}
    logprobs = log_softmax(logits)
    starts = [token for token, text in enumerate(pieces.texts) if text.startswith(lead) and text]
    led = np.log(np.exp(logprobs[starts]).sum()) if lead else 0.0
    chosen: list[tuple[int, int]] = []
    beginnings: list[_Beginning] = []
    for token in starts:
        text, logprob = pieces.texts[token][len(lead) :], float(logprobs[token] - led)
        if not text[:1].isalpha():
            continue
        if is_within_word(text):
            beginnings.append(_Beginning(text, logprob, token == [*path, None][0]))
            chosen.append((0, token))
        else:
            _add(found, text, np.exp(logprob))
    best = sorted(range(len(beginnings)), key=lambda each: (-beginnings[each].stands, -beginnings[each].logprob))[
        :width
    ]
    beginnings, chosen = [beginnings[each] for each in best], [chosen[each] for each in best]
    context = context.branch(1)
    for depth in range(1, longest + 1):
        if not beginnings:
            break
        context.select([stream for stream, _ in chosen])
        logprobs = log_softmax(context.read(np.array([[token] for _, token in chosen])))
        logprobs += np.array([beginning.logprob for beginning in beginnings])[:, None]
        _add_ended(found, beginnings, logprobs, pieces)
        least = sorted((word.probability for word in found.values()), reverse=True)[COUNT - 1 : COUNT]
        next_id = path[depth] if depth < len(path) else None
        chosen = _likeliest(logprobs, pieces, width, np.log(least[0]) if least else -np.inf)
        stands = next((stream for stream, beginning in enumerate(beginnings) if beginning.stands), None)
        if stands is not None and next_id is not None and pieces.goes_on[next_id] and (stands, next_id) not in chosen:
            chosen.append((stands, next_id))
        beginnings = [
            _Beginning(
                beginnings[stream].text + pieces.texts[token],
                float(logprobs[stream, token]),
                beginnings[stream].stands and token == next_id,
            )
            for stream, token in chosen
        ]
    return list(found.values())


def _likeliest(logprobs: npt.NDArray[np.float64], pieces: _Pieces, width: int, least: float) -> list[tuple[int, int]]:
    """The likeliest ways to go on, as streams and tokens, by logprobs [streams, vocab_size] of at least `least`."""
    scores = np.where(pieces.goes_on, logprobs, -np.inf).ravel()
    best = np.argsort(-scores, kind="stable")[:width]
    places = np.unravel_index(best[scores[best] > least], logprobs.shape)
    return list(zip(*(place.tolist() for place in places), strict=True))


def _add_ended(
    found: dict[str, WordChoice],
    beginnings: Sequence[_Beginning],
    logprobs: npt.NDArray[np.float64],
    pieces: _Pieces,
) -> None:
    """Takes in the words that end after these beginnings, by logprobs [beginnings, vocab_size]."""
    ended = np.where(pieces.ends, logprobs, -np.inf)
    likeliest = ended.argmax(-1)
    probabilities = np.exp(ended).sum(-1)
    for beginning, token, probability in zip(beginnings, likeliest, probabilities, strict=True):
        closing = pieces.texts[token]
        _add(found, beginning.text, probability, closing if len(closing) == 1 else "")
    for stream, token in np.argwhere(pieces.closes & (logprobs > np.log(1e-9))):
        _add(found, beginnings[stream].text + pieces.texts[token], np.exp(logprobs[stream, token]))


def _add(found: dict[str, WordChoice], text: str, probability: float, closing: str = "") -> None:
    """Takes in the word that a text begins with, or a further way to spell it."""
    word = text[: spelled_words(text)[0].stop]
    closing = (text + closing)[len(word) :][:1]
    if other := found.get(word):
        closing = closing if probability > other.probability else other.closing
        probability += other.probability
    found[word] = WordChoice(word, float(probability), closing)
