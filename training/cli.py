"""The command lines rumi-train and rumi-eval: they parse, call and print.

PyTorch is imported only where it is needed, so that texts and model files can be measured without it; so is the
dictionary of rhymes, which takes longer to import than all the rest.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn, get_args

import typer
from rich.console import Console
from rich.progress import track

from models.card import UNSAID
from models.config import DEFAULT_PRESET, PRESETS
from models.errors import RumiError, needs_extra
from models.forms import FORMS
from models.paths import given_path
from models.pretrained import MODELS, checkpoint_path, shipped
from models.tokenizer import TokenizerKind
from rumi_tui.command_line import DONE, FAILED, Debug, Json, Version, finite, narrate, new_app, say, say_json
from rumi_tui.engine.request import Keep
from rumi_tui.interruptions import ended_at_once
from rumi_tui.locations import fetched_texts
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.texts.statistics import doubts_of
from rumi_tui.verse.languages import LANGUAGES
from training.defaults import (
    BATCH,
    EPOCHS,
    GPU_BATCH,
    INIT_RATE,
    LEARNING_RATE,
    LONG_BATCH,
    MINUTES,
    RHYME_RATE,
    SMALL_BATCH,
)
from training.evaluate import Split, exact_loss, load_step
from training.run_config import (
    LARGEST_BATCH,
    LARGEST_DROPOUT,
    LARGEST_RATE,
    LARGEST_SEED,
    LEAST_RATE,
    MOST_MINUTES,
    RunConfig,
    TrainConfig,
)

if TYPE_CHECKING:
    from training.quality.samples import Sample

Form = Annotated[
    str | None,
    typer.Option(help=f"{', '.join(FORMS)}; default: what a corpus.toml beside the text says, or free."),
]
MoreTexts = Annotated[list[Path] | None, typer.Argument(metavar="TEXT", help="More texts.", show_default=False)]

train_app = new_app()
eval_app = new_app()


@train_app.command()
def train(
    context: typer.Context,
    corpus: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="TEXT...",
            envvar="RUMI_CORPUS_DIR",
            help="Text files, or folders of them; default: those that rumi-corpus fetched.",
        ),
    ] = None,
    more_texts: MoreTexts = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the run: checkpoint, curve, samples.")] = None,
    language: Annotated[
        str | None, typer.Option(help=f"Of the texts: {', '.join(LANGUAGES)}; picks them in a folder.")
    ] = None,
    form: Form = None,
    preset: Annotated[
        str | None,
        typer.Option(help=f"Shape of the decoder: {', '.join(PRESETS)}; default {DEFAULT_PRESET}, or that of --init."),
    ] = None,
    tokenizer: Annotated[
        TokenizerKind | None,
        typer.Option(help="Read and write characters or pieces of words; default: as --init, or characters."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.01,
            max=MOST_MINUTES,
            callback=finite,
            help=f"Time to train, at most; default {MINUTES:.0f}. The text is read {EPOCHS} times, at most.",
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps to train, at most, instead of --minutes.")] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=LARGEST_BATCH,
            help=f"Sequences in a step; default {BATCH}, {SMALL_BATCH} for a small text, {LONG_BATCH} for a long run, "
            f"{GPU_BATCH} on a GPU.",
        ),
    ] = None,
    accumulate: Annotated[
        int, typer.Option(min=1, max=LARGEST_BATCH, help="Parts that a batch is worked through in, to spare memory.")
    ] = 1,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            min=LEAST_RATE,
            max=LARGEST_RATE,
            callback=finite,
            help=f"At its height; default {LEARNING_RATE}, {INIT_RATE} with --init, {RHYME_RATE} with --rhyme too.",
        ),
    ] = None,
    dropout: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=LARGEST_DROPOUT,
            callback=finite,
            help="Default 0.3 for a small text down to 0, or 0.2 on a GPU, for a large one.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="Of the weights, the order of the text and the dropout.")
    ] = 0,
    init: Annotated[
        str | None, typer.Option(help=f"Checkpoint to start from: {', '.join(MODELS)}, or a .safetensors file.")
    ] = None,
    rhyme: Annotated[
        bool,
        typer.Option(
            "--rhyme",
            help="Have words that carry a rhyme weigh more. English and Persian; the last weights are kept.",
        ),
    ] = False,
    self_training: Annotated[
        list[Path] | None,
        typer.Option(
            help="With --rhyme: a file of rumi-generate --json, verse by the checkpoint of --init, to learn from the "
            "pairs of lines in it that rhyme; may be given several times."
        ),
    ] = None,
    licence: Annotated[
        str | None, typer.Option(help="Of the model, for its card, as MIT; default: that of --init, or not said.")
    ] = None,
    teacher: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Checkpoint to learn from beside the text: {', '.join(MODELS)}, a .safetensors file or the folder of "
            "a run; of several, the mean of what they hold likely."
        ),
    ] = None,
    resume: Annotated[Path | None, typer.Option(help="Folder of an interrupted run to go on with.")] = None,
    debug: Debug = False,
    version: Version = False,
) -> int:
    """Train a decoder on poems, from scratch.

    A run ends early when the validation loss no longer falls, and the best weights are kept; with --rhyme it runs to
    its end. Ctrl-C stops a run and keeps it; --resume goes on with it, with all that it was started with.
    """
    try:
        with ended_at_once():
            from training.distributed import join_world
            from training.folder import taken
            from training.run import prepare, read_config
    except ModuleNotFoundError as error:
        _without_training(error)
    command = shlex.join(["rumi-train", *sys.argv[1:]])
    if resume is not None:
        sources = {name: context.get_parameter_source(name) for name in context.params}
        given = {name for name, source in sources.items() if source and source.name == "COMMANDLINE"}
        if given - {"resume", "debug"}:
            raise typer.BadParameter("a run goes on as it was started: give nothing else.", param_hint="--resume")
        run_config, folder = read_config(resume, command), resume
    else:
        corpus = _named(context, "corpus", corpus, more_texts) or _fetched_texts("--corpus")
        if out is None:
            raise typer.BadParameter("name a folder for the run.", param_hint="--out")
        if minutes is not None and steps is not None:
            raise typer.BadParameter("give --minutes or --steps, not both.", param_hint="--steps")
        if minutes is None and steps is None:
            minutes = MINUTES
        if self_training and not rhyme:
            raise typer.BadParameter("give --rhyme with it.", param_hint="--self-training")
        run_config = RunConfig(
            corpus=tuple(str(path.resolve()) for path in corpus),
            language=language,
            form=form,
            preset=preset,
            batch=batch,
            learning_rate=learning_rate,
            dropout=dropout,
            init=str(_checkpoint(init)) if init else None,
            train=TrainConfig(steps=steps, minutes=minutes, accumulate=accumulate, seed=seed),
            commands=(command,),
            tokenizer=tokenizer,
            rhyme=rhyme,
            self_training=tuple(str(path.resolve()) for path in self_training or ()),
            licence=licence,
            teachers=tuple(str(_checkpoint(name)) for name in teacher or ()),
        )
        folder = out
    with join_world() as world, taken(folder, resume is None) if world.is_main else nullcontext():
        run = prepare(run_config, folder, world)
        if world.is_main:
            config = run.description.config
            for doubt in chain.from_iterable(map(doubts_of, run.inputs.sources)):
                narrate(doubt)
            narrate(
                f"{run.description.card.parameters:,} parameters, {len(run.description.tokenizer)} tokens, dropout "
                f"{config.dropout}, {run.batches.tokens:,} tokens of text, on {world.size} x {world.device.type}."
            )
        score = run.train()
    if not world.is_main:
        return DONE
    if score is None:
        narrate(f"Stopped and kept. Go on with: rumi-train --resume {folder}")
        return FAILED
    narrate(f"Validation: {score.nats_per_char:.4f} nats/char, {score.bits_per_char:.4f} bits/char.")
    narrate(f"Make a model file of it: rumi-export {folder}")
    say(folder / "model.safetensors")
    return DONE


@eval_app.command()
def evaluate(
    context: typer.Context,
    model: Annotated[
        str, typer.Option(help=f"{', '.join(MODELS)}, a model file (.onnx), a checkpoint, or the folder of a run.")
    ],
    text: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="TEXT...",
            envvar="RUMI_CORPUS_DIR",
            help="Text files, or folders of them; default: those that rumi-corpus fetched.",
        ),
    ] = None,
    more_texts: MoreTexts = None,
    form: Form = None,
    split: Annotated[
        Split, typer.Option(help="All poems, or those that validate: the number 20, 40, ... of each file.")
    ] = "all",
    samples: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Also write so many poems of each form, and measure their words, sense, metre, rhyme and ends beside "
            "real verse.",
        ),
    ] = None,
    keep: Annotated[
        Literal["strict", "loose", "off", "all"],
        typer.Option(help="How the form of the samples is kept, see rumi-generate; all: in each way."),
    ] = "off",
    json: Json = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Measure the exact loss of a model on a text, and its verse.

    The text is read as one stream in its order; every token is predicted once, with all that came before it up to the
    window. A text of which nothing is said is free, if the model learned that. The nats of all characters and ends of
    poems are divided by the number of characters of the normalised file, separators between poems included. The model
    is given the form of each poem; a model that can be told more is measured a second time, told the metre and the
    rhymes of each poem too, as far as they are known.

    With --samples the model writes poems by itself, or with its form kept, with the seeds 0, 1, ... Measured are: words
    that exist, words that belong together, lines in metre (where the texts have labels of it), rhyme kept and rhyme
    words used again, ends of poems, repetitions, and what is copied. Beside them stand the validation poems of the
    texts, cut to as many lines as rumi-generate writes; what is known or copied is looked up in all other poems of the
    texts, those that train.
    """
    texts = _named(context, "text", text, more_texts) or _fetched_texts("--text")
    try:
        with ended_at_once():
            step, description = load_step(model)
        if samples is not None:
            from training.quality.samples import measure_samples
    except ModuleNotFoundError as error:
        _without_training(error)
    language = None if description.card.language == UNSAID else description.card.language
    sources = read_corpus(texts, language, form, description.card.usual_form)
    tokenizer = description.tokenizer
    score = exact_loss(step, tokenizer, sources, split)
    told_score = exact_loss(step, tokenizer, sources, split, told=True) if tokenizer.can_be_told else None
    ways = get_args(Keep) if keep == "all" else [keep]
    verse = measure_samples(step, description, sources, samples, ways, _watch(samples)) if samples is not None else {}
    if json:
        result = {
            "model": model,
            "texts": [source.name for source in sources],
            "split": split,
            "nats_per_char": score.nats_per_char,
            "bits_per_char": score.bits_per_char,
            "nats_per_char_told": told_score.nats_per_char if told_score else None,
            "characters": score.characters,
            "unknown_characters": score.unknown_characters,
        }
        if verse:
            result["verse"] = verse
        say_json(result)
    else:
        say(
            f"{score.nats_per_char:.5f} nats/char  {score.bits_per_char:.5f} bits/char  "
            f"{score.characters:,} characters, {score.unknown_characters:,} of them unknown to the model"
        )
        if told_score:
            say(
                f"{told_score.nats_per_char:.5f} nats/char  {told_score.bits_per_char:.5f} bits/char  "
                "told the metre and the rhymes too"
            )
        if verse:
            from training.quality.table import verse_table

            console = Console()
            for form, comparison in verse.items():
                console.print(verse_table(form, comparison))


