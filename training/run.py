"""A run of training from its texts to its checkpoint: everything between the command line and the loop."""

from __future__ import annotations

import datetime
import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import chain, pairwise
from pathlib import Path

import msgspec
import torch
from rich.console import Console

from models.bpe import WordTokenizer
from models.card import UNSAID, Card, Description, Text
from models.config import DEFAULT_PRESET, DecoderConfig, preset
from models.decoder import Decoder
from models.errors import RumiError, describe
from models.tokenizer import SEPARATOR, CharacterTokenizer, Tokenizer, TokenizerKind
from rumi_tui.engine.loss import Score
from rumi_tui.texts.corpus import Poem, Source, read_corpus
from training import checkpoint
from training.data import Batches, EncodedPoems, Ids, encode_poem, store_encoded
from training.defaults import (
    INIT_RATE,
    LEARNING_RATE,
    RHYME_RATE,
    batch_for,
    dropout_for,
    eval_every_for,
    most_steps_for,
)
from training.distributed import World
from training.estimate import LossEstimate
from training.evaluate import exact_loss
from training.loop import Store, TrainConfig, TrainState, train
from training.optim import build_optimizers
from training.report.watcher import RunWatcher
from training.rhyme.self_training import known_words, read_generated
from training.rhyme.weights import WEIGHT, rhyme_weights, self_training_weights
from training.torch_step import TorchStep

LICENCE = "MIT"


@dataclass(frozen=True)
class RunConfig:
    """What was asked for on the command line; kept with the run, so that resuming asks for nothing again."""

    corpus: tuple[str, ...]
    language: str | None
    form: str | None
    preset: str | None
    """None: that of `init`, or else `DEFAULT_PRESET`."""
    batch: int | None
    """Sequences in a step, over all processes."""
    learning_rate: float | None
    """Of the matrices, at its height; those of other parameters are in proportion (see `training.optim`)."""
    dropout: float | None
    init: str | None
    plan: TrainConfig
    commands: tuple[str, ...]
    tokenizer: TokenizerKind | None = None
    """None: that of `init`, or characters."""
    rhyme: bool = False
    """Whether words that carry a rhyme weigh more, see `training.rhyme.weights`."""
    practice: tuple[str, ...] = ()
    """Files of verse by the model that is trained further, see `training.rhyme.self_training`."""


def read_config(folder: Path, command: str) -> RunConfig:
    """The order of the run in a folder, with the command that resumes it. Raises `RumiError` if there is no run."""
    _, facts = checkpoint.load_state(folder)
    try:
        order = msgspec.convert(facts["order"], RunConfig)
    except (KeyError, msgspec.ValidationError) as error:
        raise RumiError(f"The run in {folder} is of another version of rumi-train: start it anew.") from error
    return RunConfig(**{**vars(order), "commands": (*order.commands, command)})


