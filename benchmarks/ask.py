"""How well questions find the couplets that answer them: by words, by sense, and fused, side by side in one run.

The texts are those of the folder `RUMI_CORPUS_DIR`, with the hashes that `questions.toml` names: places are counted in
these. Prints for each language and each way of ranking

- recall@5, the share of the questions for which a couplet that answers stands among the first five;
- MRR, the mean of 1 / place of the first couplet that answers, 0 where none is among the first 100;
- both again with the couplets that were judged by pooling, and with these shown@5, the share of the questions for which
  a couplet that answers is among the first five or in the lines that are shown around them;
- nothing, the share of the questions that no text answers for which nothing is shown;
- milliseconds a question, the median;

then the ratios to BM25, the size of the index and the time it took to make, and the same of the embeddings where the
extra `ask` is installed.

The questions were written from reading the texts, before anything here ranked couplets: what a reader may ask, in other
words than those of the verse. Whole passages count where they answer. Only part of the texts was read for them, so a
couplet elsewhere that also answers counts as wrong. Therefore the first five of the rankings were judged afterwards,
mixed and without a word on which had found them, as pools are at TREC; what answers is `pooled`. No question or first
answer was changed. The weights of words and sense, and the bounds below which nothing is shown, were chosen on these
questions. The texts are those that the shipped models learned from, with one poem in twenty left out.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from rumi_tui.locations import texts_folder
from rumi_tui.search.ask import LOOKED_AT, QUOTATIONS, question_words, rank
from rumi_tui.search.embeddings import LANGUAGE, Embeddings, open_embeddings
from rumi_tui.search.index import Index
from rumi_tui.texts.corpus import find_sources

QUESTIONS = Path(__file__).parent / "questions.toml"


class Question(msgspec.Struct):
    language: str
    ask: str
    answers: list[str]
    """As `FILE POEM FIRST-LAST`, the numbers of couplets."""
    pooled: list[str] = []


class Questions(msgspec.Struct):
    texts: dict[str, str]
    question: list[Question]


Ranking = Callable[[str], list[int]]


def places(answers: list[str]) -> set[tuple[str, int, int]]:
    """File, poem and couplet of each couplet that answers."""
    found = set()
    for answer in answers:
        file, poem, couplets = answer.split()
        first, _, last = couplets.partition("-")
        found |= {(file, int(poem), couplet) for couplet in range(int(first), int(last or first) + 1)}
    return found


class Measured(NamedTuple):
    recall: float
    mrr: float
    pooled_recall: float
    pooled_mrr: float
    shown: float
    silent: float
    milliseconds: float


def measure(questions: list[Question], rank: Ranking, index: Index) -> Measured:
    first_places: dict[bool, list[int]] = {False: [], True: []}
    shown, silent, times = [], [], []
    for question in questions:
        started = time.perf_counter()
        ranked = rank(question.ask)[:LOOKED_AT]
        times.append(1000 * (time.perf_counter() - started))
        if not question.answers:
            silent.append(not ranked)
            continue
        couplets = [index.quotation(couplet).couplet for couplet in ranked]
        for pooled, found in first_places.items():
            wanted = places([*question.answers, *question.pooled] if pooled else question.answers)
            right = (place for place, c in enumerate(couplets, 1) if (c.file, c.poem, c.couplet) in wanted)
            found.append(next(right, 0))
        seen = {(c.file, c.poem, c.couplet + step) for c in couplets[:QUOTATIONS] for step in (-1, 0, 1)}
        shown.append(bool(seen & places([*question.answers, *question.pooled])))
    scores = [
        statistics.mean(score)
        for found in first_places.values()
        for score in ([0 < place <= QUOTATIONS for place in found], [1 / place if place else 0.0 for place in found])
    ]
    return Measured(*scores, statistics.mean(shown), statistics.mean(silent), statistics.median(times))


def compare(language: str, questions: list[Question], index: Index, embeddings: Embeddings | None) -> None:
    """Prints a table of one language."""
    ways: dict[str, Ranking] = {
        "BM25": lambda question: index.ranked(question_words(question, language), language, LOOKED_AT),
        "as asked, by words": lambda question: rank(index, None, question, language),
    }
    if embeddings:
        ways["sense"] = lambda question: embeddings.nearest(question, LOOKED_AT).couplets
        ways["as asked, fused"] = lambda question: rank(index, embeddings, question, language)
        embeddings.nearest("", 1)  # loads the encoder
    answered = sum(bool(question.answers) for question in questions)
    print(f"\n{language}: {answered} questions with answers, {len(questions) - answered} without")
    print(f"{'':19} {'recall@5':>9} {'x BM25':>7} {'MRR':>7} {'pooled: recall@5':>17} {'x BM25':>7} {'MRR':>7}", end="")
    print(f" {'shown@5':>8} {'nothing':>8} {'ms':>6}")
    measured = {name: measure(questions, way, index) for name, way in ways.items()}
    plain = measured["BM25"]
    for name, m in measured.items():
        print(
            f"{name:19} {m.recall:9.3f} {m.recall / plain.recall:7.2f} {m.mrr:7.3f} {m.pooled_recall:17.3f} "
            f"{m.pooled_recall / plain.pooled_recall:7.2f} {m.pooled_mrr:7.3f} {m.shown:8.3f} {m.silent:8.2f} "
            f"{m.milliseconds:6.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, help="folder for the index and embeddings; default: a new one")
    arguments = parser.parse_args()
    asked = msgspec.toml.decode(QUESTIONS.read_bytes(), type=Questions)
    sources = {source.name: source.sha256 for source in find_sources([texts_folder()])}
    if any(sources.get(name) != sha256 for name, sha256 in asked.texts.items()):
        parser.error(f"{texts_folder()} holds other texts than {QUESTIONS.name} counts in")

    with tempfile.TemporaryDirectory() as new:
        kept = arguments.kept or Path(new)
        started = time.perf_counter()
        index = Index(texts_folder(), kept)
        made = time.perf_counter() - started
        started = time.perf_counter()
        embeddings = open_embeddings(index, kept, LANGUAGE)
        read = time.perf_counter() - started
        for language in ("en", "fa"):
            questions = [question for question in asked.question if question.language == language]
            compare(language, questions, index, embeddings if language == LANGUAGE else None)
        print(f"\nindex: {index.size(None):,} couplets, {index.path.stat().st_size / 1e6:.1f} MB, {made:.1f} s")
        if embeddings:
            stored = sum(path.stat().st_size for path in kept.glob(f"{index.path.stem}-*.npz"))
            print(f"embeddings: {index.size(LANGUAGE):,} couplets, {stored / 1e6:.1f} MB, {read:.1f} s")


if __name__ == "__main__":
    main()