def _checkpoint(name: str) -> Path:
    model = shipped(name)
    if model is None:
        return given_path(name).resolve()
    path = checkpoint_path(model)
    if not path.is_file():
        raise RumiError(
            f"The checkpoint of rumi-{model} is not installed with the program: give its path in the folder of the "
            f"program, models/pretrained/{path.name}."
        )
    return path


def _named(context: typer.Context, option: str, paths: list[Path] | None, more_paths: list[Path] | None) -> list[Path]:
    """All texts that a person names; what the environment names for the option only where they name none."""
    source = context.get_parameter_source(option)
    if more_paths and source and source.name == "ENVIRONMENT":
        return more_paths
    return [*(paths or []), *(more_paths or [])]


def _fetched_texts(option: str) -> list[Path]:
    """The folder of fetched texts. Raises a wrong use of the option where there is none."""
    if not (fetched_texts() / "corpus.toml").is_file():
        raise typer.BadParameter(
            "say where the texts are, set RUMI_CORPUS_DIR, or run rumi-corpus fetch.", param_hint=option
        )
    return [fetched_texts()]


def _without_training(error: ModuleNotFoundError) -> NoReturn:
    raise needs_extra("This", error, "train") from error


def _watch(count: int) -> Callable[[Iterable[Sample], str], Iterable[Sample]]:
    """A live line on standard error for the samples of each form and way."""
    console = Console(stderr=True)
    return lambda samples, title: track(samples, f"Writing {title}", count, console=console)
