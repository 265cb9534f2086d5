"""The command rumi-corpus: it parses, calls and prints."""

from __future__ import annotations

import contextlib
import datetime
import random
import shlex
import sys
from contextlib import closing
from itertools import chain
from pathlib import Path
from textwrap import shorten
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from models.errors import RumiError
from rumi_tui.command_line import (
    READING_TEXTS,
    Debug,
    Json,
    Language,
    Version,
    bold,
    narrate,
    new_app,
    patience,
    say,
    say_json,
)
from rumi_tui.locations import fetched_texts, index_folder, model_folder, texts_folder
from rumi_tui.search.bridge import Bridge
from rumi_tui.search.cento import cento as make_cento
from rumi_tui.search.index import PAGE, Index
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.listing import listing
from rumi_tui.texts.places import WAYS, Place, read_place
from rumi_tui.texts.plain import to_document, to_text
from rumi_tui.texts.reader import Works, open_works
from rumi_tui.texts.sources import TEXTS
from rumi_tui.texts.statistics import describe_text, doubts_of
from rumi_tui.verse.languages import LANGUAGES, language_of
from rumi_tui.wording import counted

corpus_app = new_app(help="The texts: those that a model learns from, and those of Rumi.")


def open_index() -> Index:
    """The index of the folder of texts."""
    with patience(READING_TEXTS):
        return Index(texts_folder(), index_folder())


class Bar:
    """Shows on standard error how far a fetch is, as `rumi_tui.texts.download.Progress`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("Fetching", total=None)

    def start(self, total: int, here: int) -> None:
        """So many bytes are wanted in all, and so many of them are here."""
        self._progress.update(self._task, total=total - here)

    def advance(self, amount: int) -> None:
        """So many bytes more."""
        self._progress.update(self._task, advance=amount)


@corpus_app.callback()
def corpus(version: Version = False) -> None:
    """The texts: those that a model learns from, and those of Rumi."""


@corpus_app.command()
def stats(
    files: Annotated[list[Path], typer.Argument(help="Text files, or folders of them.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print poems, lines, characters, symbols and rare symbols of texts."""
    sources = read_corpus(files)
    statistics = [describe_text(source) for source in sources]
    for doubt in chain.from_iterable(map(doubts_of, sources)):
        narrate(doubt)
    if json:
        say_json(statistics)
        return
    for text in statistics:
        say(f"{text.name}: {text.form}, {text.language or 'language not said'}")
        say(f"  {counted(text.poems, 'poem')} ({text.validation_poems:,} validate), {counted(text.lines, 'line')}")
        symbols = counted(len(text.symbols), "symbol")
        say(f"  {counted(text.characters, 'character')}, {symbols}: {' '.join(text.symbols)}")
        rare = " ".join(f"{symbol} {count}" for symbol, count in text.rare_symbols.items())
        say(f"  {counted(len(text.rare_symbols), 'rare symbol')}: {rare}" if rare else "  no rare symbols")


@corpus_app.command()
def fetch(
    ask: Annotated[
        bool,
        typer.Option("--ask", help="Fetch the model of meaning too (91 MB), and read the texts with it, in minutes."),
    ] = False,
    debug: Debug = False,
) -> None:
    """Fetch the public-domain texts from their own addresses, once.

    What is here already is not fetched again, so a fetch that was interrupted goes on where it stood. A text that
    cannot be had does not keep the others back. Proxies are those of the environment (HTTPS_PROXY).
    """
    try:
        missing = _fetch_texts()
        if ask:
            missing += _fetch_model()
        _prepare()
    except KeyboardInterrupt:
        raise RumiError("stopped; what is here stays, and the next fetch goes on from there.") from None
    if missing:
        *lines, last = missing
        for line in lines:
            narrate(line)
        raise RumiError(f"{last} Fetch again when that is mended; what is here stays.")
    folder = fetched_texts()
    if texts_folder() != folder:
        narrate(f"RUMI_CORPUS_DIR names another folder, {texts_folder()}: unset it to read the fetched texts.")
    say(folder)


def _progress(*columns: ProgressColumn) -> Progress:
    """A bar on standard error, if that is a terminal."""
    console = Console(stderr=True)
    shown = (TextColumn("{task.description}"), BarColumn(), *columns, TimeRemainingColumn(compact=True))
    return Progress(*shown, console=console, transient=True, disable=not console.is_terminal)


def _fetch_texts() -> list[str]:
    """Fetches the texts; gives back what keeps some away, a sentence for each cause."""
    from rumi_tui.texts.fetch import complaints, fetch, texts_here

    folder = fetched_texts()
    if len(texts_here(folder, TEXTS)) == len(TEXTS):
        narrate("All texts are here.")
    missing = []
    with _progress(DownloadColumn()) as progress:
        for fetched in fetch(folder, TEXTS, Bar(progress)):
            if fetched.complaint:
                missing.append(fetched)
            else:
                narrate(f"{fetched.text.file}: {counted(fetched.poems, 'poem')}.")
    return complaints(missing)


def _fetch_model() -> list[str]:
    """Fetches the model of meaning; gives back what keeps it away."""
    from rumi_tui.search.sentence_model import FILES, fetch_model

    with _progress(DownloadColumn()) as progress:
        try:
            fetched = fetch_model(model_folder(), FILES, Bar(progress))
        except RumiError as error:
            return [str(error)]
    narrate("The model of meaning came." if fetched else "The model of meaning is here.")
    return []


