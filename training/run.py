"""A run of training from its texts to its checkpoint, in three steps: read, prepare, train."""

from __future__ import annotations

import datetime
import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, pairwise
from pathlib import Path
from typing import NamedTuple, TextIO, cast

import msgspec
import torch
from rich.console import Console

from models.bpe import WordTokenizer
from models.card import UNSAID, Card, Text
from models.config import DEFAULT_PRESET, DecoderConfig, preset
from models.decoder import Decoder
from models.description import Description
from models.errors import UNREADABLE, RumiError
from models.paths import WEIGHTS, weights_path
from models.tokenizer import SEPARATOR, CharacterTokenizer, Tokenizer
from rumi_tui.engine.loss import Score
from rumi_tui.texts.corpus import UNSAID_LICENCE, Poem, Source, read_corpus
from rumi_tui.texts.labels import labels_path
from training import checkpoint
from training.data import (
    VERSIONS,
    Batches,
    EncodedPoems,
    Ids,
    conditions_of,
    encode_poem,
    encode_versions,
    store_encoded,
)
from training.defaults import FEWEST_POEMS
from training.device import is_out_of_memory
from training.distributed import World
from training.estimate import LossEstimate
from training.evaluate import exact_loss
from training.folder import new_folder
from training.loop import Store, TrainState, train
from training.optim import build_optimizers
from training.report.screen import LastingStream
from training.report.watcher import RunWatcher
from training.rhyme.self_training import GeneratedVerse, known_words, read_generated
from training.rhyme.weights import WEIGHT, rhyme_weights, self_training_weights
from training.run_config import RunConfig
from training.text_index import index_text
from training.torch_step import TorchStep


class Inputs(NamedTuple):
    """All that a run learns from, as its files have it."""

    sources: list[Source]
    language: str
    """Of all sources; `UNSAID` where nobody said."""
    generated: list[GeneratedVerse]
    """Verse by the model itself, for self-training."""
    start: tuple[Decoder, Description] | None
    """The checkpoint to start from."""
    teachers: list[tuple[Decoder, Description]]
    """Checkpoints whose beliefs are learned beside the text."""
    hashes: dict[str, list[str]]
    """SHA-256 of the files, by what they are."""

    @property
    def generated_poems(self) -> list[Poem]:
        """The poems of all generated verse."""
        return [poem for verse in self.generated for poem in verse.poems]


def read_config(folder: Path, command: str) -> RunConfig:
    """The config of the run in a folder, with the command that resumes it. Raises `RumiError` if there is no run."""
    _, facts = checkpoint.load_state(folder)
    try:
        config = msgspec.convert(facts["config"], RunConfig)
    except (KeyError, *UNREADABLE) as error:
        raise RumiError(f"The run in {folder} is of another version of rumi-train: start it anew.") from error
    return RunConfig(**{**vars(config), "commands": (*config.commands, command)})


def read_inputs(config: RunConfig) -> Inputs:
    """Reads what a run learns from. Raises `RumiError` where something is missing or is in several languages."""
    paths = [Path(path) for path in config.corpus]
    sources = read_corpus(paths, config.language, config.form)
    generated = [Path(path) for path in config.self_training]
    start = Path(config.init) if config.init is not None else None
    begun = checkpoint.load_weights(start) if start else None
    language = _one_language(sources)
    if language == UNSAID and begun is not None and begun[1].card.language != UNSAID:
        language = begun[1].card.language  # nobody says another than that of the model that goes on learning
        sources = read_corpus(paths, language, config.form)
    teachers = [Path(path) for path in config.teachers]
    return Inputs(
        sources=sources,
        language=language,
        generated=[read_generated(path) for path in generated],
        start=begun,
        teachers=[checkpoint.load_weights(path) for path in teachers],
        hashes={
            "texts": [source.sha256 for source in sources],
            "labels": [f"{source.language} {source.form} {_labels_of(source)}" for source in sources],
            "init": [_sha256(weights_path(start))] if start else [],
            "self_training": [_sha256(path) for path in generated],
            "teachers": [_sha256(weights_path(path)) for path in teachers],
        },
    )


