"""A run of training from its texts to its checkpoint: everything between the command line and the loop."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import torch

from models.card import UNSAID, Card, Description, Text
from models.config import preset
from models.decoder import Decoder
from models.errors import RumiError, describe
from models.tokenizer import CharacterTokenizer, Kind, Tokenizer
from models.words import WordTokenizer
from rumi_tui.engine.score import SEPARATOR, Score
from training import checkpoint
from training.corpus import Poem, Source, read_corpus
from training.data import Batches, encode_poem
from training.distributed import World
from training.evaluate import exact_loss
from training.loop import Plan, Progress, Store, train
from training.quick_loss import QuickLoss
from training.torch_step import TorchStep
from training.watch import RunWatcher

LICENCE = "MIT"
SMALL_TEXT = 1_500_000
"""Characters below which a run passes over its text so often that it would learn it by heart without dropout."""


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line; kept with the run, so that resuming asks for nothing again."""

    corpus: tuple[str, ...]
    language: str | None
    form: str | None
    preset: str
    dropout: float | None
    init: str | None
    plan: Plan
    commands: tuple[str, ...]
    tokenizer: Kind | None = None
    """None: that of `init`, or characters."""


def read_order(folder: Path, command: str) -> Order:
    """The order of the run in a folder, with the command that resumes it. Raises `RumiError` if there is no run."""
    _, facts = checkpoint.load_state(folder)
    try:
        order = msgspec.convert(facts["order"], Order)
    except (KeyError, msgspec.ValidationError) as error:
        raise RumiError(f"The run in {folder} is of another version of rumi-train: start it anew.") from error
    return Order(**{**vars(order), "commands": (*order.commands, command)})


class Run:
    """A run in a folder. Raises `RumiError` when the texts cannot train the decoder that was ordered."""

    def __init__(self, order: Order, folder: Path, world: World) -> None:
        self.order, self.folder, self.world = order, folder, world
        self.sources = read_corpus([Path(path) for path in order.corpus], order.language, order.form)
        _check_resumable(folder, self.sources)
        language = _one_language(self.sources)
        init = Path(order.init) if order.init is not None else None
        training = [poem for source in self.sources for poem in source.training]
        validation = [poem for source in self.sources for poem in source.validation]
        tokenizer = _tokenizer(init, order.tokenizer, training)
        characters = sum(len(poem.text) for poem in training)
        dropout = order.dropout if order.dropout is not None else 0.2 if characters < SMALL_TEXT else 0.0
        config = preset(order.preset, len(tokenizer), dropout)
        if order.plan.batch % world.size:
            raise RumiError(f"A batch of {order.plan.batch} does not split over {world.size} processes: change one.")
        self.batches = Batches(
            [encode_poem(tokenizer, poem) for poem in training], config.window, order.plan.batch, order.plan.seed
        )
        self._characters_per_symbol = sum(len(poem.text) + len(SEPARATOR) for poem in training) / self.batches.symbols
        if not validation:
            raise RumiError(
                f"The corpus has {len(training)} poems and none to validate on: part it by blank lines into 20 or more."
            )
        torch.manual_seed(order.plan.seed)
        model = Decoder(config)
        if init is not None:
            checkpoint.start_from(model, init)
        self.model = model.to(world.device)
        self.quick_loss = QuickLoss(
            [encode_poem(tokenizer, poem) for poem in validation], config.window, order.plan.batch
        )
        card = Card(
            language=language,
            forms=tuple(dict.fromkeys(poem.form for poem in training)),
            texts=tuple(Text(name=source.name, sha256=source.sha256) for source in self.sources),
            characters_seen=0,
            nats_per_char=None,
            bits_per_char=None,
            parameters=model.parameter_count(),
            licence=LICENCE,
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            commands=order.commands,
        )
        self.description = Description(config, tokenizer, card)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RumiError(f"Could not make the folder {folder} ({describe(error)}).") from error

    def train(self) -> Score | None:
        """Trains to the end and writes the best weights with their card; None if it was interrupted.

        The returned score is the exact loss of those weights on the whole validation split.
        """
        facts = {"order": asdict(self.order), "texts": [source.sha256 for source in self.sources]}
        store = Store(self.folder, facts, self._keep_best)
        quiet = not self.world.leads
        with RunWatcher(self.folder, self.description, self._characters(steps=1), quiet) as watcher:
            progress = train(self.model, self.batches, self.quick_loss, self.order.plan, store, watcher, self.world)
        if progress is None or not self.world.leads:
            return None
        best, description = checkpoint.load_weights(self.folder)
        result = exact_loss(TorchStep(best.to(self.world.device)), description.tokenizer, self.sources, "validation")
        measured = msgspec.structs.replace(
            description.card,
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            commands=self.order.commands,
            nats_per_char=round(result.nats_per_char, 5),
            bits_per_char=round(result.bits_per_char, 5),
        )
        checkpoint.save_weights(self.folder / checkpoint.WEIGHTS, best, description._replace(card=measured))
        return result

    def _keep_best(self, model: Decoder, progress: Progress) -> None:
        card = msgspec.structs.replace(self.description.card, characters_seen=self._characters(progress.step))
        checkpoint.save_weights(self.folder / checkpoint.WEIGHTS, model, self.description._replace(card=card))

    def _characters(self, steps: int) -> int:
        """How many characters of text that many steps read, see `Card.characters_seen`."""
        return round(steps * self.order.plan.batch * self.batches.window * self._characters_per_symbol)


def _tokenizer(init: Path | None, asked: Kind | None, poems: Sequence[Poem]) -> Tokenizer:
    """That of the checkpoint to start from, or one learned from the poems."""
    if init is not None:
        tokenizer = checkpoint.load_weights(init)[1].tokenizer
        if asked not in (None, tokenizer.kind):
            raise RumiError(
                f"{init} has a tokenizer of the kind {tokenizer.kind}, not {asked}: leave out --tokenizer or --init."
            )
        return tokenizer
    kind = WordTokenizer if asked == "word" else CharacterTokenizer
    return kind.train(poem.text for poem in poems)


def _check_resumable(folder: Path, sources: Sequence[Source]) -> None:
    if (folder / checkpoint.STATE).exists():
        _, facts = checkpoint.load_state(folder)
        if facts.get("texts") != [source.sha256 for source in sources]:
            raise RumiError(f"The texts are not those that the run in {folder} began with: bring them back.")


def _one_language(sources: Sequence[Source]) -> str:
    languages = {source.language for source in sources if source.language}
    if len(languages) > 1:
        raise RumiError(f"The corpus is in {' and '.join(sorted(languages))}: train on one of them.")
    return languages.pop() if languages else UNSAID
