"""The command lines rumi-corpus and rumi-ask: they parse, call and print.

What only one of them needs is imported there: each starts in half a second.
"""

from __future__ import annotations

import secrets
import sys
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from rumi_tui import command_line
from rumi_tui.command_line import Debug, Json, Version, narrate
from rumi_tui.engine.generate import LARGEST_SEED
from rumi_tui.locations import fetched_texts, index_folder, texts_folder
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.index import PAGE, Index, Passage, words_of
from rumi_tui.texts.listing import listing
from rumi_tui.texts.sources import TEXTS
from rumi_tui.texts.statistics import describe_text

if TYPE_CHECKING:
    from rumi_tui.texts.embeddings import Batch

Language = Annotated[str | None, typer.Option(help="Only texts in this language, as en or fa.", show_default=False)]

ask_app = command_line.new_app()
corpus_app = command_line.new_app(help="The texts: those that a model learns from, and those of Rumi.")


def open_index() -> Index:
    """The index of the folder of texts."""
    return Index(texts_folder(), index_folder())


def quoted(passage: Passage) -> str:
    """A couplet between the lines around it, which stand back."""
    around = [(passage.before, "    "), (passage.couplet.verse, "  > "), (passage.after, "    ")]
    return "\n".join(textwrap.indent(verse, margin) for verse, margin in around if verse)


class Transfers:
    """Shows transfers on standard error, one after the other, as `rumi_tui.texts.fetch.Bar`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    @property
    def total(self) -> int:
        """Bytes of the transfer."""
        return int(self._progress.tasks[-1].total or 0) if self._task is not None else 0

    @total.setter
    def total(self, total: int) -> None:
        self.close()
        self._task = self._progress.add_task("Fetching", total=total)

    def update(self, amount: int) -> None:
        """So many bytes more."""
        if self._task is not None:
            self._progress.update(self._task, advance=amount)

    def reset(self) -> None:
        """Back to none."""
        if self._task is not None:
            self._progress.reset(self._task)

    def close(self) -> None:
        """The transfer is done."""
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = None


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
    statistics = [describe_text(source) for source in read_corpus(files)]
    if json:
        print(msgspec.json.encode(statistics).decode())
        return
    for text in statistics:
        print(f"{text.name}: {text.form}, {text.language or 'language not said'}")
        print(f"  {text.poems:,} poems ({text.validation_poems:,} validate), {text.lines:,} lines")
        print(f"  {text.characters:,} characters, {len(text.symbols)} symbols: {' '.join(text.symbols)}")
        print(f"  {len(text.rare_symbols)} rare symbols: {' '.join(f'{s} {n}' for s, n in text.rare_symbols.items())}")


@corpus_app.command()
def fetch(debug: Debug = False) -> None:
    """Fetch the public-domain texts from their own addresses, once.

    What is here already is not fetched again, so a fetch that was interrupted goes on where it stood. Proxies are
    those of the environment (HTTPS_PROXY).
    """
    from rumi_tui.texts.fetch import fetch, texts_here

    folder = fetched_texts()
    if len(texts_here(folder, TEXTS)) == len(TEXTS):
        narrate("All texts are here.")
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        for text, poems in fetch(folder, TEXTS, Transfers(progress)):
            narrate(f"{text.file}: {poems:,} poems.")
    if texts_folder() != folder:
        narrate(f"RUMI_CORPUS_DIR names another folder, {texts_folder()}: unset it to read the fetched texts.")
    print(folder)


@corpus_app.command("list")
def list_texts(json: Json = False, debug: Debug = False) -> None:
    """List the texts that can be fetched, and those in the folder of texts.

    The folder is what RUMI_CORPUS_DIR names, or the one that fetch fills.
    """
    listed = listing(texts_folder(), TEXTS)
    if json:
        print(msgspec.json.encode(listed).decode())
        return
    for text in listed:
        size = f"{text.bytes / 1e6:.1f} MB"
        print(
            f"{text.name:27} {text.language or '?':3} {text.form:8} {text.licence:14} {size:>8}  "
            f"{'here' if text.here else 'rumi-corpus fetch'}"
        )


@corpus_app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words that a couplet must hold, in any order.")],
    language: Language = None,
    page: Annotated[int, typer.Option(min=1, max=1_000_000, help=f"Which {PAGE} of the couplets found.")] = 1,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Find couplets by their words, the best first, with the lines around them.

    Capitals, accents, vowel signs and English endings make no difference.
    """
    found = open_index().search(" ".join(words), language, page)
    if json:
        print(msgspec.json.encode({"words": words, "page": page, **msgspec.to_builtins(found)}).decode())
        return
    for passage in found.passages:
        print(f"{passage.couplet.place}\n{quoted(passage)}\n")
    if found.found:
        narrate(f"{found.found:,} couplets, page {page} of {found.pages:,}.")
    else:
        narrate("No couplet holds all of these words.")


@ask_app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Persian.")],
    language: Language = None,
    form: Annotated[
        str | None,
        typer.Option(
            help="In which the machine writes on: couplet, ghazal, rubai, free; default: that of the couplet."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, help="Same seed, same verse of the machine; default: random."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Find couplets that bear on a question, and write on from the best of them.

    The quotations are Rumi's, with their places. What stands under them as the machine's is the machine's. Where
    nothing in the texts bears on the question, nothing is quoted or written.
    """
    from rumi_tui.texts.ask import ask

    if not words_of(question):
        raise typer.BadParameter("there is no word in it.", param_hint="QUESTION")
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    found = (lambda _: None) if json else _quote
    answer = ask(question, language, form=form, seed=seed, track=_reading, found=found)
    if json:
        print(msgspec.json.encode(answer).decode())
    elif answer.verse:
        print(f"What follows is not Rumi's: the machine ({answer.verse.model}) goes on from the first couplet.\n")
        print(textwrap.indent(answer.verse.text, "  ~ "))


def _quote(passages: Sequence[Passage]) -> None:
    for passage in passages:
        print(f"{quoted(passage)}\n    {passage.couplet.place}, {passage.couplet.author or 'author not said'}\n")
    if not passages:
        print("Nothing in the texts bears on this question.")
    sys.stdout.flush()


def _reading(batches: Sequence[Batch]) -> Iterable[Batch]:
    """Shows on standard error how far the reading of all couplets is, which is done once."""
    from rich.progress import track

    narrate("Reading all English couplets for their sense, once.")
    return track(batches, "Reading", console=Console(stderr=True))


def corpus_main() -> None:
    """Entry point of rumi-corpus."""
    command_line.run(corpus_app)


def ask_main() -> None:
    """Entry point of rumi-ask."""
    command_line.run(ask_app)