class Run:
    """A run in a folder. Raises `RumiError` when the texts cannot train the decoder that was ordered."""

    def __init__(self, order: RunConfig, folder: Path, world: World) -> None:
        self.folder, self.world = folder, world
        self.sources = read_corpus([Path(path) for path in order.corpus], order.language, order.form)
        plan, language, on_gpu = order.plan, _one_language(self.sources), world.device.type == "cuda"
        start = checkpoint.load_weights(Path(order.init)) if order.init is not None else None
        practice = [read_generated(Path(path)) for path in order.practice]
        own = [poem for practised in practice for poem in practised.poems]
        self._origin = _origin(order, self.sources)
        _check_resumable(folder, self._origin)
        tokenizer, config = _tokenizer_and_shape(order, start[1] if start else None, self.sources)
        with _new_folder(folder):
            verse = [source.training for source in self.sources]
            training, characters = self._store([*verse, own], tokenizer)
            validation, _ = self._store((source.validation for source in self.sources), tokenizer)
            batch = order.batch or batch_for(characters, plan.minutes, on_gpu)
            if batch % (world.size * plan.accumulate):
                raise RumiError(
                    f"A batch of {batch} does not split over {world.size} processes in {plan.accumulate} parts each: "
                    "change one of them."
                )
            self.batches = Batches(training, config.window, batch, plan.seed)
            weights = self._rhyme_weights(training, len(own), tokenizer, language) if order.rhyme else None
            self.weights = self.batches.beside(weights) if weights else None
            if not len(validation.ids):
                raise RumiError(
                    f"The corpus has {len(training.beginnings) - 1 - len(own)} poems and none to validate on: "
                    "part it by blank lines into 20 or more."
                )
        self.estimate_loss = LossEstimate(validation, config.window, batch)
        self._characters_per_token = characters / self.batches.tokens
        rate = LEARNING_RATE if start is None else RHYME_RATE if order.rhyme else INIT_RATE
        self.learning_rate = order.learning_rate or rate
        eval_every = plan.eval_every or eval_every_for(self.batches.tokens, config.window * batch, on_gpu)
        steps = plan.steps or most_steps_for(self.batches.tokens, config.window * batch)
        self.plan = replace(plan, steps=steps, batch=batch, eval_every=eval_every)
        dropout = order.dropout if order.dropout is not None else dropout_for(characters, on_gpu)
        self.order = replace(
            order, plan=self.plan, batch=batch, learning_rate=self.learning_rate, dropout=dropout
        )  # so that a later version, which might choose otherwise, goes on with them
        config = msgspec.structs.replace(config, dropout=dropout)
        torch.manual_seed(plan.seed)
        model = Decoder(config)
        if start is not None:
            _load_grown(model, start[0])
        self.model = model.to(world.device)
        written = chain.from_iterable(practised.commands for practised in practice)
        commands = (*written, *order.commands)
        card = _card(commands, self.sources, language, start[1].card if start else None, model.parameter_count())
        self.description = Description(config, tokenizer, card)

    def train(self) -> Score | None:
        """Trains to the end and writes the best weights with their card; None if it was interrupted.

        The returned score is the exact loss of those weights on the whole validation split.
        """
        store = Store(self.folder, {"order": asdict(self.order), **self._origin}, self._keep_best)
        console = Console(file=sys.stderr, quiet=not self.world.is_main)
        optimizers = build_optimizers(self.model, self.learning_rate)
        with RunWatcher(self.folder, self.description, self._characters(steps=1), console) as watcher:
            try:
                progress = train(
                    self.model,
                    optimizers,
                    self.batches,
                    self.estimate_loss,
                    self.plan,
                    store,
                    watcher,
                    self.world,
                    self.weights,
                )
            except torch.OutOfMemoryError as error:
                raise RumiError(
                    f"The GPU has too little memory for {self.plan.batch} sequences at once: begin anew with "
                    "--accumulate 2 or more, which works through them in so many parts."
                ) from error
        if progress is None or not self.world.is_main:
            return None
        watcher.ended(self.plan, progress)
        return measure(self.folder, self.sources, self.world.device)

    def _keep_best(self, model: Decoder, progress: TrainState) -> None:
        before = self.description.card.characters_seen
        card = msgspec.structs.replace(self.description.card, characters_seen=before + self._characters(progress.step))
        checkpoint.save_weights(self.folder / checkpoint.WEIGHTS, model, self.description._replace(card=card))

    def _store(self, poems: Iterable[Iterable[Poem]], tokenizer: Tokenizer) -> tuple[EncodedPoems, int]:
        """Poems as ids, and their characters."""
        characters = 0

        def encoded() -> Iterator[Ids]:
            nonlocal characters
            for poem in chain.from_iterable(poems):
                characters += len(poem.text) + len(SEPARATOR)
                yield encode_poem(tokenizer, poem)

        return store_encoded(encoded(), self.folder, len(tokenizer)), characters

    def _rhyme_weights(self, poems: EncodedPoems, own: int, tokenizer: Tokenizer, language: str) -> EncodedPoems:
        """The weights of all tokens of some poems, in their places; the last `own` of them are practice."""
        known = known_words(self.sources)
        texts = len(poems.beginnings) - 1 - own

        def weights() -> Iterator[Ids]:
            for number, (begin, end) in enumerate(pairwise(poems.beginnings)):
                if number < texts:
                    yield rhyme_weights(poems.ids[begin:end], tokenizer, language)
                else:
                    yield self_training_weights(poems.ids[begin:end], tokenizer, language, known)

        stored = store_encoded(weights(), self.folder, WEIGHT + 1)
        if stored.ids.max() == 1:
            raise RumiError(
                "No line of these texts rhymes: say their form with --form, as couplet, or leave out --rhyme."
            )
        return stored

    def _characters(self, steps: int) -> int:
        """How many characters of text that many steps read, see `Card.characters_seen`."""
        return round(steps * self.plan.batch * self.batches.window * self._characters_per_token)


