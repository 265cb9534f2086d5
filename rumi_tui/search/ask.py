"""Questions put to the texts: couplets that bear on them, and verse that the model writes on from there.

`retrieve` finds the couplets and invents nothing; `ask` adds the machine's verse, which is kept apart. Couplets are
ranked by the words of the question (BM25) and, where sentence embeddings are at hand, by its sense; the two orders are
fused by reciprocal rank (Cormack, Clarke and Büttcher, 2009). Knows nothing of screens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from rumi_tui.engine.generate import Generation, Request
from rumi_tui.engine.sampling import Sampling
from rumi_tui.engine.session import Session, load_model
from rumi_tui.locations import index_folder, texts_folder
from rumi_tui.search.embeddings import Embeddings, Track, open_embeddings
from rumi_tui.search.index import Couplet, Index, Quotation
from rumi_tui.verse.languages import LANGUAGES, language_of
from rumi_tui.verse.words import search_terms

QUOTATIONS = 5
"""Couplets of an answer."""
LINES = 4
"""That the machine writes on."""
LOOKED_AT = 100
"""Couplets of each order that are fused."""
SOFTENING = 20
"""Of the reciprocal ranks, weight / (20 + rank): with 60, as in the paper, what is first by sense counts too little."""
WORDS_WEIGH = 0.15
"""Beside sense, which finds twice as much: words move up what both find. Chosen on those of `make bench-ask`."""
NEAR = 0.378
"""Cosine. Where no couplet is nearer to a question, nothing bears on it."""
COVERED = 0.35
"""Where no couplet holds so much of the words of a question, nothing bears on it, as far as words can tell."""


class Verse(msgspec.Struct, frozen=True, kw_only=True):
    """What the machine wrote. None of it is Rumi's."""

    model: str
    form: str
    seed: int
    begun_from: str
    """The verse that it was given, by Rumi."""
    text: str
    """What it wrote after that."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the texts say to a question."""

    question: str
    language: str
    """Of the texts that were asked, ISO 639-1 code."""
    quotations: list[Quotation]
    """The couplets that bear most on it, the best first; none where nothing does."""
    verse: Verse | None
    """None where there is nothing to begin from, or no model in the language."""


def ask(
    question: str,
    language: str | None = None,
    *,
    form: str | None = None,
    seed: int = 0,
    folder: Path | None = None,
    cache_dir: Path | None = None,
    track: Track = iter,
    show: Callable[[list[Quotation]], None] = lambda _: None,
) -> Answer:
    """Asks the texts of a folder, or those of `texts_folder`, in the language of the question if none is given.

    `cache_dir` is the folder for indexes; `track` shows how far embeddings are that are computed for the first time;
    `show` gets the quotations before the machine writes.
    Raises `RumiError` when there are no texts, or the model never learned the form.
    """
    language = language or language_of(question)
    if form is not None and language in LANGUAGES:
        load_model(LANGUAGES[language].model).check_form(form)
    cache_dir = cache_dir or index_folder()
    index = Index(folder or texts_folder(), cache_dir)
    embeddings = open_embeddings(index, cache_dir, language, track)
    quotations = retrieve(index, embeddings, question, language)
    show(quotations)
    verse = write_on(quotations, language, form, seed)
    return Answer(question=question, language=language, quotations=quotations, verse=verse)


def retrieve(
    index: Index, embeddings: Embeddings | None, question: str, language: str, count: int = QUOTATIONS
) -> list[Quotation]:
    """The couplets in a language that bear most on a question, the best first; none where nothing does.

    The embeddings are those of the language, as `open_embeddings` gives them.
    """
    return [index.quotation(couplet) for couplet in rank(index, embeddings, question, language)[:count]]


def rank(index: Index, embeddings: Embeddings | None, question: str, language: str) -> list[int]:
    """The numbers of the couplets that `retrieve` chooses from, the best first; none where nothing bears on it."""
    words = question_words(question, language)
    by_words = index.ranked(words, language, LOOKED_AT)
    if embeddings:
        nearest = embeddings.nearest(question, LOOKED_AT)
        order = fused((WORDS_WEIGH, by_words), (1.0, nearest.couplets))
        return spread(order) if nearest.cosine >= NEAR else []
    return spread(by_words) if coverage(index, words, by_words, language) >= COVERED else []


def question_words(question: str, language: str) -> list[str]:
    """The words that say what a question is about."""
    stop_words = LANGUAGES[language].stop_words if language in LANGUAGES else frozenset()
    return [word for word in search_terms(question) if word not in stop_words]


def coverage(index: Index, words: Sequence[str], couplets: Sequence[int], language: str) -> float:
    """How much of the words one of the couplets holds at most, 0 to 1; a rare word counts more, as in BM25."""
    couplets_of = {word: index.holding(word, language) for word in words}
    size = index.size(language)
    weights = {word: math.log(1 + (size + 1) / (len(couplets_with) + 1)) for word, couplets_with in couplets_of.items()}
    sums = (sum(weights[word] for word in words if couplet in couplets_of[word]) for couplet in couplets)
    return max(sums, default=0.0) / (sum(weights.values()) or 1.0)


def fused(*orders: tuple[float, Sequence[int]]) -> list[int]:
    """One order out of several and their weights, by the sum of their reciprocal ranks."""
    scores: dict[int, float] = {}
    for weight, order in orders:
        for position, couplet in enumerate(order, 1):
            scores[couplet] = scores.get(couplet, 0.0) + weight / (SOFTENING + position)
    return sorted(scores, key=lambda couplet: (-scores[couplet], couplet))


def spread(order: Sequence[int]) -> list[int]:
    """An order without the couplets next to a better one: these are shown around it."""
    apart: dict[int, None] = {}
    for couplet in order:
        if couplet - 1 not in apart and couplet + 1 not in apart:
            apart[couplet] = None
    return list(apart)


def write_on(quotations: Sequence[Quotation], language: str, form: str | None = None, seed: int = 0) -> Verse | None:
    """What the model of a language writes after the first quotation: `LINES` lines, or fewer where the poem ends."""
    if not quotations or language not in LANGUAGES:
        return None
    session = load_model(LANGUAGES[language].model)
    request = opening(session, quotations[0].couplet, form, seed)
    verse = "".join(step.text for step in Generation(session, session.tokenizer, request))
    return Verse(model=session.name, form=request.form, seed=seed, begun_from=request.text.strip(), text=verse.strip())


def opening(session: Session, couplet: Couplet, form: str | None = None, seed: int = 0) -> Request:
    """What to ask of a model that writes on from a couplet: in its form where the model knows it, or its first.

    Raises `RumiError` for a form that the model never learned.
    """
    if form is not None:
        session.check_form(form)
    elif couplet.form in session.card.forms:
        form = couplet.form
    text = session.tokenizer.fit(couplet.verse).text + "\n"
    form = form or session.card.forms[0]
    return Request(form=form, text=text, sampling=Sampling(), seed=seed, lines=LINES)
