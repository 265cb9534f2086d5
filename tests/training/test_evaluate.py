from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from support import SHAPES, call_command, random_decoder, refused, tokenizer_of, verse, write_corpus

from models.decoder import Decoder
from models.layout import lay_out
from models.tokenizer import normalise
from rumi_tui.engine.loss import SEPARATOR
from rumi_tui.engine.session import load_model
from rumi_tui.texts.corpus import Source, read_corpus
from training.checkpoint import load_weights
from training.evaluate import exact_loss, load_step
from training.quality.samples import write_samples
from training.torch_step import TorchStep

TOKENIZER = tokenizer_of(40)
UNKNOWN = "é漢"


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    """Writes a text and reads it as a corpus."""

    def write(text: str, form: str = "couplet") -> Source:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
        path.write_text(text)
        return Source(path, "0" * 64, "en", form)

    return write


def all_at_once(decoder: Decoder, ids: torch.Tensor) -> torch.Tensor:
    """Logits after every id of a stream, in one call without a cache."""
    return decoder(ids[None])[0][0]


def each_alone(decoder: Decoder, ids: torch.Tensor) -> torch.Tensor:
    """The same where a full window starts over from its last half, each position in a call of its own."""
    window, half = decoder.config.window, decoder.config.window // 2
    starts = [0 if place < window else ((place - window) // half + 1) * half for place in range(len(ids))]
    return torch.stack([decoder(ids[None, start : place + 1])[0][0, -1] for place, start in enumerate(starts)])


@torch.no_grad()
def brute_nats(
    decoder: Decoder, texts: Source, poems: str, logits_of: Callable[[Decoder, torch.Tensor], torch.Tensor]
) -> float:
    """What all characters and ends cost, with the whole stream before each of them."""
    stream: list[int] = []
    given: list[bool] = []
    for poem in getattr(texts, poems):
        ids = [TOKENIZER.form_id(poem.form), *TOKENIZER.encode(poem.text), TOKENIZER.end_id]
        stream += ids
        given += [True] + [False] * (len(ids) - 1)
    ids = torch.tensor(stream)
    logprobs = logits_of(decoder, ids).double().log_softmax(-1)
    costs = -logprobs[:-1].gather(1, ids[1:, None])[:, 0]
    return costs[~torch.tensor(given[1:])].sum().item()


@pytest.mark.parametrize(
    ("kind", "text", "logits_of"),
    [
        ("rotary", "one poem", all_at_once),
        ("learned", "one poem", all_at_once),
        ("learned", "a\n\nb c\n\nd", all_at_once),
        ("rotary", verse(3), all_at_once),
        ("learned", verse(2), each_alone),
        ("rotary", f"some {UNKNOWN}\nverse{UNKNOWN}\n\n" * 5, all_at_once),
    ],
)
def test_the_loss_is_what_every_symbol_costs_after_all_that_came_before_it(
    source: Callable[..., Source], kind: str, text: str, logits_of: Callable[[Decoder, torch.Tensor], torch.Tensor]
) -> None:
    decoder, texts = random_decoder(SHAPES[kind]), source(text)
    score = exact_loss(TorchStep(decoder), TOKENIZER, [texts], "all")
    assert score.nats == pytest.approx(brute_nats(decoder, texts, "poems", logits_of), rel=1e-6)
    assert score.nats > score.characters
    assert score.characters == len(normalise(text).strip("\n"))
    assert score.unknown_characters == sum(text.count(character) for character in UNKNOWN)
    assert score.nats_per_char == score.nats / score.characters
    assert score.bits_per_char == pytest.approx(score.nats_per_char / math.log(2))


def test_the_validation_split_is_a_stream_of_every_20th_poem(source: Callable[..., Source]) -> None:
    decoder, texts = random_decoder(SHAPES["rotary"]), source(verse(45, lines=2))
    score = exact_loss(TorchStep(decoder), TOKENIZER, [texts], "validation")
    assert score.nats == pytest.approx(brute_nats(decoder, texts, "validation", all_at_once), rel=1e-6)
    assert score.characters == len(SEPARATOR.join(poem.text for poem in texts.validation))


def test_texts_add_up_each_from_its_own_beginning(source: Callable[..., Source]) -> None:
    step = TorchStep(random_decoder(SHAPES["rotary"]))
    texts = [source(verse(2)), source(f"{UNKNOWN} " * 9, "free")]
    one, two = (exact_loss(step, TOKENIZER, [text], "all") for text in texts)
    both = exact_loss(step, TOKENIZER, texts, "all")
    assert both.nats == pytest.approx(one.nats + two.nats)
    assert both.characters == one.characters + two.characters
    assert both.unknown_characters == two.unknown_characters == 18


def test_an_unknown_character_costs_what_the_unknown_symbol_costs(source: Callable[..., Source]) -> None:
    decoder = random_decoder(SHAPES["rotary"])
    step = TorchStep(decoder)
    known, unknown = (exact_loss(step, TOKENIZER, [source(text)], "all") for text in ("a", "é"))
    with torch.no_grad():
        start = torch.tensor([[TOKENIZER.form_id("couplet")]])
        logprobs = decoder(start)[0][0, -1].double().log_softmax(-1)
        after = decoder(torch.tensor([[TOKENIZER.form_id("couplet"), TOKENIZER.unknown_id]]))[0][0, -1]
    end = after.double().log_softmax(-1)[TOKENIZER.end_id]
    assert unknown.nats == pytest.approx(-(logprobs[TOKENIZER.unknown_id] + end).item(), rel=1e-6)
    assert (unknown.characters, unknown.unknown_characters) == (1, 1)
    assert known.unknown_characters == 0
    assert known.nats != unknown.nats


@torch.no_grad()
def test_the_loss_of_words_is_that_of_their_pieces_over_the_characters(
    source: Callable[..., Source], word_pair: tuple[Path, Path]
) -> None:
    decoder, description = load_weights(word_pair[0])
    tokenizer, texts = description.tokenizer, source(f"amber mirror\nkettle\n\nlantern {UNKNOWN}{UNKNOWN}")
    ids: list[int] = []
    for poem in texts.poems:
        ids += [*lay_out(tokenizer, "couplet", poem.text), tokenizer.end_id]
    logprobs = decoder(torch.tensor([ids]))[0][0].double().log_softmax(-1)
    predicted = [place for place in range(1, len(ids)) if ids[place] not in tokenizer.sign_ids]
    score = exact_loss(TorchStep(decoder), tokenizer, [texts], "all")
    assert score.nats == pytest.approx(-sum(logprobs[place - 1, ids[place]].item() for place in predicted), rel=1e-6)
    assert score.characters == len(SEPARATOR.join(poem.text for poem in texts.poems)) > len(ids)
    assert score.unknown_characters == 2 * len(UNKNOWN)


def test_nothing_to_measure_is_refused(source: Callable[..., Source]) -> None:
    with refused("at least 20 poems"):
        exact_loss(TorchStep(random_decoder(SHAPES["rotary"])), TOKENIZER, [source(verse(19, lines=1))], "validation")


@pytest.mark.parametrize("kind", [*SHAPES, "word"])
def test_rumi_eval_says_the_same_of_a_checkpoint_and_its_model_file(
    kind: str, write_pair: Callable[[str], tuple[Path, Path]], word_pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text(verse(20, lines=2, seed=5) + f"\nodd {UNKNOWN}")
    results = []
    for model in word_pair if kind == "word" else write_pair(kind):
        done = call_command("rumi-eval", "--model", str(model), "--text", str(tmp_path / "text.txt"), "--json")
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        results.append(json.loads(done.stdout))
    texts = read_corpus([tmp_path / "text.txt"])
    for result in results:
        assert result["nats_per_char"] == pytest.approx(results[0]["nats_per_char"], abs=1e-4)
        assert result["bits_per_char"] == pytest.approx(result["nats_per_char"] / math.log(2))
        assert result["characters"] == len(SEPARATOR.join(poem.text for poem in texts[0].poems))
        assert result["unknown_characters"] == 2
        assert result["texts"] == ["text.txt"]
        assert result["split"] == "all"


def test_rumi_eval_takes_a_form_a_split_and_more_texts(model_file: Path, corpus_folder: Path) -> None:
    def nats(*arguments: str) -> dict[str, float]:
        done = call_command("rumi-eval", "--model", str(model_file), "--json", "--text", *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    one, two = str(corpus_folder / "one.txt"), str(corpus_folder / "two.txt")
    split = "--split=validation"
    first, second, both = nats(one, split), nats(two, split), nats(one, two, split)
    assert nats(str(corpus_folder), split)["nats_per_char"] == both["nats_per_char"]
    assert both["characters"] == first["characters"] + second["characters"]
    weights = [first["characters"], second["characters"]]
    mean = np.average([first["nats_per_char"], second["nats_per_char"]], weights=weights)
    assert both["nats_per_char"] == pytest.approx(mean)
    assert nats(one, split, "--form=couplet") == first
    assert nats(one, split, "--form=free")["nats_per_char"] != first["nats_per_char"]


def test_a_model_that_can_be_told_more_is_measured_in_both_ways(word_pair: tuple[Path, Path], tmp_path: Path) -> None:
    text = tmp_path / "rhymed.txt"
    text.write_text("a lantern in the night\nan amber mirror of light\n\n" * 3)
    options = ("--model", str(word_pair[0]), "--text", str(text), "--form", "couplet")
    printed, done = (call_command("rumi-eval", *options, *json_or_not) for json_or_not in ((), ("--json",)))
    result = json.loads(done.stdout)
    _, description = load_weights(word_pair[0])
    expected = exact_loss(
        load_step(str(word_pair[0]))[0], description.tokenizer, read_corpus([text], "en", "couplet"), "all", told=True
    )
    assert result["nats_per_char_told"] == expected.nats_per_char != result["nats_per_char"]
    given_form, told_all = printed.stdout.splitlines()
    assert given_form.startswith(f"{result['nats_per_char']:.5f} nats/char")
    assert told_all.startswith(f"{result['nats_per_char_told']:.5f} nats/char")
    assert told_all.endswith("told the metre and the rhymes too")


def test_a_model_that_can_be_told_nothing_has_one_loss(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(verse(1))
    options = ("--model", str(model_file), "--text", str(tmp_path / "text.txt"))
    assert json.loads(call_command("rumi-eval", *options, "--json").stdout)["nats_per_char_told"] is None
    assert len(call_command("rumi-eval", *options).stdout.splitlines()) == 1


def test_measuring_a_model_file_needs_no_torch(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text(verse(1))
    program = """
import sys
from training.entry import eval_main
try:
    eval_main()
finally:
    print("torch" in sys.modules)
"""
    command = [sys.executable, "-c", program, "--model", str(model_file), "--text", str(tmp_path / "text.txt")]
    done = subprocess.run([*command, "--samples", "1"], capture_output=True, text=True, check=True)
    measured, *_, has_torch = done.stdout.splitlines()
    assert "nats/char" in measured
    assert has_torch == "False"


def test_without_a_text_the_fetched_ones_are_read(model_file: Path, tmp_path: Path) -> None:
    write_corpus(tmp_path / "rumi-tui" / "texts")
    fetched = call_command("rumi-eval", "--model", str(model_file), "--json", XDG_DATA_HOME=str(tmp_path))
    assert json.loads(fetched.stdout)["texts"] == ["one.txt", "two.txt"]


def test_a_folder_of_its_name_does_not_stand_for_a_shipped_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_corpus(tmp_path / "texts")
    (tmp_path / "en").mkdir()
    monkeypatch.chdir(tmp_path)
    done = call_command("rumi-eval", "--model", "en", "--text", "texts", "--json")
    assert done.returncode == 0, done.stderr


def test_samples_are_measured_beside_the_validation_poems_of_their_form(model_file: Path, corpus_folder: Path) -> None:
    arguments = ("--model", str(model_file), "--text", str(corpus_folder), "--json")
    plain = call_command("rumi-eval", *arguments)
    first = call_command("rumi-eval", *arguments, "--samples", "2")
    second = call_command("rumi-eval", *arguments, "--samples", "2", "--keep", "all")
    assert (plain.returncode, first.returncode) == (0, 0), first.stderr
    loss, result = json.loads(plain.stdout), json.loads(first.stdout)
    verse_of, in_each_way = result.pop("verse"), json.loads(second.stdout)["verse"]
    assert result == loss
    for form, compared in in_each_way.items():
        assert list(compared["generated"]) == ["strict", "loose", "off"]
        assert {**compared, "generated": {"off": compared["generated"]["off"]}} == verse_of[form]
    assert verse_of.keys() == {"couplet", "free"}
    for form, name in (("couplet", "one.txt"), ("free", "two.txt")):
        compared = verse_of[form]
        assert compared["generated"]["off"]["verse"]["poems"] == 2
        assert 0 <= compared["generated"]["off"]["ended"] <= 1
        assert compared["generated"]["off"]["nats_per_char"] > 0
        held_out = list(read_corpus([corpus_folder / name])[0].validation)
        assert compared["real"]["poems"] == len(held_out) == 2
        assert compared["real"]["known_words"] == 1.0
        assert compared["real"]["lines"] == sum(len(poem.text.split("\n")) for poem in held_out)
    assert verse_of["couplet"]["real"]["rhyme"]["pairs"] == 6
    assert verse_of["couplet"]["real_shuffled"]["pairs"] > 0
    assert verse_of["free"]["generated"]["off"]["verse"]["rhyme"] is verse_of["free"]["real_shuffled"] is None


def test_samples_are_the_poems_that_rumi_generate_writes(model_file: Path) -> None:
    model = load_model(str(model_file))
    samples = list(write_samples(model, model.description, "couplet", 2))
    done = call_command(
        "rumi-generate", "--model", str(model_file), "--seed", "0", "-n", "2", "--keep", "off", "--json"
    )
    assert [sample[:2] for sample in samples] == [
        (poem["text"], poem["ending"]) for poem in json.loads(done.stdout)["poems"]
    ]


def test_the_verse_is_a_table_under_the_loss_and_empty_where_no_real_verse_is_known(
    model_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text(verse(2))
    done = call_command("rumi-eval", "--model", str(model_file), "--text", str(tmp_path / "text.txt"), "--samples", "1")
    assert done.returncode == 0, done.stderr
    loss, *table = done.stdout.splitlines()
    assert "nats/char" in loss
    assert max(map(len, table)) <= 80
    rows = [line.split() for line in table]
    assert [row for row in rows if row[:1] == ["poems"] and len(row) == 2] == [["poems", "1"]] * 2
    assert ["keep", "real,"] in rows
    assert ["off", "real", "shuffled"] in rows
    assert "Writing couplet" in done.stderr
