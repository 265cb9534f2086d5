"""Words and pieces of words <-> ids: byte-pair encoding within words (Sennrich et al. 2016, arXiv:1508.07909).

Hugging Face's `tokenizers` learns the pieces and cuts text into them; it is imported when that is first done, so that
models of characters start without it. Knows nothing of files, poems or torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from models.errors import RumiError
from models.tokenizer import NEWEST_FORM, NORMAL_FORMS, RESERVED, UNKNOWN, Tokenizer, frequent_characters, is_reserved

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Encoder
    from tokenizers.models import Model

LARGEST_VOCABULARY = 4096
"""Tokens: more would be long words that a small decoder sees too seldom, and a head that costs more than a block."""
FREQUENT = 20
"""Two pieces that stand together less often than this in the training text are not merged: too few to learn from."""

WORD = " ?[^ \n<]+|[ \n<]"
"""What is merged within: a word with the space before it. A line end is always a piece of its own; so is <, so that
no word can spell a reserved token."""

_SURROGATE = re.compile("[\ud800-\udfff]")


class WordTokenizer(Tokenizer, frozen=True, tag="word", dict=True):
    """A vocabulary: tokens that are not reserved are words, pieces of words, and all characters of the alphabet.

    A text can be spelled in pieces in many ways; `encode` always gives the same one, and a loss is the loss of that
    spelling, so per character it never flatters a model of words against one of characters. A prompt that ends inside
    a word is spelled as it stands, and generation goes on from those pieces. Raises `RumiError` when the tokens are
    no such vocabulary.
    """

    merges: tuple[tuple[int, int], ...]
    """Pairs of ids, the most important first: two tokens that stand side by side become the token spelled like both."""

    def __post_init__(self) -> None:
        super().__post_init__()
        pieces = [token for token in self.tokens if not is_reserved(token)]
        if not all(re.fullmatch(WORD, piece) for piece in pieces):
            raise RumiError("The tokenizer holds a piece that is more than one word.")
        known = range(len(self.tokens))
        merged = set(chain.from_iterable(self.merges))
        if not all(each in known and not is_reserved(self.tokens[each]) for each in merged):
            raise RumiError("The tokenizer merges pieces that it does not have.")
        made = {self.tokens[left] + self.tokens[right] for left, right in self.merges}
        if len(set(self.merges)) != len(self.merges) or made != {piece for piece in pieces if len(piece) > 1}:
            raise RumiError("The tokenizer's merges do not make its pieces.")

    @classmethod
    def train(cls, texts: Iterable[str]) -> WordTokenizer:
        """The vocabulary of texts; the same texts give the same one.

        It holds the alphabet (see `frequent_characters`) and what merging the most frequent neighbours again and
        again makes of it, down to `FREQUENT` and up to `LARGEST_VOCABULARY`.
        """
        from tokenizers.models import BPE
        from tokenizers.trainers import BpeTrainer

        texts = [NORMAL_FORMS[NEWEST_FORM](text) for text in texts]
        alphabet = frequent_characters(texts)
        learner = _within_words(BPE())
        trainer = BpeTrainer(
            vocab_size=LARGEST_VOCABULARY - len(RESERVED),
            min_frequency=FREQUENT,
            initial_alphabet=alphabet,
            limit_alphabet=len(alphabet),
            show_progress=False,
        )
        learner.train_from_iterator(texts, trainer)
        learned = json.loads(learner.to_str())["model"]
        tokens = (*RESERVED, *sorted(learned["vocab"], key=learned["vocab"].__getitem__))
        ids = {token: index for index, token in enumerate(tokens)}
        return cls(tokens=tokens, merges=tuple((ids[left], ids[right]) for left, right in learned["merges"]))

    def encode(self, text: str) -> list[int]:
        """The ids of the pieces, one `unknown_id` for each character outside the alphabet. Never raises on text."""
        return self._encoder.encode(_SURROGATE.sub("\0", text)).ids  # neither is in any alphabet

    @cached_property
    def _encoder(self) -> Encoder:
        from tokenizers.models import BPE

        merges = [(self.tokens[left], self.tokens[right]) for left, right in self.merges]
        return _within_words(BPE(vocab=dict(self.ids), merges=merges, unk_token=UNKNOWN))


def _within_words(model: Model) -> Encoder:
    from tokenizers import Regex
    from tokenizers import Tokenizer as Encoder
    from tokenizers.pre_tokenizers import Split

    encoder = Encoder(model)
    encoder.pre_tokenizer = Split(Regex(WORD), behavior="isolated")
    return encoder
