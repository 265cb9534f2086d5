"""What is written in a model file beside its weights: strings of JSON, and words. Knows nothing of torch or ONNX."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from models.bpe import WordTokenizer
from models.card import Card
from models.config import DecoderConfig
from models.errors import UNREADABLE, RumiError
from models.lexicon import Lexicon
from models.phrases import PhraseIndex
from models.tokenizer import CharacterTokenizer, Tokenizer
from models.word_vectors import WordVectors

_KEYS = ("rumi.config", "rumi.tokenizer", "rumi.card")
_LEXICON = "rumi.lexicon"
_PHRASES = "rumi.phrases"
_WORD_VECTORS = "rumi.word_vectors"
_LARGEST = {**dict.fromkeys(_KEYS, 1 << 20), **dict.fromkeys((_LEXICON, _PHRASES, _WORD_VECTORS), 16 << 20)}
"""Bytes of each string: no honest one comes near, and a larger one is not parsed."""


class Description(NamedTuple):
    """All that a model file says of itself."""

    config: DecoderConfig
    tokenizer: Tokenizer
    card: Card
    lexicon: Lexicon | None = None
    """The words of its training text, as `rumi_tui.verse.words.words` spells them; None in files of version 0.1."""
    phrases: PhraseIndex | None = None
    """The phrases of its training text, in the same spelling; None in older files, and where they are too many."""
    word_vectors: WordVectors | None = None
    """Of its content words, in the same spelling; None where the text was small, and in files of version 0.1."""

    def to_metadata(self) -> dict[str, str]:
        """The strings, as they stand in both the ONNX file and the checkpoint."""
        parts = (self.config, self.tokenizer, self.card)
        texts = (json.dumps(msgspec.to_builtins(part), ensure_ascii=False) for part in parts)
        readable = (text.encode("utf-8", "replace").decode() for text in texts)  # a file name need not be UTF-8
        metadata = dict(zip(_KEYS, readable, strict=True))
        if self.lexicon is not None:
            metadata[_LEXICON] = self.lexicon.to_text()
        if self.phrases is not None:
            metadata[_PHRASES] = msgspec.json.encode(self.phrases).decode()
        if self.word_vectors is not None:
            metadata[_WORD_VECTORS] = self.word_vectors.to_text()
        return metadata

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], name: str) -> Description:
        """Reads the strings of the file called `name`; raises `RumiError` if they do not describe a model."""
        if not set(_KEYS) <= set(metadata):
            raise RumiError(f"{name} was not made by rumi-train or rumi-export: it does not say what model it holds.")
        if any(len(metadata.get(key, "")) > largest for key, largest in _LARGEST.items()):
            raise RumiError(f"{name} has a description larger than any model's: it is damaged or not ours.")
        config_json, tokenizer_json, card_json = (metadata[key].encode("utf-8", "replace") for key in _KEYS)
        try:
            config = msgspec.json.decode(config_json, type=DecoderConfig)
            tokenizer = msgspec.json.decode(tokenizer_json, type=CharacterTokenizer | WordTokenizer)
            card = msgspec.json.decode(card_json, type=Card)
            lexicon = Lexicon.from_text(metadata[_LEXICON]) if _LEXICON in metadata else None
            phrases_json = metadata.get(_PHRASES, "null").encode("utf-8", "replace")
            phrases = msgspec.json.decode(phrases_json, type=PhraseIndex | None)
            vectors = WordVectors.from_text(metadata[_WORD_VECTORS]) if _WORD_VECTORS in metadata else None
        except RumiError as error:
            raise RumiError(f"{name} cannot be used. {error}") from error
        except UNREADABLE as error:
            raise RumiError(
                f"{name} describes its model in a way this program does not read ({_one_line(error)}): "
                "it is damaged or of another version."
            ) from error
        if len(tokenizer) != config.vocab_size:
            raise RumiError(f"{name} is damaged: its alphabet and its weights are of different sizes.")
        if not card.forms or not set(card.forms) <= set(tokenizer.forms):
            raise RumiError(f"{name} is damaged: its card names a form that its alphabet lacks.")
        return cls(config, tokenizer, card, lexicon, phrases, vectors)


def _one_line(error: Exception) -> str:
    return re.sub(r"\s+", " ", str(error))[:200]
