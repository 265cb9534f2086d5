from __future__ import annotations

import random

import pytest
import torch
from support import joined

from models.config import DecoderConfig
from models.decoder import Decoder
from models.errors import RumiError
from models.tokenizer import CharacterTokenizer
from rumi_tui.texts.corpus import parse_poems
from training.data import Batches, encode_poem
from training.optim import build_optimizers
from training.rhyme_practice import POEMS, Line, RhymePractice, advantages_of
from training.torch_step import TorchStep

RHYMES = [("light", "night"), ("sea", "tree"), ("rain", "grain"), ("stone", "alone")]
KNOWN = {word for pair in RHYMES for word in pair} | {"a", "the"}


def couplets(count: int) -> str:
    """Couplets of which one in four rhymes."""
    rng = random.Random(0)
    ends = [word for pair in RHYMES for word in pair]
    return "\n\n".join(f"the {rng.choice(ends)}\na {rng.choice(ends)}" for _ in range(count))


LONGEST = 20
VERSE = list(parse_poems(couplets(200).splitlines(), "couplet"))
TOKENIZER = CharacterTokenizer.train(poem.text for poem in VERSE)
SHAPE = DecoderConfig(vocab_size=len(TOKENIZER), window=32, layers=2, heads=2, width=32, positions="rotary")


def practice(language: str = "en", forms: tuple[str, ...] = ("couplet",)) -> RhymePractice:
    return RhymePractice(TOKENIZER, language, forms, KNOWN, LONGEST)


def asked(lines: list[Line]) -> list[bool]:
    """Whether the lines rhyme that are to."""
    return [line.good for line in lines if line.pair[0] != line.pair[1]]


def ids_of(text: str, end: bool = True) -> list[int]:
    return [*TOKENIZER.encode(text), *([TOKENIZER.end_id] if end else [])]


@pytest.fixture(scope="module")
def trained() -> Decoder:
    """A decoder that has learned couplets, and to rhyme by chance."""
    torch.manual_seed(0)
    model = Decoder(SHAPE)
    batches = Batches(joined([encode_poem(TOKENIZER, poem) for poem in VERSE]), SHAPE.window, 16, 0)
    optimizers = build_optimizers(model, 0.02)
    for step in range(150):
        inputs, targets = (torch.from_numpy(ids) for ids in batches.at(step))
        model.zero_grad()
        torch.nn.functional.cross_entropy(model(inputs)[0].flatten(0, 1), targets.flatten()).backward()
        for optimizer in optimizers:
            optimizer.step()
    return model


def copy_of(model: Decoder) -> Decoder:
    copy = Decoder(model.config)
    copy.load_state_dict(model.state_dict())
    return copy


def test_a_decoder_learns_to_rhyme_from_its_own_verse_alone(trained):
    model, learn = copy_of(trained), practice()
    optimizers = build_optimizers(model, 0.002)
    shares = []
    for step in range(60):
        torch.manual_seed(step)
        model.zero_grad()
        shares.append(learn(model))
        for optimizer in optimizers:
            optimizer.step()
    before, after = sum(shares[:5]) / 5, sum(shares[-5:]) / 5
    assert before < 0.3
    assert after > before + 0.3


def test_the_same_random_numbers_give_the_same_gradients(trained):
    gradients = []
    for _ in range(2):
        model = copy_of(trained)
        torch.manual_seed(1)
        practice()(model)
        gradients.append([parameter.grad for parameter in model.parameters()])
        assert model.training
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))
    assert any(gradient.any() for gradient in gradients[0])


def test_poems_are_drawn_as_the_decoder_says(trained):
    torch.manual_seed(3)
    learn, drawn = practice(), TorchStep(trained)
    written = torch.cat([learn._write(trained, ["couplet"] * POEMS)[:, :2] for _ in range(40)])
    logits, _ = drawn(written[:1, :1].numpy(), drawn.empty_cache(1))
    expected = learn._logprobs(torch.from_numpy(logits[0, 0])).exp()
    shares = torch.bincount(written[:, 1], minlength=len(TOKENIZER)) / len(written)
    assert torch.allclose(shares, expected, atol=0.06)


@pytest.mark.parametrize(
    ("text", "rhymed"),
    [
        ("the light\na night", [True]),
        ("the light\na sea", [False]),
        ("the light\na light", [False]),
        ("the light\na bright", [False]),  # a word that is not known
        ("the light\na night\nthe sea\na rain", [True, False]),
        ("the light", []),
    ],
)
def test_a_line_rhymes_in_a_known_word_that_is_another(text, rhymed):
    assert asked(practice().judge(0, "couplet", ids_of(text))) == rhymed


def test_a_line_is_judged_where_it_stands_and_when_it_is_whole():
    text = "the light\na night\nthe sea\na tre"
    lines = practice().judge(5, "couplet", ids_of(text, end=False))
    assert [line.pair for line in lines] == [(0, 0), (0, 1), (2, 2)]
    assert lines[1] == Line(5, "couplet", (0, 1), slice(text.index("a night"), text.index("the sea")), True)
    whole = practice().judge(5, "couplet", ids_of(text))
    assert whole[:3] == lines
    assert whole[3] == Line(5, "couplet", (2, 3), slice(text.index("a tre"), len(text) + 1), False)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [("a" * 21, [(0, 0)]), ("the light\n" + "a" * 21, [(0, 1)]), ("the light\na night\n" + "a" * 21, [(2, 2)])],
)
@pytest.mark.parametrize("end", [False, True])
def test_a_line_that_does_not_end_in_time_is_no_good_wherever_it_stands(text, pairs, end):
    lines = practice().judge(0, "couplet", ids_of(text, end))
    assert [line.pair for line in lines if not line.good] == pairs


def test_a_persian_line_that_repeats_most_of_another_does_not_count():
    tokenizer = CharacterTokenizer.train(["چراغ سنگ دریا من رنگ"] * 9)
    learn = RhymePractice(tokenizer, "fa", ["rubai"], {"سنگ", "رنگ"}, LONGEST)

    def rhymed(first: str, second: str) -> bool:
        ids = [*tokenizer.encode(f"{first}\n{second}"), tokenizer.end_id]
        return learn.judge(0, "rubai", ids)[1].good

    assert rhymed("چراغ سنگ من", "دریا رنگ من")
    assert not rhymed("سنگ چراغ دریا من", "رنگ چراغ دریا من")


def test_a_line_is_compared_with_those_at_its_place_in_other_poems_of_its_form():
    nowhere = slice(0, 1)
    lines = [
        Line(0, "couplet", (0, 1), nowhere, True),
        Line(1, "couplet", (0, 1), nowhere, False),
        Line(2, "couplet", (0, 1), nowhere, False),
        Line(0, "couplet", (2, 3), nowhere, True),
        Line(3, "rubai", (0, 1), nowhere, True),
        Line(4, "rubai", (0, 1), nowhere, True),
    ]
    assert advantages_of(lines) == [1.0, -0.5, -0.5, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("language", "forms", "said"), [("tr", ("couplet",), "English and Persian"), ("en", ("free",), "No form")]
)
def test_practice_without_a_rule_or_a_form_is_refused(language, forms, said):
    with pytest.raises(RumiError, match=said):
        practice(language, forms)