def _prepare() -> None:
    """Makes what questions need of the texts that are there, so that the first one need not wait."""
    from rumi_tui.search.embeddings import Embeddings
    from rumi_tui.search.encoder import Encoder
    from rumi_tui.search.model_files import is_model_here

    if not any(texts_folder().glob("*.txt")):
        return
    with closing(Index(texts_folder(), index_folder())) as index, closing(Bridge(index, index_folder())):
        if is_model_here():
            embeddings = Embeddings(index, Encoder(model_folder()), index_folder())
            if not embeddings.is_whole:
                narrate("Reading the texts for their meaning, once.")
                with _progress() as progress:
                    embeddings.read(lambda batches: progress.track(batches, description="Reading"))


@corpus_app.command("list")
def list_texts(json: Json = False, debug: Debug = False) -> None:
    """List the texts that can be fetched, and those in the folder of texts.

    The folder is what RUMI_CORPUS_DIR names, or the one that fetch fills.
    """
    listed = listing(texts_folder(), TEXTS)
    if json:
        say_json(listed)
        return
    for text in listed:
        size = f"{text.bytes / 1e6:.1f} MB"
        licence = shorten(text.licence, 31, placeholder=" ...")
        say(
            f"{text.name:27} {text.language or '?':3} {text.form:8} {licence:31} {size:>8}  "
            f"{'here' if text.here else 'rumi-corpus fetch'}"
        )


@corpus_app.command()
def search(
    words: Annotated[
        list[str],
        typer.Argument(
            help="What a couplet must hold, in any order: words, beginnings (lov*), '\"phrases in quotes\"'."
        ),
    ],
    language: Language = None,
    page: Annotated[int, typer.Option(min=1, max=1_000_000, help=f"Which {PAGE} of the couplets found.")] = 1,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find couplets by their words, the best first, with the lines around them.

    Capitals, accents, vowel signs, joiners and English endings make no difference.
    """
    found = open_index().search(" ".join(words), language, page)
    if json:
        say_json({"words": words, "page": page, **msgspec.to_builtins(found)})
        return
    for passage in found.passages:
        couplet = passage.couplet
        rows = filter(None, [couplet.place, *couplet.titles, couplet.address])
        say("\n".join([*rows, passage.quoted(bold if sys.stdout.isatty() else str), ""]))
    if found.found and not found.passages:
        pages = counted(found.pages, "page")
        raise RumiError(f"There is no page {page:,}: what was found, {counted(found.found, 'couplet')}, fills {pages}.")
    if found.found:
        narrate(f"{counted(found.found, 'couplet')}, page {page} of {found.pages:,}.")
    else:
        narrate("No couplet holds all of these words.")


@corpus_app.command()
def gloss(
    line: Annotated[list[str], typer.Argument(help="A line in Persian.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the likeliest English of each word of a Persian line: a gloss, not a translation.

    It was learned from the couplets that stand in both languages, and does not see the sentence.
    """
    with (
        patience(READING_TEXTS),
        closing(Index(texts_folder(), index_folder())) as index,
        closing(Bridge(index, index_folder())) as bridge,
    ):
        words = bridge.gloss(" ".join(line))
    if not words:
        raise RumiError("There is no Persian here to gloss.")
    if json:
        say_json({"line": " ".join(line), "gloss": words})
        return
    for word in words:
        say(f"{word.word}  {', '.join(word.told)}")
    narrate("A gloss, word by word, and not a translation.")


@corpus_app.command()
def read(
    place: Annotated[list[str], typer.Argument(help=f"For example {WAYS}; an address of ganjoor.net will do.")],
    language: Language = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print a whole poem, or a section of the Masnavi, in all its languages; a couplet that is named is marked."""
    works = open_works(texts_folder(), index_folder())
    found = works.find(read_place(" ".join(place)))
    _print_poem(works, found, language, json)


@corpus_app.command("random")
def read_random(
    today: Annotated[
        bool, typer.Option("--today", help="The one of this day: it stays the same until tomorrow.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print a ghazal or a quatrain, whichever comes."""
    works = open_works(texts_folder(), index_folder())
    chosen = works.of_the_day(datetime.date.today()) if today else works.random(random.Random())
    _print_poem(works, chosen, None, json)


@corpus_app.command()
def cento(
    words: Annotated[list[str], typer.Argument(help="What it is to be about: a word, some, or a question.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a poem of Rumi's own couplets, each from another poem.

    In Persian a ghazal of one metre and rhyme; in English couplets of the Masnavi that answer one another.
    """
    question = " ".join(words)
    with contextlib.closing(open_index()) as index:
        made = make_cento(open_works(texts_folder(), index_folder()), index, question, language_of(question))
    if json:
        say_json(made)
        return
    for couplet in made.couplets:
        say(f"{couplet.verse}\n    {couplet.place}, {couplet.address}\n")
    narrate("Every line is Rumi's; the order is the program's.")
    if made.metre:
        asked = ["--model", LANGUAGES[made.language].model, "--form", made.form, "--metre", made.metre]
        narrate(f"The machine tries the same with: {shlex.join(['rumi-generate', *asked, '--rhyme', made.rhyme])}")


def _print_poem(works: Works, place: Place, language: str | None, json: bool) -> None:
    poem = works.poem(place)
    if language is not None:
        poem = poem.only_in(language)
    if json:
        say_json(to_document(works, poem, place.couplet))
    else:
        say(to_text(poem, place.couplet))
