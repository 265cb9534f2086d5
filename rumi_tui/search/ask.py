"""Questions put to the texts: couplets that bear on them, and verse that the model writes on from there.

The couplets come from `rumi_tui.search.retrieval`; the machine's verse is kept apart. Knows nothing of screens.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from models.forms import check_form
from rumi_tui.engine.session import load_model
from rumi_tui.locations import index_folder, texts_folder
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.embeddings import open_embeddings
from rumi_tui.search.index import Index, Quotation
from rumi_tui.search.model_files import is_model_here
from rumi_tui.search.ranking import Ranking
from rumi_tui.search.retrieval import retrieve
from rumi_tui.search.writing_on import Verse, write_on
from rumi_tui.texts.reader import open_works
from rumi_tui.verse.languages import LANGUAGES, language_of

UNREAD = "Found by words: rumi-corpus fetch --ask reads these texts for their meaning, once, in a few minutes."


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the texts say to a question."""

    question: str
    language: str
    """Of the first couplet and of the verse, ISO 639-1 code; of the question where there is no couplet."""
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
    show: Callable[[list[Quotation]], None] = lambda _: None,
    tell: Callable[[str], object] = lambda _: None,
) -> Answer:
    """Asks the texts of a folder, or those of `texts_folder`; only those in one language, if it is given.

    `cache_dir` is the folder for indexes; `show` gets the quotations before the machine writes; `tell` is told where
    something is learned first, meaning is left out, or the verse is in another form than `form`.
    Raises `RumiError` like `retrieve`, when there are no texts, for what is no form, and for one that the model of a
    language that is given never learned.
    """
    if form is not None:
        check_form(form)
        if language in LANGUAGES:
            load_model(LANGUAGES[language].model).check_form(form)
    cache_dir = cache_dir or index_folder()
    folder = folder or texts_folder()
    index = Index(folder, cache_dir)
    ranking = Ranking(Bridge(index, cache_dir))
    embeddings = open_embeddings(index, cache_dir)
    if embeddings is None and is_model_here():
        tell(UNREAD)
    quotations = retrieve(ranking, embeddings, question, language)
    show(quotations)
    of_verse = quotations[0].couplet.language if quotations else None
    of_verse = of_verse or language or language_of(question)
    return Answer(
        question=question,
        language=of_verse,
        quotations=quotations,
        verse=write_on(quotations, of_verse, partial(open_works, folder, cache_dir), form, seed, tell),
    )
