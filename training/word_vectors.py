"""Vectors of the words of a text, from which words stand in one line. Knows nothing of poems or models.

The method is that of Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization": the positive
pointwise mutual information of pairs of words, cut down to a few dimensions by a singular value decomposition, each
scaled by the root of its singular value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import torch

from models.word_vectors import DIMENSIONS, WordVectors

FEWEST_LINES = 4
"""A word that stands in fewer gets no vector: its company tells nothing yet."""
SMOOTHING = 0.5
"""Added to how often two words stand together and would by chance, so that a pair of rare words counts little."""
_SPARE_DIMENSIONS = 8
"""That the decomposition computes and drops, so that those it keeps are exact (Halko, Martinsson and Tropp 2011)."""
_ROUNDS = 6
_SEED = 0


def word_vectors(lines: Iterable[Sequence[str]]) -> WordVectors | None:
    """Vectors of the words of these lines; None where the text is too small to tell which words go together."""
    line_sets = [sorted(set(line)) for line in lines]
    counts = Counter(word for line in line_sets for word in line)
    vocabulary = sorted(word for word, count in counts.items() if count >= FEWEST_LINES)
    ids = {word: number for number, word in enumerate(vocabulary)}
    pairs = Counter(pair for line in line_sets for pair in combinations((ids[word] for word in line if word in ids), 2))
    if len(vocabulary) < DIMENSIONS + _SPARE_DIMENSIONS or not pairs:
        return None
    places, together = np.array(list(pairs)).T, np.array(list(pairs.values()))
    line_counts = np.array([counts[word] for word in vocabulary])
    by_chance = line_counts[places].prod(axis=0) / len(line_sets)
    information = np.log((together + SMOOTHING) / (by_chance + SMOOTHING)).clip(min=0).astype(np.float32)
    matrix = torch.sparse_coo_tensor(
        torch.from_numpy(np.hstack((places, places[::-1]))),
        torch.from_numpy(np.hstack((information, information))),
        (len(vocabulary), len(vocabulary)),
        check_invariants=True,
    ).coalesce()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        left, values, _ = torch.svd_lowrank(matrix, q=DIMENSIONS + _SPARE_DIMENSIONS, niter=_ROUNDS)
    vectors = (left * values.sqrt())[:, :DIMENSIONS].numpy()
    lengths = np.linalg.norm(vectors, axis=1)
    in_company = np.flatnonzero(lengths > lengths.max(initial=0) * 1e-6)
    return WordVectors.of([vocabulary[number] for number in in_company], vectors[in_company])
