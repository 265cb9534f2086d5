"""Where poems rhyme, so that training can mind these words more than others.

A text teaches which letter follows; that a word must be chosen by how it ends, it shows in one word of two lines, a few
letters in a hundred. So the words that carry a rhyme can weigh more in the loss. Knows nothing of models.
"""

from __future__ import annotations

import numpy as np

from models.tokenizer import FORMS, Tokenizer
from training.data import Ids
from training.rhyme import rhymes, rhyming_pairs, shared_end, words

WEIGHT = 4
"""Of a symbol in a word that carries a rhyme, beside one elsewhere."""


def rhyme_weights(poem: Ids, tokenizer: Tokenizer, language: str) -> Ids:
    """The weight of each symbol of an encoded poem in the loss of a decoder that predicts it: int64 [symbols].

    `WEIGHT` from the first letter of a rhyming word to the end of its line, so the words that are repeated after it
    (radif) too, where the line rhymes perfectly with one before it as its form asks; 1 elsewhere.

    Raises `RumiError` for a language without a rule of rhyme.
    """
    weights = np.ones(len(poem), dtype=np.int64)
    pieces = [tokenizer.piece(id) for id in poem.tolist()]
    ends = [*(place for place, piece in enumerate(pieces) if piece == "\n"), len(poem) - 1]
    starts = [1, *(end + 1 for end in ends[:-1])]
    lines = [words(tokenizer.decode(poem[start:end].tolist())) for start, end in zip(starts, ends, strict=True)]
    for first, second in rhyming_pairs(FORMS[tokenizer.form_ids().index(int(poem[0]))], len(lines)):
        if second >= len(lines) or rhymes(" ".join(lines[first]), " ".join(lines[second]), language) != "perfect":
            continue
        start, end = starts[second], ends[second]
        spaces = (place for place in range(start, end) if pieces[place].startswith(" "))
        begun = [start, *(place + (pieces[place] == " ") for place in spaces)]
        refrain = shared_end(lines[first], lines[second])
        rhyming = next(at for at in reversed(begun) if len(words(tokenizer.decode(poem[at:end].tolist()))) > refrain)
        weights[rhyming : end + 1] = WEIGHT
    return weights
