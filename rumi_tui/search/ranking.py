"""Couplets in the order in which they bear on a question, by words alone, in both languages. Knows nothing of answers.

A word of the question stands for several: for its English by the gloss, for its Persian by the gloss turned round and
for what else that is in English, for its other forms and for how Rumi said it, each with a weight. Couplets are scored
by BM25 with those around them, and their section by its title. What a couplet scores in both languages, each as a part
of the best score in it, is added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumi_tui.search.bridge import Bridge
from rumi_tui.search.persian_words import today
from rumi_tui.search.query import question_words
from rumi_tui.search.spelling import ORIGINAL
from rumi_tui.verse.languages import language_of

LOOKED_AT = 100
"""Couplets of an order."""
AROUND_WEIGHS = 0.5
"""A couplet next to one, beside it."""
TITLE_WEIGHS = 0.5
"""The title of a section, beside its couplets."""
FORM_WEIGHS = 0.5
"""Another form of a Persian word, beside the word."""
OTHERWISE_WEIGHS = 0.5
"""English words that translate the same Persian words as a word of the question, all together, beside that word.

Paraphrases over a pivot: Bannard and Callison-Burch, Paraphrasing with bilingual parallel corpora, 2005.
"""
LEAST = 0.03
"""Part of such a word in them: less is no paraphrase."""
FORMS = 12
"""Of a word."""
COVERAGE_POWER = 0.5
"""Of the part of a question's words that a couplet holds, by which its score is multiplied."""
ORIGINAL_WEIGHS = 0.6
"""What a couplet scores in Persian, beside its translation."""
ONE_LANGUAGE_WEIGHS = 0.7
"""A couplet without a translation, beside one that scores as much in both languages."""
UNPLACED_WEIGHS = 0.5
"""The same of a translation whose place is not known: it tells again what others tell."""
UNKNOWN_WEIGHS = 2.0
"""A word of the question that the texts do not have at all, beside one that they have once."""
READINGS = 2
"""Glosses of each Persian word that its English is made of."""

Scores = npt.NDArray[np.float64]
"""[couplets of the index + 1], by their numbers, which count from 1."""


class Expanded(NamedTuple):
    """A word of a question, and the words of the texts that it stands for, with their weights."""

    word: str
    translations: dict[str, float]
    originals: dict[str, float]


class Ranked(NamedTuple):
    """What bears on a question."""

    couplets: list[int]
    """Their numbers, the best first; of those that stand in both languages the original."""
    covered: float
    """How much of the words of the question the first of them holds, 0 to 1; rare words count more."""


class Ranking:
    """The couplets of an index in the order in which they bear on questions."""

    def __init__(self, bridge: Bridge) -> None:
        """Over the index of a bridge."""
        self.bridge = bridge

    def rank(self, question: str) -> Ranked:
        """The `LOOKED_AT` best by the words of a question in either language."""
        language = language_of(question)
        expanded = [self.expand(word, language) for word in question_words(question, language)]
        places = self.bridge.places
        by_word = [
            (self._scores(each.translations), self._scores(each.originals) * places.original) for each in expanded
        ]
        weights = [self._rarity(scores) for scores in by_word]
        whole = sum(weights) or 1.0
        empty = np.zeros(len(places.piece))
        totals, covered = [], []
        for scores in ([scores[side] for scores in by_word] for side in (0, 1)):
            held = sum((weight * (score > 0) for weight, score in zip(weights, scores, strict=True)), empty) / whole
            totals.append(sum(scores, empty) * held**COVERAGE_POWER)
            covered.append(held)
        total = self._joined(*totals)
        order = np.argsort(-total, kind="stable")[:LOOKED_AT]
        couplets = [int(couplet) for couplet in order if total[couplet] > 0]
        best = (max(held[couplets[0]], held[places.twin[couplets[0]]]) for held in covered) if couplets else ()
        return Ranked(couplets, float(max(best, default=0.0)))

    def _joined(self, translations: Scores, originals: Scores) -> Scores:
        """One score for each couplet, at the number of the original where it stands in both languages."""
        places = self.bridge.places
        translations = translations / (translations.max() or 1.0)
        originals = originals / (originals.max() or 1.0)
        in_both = np.where(places.translated, translations[places.twin], 0.0) + ORIGINAL_WEIGHS * originals
        in_one = originals * ONE_LANGUAGE_WEIGHS + translations * UNPLACED_WEIGHS * places.unplaced
        joined = np.where(places.translated, in_both, in_one * (1 + ORIGINAL_WEIGHS))
        return np.asarray(np.where(places.is_twin, 0.0, joined))

    def expand(self, word: str, language: str) -> Expanded:
        """The words that a word of a question stands for in each language."""
        if language != ORIGINAL:
            persian = self.bridge.persian(word)
            return Expanded(word, {**self._told_otherwise(persian), word: 1.0}, persian)
        originals: dict[str, float] = {}
        translations: dict[str, float] = {}
        ways = list(dict.fromkeys([word, *today(word)]))
        glosses = [found for way in ways if (found := self.bridge.glosses(way))]
        for way in ways:
            for form in self.bridge.forms(way)[:FORMS]:
                originals[form] = max(originals.get(form, 0.0), FORM_WEIGHS)
            originals[way] = 1.0
        for found in glosses:
            for gloss in found:
                translations[gloss.english] = translations.get(gloss.english, 0.0) + gloss.probability / len(glosses)
        return Expanded(word, translations, originals)

    def _told_otherwise(self, persian: dict[str, float]) -> dict[str, float]:
        """English words that translate the same Persian ones, with their weights."""
        others: dict[str, float] = {}
        for word, share in persian.items():
            for gloss in self.bridge.glosses(word):
                others[gloss.english] = others.get(gloss.english, 0.0) + share * gloss.probability
        return {english: OTHERWISE_WEIGHS * part for english, part in others.items() if part >= LEAST}

    def in_english(self, question: str) -> list[str]:
        """A question in English: a Persian one as its likeliest glosses, as the second ones, and so on."""
        language = language_of(question)
        if language != ORIGINAL:
            return [question]
        expanded = (self.expand(word, language).translations for word in question_words(question, language))
        glosses = [sorted(each, key=lambda gloss: -each[gloss]) for each in expanded if each]
        readings = (" ".join(each[min(n, len(each) - 1)] for each in glosses) for n in range(READINGS))
        return [reading for reading in dict.fromkeys(readings) if reading] or [question]

    def _scores(self, words: dict[str, float]) -> Scores:
        """Of one word of the question, for every couplet, with those around it and its title."""
        places = self.bridge.places
        alone = np.zeros(len(places.piece))
        titles = np.zeros(len(places.piece))
        for word, weight in words.items():
            if rows := self.bridge.index.weights(word):
                couplets, scores = np.array(rows).T
                alone[couplets.astype(np.int64)] += weight * scores
            for first, last, score in self.bridge.titles(word):
                titles[first : last + 1] += TITLE_WEIGHS * weight * score
        around = alone.copy()
        same = places.piece[1:] == places.piece[:-1]
        around[1:] += AROUND_WEIGHS * alone[:-1] * same
        around[:-1] += AROUND_WEIGHS * alone[1:] * same
        return np.asarray(around + titles)

    def _rarity(self, scores: Sequence[Scores]) -> float:
        """The weight of a word of the question, as in BM25, in the language where it is rarest."""
        size = len(self.bridge.places.piece)
        holding = [count for each in scores if (count := int(np.count_nonzero(each)))]
        return math.log(1 + size / (min(holding) + 1)) if holding else UNKNOWN_WEIGHS * math.log(1 + size)