def measure(folder: Path, sources: Sequence[Source], device: torch.device) -> Score:
    """The exact loss of the weights in a folder on the validation poems, which their card tells from then on."""
    model, description = checkpoint.load_weights(folder)
    score = exact_loss(TorchStep(model.to(device)), description.tokenizer, sources, "validation")
    card = msgspec.structs.replace(
        description.card,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        nats_per_char=round(score.nats_per_char, 5),
        bits_per_char=round(score.bits_per_char, 5),
    )
    checkpoint.save_weights(folder / checkpoint.WEIGHTS, model, description._replace(card=card))
    return score


@contextmanager
def _new_folder(folder: Path) -> Iterator[None]:
    """Makes a folder, and takes it away again, if it is empty, when what is done in it is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RumiError(f"Could not make the folder {folder} ({describe(error)}).") from error
    try:
        yield
    except RumiError:
        with suppress(OSError):
            folder.rmdir()
        raise


def _tokenizer_and_shape(
    order: RunConfig, start: Description | None, sources: Sequence[Source]
) -> tuple[Tokenizer, DecoderConfig]:
    """Those of the checkpoint to start from, with the new characters of the texts, or else those of the preset."""
    if start is None:
        kind = WordTokenizer if order.tokenizer == "word" else CharacterTokenizer
        learned = kind.train(poem.text for source in sources for poem in source.training)
        return learned, preset(order.preset or DEFAULT_PRESET, len(learned))
    if order.preset is not None and not start.config.same_shape(preset(order.preset, len(start.tokenizer))):
        raise RumiError(f"{order.init} is not of the preset {order.preset}: leave the preset out.")
    if order.tokenizer not in (None, start.tokenizer.kind):
        raise RumiError(
            f"{order.init} has a tokenizer of the kind {start.tokenizer.kind}, not {order.tokenizer}: "
            "leave out --tokenizer or --init."
        )
    texts = (poem.text for source in sources for poem in source.training)
    tokenizer = start.tokenizer.grown(texts, [source.form for source in sources])
    return tokenizer, msgspec.structs.replace(start.config, vocab_size=len(tokenizer))


def _load_grown(model: Decoder, start: Decoder) -> None:
    """Puts the weights of a decoder into one that may know more tokens; the head says 0 for a new one."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            weights = start.get_parameter(name)
            parameter[: len(weights)] = weights


def _card(
    commands: tuple[str, ...], sources: Sequence[Source], language: str, before: Card | None, parameters: int
) -> Card:
    """The card before training. What a checkpoint to start from has learned goes on to count."""
    texts = tuple(Text(name=source.name, sha256=source.sha256) for source in sources)
    forms = tuple(source.form for source in sources)
    return Card(
        language=language,
        forms=tuple(dict.fromkeys(before.forms + forms if before else forms)),
        texts=tuple(dict.fromkeys(before.texts + texts if before else texts)),
        characters_seen=before.characters_seen if before else 0,
        nats_per_char=None,
        bits_per_char=None,
        parameters=parameters,
        licence=LICENCE,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        commands=before.commands + commands if before else commands,
    )


def _origin(order: RunConfig, sources: Sequence[Source]) -> dict[str, list[str]]:
    """The SHA-256 of the files that a run begins with, by what they are."""
    practice = [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in order.practice]
    init = [hashlib.sha256(checkpoint.weights_path(Path(order.init)).read_bytes()).hexdigest()] if order.init else []
    return {"texts": [source.sha256 for source in sources], "init": init, "practice": practice}


def _check_resumable(folder: Path, origin: dict[str, list[str]]) -> None:
    if (folder / checkpoint.STATE).exists():
        _, facts = checkpoint.load_state(folder)
        began = {
            "texts": "texts are not those",
            "init": "checkpoint is not the one",
            "practice": "practice is not the one",
        }
        for name, said in began.items():
            if facts.get(name, origin[name]) != origin[name]:
                raise RumiError(f"The {said} that the run in {folder} began with: bring back what it was.")


def _one_language(sources: Sequence[Source]) -> str:
    languages = {source.language for source in sources if source.language}
    if len(languages) > 1:
        raise RumiError(f"The corpus is in {' and '.join(sorted(languages))}: train on one of them.")
    return languages.pop() if languages else UNSAID
