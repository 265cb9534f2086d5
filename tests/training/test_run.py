from __future__ import annotations

import csv
import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from support import generated, refused, verse, write_corpus

from models.card import UNSAID, Text
from models.decoder import Decoder
from models.paths import WEIGHTS
from rumi_tui.engine.loss import SEPARATOR
from rumi_tui.texts.corpus import Poem, read_corpus
from rumi_tui.verse.words import words
from training import checkpoint
from training.data import VERSIONS, encode_versions, version_shares
from training.defaults import FEWEST_STEPS, LEARNING_RATE, SMALL_BATCH
from training.distributed import World, join_world
from training.evaluate import exact_loss
from training.rhyme.weights import WEIGHT, rhyme_weights, self_training_weights
from training.run import prepare, read_config
from training.run_config import RunConfig, TrainConfig
from training.torch_step import TorchStep

pytestmark = pytest.mark.slow  # models are trained

PLAN = TrainConfig(steps=5, batch=2, eval_every=2)
ONE_STEP = TrainConfig(steps=1, batch=1)


@pytest.fixture
def world() -> Iterator[World]:
    with join_world() as world:
        yield world


def run_config(
    corpus: Path, plan: TrainConfig = PLAN, dropout: float | None = None, init: Path | None = None
) -> RunConfig:
    return RunConfig(
        corpus=(str(corpus),),
        language="en",
        form=None,
        preset="minimal" if init is None else None,
        batch=plan.batch,
        learning_rate=None,
        dropout=dropout,
        init=str(init) if init else None,
        train=plan,
        commands=("rumi-train --steps 5",),
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of one step on the `verse.txt` beside it; for all tests, so whoever changes it copies it."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "verse.txt").write_text(verse(20, seed=1))
    with join_world() as world:
        prepare(run_config(folder / "verse.txt", ONE_STEP), folder / "run", world).train()
    return folder / "run"


def test_a_run_leaves_its_curve_its_samples_and_a_model_that_says_how_good_it_is(
    tmp_path: Path, corpus_folder: Path, world: World, pictures: None
) -> None:
    run = prepare(run_config(corpus_folder), tmp_path / "run", world)
    score = run.train()
    names = ["loss.csv", "loss.png", "model.safetensors", "samples.txt", "state.safetensors", "tensorboard"]
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == names

    with (tmp_path / "run" / "loss.csv").open(newline="") as file:
        evals = list(csv.DictReader(file))
    assert list(evals[0]) == ["step", "seconds", "train_loss", "validation_loss"]
    assert [each["step"] for each in evals] == ["2", "4", "5"]
    assert (tmp_path / "run" / "loss.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert (tmp_path / "run" / "samples.txt").read_text("utf-8").count(": training ") == 3

    decoder, (config, tokenizer, card, *_) = checkpoint.load_weights(tmp_path / "run")
    best = min(evals, key=lambda look: float(look["validation_loss"]))
    sources = read_corpus([corpus_folder], "en")
    again = exact_loss(TorchStep(decoder), tokenizer, sources, "validation")
    assert score == again
    assert card.nats_per_char == pytest.approx(again.nats_per_char, abs=1e-5)
    assert card.bits_per_char == pytest.approx(again.bits_per_char, abs=1e-5)
    seen = int(best["step"]) * PLAN.batch * config.window * run.characters_per_token
    assert card.characters_seen == pytest.approx(seen, abs=1)
    assert (card.language, card.forms, card.licence) == ("en", ("couplet", "free"), "not said")
    assert card.texts == tuple(
        Text(name=name, sha256=hashlib.sha256((corpus_folder / name).read_bytes()).hexdigest())
        for name in ("one.txt", "two.txt")
    )
    assert card.parameters == decoder.parameter_count()
    assert card.commands == ("rumi-train --steps 5",)
    assert config.dropout == 0.3


def test_words_that_rhyme_weigh_more_where_that_is_asked_for(tmp_path: Path, world: World) -> None:
    path = tmp_path / "verse.txt"
    path.write_text(
        "\n\n".join(["the light of the lantern\na ship in the autumn\nthe river of light\na ship in the night"] * 60),
        "utf-8",
    )
    asked = replace(run_config(path), form="couplet")
    run = prepare(replace(asked, rhyme=True), tmp_path / "run", world)
    assert run.weights is not None
    poems, weights = run.batches.poems, run.weights
    end = poems.beginnings[1]
    expected = rhyme_weights(poems.ids[:end], run.description.tokenizer, "en")
    assert weights.ids[:end].tolist() == expected.tolist()
    assert max(expected) == WEIGHT
    assert weights.beginnings.tolist() == poems.beginnings.tolist()
    assert run.train() is not None
    assert prepare(asked, tmp_path / "other", world).weights is None
    assert run.config.learning_rate == LEARNING_RATE


def test_a_run_learns_from_verse_of_its_own(tmp_path: Path, world: World) -> None:
    text, written = tmp_path / "verse.txt", tmp_path / "generated.json"
    text.write_text("\n\n".join(["the light\nthe night"] * 400), "utf-8")
    written.write_bytes(msgspec.json.encode(generated("the night\nthe light", "a")))
    asked = replace(run_config(text, ONE_STEP), form="couplet", rhyme=True, self_training=(str(written),))
    run = prepare(asked, tmp_path / "run", world)
    assert run.weights is not None
    poems, weights, tokenizer = run.batches.poems, run.weights, run.description.tokenizer
    own = [
        ids for text in ("the night\nthe light", "a") for ids in encode_versions(tokenizer, Poem(text, "couplet"), "en")
    ]
    known = {"the", "light", "night"}
    begin = poems.beginnings[-1 - len(own)]
    assert poems.ids[begin:].tolist() == np.concatenate(own).tolist()
    expected = np.concatenate([self_training_weights(ids, tokenizer, "en", known) for ids in own])
    assert set(expected.tolist()) == {0, 1, WEIGHT}
    assert weights.ids[begin:].tolist() == expected.tolist()
    assert set(weights.ids[:begin].tolist()) == {1, WEIGHT}

    commands = run.description.card.commands
    assert [command.split()[0] for command in commands] == ["rumi-generate", "rumi-train"]

    run.train()
    with written.open("a") as file:
        file.write(" ")
    with refused("generated verse is not the one"):
        prepare(read_config(tmp_path / "run", "rumi-train --resume run"), tmp_path / "run", world)


def test_a_run_whose_texts_are_called_something_else_or_have_changed_cannot_be_resumed(
    tmp_path: Path, world: World
) -> None:
    corpus, folder = write_corpus(tmp_path / "corpus"), tmp_path / "run"
    prepare(run_config(corpus, ONE_STEP), folder, world).train()
    read = read_config(folder, "rumi-train --resume run")
    catalogue = corpus / "corpus.toml"
    known = catalogue.read_text("utf-8")
    catalogue.write_text(known.replace('"couplet"', '"free"'), "utf-8")
    with refused("labels, forms or languages of the texts are not those"):
        prepare(read, folder, world)
    catalogue.write_text(known, "utf-8")
    assert prepare(read, folder, world).config == read
    with (corpus / "two.txt").open("a") as file:
        file.write("\none more line")
    with refused("texts are not those"):
        prepare(read, folder, world)


def test_a_run_for_some_time_has_a_last_step_too(tmp_path: Path, corpus_folder: Path, world: World) -> None:
    asked = run_config(corpus_folder, TrainConfig(minutes=5))
    assert prepare(asked, tmp_path, world).config.train == replace(asked.train, steps=FEWEST_STEPS, eval_every=10)


def test_a_run_is_resumed_with_what_it_chose(tmp_path: Path, corpus_folder: Path, world: World) -> None:
    asked = replace(run_config(corpus_folder, TrainConfig(steps=1)), batch=None, learning_rate=None, dropout=None)
    run = prepare(asked, tmp_path, world)
    run.train()
    chosen = replace(
        asked,
        train=replace(asked.train, batch=SMALL_BATCH, eval_every=run.config.train.eval_every),
        batch=SMALL_BATCH,
        learning_rate=LEARNING_RATE,
        dropout=0.3,
        commands=(*asked.commands, "rumi-train --resume run"),
    )
    assert run.config.train.eval_every
    assert read_config(tmp_path, "rumi-train --resume run") == chosen


def test_a_run_from_a_checkpoint_that_has_changed_cannot_be_resumed(
    tmp_path: Path, world: World, trained: Path
) -> None:
    first, second = shutil.copytree(trained, tmp_path / "first"), tmp_path / "second"
    prepare(run_config(trained.parent / "verse.txt", ONE_STEP, init=first), second, world).train()
    read = read_config(second, "rumi-train --resume second")
    assert prepare(read, second, world).config == read
    decoder, description = checkpoint.load_weights(first)
    with torch.no_grad():
        next(decoder.parameters()).add_(1)
    checkpoint.save_weights(first / WEIGHTS, decoder, description)
    with refused("not the one"):
        prepare(read, second, world)


def test_a_run_learns_from_teachers_and_goes_on_with_no_others(tmp_path: Path, world: World, trained: Path) -> None:
    shutil.copytree(trained, tmp_path / "teacher")
    asked = replace(run_config(trained.parent / "verse.txt", ONE_STEP), teachers=(str(tmp_path / "teacher"),))
    prepare(asked, tmp_path / "pupil", world).train()
    alone, pupil = (checkpoint.load_weights(folder)[0] for folder in (trained, tmp_path / "pupil"))
    assert not torch.equal(alone.head.weight, pupil.head.weight)
    read = read_config(tmp_path / "pupil", "rumi-train --resume pupil")
    decoder, description = checkpoint.load_weights(tmp_path / "teacher")
    with torch.no_grad():
        next(decoder.parameters()).add_(1)
    checkpoint.save_weights(tmp_path / "teacher" / WEIGHTS, decoder, description)
    with refused("teachers are not those"):
        prepare(read, tmp_path / "pupil", world)


def test_a_teacher_may_have_its_tokens_in_another_order(tmp_path: Path, world: World) -> None:
    (tmp_path / "some.txt").write_text(verse(20, seed=1).replace("a", "e"))
    (tmp_path / "all.txt").write_text(verse(20, seed=1))
    prepare(run_config(tmp_path / "some.txt", ONE_STEP), tmp_path / "some", world).train()
    prepare(run_config(tmp_path / "all.txt", ONE_STEP, init=tmp_path / "some"), tmp_path / "grown", world).train()
    config = replace(run_config(tmp_path / "all.txt", ONE_STEP), teachers=(str(tmp_path / "grown"),))
    run = prepare(config, tmp_path / "pupil", world)
    teacher, description = checkpoint.load_weights(tmp_path / "grown")
    tokens, others = run.description.tokenizer.ids, description.tokenizer.ids
    assert list(tokens) != list(others)
    text = [token for token in tokens if token in "alone"]
    as_pupil, as_itself = (torch.tensor([[ids[token] for token in text]]) for ids in (tokens, others))
    logits = teacher.eval()(as_itself)[0][..., [others[token] for token in tokens]]
    torch.testing.assert_close(run.teachers[0](as_pupil)[0], logits)


def test_a_teacher_of_other_tokens_is_refused(
    tmp_path: Path, word_pair: tuple[Path, Path], corpus_folder: Path
) -> None:
    config = replace(run_config(corpus_folder), teachers=(str(word_pair[0]),))
    with refused("cannot teach"), join_world() as world:
        prepare(config, tmp_path / "run", world)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("facts", [{}, {"run_config": {}}, {"run_config": 1}, []])
def test_a_run_of_another_version_cannot_be_resumed(tmp_path: Path, facts: object) -> None:
    checkpoint.save_state(tmp_path, {"a": torch.zeros(1)}, facts)  # type: ignore[arg-type]
    with refused():
        read_config(tmp_path, "rumi-train --resume run")


def test_a_run_starts_from_the_weights_and_the_alphabet_of_a_checkpoint(
    tmp_path: Path, world: World, trained: Path
) -> None:
    (tmp_path / "second.txt").write_text(verse(20, seed=2))
    decoder, description = checkpoint.load_weights(trained)

    run = prepare(run_config(tmp_path / "second.txt", dropout=0.3, init=trained), tmp_path / "second", world)
    assert run.description.tokenizer == description.tokenizer
    assert run.description.config.dropout == 0.3
    assert isinstance(run.model, Decoder)
    for name, tensor in decoder.state_dict().items():
        assert torch.equal(run.model.state_dict()[name], tensor), name


def test_a_checkpoint_knows_the_phrases_and_words_of_all_the_poems_that_it_has_learned(
    tmp_path: Path, world: World
) -> None:
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text(verse(20, seed=1))
    second.write_text(verse(20, seed=2) + "\nsaffron\n")
    first.write_text(first.read_text() + "\nturquoise\n")
    prepare(run_config(first, ONE_STEP), tmp_path / "a", world).train()
    prepare(run_config(second, ONE_STEP, init=tmp_path / "a"), tmp_path / "b", world).train()
    for run, texts in (("a", [first]), ("b", [first, second])):
        phrases = checkpoint.load_weights(tmp_path / run)[1].phrases
        assert phrases is not None
        sources = read_corpus(texts)
        assert all(all(phrases.holds(words(poem.text))) for source in sources for poem in source.training)
        unseen = [words(poem.text) for source in sources for poem in source.validation]
        assert not any(is_held for text in unseen for is_held in phrases.holds(text))
    lexicon = checkpoint.load_weights(tmp_path / "b")[1].lexicon
    assert lexicon is not None
    assert [word in lexicon for word in ("turquoise", "saffron", "sandal")] == [True, True, False]


def test_where_nobody_says_a_language_that_of_the_checkpoint_goes_on(tmp_path: Path, world: World) -> None:
    (tmp_path / "verse.txt").write_text(verse(20))
    asked = run_config(tmp_path / "verse.txt", ONE_STEP)
    prepare(asked, tmp_path / "a", world).train()
    again = RunConfig(**{**vars(asked), "language": None, "preset": None, "init": str(tmp_path / "a")})
    run = prepare(again, tmp_path / "b", world)
    assert run.description.card.language == "en"
    assert {source.language for source in run.inputs.sources} == {"en"}
    assert prepare(RunConfig(**{**vars(asked), "language": None}), tmp_path / "c", world).inputs.language == UNSAID


def test_a_text_of_too_many_phrases_has_no_index(tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "verse.txt").write_text(verse(20))
    monkeypatch.setattr("training.text_index.MOST_PHRASES", 19 * 24 - 1)
    prepare(run_config(tmp_path / "verse.txt", ONE_STEP), tmp_path / "run", world).train()
    assert checkpoint.load_weights(tmp_path / "run")[1].phrases is None


def test_a_run_of_words_counts_the_characters_it_has_seen(word_pair: tuple[Path, Path], corpus_folder: Path) -> None:
    _, (config, tokenizer, card, *_) = checkpoint.load_weights(word_pair[0])
    poems = list(read_corpus([corpus_folder / "one.txt"])[0].training)
    lengths = [[len(ids) for ids in encode_versions(tokenizer, poem, "en")] for poem in poems]
    tokens = (np.array(lengths) @ version_shares(VERSIONS)).sum()
    characters = len(SEPARATOR.join(poem.text for poem in poems)) + len(SEPARATOR)
    evals = checkpoint.load_state(word_pair[0].parent)[1]["state"]["evals"]
    best = min(evals, key=lambda look: look["validation_loss"])["step"]
    seen = best * SMALL_BATCH * config.window * characters / tokens
    assert characters > 2 * tokens
    assert card.characters_seen == pytest.approx(seen, abs=1)


def test_a_checkpoint_to_start_from_gives_its_tokenizer(
    tmp_path: Path, corpus_folder: Path, world: World, word_pair: tuple[Path, Path], model_pair: tuple[Path, Path]
) -> None:
    asked = run_config(corpus_folder, init=word_pair[0])
    for tokenizer in (None, "word"):
        run = prepare(replace(asked, tokenizer=tokenizer), tmp_path / "run", world)
        assert run.description.tokenizer == checkpoint.load_weights(word_pair[0])[1].tokenizer
    with refused("kind word, not characters: leave out --tokenizer or --init"):
        prepare(replace(asked, tokenizer="characters"), tmp_path / "run", world)
    with refused("kind characters, not word: leave out --tokenizer or --init"):
        prepare(replace(asked, init=str(model_pair[0]), tokenizer="word"), tmp_path / "run", world)


@pytest.mark.parametrize("facts", [{"order": {}}, {"config": {"\ud800": 1}}])
def test_a_run_of_another_version_is_refused(tmp_path: Path, facts: dict[str, object]) -> None:
    checkpoint.save_state(tmp_path, {"a": torch.zeros(1)}, facts)
    with refused("another version of rumi-train"):
        read_config(tmp_path, "rumi-train --resume run")


@pytest.mark.parametrize(
    "changed", [{"batch": 10**12}, {"dropout": 1.0}, {"learning_rate": -1.0}, {"train": {"seed": -1}}]
)
def test_a_state_that_asks_for_what_no_run_can_be_told_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    checkpoint.save_state(tmp_path, {"a": torch.zeros(1)}, {"config": asdict(run_config(tmp_path)) | changed})
    with refused("start it anew"):
        read_config(tmp_path, "rumi-train --resume run")


def test_what_a_run_was_not_asked_for_may_be_missing_in_its_state(tmp_path: Path) -> None:
    asked = asdict(run_config(tmp_path))
    del asked["tokenizer"]
    checkpoint.save_state(tmp_path, {"a": torch.zeros(1)}, {"config": asked})
    assert read_config(tmp_path, "rumi-train --resume run").tokenizer is None


def test_a_run_that_starts_from_a_checkpoint_learns_the_new_characters_of_its_texts(
    tmp_path: Path, world: World, trained: Path
) -> None:
    (tmp_path / "second.txt").write_text(verse(20, seed=2).upper())
    decoder, (_, before, *_) = checkpoint.load_weights(trained)

    run = prepare(run_config(tmp_path / "second.txt", init=trained), tmp_path / "second", world)
    after = run.description.tokenizer
    assert after.tokens[: len(before)] == before.tokens
    assert set("AMBER") <= set(after.tokens[len(before) :])
    ids = torch.tensor([before.encode("amber\nbarley")])
    with torch.no_grad():
        mine, its = run.model.eval()(ids)[0], decoder(ids)[0]
    assert torch.allclose(mine[..., : len(before)], its)
    assert not mine[..., len(before) :].any()
    assert run.train() is not None
    assert len(checkpoint.load_weights(tmp_path / "second")[1].tokenizer) == len(after)


def test_validation_poems_are_not_trained_on(tmp_path: Path, world: World) -> None:
    poems = verse(40).strip().split("\n\n")
    poems[19] = "ж" * 100
    (tmp_path / "verse.txt").write_text("\n\n".join(poems))
    run = prepare(run_config(tmp_path / "verse.txt"), tmp_path / "run", world)
    assert "ж" not in run.description.tokenizer.tokens
    assert run.batches.tokens == sum(len(poem) + 2 for poem in poems[:19] + poems[20:39])


def test_a_batch_that_does_not_split_over_the_processes_is_refused(tmp_path: Path, corpus_folder: Path) -> None:
    three = World(rank=0, size=3, device=torch.device("cpu"))
    with refused("batch of 2 does not split over 3 processes"):
        prepare(run_config(corpus_folder), tmp_path, three)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form": "sonnet"}, "no form 'sonnet'"),
        ({"language": "de"}, "no text in the language 'de'"),
        ({"language": None}, "The corpus is in en and fa"),
        ({"init": "missing.safetensors"}, "There is no checkpoint at"),
        ({"preset": "huge"}, "no preset 'huge'"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    tmp_path: Path, corpus_folder: Path, world: World, changes: dict[str, str | None], said: str
) -> None:
    with refused(said):
        prepare(replace(run_config(corpus_folder), **changes), tmp_path / "run", world)
    assert not (tmp_path / "run").exists()


def test_a_corpus_without_a_poem_to_validate_on_is_refused(tmp_path: Path, world: World) -> None:
    (tmp_path / "verse.txt").write_text(verse(19))
    with refused("19 poems and none to validate on"):
        prepare(run_config(tmp_path / "verse.txt"), tmp_path / "run", world)


def test_a_text_may_have_a_name_that_is_not_utf8(tmp_path: Path, world: World) -> None:
    text = tmp_path / os.fsdecode(b"one\xfe.txt")
    text.write_text(verse(20))
    asked = replace(run_config(text, ONE_STEP), commands=(f"rumi-train --corpus {text}",))
    prepare(asked, text.parent / "run", world).train()
    assert checkpoint.load_weights(text.parent / "run")[1].card.nats_per_char is not None
    assert read_config(text.parent / "run", "rumi-train --resume run").corpus == (str(text),)
