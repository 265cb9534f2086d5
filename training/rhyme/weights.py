"""Where poems rhyme, so that training can mind these words more than others.

A text teaches which letter follows; that a word must be chosen by how it ends, it shows in one word of two lines, a few
letters in a hundred. So the words that carry a rhyme can weigh more in the loss. Knows nothing of models.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from models.forms import form_named
from models.layout import is_text
from models.tokenizer import Tokenizer
from rumi_tui.verse.judge import rhymes
from rumi_tui.verse.rhyme import shared_end
from rumi_tui.verse.words import words
from training.data import Ids

WEIGHT = 4
"""Of a token in a word that carries a rhyme, beside one elsewhere."""
LENGTHS = 0.25
"""By how much two lines of the same metre may differ in length, as a share of the first."""


class _Line(NamedTuple):
    """A line of an encoded poem."""

    start: int
    """Place of its first token."""
    end: int
    """Place of the token after its last, a line feed or the end of the poem."""
    text: str


def rhyme_weights(poem: Ids, tokenizer: Tokenizer, language: str) -> Ids:
    """The weight of each token of an encoded poem in the loss of a decoder that predicts it: int64 [tokens].

    `WEIGHT` from the first letter of a rhyming word to the end of its line, so the words that are repeated after it
    (radif) too, where the line rhymes perfectly with one before it as its form asks; 1 elsewhere.

    Raises `RumiError` for a language without a rule of rhyme.
    """
    weights = np.ones(len(poem), dtype=np.int64)
    verse = _verse(poem, tokenizer)
    for _, line, word in _rhyming_lines(poem[verse], tokenizer, language):
        weights[verse[word : line.end + 1]] = WEIGHT
    return weights


def self_training_weights(poem: Ids, tokenizer: Tokenizer, language: str, known: Container[str]) -> Ids:
    """The same for a poem of a decoder's own: 0 but in pairs of lines that rhyme and are otherwise verse.

    In such a pair the words are all `known` and none follows itself, the poem has not rhymed on the second line before,
    and that is about as long as the first. So a decoder learns from it which lines can be rhymed on, too. Only where a
    quatrain is whole does the end of the poem teach anything: others may have been cut there.

    Raises `RumiError` for a language without a rule of rhyme.
    """
    weights = np.zeros(len(poem), dtype=np.int64)
    earlier_lines = set[str]()
    verse = _verse(poem, tokenizer)
    for first, line, word in _rhyming_lines(poem[verse], tokenizer, language):
        is_repeated = line.text in earlier_lines
        earlier_lines |= {first.text, line.text}
        if is_repeated or not are_verse(first.text, line.text, known):
            continue
        for each in (first, line):
            counted = verse[each.start : each.end + 1]
            weights[counted] = np.maximum(weights[counted], 1)
        weights[verse[word : line.end + 1]] = WEIGHT
    if tokenizer.decode(poem[verse].tolist()).count("\n") + 1 != form_named(_form(poem, tokenizer)).lines:
        weights[-1] = 0
    return weights


def are_verse(first: str, line: str, known: Container[str]) -> bool:
    """Whether two lines that rhyme are worth learning from: of known words, none after itself, of like length."""
    return abs(len(line) - len(first)) <= LENGTHS * len(first) and all(
        all(word in known for word in line_words) and not any(one == other for one, other in pairwise(line_words))
        for line_words in (words(first), words(line))
    )


def _verse(poem: Ids, tokenizer: Tokenizer) -> Ids:
    """The places of a poem that are its form, its verse and its end, without what else is said of it."""
    verse = is_text(tokenizer, poem)
    verse[0] = True
    return np.flatnonzero(verse)


def _form(poem: Ids, tokenizer: Tokenizer) -> str:
    return tokenizer.form_of(int(poem[0]))


def _rhyming_lines(poem: Ids, tokenizer: Tokenizer, language: str) -> Iterator[tuple[_Line, _Line, int]]:
    """Pairs of lines that rhyme perfectly as the form asks, and the place where the rhyming word of the second begins.

    The words that both repeat after it (radif) follow that word.
    """
    pieces = [tokenizer.text_of(id) for id in poem.tolist()]
    ends = [*(place for place, piece in enumerate(pieces) if piece == "\n"), len(poem) - 1]
    starts = [1, *(end + 1 for end in ends[:-1])]
    lines = [
        _Line(start, end, tokenizer.decode(poem[start:end].tolist())) for start, end in zip(starts, ends, strict=True)
    ]
    for one, other in form_named(_form(poem, tokenizer)).rhyming_pairs(len(lines)):
        if other >= len(lines) or rhymes(lines[one].text, lines[other].text, language) != "perfect":
            continue
        first, second = lines[one], lines[other]
        spaces = (place for place in range(second.start, second.end) if pieces[place].startswith(" "))
        word_starts = [second.start, *(place + (pieces[place] == " ") for place in spaces)]
        refrain = shared_end(words(first.text), words(second.text))
        texts = ((at, tokenizer.decode(poem[at : second.end].tolist())) for at in reversed(word_starts))
        yield first, second, next(at for at, text in texts if len(words(text)) > refrain)
