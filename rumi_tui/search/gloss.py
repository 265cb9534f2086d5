"""The likeliest English of a Persian word, learned from couplets that stand in both languages. Knows nothing of files.

IBM Model 1 (Brown, Della Pietra, Della Pietra and Mercer, The Mathematics of Statistical Machine Translation, 1993): a
word of the translation comes from one word of the original, any of them, and expectation maximisation finds which
words go together. Here a word of one hemistich comes less often from the other one, and each word is learned twice, as
it stands and by its stem, which many rare words share. A gloss is not a translation: it does not see the sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rumi_tui.search.spelling import persian_stem, search_words, stems
from rumi_tui.verse.stopwords import ENGLISH

ROUNDS = 5
"""Of expectation maximisation: more change nothing."""
OTHER_HEMISTICH = 0.3
"""How likely a word comes from the other hemistich, beside its own."""
STEM_WEIGHS = 4.0
"""Occurrences of the word as it stands that what is known of its stem counts for."""
LEAST = 0.03
"""Probability: less is not a gloss."""
MOST = 8
"""Glosses of a word."""

Tokens = list[tuple[str, int]]
"""The words of a couplet, each with the number of its line."""
Counts = dict[str, dict[str, float]]
"""How often each word was translated by each English stem, as far as is expected."""


class Gloss(NamedTuple):
    """An English word that a Persian one is translated by."""

    stem: str
    """As `rumi_tui.search.spelling.stems` gives it."""
    english: str
    """The word of this stem that is found most often."""
    probability: float


class Learned(NamedTuple):
    """What the couplets tell."""

    words: dict[str, list[Gloss]]
    """By the word as it stands, the likeliest first."""
    stems: dict[str, list[Gloss]]
    """By the stem of the word: for one that never stood in a couplet."""


def learn(couplets: Iterable[tuple[str, str]]) -> Learned:
    """Learns from couplets in Persian and in English, one line for each hemistich. Takes seconds for 15,000."""
    pairs = [(_tokens(persian), _tokens(english)) for persian, english in couplets]
    stem_of = stems(word for _, english in pairs for word, _ in english)
    spellings = Counter(word for _, english in pairs for word, _ in english)
    shown: dict[str, str] = {}
    for word, _ in spellings.most_common():
        shown.setdefault(stem_of[word], word)
    original = [persian for persian, _ in pairs]
    translation = [
        [(stem_of[word], line) for word, line in english if word not in ENGLISH and len(word) > 1]
        for _, english in pairs
    ]
    by_word = align(original, translation)
    by_stem = align([[(persian_stem(word), line) for word, line in couplet] for couplet in original], translation)
    known = {stem: _share(counts) for stem, counts in by_stem.items()}
    words = {}
    for word, counts in by_word.items():
        both = dict(counts)
        for stem, share in known[persian_stem(word)].items():
            both[stem] = both.get(stem, 0.0) + STEM_WEIGHS * share
        words[word] = _glosses(_share(both), shown)
    return Learned(words, {stem: _glosses(shares, shown) for stem, shares in known.items()})


def align(originals: Sequence[Tokens], translations: Sequence[Tokens]) -> Counts:
    """Model 1 over couplets: how often each word of the originals is expected to be translated by which word."""
    source = {word: number for number, word in enumerate(dict.fromkeys(w for line in originals for w, _ in line), 1)}
    target = {word: number for number, word in enumerate(dict.fromkeys(w for line in translations for w, _ in line))}
    sources, targets, occurrences, likely = [], [], [], []
    occurrence = 0
    for original, translation in zip(originals, translations, strict=True):
        numbers = [0, *(source[word] for word, _ in original)]  # 0: from no word
        for word, line in translation:
            sources += numbers
            targets += [target[word]] * len(numbers)
            occurrences += [occurrence] * len(numbers)
            likely += [1.0, *(1.0 if line == other else OTHER_HEMISTICH for _, other in original)]
            occurrence += 1
    if not occurrence:
        return {}
    pairs, pair = np.unique(np.array(sources, np.int64) * len(target) + np.array(targets), return_inverse=True)
    from_word, to_word = np.divmod(pairs, len(target))
    prior, of = np.array(likely), np.array(occurrences)
    probability: npt.NDArray[np.float64] = np.ones(len(pairs))
    for _ in range(ROUNDS):
        weights = probability[pair] * prior
        expected = np.bincount(pair, weights / np.bincount(of, weights)[of], minlength=len(pairs))
        probability = expected / np.bincount(from_word, expected)[from_word]
    source_words, target_words = ["", *source], list(target)
    counts: Counts = {word: {} for word in source}
    for from_, to, count in zip(from_word.tolist(), to_word.tolist(), expected.tolist(), strict=True):
        if from_ and count > LEAST:
            counts[source_words[from_]][target_words[to]] = count
    return counts


def _tokens(verse: str) -> Tokens:
    return [(word, number) for number, line in enumerate(verse.split("\n")) for word in search_words(line)]


def _share(counts: dict[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {word: count / total for word, count in counts.items()}


def _glosses(shares: dict[str, float], shown: dict[str, str]) -> list[Gloss]:
    likeliest = sorted(shares.items(), key=lambda share: (-share[1], share[0]))[:MOST]
    return [Gloss(stem, shown[stem], share) for stem, share in likeliest if share >= LEAST]
