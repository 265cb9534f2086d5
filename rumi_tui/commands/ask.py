"""The command rumi-ask: it parses, calls and prints."""

from __future__ import annotations

import secrets
import sys
import textwrap
from collections.abc import Sequence
from typing import Annotated

import typer

from models.forms import FORMS
from rumi_tui.command_line import (
    READING_TEXTS,
    Debug,
    Json,
    Language,
    Version,
    narrate,
    new_app,
    patience,
    say,
    say_json,
)
from rumi_tui.engine.request import LARGEST_SEED
from rumi_tui.search.index import Quotation

ask_app = new_app()


@ask_app.command()
def ask(
    question: Annotated[str, typer.Argument(help="In English or Persian.")],
    language: Language = None,
    form: Annotated[
        str | None,
        typer.Option(help=f"In which the machine writes on: {', '.join(FORMS)}; default: that of the couplet."),
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

    The quotations are Rumi's, with their places, in Persian and in English where both are here. What stands under them
    as the machine's is the machine's. Where nothing in the texts bears on the question, nothing is quoted or written.
    """
    from rumi_tui.search.ask import ask

    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED)
    with patience(READING_TEXTS) as end_waiting:

        def show(passages: Sequence[Quotation]) -> None:
            end_waiting()
            if not json:
                _quote(passages)

        answer = ask(question, language, form=form, seed=seed, show=show, tell=narrate)
    if json:
        say_json(answer)
    elif answer.verse:
        verse = answer.verse
        manner = ", ".join(filter(None, [verse.form, verse.metre, verse.rhyme and f"rhyme {verse.rhyme}"]))
        say(f"What follows is not Rumi's: the machine ({verse.model}) goes on from {verse.place}: {manner}.\n")
        say(textwrap.indent(verse.text, "  ~ "))


def _quote(passages: Sequence[Quotation]) -> None:
    for passage in passages:
        couplet = passage.couplet
        author = couplet.author or "author not said"
        rows = filter(None, [f"{couplet.place}, {author}", *couplet.titles, couplet.address])
        say("\n".join([passage.quoted(), *(f"    {row}" for row in rows), ""]))
    if not passages:
        say("Nothing in the texts bears on this question.")
    sys.stdout.flush()