@dataclass
class Run:
    """A run that is ready to be trained."""

    folder: Path
    world: World
    config: RunConfig
    """With all that nobody said decided."""
    inputs: Inputs
    batches: Batches
    weights: EncodedPoems | None
    """What each target counts in the gradient, in the places of `batches`; None: all alike."""
    estimate_loss: LossEstimate
    characters_per_token: float
    model: Decoder
    teachers: list[Decoder]
    description: Description

    def train(self) -> Score | None:
        """Trains to the end and writes the best weights with their card; None if it was interrupted.

        The returned score is the exact loss of those weights on the whole validation split.
        """
        config = self.config.train
        store = Store(self.folder, {"config": asdict(self.config), **self.inputs.hashes}, self._keep_best)
        console = Console(file=cast(TextIO, LastingStream(sys.stderr)), quiet=not self.world.is_main)
        assert self.config.learning_rate is not None
        optimizers = build_optimizers(self.model, self.config.learning_rate)
        with RunWatcher(self.folder, self.description, self._characters(steps=1), console) as watcher:
            try:
                state = train(
                    self.model,
                    optimizers,
                    self.batches,
                    self.estimate_loss,
                    config,
                    store,
                    watcher,
                    self.world,
                    self.weights,
                    [teacher.to(self.world.device) for teacher in self.teachers],
                )
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                raise RumiError(
                    f"There is too little memory for {config.batch // config.accumulate} sequences at once: begin anew "
                    f"with --accumulate {2 * config.accumulate} or more, which works through a batch in so many parts, "
                    "or with a smaller --batch."
                ) from error
        if state is None or not self.world.is_main:
            return None
        watcher.ended(config, state)
        return measure(self.folder, self.inputs.sources, self.world.device)

    def _keep_best(self, model: Decoder, state: TrainState) -> None:
        card = self.description.card
        card = msgspec.structs.replace(card, characters_seen=card.characters_seen + self._characters(state.step))
        checkpoint.save_weights(self.folder / WEIGHTS, model, self.description._replace(card=card))

    def _characters(self, steps: int) -> int:
        """How many characters of text that many steps read, see `Card.characters_seen`."""
        return round(steps * self.config.train.batch * self.batches.window * self.characters_per_token)


