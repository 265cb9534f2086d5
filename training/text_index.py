"""What a model file tells of the words of the text that it learned from. Knows nothing of weights or losses."""

from __future__ import annotations

from collections.abc import Sequence

from models.description import Description
from models.lexicon import Lexicon
from models.phrases import MOST_PHRASES, PhraseIndex
from rumi_tui.texts.corpus import Source
from rumi_tui.verse.content import content_words
from rumi_tui.verse.words import words
from training.word_vectors import word_vectors


def index_text(description: Description, sources: Sequence[Source]) -> Description:
    """A description with the words of the poems that train, their phrases, and which words go together.

    What it has already stays: a model that started from another learned from the text of both. Vectors of two texts do
    not go together, so those of more words are kept.
    """
    lines = [words(line) for source in sources for poem in source.training for line in poem.text.split("\n")]
    lexicon = Lexicon.of(word for line in lines for word in line)
    vectors = word_vectors(content_words(line, description.card.language) for line in lines)
    choices = [each for each in (vectors, description.word_vectors) if each is not None]
    return description._replace(
        lexicon=lexicon.united(description.lexicon) if description.lexicon else lexicon,
        phrases=_phrases(description, sources),
        word_vectors=max(choices, key=len, default=None),
    )


def _phrases(description: Description, sources: Sequence[Source]) -> PhraseIndex | None:
    """None if they are too many."""
    normalise = description.tokenizer.normalise
    texts = [words(normalise(poem.text)) for source in sources for poem in source.training]
    if sum(map(len, texts)) > MOST_PHRASES:
        return None
    phrases = PhraseIndex.of(texts)
    if description.phrases is not None:
        phrases = phrases.united(description.phrases)
    return phrases if phrases.count <= MOST_PHRASES else None
