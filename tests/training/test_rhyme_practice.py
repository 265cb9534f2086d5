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
from training.rhyme_practice import BEGINNINGS, ENDS, FAITH, LONGEST_END, WEIGHT, Line, RhymePractice, advantages_of

RHYMES = [("light", "night"), ("sea", "tree"), ("rain", "grain"), ("stone", "alone")]


def couplets(count: int) -> str:
    """Couplets of which one in four rhymes."""
    rng = random.Random(0)
    ends = [word for pair in RHYMES for word in pair]
    return "\n\n".join(f"the {rng.choice(ends)}\na {rng.choice(ends)}" for _ in range(count))


WINDOW = 2 * LONGEST_END
VERSE = list(parse_poems(couplets(200).splitlines(), "couplet"))
TOKENIZER = CharacterTokenizer.train(poem.text for poem in VERSE)
SHAPE = DecoderConfig(vocab_size=len(TOKENIZER), window=WINDOW, layers=2, heads=2, width=32, positions="rotary")


def practice_on(
    text: str,
    form: str,
    language: str = "en",
    tokenizer: CharacterTokenizer = TOKENIZER,
    before: Decoder | None = None,
) -> RhymePractice:
    poems = [encode_poem(tokenizer, poem) for poem in parse_poems(text.splitlines(), form)]
    return RhymePractice(tokenizer, language, joined(poems), before or Decoder(SHAPE))


def practice(before: Decoder) -> RhymePractice:
    return practice_on(couplets(200), "couplet", before=before)


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


def copy_of(model: Decoder, shaken: bool = False) -> Decoder:
    """A decoder of its own with the same weights, or nearly the same."""
    copy = Decoder(model.config)
    copy.load_state_dict(model.state_dict())
    if shaken:
        with torch.no_grad():
            copy.head.weight += 0.1 * torch.randn(copy.head.weight.shape, generator=torch.Generator().manual_seed(0))
    return copy


def test_a_decoder_learns_to_rhyme_from_practice_alone(trained):
    model, learn = copy_of(trained), practice(trained)
    optimizers = build_optimizers(model, 0.005)
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
        practice(trained)(model)
        gradients.append([parameter.grad for parameter in model.parameters()])
        assert model.training
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))
    assert any(gradient.any() for gradient in gradients[0])