def prepare(config: RunConfig, folder: Path, world: World) -> Run:
    """Makes a run ready in a folder: its tokens, its batches, its model.

    Raises `RumiError` when the texts cannot train the decoder that was asked for.
    """
    inputs = read_inputs(config)
    _check_resumable(folder, inputs.hashes)
    tokenizer, shape = _tokenizer_and_shape(config, inputs)
    teachers = _teachers(config, inputs, tokenizer, shape)
    generated = inputs.generated_poems
    with new_folder(folder):
        verse = [source.training for source in inputs.sources]
        training, characters = _encode([*verse, generated], tokenizer, inputs.language, folder)
        validation = _encode_validation(inputs, tokenizer, folder)
        config = config.decided(characters, len(training.ids) // VERSIONS, shape.window, world.device.type == "cuda")
        if config.train.batch % (world.size * config.train.accumulate):
            raise RumiError(
                f"A batch of {config.train.batch} does not split over {world.size} processes in "
                f"{config.train.accumulate} parts each: change one of them."
            )
        heads = [tokenizer.form_id(form) for form in tokenizer.forms]
        batches = Batches(training, shape.window, config.train.batch, config.train.seed, heads, VERSIONS)
        weights = _rhyme_weights(training, len(generated), tokenizer, inputs, folder) if config.rhyme else None
        if not len(validation.ids):
            count = (len(training.beginnings) - 1) // VERSIONS - len(generated)
            raise RumiError(
                f"The corpus has {count} poems and none to validate on, which every 20th of a file is: part it by "
                "blank lines into 20 or more, or join its files."
            )
    assert config.dropout is not None
    model = _model(msgspec.structs.replace(shape, dropout=config.dropout), inputs, config.train.seed)
    return Run(
        folder=folder,
        world=world,
        config=config,
        inputs=inputs,
        batches=batches,
        weights=weights,
        estimate_loss=LossEstimate(validation, shape.window, config.train.batch),
        characters_per_token=characters / batches.tokens,
        model=model.to(world.device),
        teachers=teachers,
        description=_description(model.config, tokenizer, _card(config, inputs, model.parameter_count()), inputs),
    )


def _description(shape: DecoderConfig, tokenizer: Tokenizer, card: Card, inputs: Inputs) -> Description:
    """That of the model, with what the checkpoint to start from tells of the text that it learned from."""
    description = Description(shape, tokenizer, card)
    if inputs.start is None:
        return description
    start = inputs.start[1]
    return description._replace(lexicon=start.lexicon, phrases=start.phrases, word_vectors=start.word_vectors)


def measure(folder: Path, sources: Sequence[Source], device: torch.device) -> Score:
    """The exact loss of the weights in a folder on the validation poems.

    From then on their card tells it, and their description the words of the poems that train (`index_text`).
    """
    model, description = checkpoint.load_weights(folder)
    step, tokenizer = TorchStep(model.to(device)), description.tokenizer
    score = exact_loss(step, tokenizer, sources, "validation")
    told = exact_loss(step, tokenizer, sources, "validation", told=True) if tokenizer.can_be_told else None
    card = msgspec.structs.replace(
        description.card,
        date=_today(),
        nats_per_char=round(score.nats_per_char, 5),
        bits_per_char=round(score.bits_per_char, 5),
        nats_per_char_told=round(told.nats_per_char, 5) if told else None,
    )
    description = index_text(description._replace(card=card), sources)
    checkpoint.save_weights(folder / WEIGHTS, model, description)
    return score


def _tokenizer_and_shape(config: RunConfig, inputs: Inputs) -> tuple[Tokenizer, DecoderConfig]:
    """Those of the checkpoint to start from, with what is new in the texts, or else those of the preset."""
    if inputs.start is None:
        kind = WordTokenizer if config.tokenizer == "word" else CharacterTokenizer
        learned = _with_signs(kind.train(_training_texts(inputs)), inputs)
        return learned, preset(config.preset or DEFAULT_PRESET, len(learned))
    shape, tokenizer = inputs.start[1].config, inputs.start[1].tokenizer
    if config.preset is not None and not shape.same_shape(preset(config.preset, len(tokenizer))):
        raise RumiError(f"{config.init} is not of the preset {config.preset}: leave the preset out.")
    if config.tokenizer not in (None, tokenizer.kind):
        raise RumiError(
            f"{config.init} has a tokenizer of the kind {tokenizer.kind}, not {config.tokenizer}: "
            "leave out --tokenizer or --init."
        )
    tokenizer = _with_signs(tokenizer, inputs)
    return tokenizer, msgspec.structs.replace(shape, vocab_size=len(tokenizer))


def _teachers(config: RunConfig, inputs: Inputs, tokenizer: Tokenizer, shape: DecoderConfig) -> list[Decoder]:
    """The teachers, with their tokens in the order of this tokenizer."""
    for name, (teacher, description) in zip(config.teachers, inputs.teachers, strict=True):
        ids = description.tokenizer.ids
        if ids.keys() != tokenizer.ids.keys():
            raise RumiError(f"{name} cannot teach this decoder: it was trained on texts of other tokens.")
        if teacher.config.window < shape.window:
            raise RumiError(f"{name} cannot teach this decoder: its window is shorter.")
        order = [ids[token] for token in tokenizer.ids]
        with torch.no_grad():
            for rows in (teacher.embedding.weight, teacher.head.weight):
                rows.copy_(rows[order])
    return [teacher.eval() for teacher, _ in inputs.teachers]


def _with_signs(tokenizer: Tokenizer, inputs: Inputs) -> Tokenizer:
    """The tokenizer with all that it lacks of the texts: characters, forms, metres of `FEWEST_POEMS` or more."""
    poems = chain.from_iterable(source.training for source in inputs.sources)
    metres = Counter(tokenizer.normalise(poem.label.metre) for poem in poems)
    return tokenizer.grown(
        _training_texts(inputs),
        [source.form for source in inputs.sources],
        [metre for metre, count in metres.most_common() if metre and count >= FEWEST_POEMS],
    )


def _training_texts(inputs: Inputs) -> Iterator[str]:
    return (poem.text for source in inputs.sources for poem in source.training)


def _encode(
    texts: Iterable[Iterable[Poem]], tokenizer: Tokenizer, language: str, folder: Path
) -> tuple[EncodedPoems, int]:
    """The versions of poems as ids, and how many characters the poems have."""
    characters = 0

    def encoded() -> Iterator[Ids]:
        nonlocal characters
        for poem in chain.from_iterable(texts):
            characters += len(tokenizer.normalise(poem.text)) + len(SEPARATOR)
            yield from encode_versions(tokenizer, poem, language)

    return store_encoded(encoded(), folder, len(tokenizer)), characters


def _encode_validation(inputs: Inputs, tokenizer: Tokenizer, folder: Path) -> EncodedPoems:
    """The validation poems as ids, with all that is known of them."""
    poems = chain.from_iterable(source.validation for source in inputs.sources)
    encoded = (encode_poem(tokenizer, poem, conditions_of(poem, tokenizer, inputs.language)) for poem in poems)
    return store_encoded(encoded, folder, len(tokenizer))


def _rhyme_weights(
    poems: EncodedPoems, generated: int, tokenizer: Tokenizer, inputs: Inputs, folder: Path
) -> EncodedPoems:
    """The weights of all tokens of some poems, in their places; the last `generated` poems are the model's own."""
    known = known_words(inputs.sources)
    from_texts = len(poems.beginnings) - 1 - generated * VERSIONS

    def weights() -> Iterator[Ids]:
        for number, (begin, end) in enumerate(pairwise(poems.beginnings)):
            if number < from_texts:
                yield rhyme_weights(poems.ids[begin:end], tokenizer, inputs.language)
            else:
                yield self_training_weights(poems.ids[begin:end], tokenizer, inputs.language, known)

    stored = store_encoded(weights(), folder, WEIGHT + 1)
    if stored.ids.max() == 1:
        raise RumiError("No line of these texts rhymes: say their form with --form, as couplet, or leave out --rhyme.")
    return stored


def _model(shape: DecoderConfig, inputs: Inputs, seed: int) -> Decoder:
    """A new decoder, or that of the checkpoint to start from; for a new token its head says 0."""
    torch.manual_seed(seed)
    model = Decoder(shape)
    if inputs.start is not None:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                weights = inputs.start[0].get_parameter(name)
                parameter[: len(weights)] = weights
    return model


def _card(config: RunConfig, inputs: Inputs, parameters: int) -> Card:
    """The card before training. What a checkpoint to start from has learned goes on to count, after what is new."""
    texts = tuple(Text(name=source.name, sha256=source.sha256) for source in inputs.sources)
    forms = tuple(source.form for source in inputs.sources)
    commands = (*chain.from_iterable(verse.commands for verse in inputs.generated), *config.commands)
    earlier = inputs.start[1].card if inputs.start else None
    return Card(
        language=inputs.language,
        forms=tuple(dict.fromkeys(forms + earlier.forms if earlier else forms)),
        texts=tuple(dict.fromkeys(earlier.texts + texts if earlier else texts)),
        characters_seen=earlier.characters_seen if earlier else 0,
        nats_per_char=None,
        bits_per_char=None,
        parameters=parameters,
        licence=config.licence or (earlier.licence if earlier else UNSAID_LICENCE),
        date=_today(),
        commands=earlier.commands + commands if earlier else commands,
    )


def _check_resumable(folder: Path, hashes: dict[str, list[str]]) -> None:
    if not (folder / checkpoint.STATE).exists():
        return
    _, facts = checkpoint.load_state(folder)
    changed = {
        "texts": "texts are not those",
        "labels": "labels, forms or languages of the texts are not those",
        "init": "checkpoint is not the one",
        "self_training": "generated verse is not the one",
        "teachers": "teachers are not those",
    }
    for name, subject in changed.items():
        if facts.get(name, hashes[name]) != hashes[name]:
            raise RumiError(f"The {subject} that the run in {folder} began with: bring back what it was.")


def _labels_of(source: Source) -> str:
    path = labels_path(source.path)
    return _sha256(path) if path.is_file() else ""


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _one_language(sources: Sequence[Source]) -> str:
    languages = {source.language for source in sources if source.language}
    if len(languages) > 1:
        raise RumiError(f"The corpus is in {' and '.join(sorted(languages))}: train on one of them.")
    return languages.pop() if languages else UNSAID


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()
