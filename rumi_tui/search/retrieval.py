"""The couplets of the texts that bear on a question, the best first. Invents nothing.

They are ranked by the words of the question in both languages (`rumi_tui.search.ranking`) and, where sentence
embeddings are at hand, by its meaning; the two orders are fused by reciprocal rank (Cormack, Clarke and Büttcher,
2009). Knows nothing of screens, or of the models that write.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from models.errors import RumiError
from rumi_tui.search.embeddings import Embeddings
from rumi_tui.search.index import Quotation
from rumi_tui.search.ranking import LOOKED_AT, Ranking
from rumi_tui.search.spelling import ORIGINAL, search_words
from rumi_tui.verse.languages import language_of

QUOTATIONS = 5
"""Couplets of an answer."""
SOFTENING = 10
"""Of the reciprocal ranks, weight / (10 + rank): with 60, as in the paper, what is first counts too little."""
MEANING_WEIGHS = 0.2
"""The order by meaning, beside that by words, where the best couplet holds all words of the question."""
LACKING_WEIGHS, LACKING_GLOSS_WEIGHS = 0.8, 0.2
"""What it weighs more where that holds none of them; the second of a question that is read by its glosses."""
COVERED = 0.31
"""Where the best couplet holds less of the words of a question, nothing bears on it, as far as words can tell."""
COVERED_AGAINST_MEANING = 0.75
"""The same where the question was read for its meaning, too, and that finds nothing."""
NEAR = 0.45
"""Cosine. Where no couplet is nearer to a question, nothing bears on it, as far as meaning can tell."""
APART = 2
"""An answer holds no two couplets of a piece so near to each other: both are shown with those around them."""


def retrieve(
    ranking: Ranking, embeddings: Embeddings | None, question: str, language: str | None = None, count: int = QUOTATIONS
) -> list[Quotation]:
    """The couplets that bear most on a question, the best first; none where nothing does.

    Of those that stand in both languages, the one in `language` with the other as its translation; only couplets that
    stand in it. Where no language is given, all, those in both in the language of the question.
    Raises `RumiError` where there is no word in the question, or no text is in the language.
    """
    if not search_words(question):
        raise RumiError("There is no word in this question: ask in words.")
    bridge = ranking.bridge
    bridge.index.check_language(language)
    shown = language or language_of(question)
    quotations: list[Quotation] = []
    for couplet in rank(ranking, embeddings, question):
        twin = bridge.twin(couplet)
        passage, other = bridge.index.quotation(couplet), bridge.index.quotation(twin) if twin else None
        if other and other.couplet.language == shown:
            passage, other = other, passage
        if language in (None, passage.couplet.language):
            translation = other.couplet.verse if other else ""
            quotations.append(msgspec.structs.replace(passage, translation=translation))
        if len(quotations) == count:
            break
    return quotations


def rank(ranking: Ranking, embeddings: Embeddings | None, question: str) -> list[int]:
    """The numbers of the couplets that `retrieve` chooses from, the best first; none where nothing bears on it.

    Nothing does where words say so, and meaning too, where it is at hand.
    """
    by_words, piece = ranking.rank(question), ranking.bridge.places.piece
    if embeddings is None:
        return spread(by_words.couplets, piece) if by_words.covered >= COVERED else []
    nearest = embeddings.nearest(ranking.in_english(question), LOOKED_AT)
    if language_of(question) == ORIGINAL:  # its English is made of glosses: where words find none, meaning has none
        lacking_weighs, bears = LACKING_GLOSS_WEIGHS, by_words.covered >= COVERED
    else:
        lacking_weighs, bears = LACKING_WEIGHS, by_words.covered >= COVERED_AGAINST_MEANING or nearest.cosine >= NEAR
    originals = [ranking.bridge.twin(couplet) or couplet for couplet in nearest.couplets]
    weight = MEANING_WEIGHS + lacking_weighs * (1 - by_words.covered)
    return spread(fused((1.0, by_words.couplets), (weight, originals)), piece) if bears else []


def fused(*orders: tuple[float, Sequence[int]]) -> list[int]:
    """One order out of several and their weights, by the sum of their reciprocal ranks."""
    scores: dict[int, float] = {}
    for weight, order in orders:
        for position, couplet in enumerate(order, 1):
            scores[couplet] = scores.get(couplet, 0.0) + weight / (SOFTENING + position)
    return sorted(scores, key=lambda couplet: (-scores[couplet], couplet))


def spread(order: Sequence[int], piece: npt.NDArray[np.int32]) -> list[int]:
    """An order without the couplets that are `APART` from a better one of the same piece, or nearer.

    `piece` is that of `rumi_tui.search.bridge.Places`.
    """
    chosen: dict[int, None] = {}
    for couplet in order:
        near = range(couplet - APART, couplet + APART + 1)
        if not any(other in chosen and piece[other] == piece[couplet] for other in near):
            chosen[couplet] = None
    return list(chosen)