def test_the_gradient_is_that_of_whole_lines_one_by_one(trained):
    learn, model = practice(copy_of(trained, shaken=True)), copy_of(trained)
    torch.manual_seed(2)
    cut, lines = learn._draw()
    beginnings = torch.tensor([learn._ids(line.poem)[:cut] for line in lines])
    ends = learn._write(model, beginnings)
    good = [learn.is_good(lines[row // ENDS], cut, end) for row, end in enumerate(ends.tolist())]
    assert 0 < sum(good) < len(good)
    nats, symbols = {learn._before: [], model: []}, 0
    for row, end in enumerate(ends):
        stop = end.tolist().index(next(id for id in end.tolist() if id in (TOKENIZER.end_id, learn._line_end)))
        whole = torch.cat((beginnings[row // ENDS], end[: stop + 1]))[None]
        for decoder, of_ends in nats.items():
            logprobs = learn._logprobs(decoder(whole[:, :-1])[0][0, cut - 1 :])
            of_ends.append(-logprobs.gather(1, whole[0, cut:, None]).sum())
        symbols += stop + 1
    before, now = (torch.stack(of_ends) for of_ends in nats.values())
    values = torch.tensor(good, dtype=torch.float) - FAITH * (before - now.detach())
    others = (values.view(BEGINNINGS, ENDS).sum(1).repeat_interleave(ENDS) - values) / (ENDS - 1)
    (WEIGHT * ((values - others) * now).sum() / symbols).backward()
    practised = copy_of(trained)
    torch.manual_seed(2)
    assert learn(practised) == sum(good) / len(good)
    for one, other in zip(model.parameters(), practised.parameters(), strict=True):
        assert torch.allclose(one.grad, other.grad, atol=1e-6)


def test_ends_are_drawn_as_the_decoder_says(trained):
    torch.manual_seed(3)
    learn = practice(trained)
    beginning = torch.tensor([[TOKENIZER.form_id("couplet"), *TOKENIZER.encode("the light\na")]])
    ends = torch.cat([learn._write(trained, beginning.expand(BEGINNINGS, -1)) for _ in range(40)])
    for first in ("", " "):
        shown = torch.cat((beginning, torch.tensor([TOKENIZER.encode(first)], dtype=torch.int64)), dim=1)
        expected = learn._logprobs(trained(shown)[0][0, -1]).exp()
        after = [end[len(first)] for end in ends if TOKENIZER.decode(end[: len(first)].tolist()) == first]
        shares = torch.bincount(torch.stack(after), minlength=len(TOKENIZER)) / len(after)
        assert torch.allclose(shares, expected, atol=0.04)


def places(learn: RhymePractice) -> set[tuple[str, tuple[int, int]]]:
    """What stands of each poem where it is cut, and the pair that is to rhyme."""
    cuts = [(cut, line) for cut, lines in learn._lines.items() for line in lines]
    return {(TOKENIZER.decode(learn._ids(line.poem)[:cut]), line.pair) for cut, line in cuts}


def test_the_lines_that_are_to_rhyme_are_cut_at_their_words():
    learn = practice_on("the sea\na sea\nthe rain\n", "couplet")
    assert places(learn) == {("the sea\n", (0, 1)), ("the sea\na", (0, 1))}
    learn = practice_on("a\nthe\nsea\na rain", "rubai")
    assert places(learn) == {("a\n", (0, 1)), ("a\nthe\nsea\n", (0, 3)), ("a\nthe\nsea\na", (0, 3))}


def test_no_line_is_cut_so_late_that_its_end_would_pass_the_window():
    learn = practice_on("a\n" + "the " * 20 + "sea", "couplet")
    assert sorted(learn._lines) == [3, *range(6, WINDOW - LONGEST_END + 1, 4)]


LIGHT = "the light\na night"


@pytest.mark.parametrize(
    ("text", "begun", "end", "good"),
    [
        (LIGHT, "the light\n", "a night", True),
        (LIGHT, "the light\na", " night", True),
        (LIGHT, "the light\na", " sea", False),
        (LIGHT, "the light\na", " light", False),
        (LIGHT, "the light\na", " bright", False),  # a word that the text does not know
        (LIGHT, "the light\n", "night", False),  # too short
        (LIGHT, "the light\n", "a long night", False),  # too long
        (LIGHT, "the light\n", "a a night", False),  # a word in three is there again
    ],
)
def test_a_line_is_good_when_it_rhymes_in_words_of_the_text_and_is_about_as_long(text, begun, end, good):
    learn = practice_on(text, "couplet")
    cut = 1 + len(begun)
    assert learn.is_good(Line(0, (0, 1)), cut, [*TOKENIZER.encode(end), TOKENIZER.end_id]) == good


def test_a_poem_ends_with_the_line_with_which_it_ended():
    learn, cut = practice_on(f"{LIGHT}\nthe sea\na tree", "couplet"), 1 + len("the light\n")
    night, line_end = TOKENIZER.encode("a night"), TOKENIZER.encode("\n")
    assert learn.is_good(Line(0, (0, 1)), cut, [*night, *line_end])
    assert not learn.is_good(Line(0, (0, 1)), cut, [*night, TOKENIZER.end_id])
    assert not learn.is_good(Line(0, (0, 1)), cut, night)


def test_a_persian_line_that_repeats_most_of_another_is_not_good():
    tokenizer = CharacterTokenizer.train(["چراغ سنگ دریا من رنگ"] * 9)

    def good(first: str, second: str) -> bool:
        learn = practice_on(f"{first}\n{second}", "couplet", "fa", tokenizer)
        return learn.is_good(Line(0, (0, 1)), 1 + len(f"{first}\n"), [*tokenizer.encode(second), tokenizer.end_id])

    assert good("چراغ سنگ من", "دریا رنگ من")
    assert not good("سنگ چراغ دریا من", "رنگ چراغ دریا من")


def test_an_end_is_compared_with_the_others_of_its_beginning():
    values = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    assert advantages_of(values).tolist() == [[1.0, -0.5, -0.5], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize(
    ("text", "language", "form", "said"),
    [
        (LIGHT, "tr", "couplet", "English and Persian"),
        (LIGHT, "en", "free", "No line"),
        ("sea", "en", "couplet", "No line"),
    ],
)
def test_practice_without_a_rule_or_a_line_that_is_to_rhyme_is_refused(text, language, form, said):
    with pytest.raises(RumiError, match=said):
        practice_on(text, form, language)
