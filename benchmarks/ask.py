"""How well questions find the couplets that answer them, in both languages: by words, over the gloss, and by meaning.

The texts are those of the folder `RUMI_CORPUS_DIR`, with labels; the model of meaning is what `rumi-corpus fetch --ask`
has fetched, if it has. Prints for each language, each part of the questions and each way of ranking

- recall@5, the share of the questions for which a couplet that answers stands among the first five;
- MRR, the mean of 1 / place of the first couplet that answers, 0 where none is among the first 100;
- silence, the share of the questions that no text answers for which nothing is shown, and of those with an answer for
  which wrongly nothing is;
- milliseconds a question, the median and the most, and the median of those of a processor;

then how often the gloss is right, the sizes of what is kept and the time it took to make, in seconds and in those of a
processor, which tell more on a machine that is busy.

The ways: `words` ranks by BM25 in the language of the question only, `gloss` by words in both languages, as it is asked
without a model, `meaning` by meaning alone, never silent, `all` by words and meaning.

Questions and places were chosen from the titles and the text, before anything was ranked; a couplet elsewhere that
answers too counts as wrong. No answer was changed afterwards. The parts: weights and bounds are chosen on `tuning`,
half of the older questions by their hash; `held out` is the other half, though the list of today's words was written
with it known; `fresh` was written when that list stood, in words farther from the texts.

The gloss is right where it stands in the English of the couplet: measured on the couplets of poems number 20, 40, 60,
... with glosses learned from all others.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from rumi_tui.locations import model_folder, texts_folder
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.embeddings import Embeddings
from rumi_tui.search.encoder import Encoder
from rumi_tui.search.gloss import learn
from rumi_tui.search.index import Couplet, Index
from rumi_tui.search.model_files import MODEL
from rumi_tui.search.persian_words import FUNCTION_WORDS
from rumi_tui.search.ranking import LOOKED_AT, Expanded, Ranking
from rumi_tui.search.retrieval import COVERED, QUOTATIONS, rank, spread
from rumi_tui.search.spelling import ORIGINAL, TRANSLATION, persian_stem, search_words, stems
from rumi_tui.texts.corpus import VALIDATION_EVERY
from rumi_tui.texts.places import Place, read_place
from rumi_tui.verse.languages import LANGUAGES

PARTS = ("tuning", "held out", "fresh")
QUESTIONS = Path(__file__).parent / "questions.toml"


class Question(msgspec.Struct):
    language: str
    ask: str
    answers: list[str]
    """`masnavi/BOOK/FIRST-LAST`, or `divan/NUMBER` for the whole ghazal; none where the texts say nothing."""
    fresh: bool = False

    @property
    def part(self) -> str:
        if self.fresh:
            return "fresh"
        return "held out" if hashlib.sha256(self.ask.encode()).digest()[0] % 2 else "tuning"

    @property
    def places(self) -> set[Place]:
        places = set()
        for answer in self.answers:
            work, number, *couplets = answer.split("/")
            if work == "masnavi":
                first, last = map(int, couplets[0].split("-"))
                places |= {Place("masnavi", int(number), 0, couplet) for couplet in range(first, last + 1)}
            else:
                places.add(read_place(answer))
        return places


class Questions(msgspec.Struct):
    question: list[Question]


class WordsOnly(Ranking):
    """Without a gloss: each word stands for itself."""

    def expand(self, word: str, language: str) -> Expanded:
        itself = {word: 1.0}
        return Expanded(word, {}, itself) if language == ORIGINAL else Expanded(word, itself, {})


class Measured(NamedTuple):
    recall: float
    mrr: float
    silent: float
    wrongly_silent: float
    milliseconds: float
    most: float
    processor: float


class Seconds(NamedTuple):
    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s, {self.processor:.1f} s of a processor"


class Clock:
    """Tells the time since it was made, or since it was read last."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def read(self) -> Seconds:
        (wall, processor), self._began = self._began, (time.perf_counter(), time.process_time())
        return Seconds(self._began[0] - wall, self._began[1] - processor)


Way = Callable[[str], list[int]]


def place_of(couplet: Couplet) -> Place | None:
    """The book and couplet, or the poem."""
    if not couplet.reference:
        return None
    place = read_place(couplet.reference)
    return place if place.work == "masnavi" else place.whole


def measure(questions: list[Question], way: Way, places: dict[int, Place | None]) -> Measured:
    firsts, silent, wrongly_silent, times = [], [], [], []
    for question in questions:
        clock = Clock()
        ranked = way(question.ask)[:LOOKED_AT]
        times.append(clock.read())
        if question.answers:
            wanted = question.places
            firsts.append(next((at for at, couplet in enumerate(ranked, 1) if places[couplet] in wanted), 0))
            wrongly_silent.append(not ranked)
        else:
            silent.append(not ranked)
    return Measured(
        statistics.mean(0 < first <= QUOTATIONS for first in firsts),
        statistics.mean(1 / first if first else 0.0 for first in firsts),
        statistics.mean(silent),
        statistics.mean(wrongly_silent),
        1000 * statistics.median(time.wall for time in times),
        1000 * max(time.wall for time in times),
        1000 * statistics.median(time.processor for time in times),
    )


