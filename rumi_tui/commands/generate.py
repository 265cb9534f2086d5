"""The command rumi-generate: it parses, calls and prints."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from models.errors import RumiError
from models.forms import FORMS
from models.phrase_hashes import PHRASE
from models.pretrained import MODELS
from rumi_tui.command_line import Debug, Json, Version, finite, narrate, new_app, say, say_json
from rumi_tui.engine.beginning import fit_typed
from rumi_tui.engine.drafts import write_drafts
from rumi_tui.engine.poems import BATCH, Poem, write_poems, writer
from rumi_tui.engine.request import DEFAULT_LINES, LARGEST_LIMIT, LARGEST_SEED, LIMITS, Keep, Request, Sampling
from rumi_tui.engine.session import load_model
from rumi_tui.engine.written import Step
from rumi_tui.verse.languages import DEFAULT

generate_app = new_app()

USUAL = Sampling()


def _within(name: str, help: str) -> typer.models.OptionInfo:
    """An option that takes what a field of `Sampling` takes."""
    lowest, highest = LIMITS[name]
    option: typer.models.OptionInfo = typer.Option(min=lowest, max=highest, callback=finite, help=help)
    return option


Model = Annotated[str, typer.Option(help=f"{', '.join(MODELS)}, or a model file.")]


@generate_app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What the poem begins with.", show_default=False)] = "",
    model: Model = DEFAULT.model,
    form: Annotated[
        str | None,
        typer.Option(
            help=f"{', '.join(FORMS)}, as the model has learned; default: its first.",
            autocompletion=lambda: list(FORMS),
        ),
    ] = None,
    metre: Annotated[
        str, typer.Option(help="Of the lines, as the model has learned it: its feet, its name or a part of that.")
    ] = "",
    rhyme: Annotated[
        str,
        typer.Option(help="What the lines that rhyme end in: letters in Persian, a word or two that rhyme in English."),
    ] = "",
    lines: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=LARGEST_LIMIT,
            help="Stop at the end of this many lines, or where the next sentence ends if --keep is not off; "
            f"default {DEFAULT_LINES} if no --chars.",
        ),
    ] = None,
    chars: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_LIMIT, help="Stop after this many new characters.")
    ] = None,
    poems: Annotated[
        int, typer.Option("-n", min=1, max=10_000, help=f"How many poems to write; {BATCH} at a time, together.")
    ] = 1,
    drafts: Annotated[
        int | None,
        typer.Option(min=2, max=10_000, help="Write so many poems, and print them when all are there, the best first."),
    ] = None,
    temperature: Annotated[
        float, _within("temperature", help="0 is the likeliest, above 1 is wild.")
    ] = USUAL.temperature,
    top_k: Annotated[int, _within("top_k", help="Choose among the k likeliest; 0: all.")] = USUAL.top_k,
    top_p: Annotated[float, _within("top_p", help="Choose among those that reach this share.")] = USUAL.top_p,
    min_p: Annotated[float, _within("min_p", help="Leave out what is this much less likely.")] = USUAL.min_p,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=LARGEST_SEED, help="Same seed and -n, same poems; default: random."),
    ] = None,
    keep: Annotated[
        Keep, typer.Option(help="Try each line for rhyme, metre, real words: up to 32 times, 4 times, or not.")
    ] = "strict",
    original: Annotated[
        int | None,
        typer.Option(
            min=PHRASE,
            max=LARGEST_LIMIT,
            help="Refuse lines that complete a run of this many words from the training text; not with --keep off.",
        ),
    ] = None,
    json: Json = False,
    stats: Annotated[
        bool, typer.Option("--stats", help="Print speed, tries and what is copied on standard error.")
    ] = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Write new verse.

    A poem stops when the model ends it or a limit is reached, whichever comes first.
    """
    started = time.perf_counter()
    if drafts is not None:
        if poems > 1:
            raise typer.BadParameter("-n and --drafts both say how many poems to write: leave one of them out.")
        poems = drafts
    session = load_model(model)
    form = form or session.card.forms[0]
    session.check_form(form)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED - poems)
    elif seed + poems - 1 > LARGEST_SEED:
        raise RumiError(f"{poems} poems from seed {seed} on pass the largest seed, {LARGEST_SEED}: begin lower.")
    if lines is None and chars is None:
        lines = DEFAULT_LINES
    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)

    asked = Request(
        form=form,
        text=prompt,
        metre=metre,
        rhyme=rhyme,
        sampling=sampling,
        seed=seed,
        lines=lines,
        characters=chars,
        keep=keep,
        original=original,
    )
    request, notes = fit_typed(session, session.description, asked)
    writer(session, session.description, request)  # refuses what this model cannot write
    narrate(f"{session.name}, {form}, seed {seed}, temperature {temperature:g}")
    for note in notes:
        narrate(note)
    written: list[Poem] = []
    first, shown = 0.0, -1

    def show(number: int, step: Step) -> None:
        """Prints a poem as it grows; the others of its batch are printed when they are whole."""
        nonlocal first, shown
        first = first or time.perf_counter() - started
        if json or drafts or number != len(written):
            return
        if number > shown:
            say("\n\n" * (number > 0) + request.text, end="")
            shown = number
        say(step.text, end="", flush=True)

    def count_drafts(number: int) -> None:
        """Tells a person who waits how many are written."""
        if not json:
            narrate(f"{number} of {drafts} drafts written")

    def tell_faults(poem: Poem) -> None:
        for line in poem.kept:
            if line.faults and not json:
                narrate(f"Seed {poem.seed}, line {line.number} breaks the form: {', '.join(line.faults)}")

    if drafts is None:
        for number, poem in enumerate(write_poems(session, session.description, request, poems, show)):
            written.append(poem)
            if not json and number > shown:
                say("\n\n" * (number > 0) + poem.text, end="", flush=True)
            tell_faults(poem)
        if not json:
            say()
    else:
        for number, draft in enumerate(write_drafts(session, session.description, request, drafts, show, count_drafts)):
            written.append(draft)
            if not json:
                narrate(f"Seed {draft.seed}: {draft.rank.reasons}")
                tell_faults(draft)
                say(draft.text + "\n" * (number + 1 < drafts), flush=True)
    if json:
        result = {
            "model": session.name,
            "model_sha256": session.sha256,
            "form": form,
            "prompt": request.text,
            "metre": request.metre,
            "rhyme": request.rhyme,
            "sampling": sampling,
            "lines": lines,
            "chars": chars,
            "keep": keep,
            "original": original,
            "poems": written,
        }
        say_json(result)
    if stats:
        seconds = time.perf_counter() - started
        characters = sum(len(poem.text) - len(request.text) for poem in written)
        narrate(
            f"{characters} characters in {seconds:.3f} seconds, {characters / seconds:.0f} characters/second, "
            f"{first:.3f} seconds to the first character"
        )
        if kept := [line for poem in written for line in poem.kept]:
            faults = Counter(fault for line in kept for fault in line.faults)
            broken = f" ({', '.join(f'{fault}: {times}' for fault, times in faults.items())})" if faults else ""
            narrate(
                f"{len(kept)} lines of {sum(line.tries for line in kept)} tries, "
                f"{sum(bool(line.faults) for line in kept)} of which break the form{broken}"
            )
        narrate(_copied(written))


def _copied(poems: Sequence[Poem]) -> str:
    """A sentence that tells how much of some poems stands in the training text."""
    measured = [poem.originality for poem in poems if poem.originality is not None]
    if not measured:
        return "This model file does not tell what its training text holds, so nobody knows what is copied"
    share = sum(each.copied_words for each in measured) / max(1, sum(each.words for each in measured))
    longest = max(each.longest_run for each in measured)
    if not longest:
        return f"No run of {PHRASE} words or more is copied from the training text"
    return (
        f"The longest run that is copied from the training text has {longest} words; {100 * share:.1f} % of all words "
        f"are in runs of {PHRASE} or more"
    )