def ways_of(bridge: Bridge, embeddings: Embeddings | None) -> dict[str, Way]:
    words, both = WordsOnly(bridge), Ranking(bridge)

    def by_words(question: str) -> list[int]:
        ranked = words.rank(question)
        return spread(ranked.couplets, bridge.places.piece) if ranked.covered >= COVERED else []

    ways: dict[str, Way] = {"words": by_words, "gloss": lambda question: rank(both, None, question)}
    if embeddings:

        def by_meaning(question: str) -> list[int]:
            nearest = embeddings.nearest(both.in_english(question), LOOKED_AT).couplets
            return spread([bridge.twin(couplet) or couplet for couplet in nearest], bridge.places.piece)

        ways |= {"meaning": by_meaning, "all": lambda question: rank(both, embeddings, question)}
    for way in ways.values():
        way("love")  # reads what is read once
    return ways


def gloss_quality(bridge: Bridge) -> tuple[int, float, float]:
    """Words of unseen couplets, and how often the first and one of the first three glosses is right."""
    couplets = {couplet.id: couplet for couplet in bridge.index.couplets()}
    originals = (couplet for couplet in couplets.values() if couplet.language == ORIGINAL)
    pairs = [(original, couplets[twin]) for original in originals if (twin := bridge.twin(original.id))]
    unseen = [pair for pair in pairs if pair[0].poem % VALIDATION_EVERY == 0]
    learned = learn((a.verse, b.verse) for a, b in pairs if a.poem % VALIDATION_EVERY)
    right: list[tuple[bool, bool]] = []
    for original, translation in unseen:
        words = [word for word in search_words(translation.verse) if word not in LANGUAGES[TRANSLATION].stop_words]
        english = set(stems(words).values())
        for word in search_words(original.verse):
            if word in LANGUAGES[ORIGINAL].stop_words or word in FUNCTION_WORDS or len(word) < 2:
                continue
            glosses = learned.words.get(word) or learned.stems.get(persian_stem(word), [])
            hits = [gloss.stem in english for gloss in glosses[:3]]
            right.append((any(hits[:1]), any(hits)))
    return len(right), statistics.mean(first for first, _ in right), statistics.mean(three for _, three in right)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kept", type=Path, help="folder for what is made of the texts; default: a new one")
    parser.add_argument("--model", type=Path, default=model_folder(), help="folder of the model of meaning")
    arguments = parser.parse_args()
    questions = msgspec.toml.decode(QUESTIONS.read_bytes(), type=Questions).question

    with tempfile.TemporaryDirectory() as new:
        kept = arguments.kept or Path(new)
        clock = Clock()
        index = Index(texts_folder(), kept)
        indexed = clock.read()
        bridge = Bridge(index, kept)
        learned = clock.read()
        embeddings = None
        if (arguments.model / MODEL).is_file():
            embeddings = Embeddings(index, Encoder(arguments.model), kept)
            embeddings.read()
        read = clock.read()
        places = {couplet.id: place_of(couplet) for couplet in index.couplets()}
        print(
            f"{'':20} {'recall@5':>9} {'MRR':>7} {'silence':>8} {'wrongly':>8} {'ms':>7} {'most':>7} {'processor':>10}"
        )
        for language in LANGUAGES:
            ways = ways_of(bridge, embeddings)
            for part in PARTS:
                asked = [question for question in questions if (question.language, question.part) == (language, part)]
                answered = sum(bool(question.answers) for question in asked)
                print(f"{language} {part}: {answered} questions with answers, {len(asked) - answered} without")
                for name, way in ways.items():
                    m = measure(asked, way, places)
                    print(
                        f"{'':11}{name:9} {m.recall:9.3f} {m.mrr:7.3f} {m.silent:8.2f} {m.wrongly_silent:8.2f}", end=""
                    )
                    print(f" {m.milliseconds:7.0f} {m.most:7.0f} {m.processor:10.0f}")
        count, first, three = gloss_quality(bridge)
        print(f"gloss: right first for {first:.1%} of {count:,} words, one of three for {three:.1%}")
        print(f"index: {len(places):,} couplets, {index.path.stat().st_size / 1e6:.1f} MB, {indexed}")
        print(f"gloss and titles: {bridge.path.stat().st_size / 1e6:.1f} MB, {learned}")
        if embeddings:
            stored = sum(path.stat().st_size for path in kept.glob(f"{index.path.stem}-*.npz"))
            print(f"meaning: {stored / 1e6:.1f} MB, {read}")


if __name__ == "__main__":
    main()
