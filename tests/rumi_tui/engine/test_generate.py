from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from models.errors import RumiError
from models.tokenizer import REPLACEMENT, CharacterTokenizer
from rumi_tui.engine.context import Context
from rumi_tui.engine.generate import BatchGeneration, Generation, Sampler
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.session import Session
from rumi_tui.engine.written import Step

GREEDY = Sampling(temperature=0)
PLAIN = Sampling(temperature=1)


def write(model: Session, **request) -> tuple[str, Generation, list[Step]]:
    poem = Generation(model, model.tokenizer, Request(**{"form": "couplet", **request}))
    steps = list(poem)
    return "".join(step.text for step in steps), poem, steps


@pytest.mark.parametrize("sampling", [GREEDY, Sampling(), Sampling(temperature=2, top_k=5, top_p=0.9, min_p=0.01)])
def test_the_same_seed_gives_the_same_poem(endless, sampling):
    first, second = (write(endless, seed=5, characters=200, sampling=sampling)[2] for _ in range(2))
    assert len(first) == 200
    assert first == second


def test_a_poem_is_written_anew_each_time_it_is_asked_for(session):
    request = Request(form="couplet", seed=3, characters=80)
    one, many = Generation(session, session.tokenizer, request), BatchGeneration(session, session.tokenizer, request, 3)
    for poems in (one, many):
        first, second = list(poems), list(poems)
        assert first == second != []


def test_other_seeds_give_other_poems(endless):
    assert len({write(endless, seed=seed, characters=60)[0] for seed in range(10)}) == 10


def test_other_forms_give_other_poems(endless):
    assert len({write(endless, form=form, characters=60)[0] for form in ("couplet", "free")}) == 2


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_poem_stops_at_the_end_of_its_lines(endless, lines):
    text, poem, _ = write(endless, lines=lines)
    assert poem.ending == "lines"
    assert text.count("\n") == lines - 1


def test_the_line_that_the_prompt_ends_in_counts(endless):
    text, poem, _ = write(endless, text="abc\nde", lines=1)
    assert poem.ending == "lines"
    assert "\n" not in text


@pytest.mark.parametrize("characters", [1, 2, 77])
def test_a_poem_stops_after_its_characters(endless, characters):
    text, poem, steps = write(endless, characters=characters, lines=10_000)
    assert poem.ending == "characters"
    assert len(text) == len(steps) == characters


def test_a_poem_stops_where_the_model_ends_it(session):
    poem = next(p for seed in range(50) if (p := write(session, seed=seed, characters=500)[1]).ending == "end")
    steps = list(poem)
    ids = [*session.tokenizer.encode("".join(step.text for step in steps))]
    assert len(ids) < 500
    assert session.tokenizer.end_id not in ids


@pytest.mark.parametrize("characters", [1, 2, 3, 30, 31, 32, 33, 34])
def test_a_poem_of_words_stops_after_its_characters_and_begins_as_a_longer_one(words, characters):
    longer, _, pieces = write(words, form="free", characters=200, seed=3)
    text, poem, steps = write(words, form="free", characters=characters, seed=3)
    assert max(len(step.text) for step in pieces) > 3
    assert poem.ending == "characters"
    assert len(text) == characters
    assert longer.startswith(text)
    assert [step.text for step in steps[:-1]] == [step.text for step in pieces[: len(steps) - 1]]
    assert [step.logprob for step in steps] == [step.logprob for step in pieces[: len(steps)]]


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_poem_of_words_stops_at_the_end_of_its_lines(words, lines):
    text, poem = next(
        found
        for seed in range(50)
        if (found := write(words, form="free", lines=lines, seed=seed)[:2])[1].ending == "lines"
    )
    assert poem.ending == "lines"
    assert text.count("\n") == lines - 1


def write_together(model: Session, count: int, **request) -> tuple[list[str], BatchGeneration]:
    poems = BatchGeneration(model, model.tokenizer, Request(**{"form": "couplet", **request}), count)
    texts = [""] * count
    for number, step in poems:
        texts[number] += step.text
    return texts, poems


@pytest.mark.parametrize("count", [1, 2, 9])
@pytest.mark.parametrize("text", ["", "amber barley\n"])
def test_poems_written_together_are_those_written_alone(model_pair, count, text):
    model = Session(model_pair[1])
    request = {"text": text, "seed": 11, "lines": 3, "characters": 90}
    texts, poems = write_together(model, count, **request)
    alone = [write(model, **request | {"seed": 11 + number})[:2] for number in range(count)]
    assert texts == [text for text, _ in alone]
    assert poems.endings == [poem.ending for _, poem in alone]


def test_poems_that_have_ended_leave_the_others_as_they_are(session):
    texts, poems = write_together(session, 30, characters=150)
    assert {"end", "characters"} == set(poems.endings)
    assert len({len(text) for text in texts}) > 3
    for number in (0, 13, 29):
        assert texts[number] == write(session, characters=150, seed=number)[0]


@pytest.mark.parametrize("text", ["", "amber", "amber can", "amber candle\n", "amber Ж", "چراغ"])
def test_a_poem_of_words_goes_on_after_any_prompt(words, text):
    written, _, steps = write(words, form="free", text=text, characters=40)
    assert len(written) == 40
    assert all(step.text and REPLACEMENT not in step.text for step in steps)


def test_a_poem_that_can_go_on_has_no_ending(endless):
    poem = Generation(endless, endless.tokenizer, Request(form="free"))
    assert len(list(itertools.islice(poem, 300))) == 300
    assert poem.ending is None


@pytest.mark.parametrize("text", ["", "abc def"])
def test_steps_tell_what_the_model_thought(endless, text):
    written, _, steps = write(endless, text=text, characters=40, sampling=Sampling(temperature=2), alternatives=10)
    tokenizer = endless.tokenizer
    ids = [tokenizer.form_id("couplet"), *tokenizer.encode(text + written)]
    logprobs = log_softmax(Context(endless).feed(np.array([ids]))[0])[-len(steps) - 1 : -1]
    chosen = ids[-len(steps) :]
    assert [step.logprob for step in steps] == pytest.approx(
        [float(row[index]) for row, index in zip(logprobs, chosen, strict=True)], abs=1e-3
    )
    for step, row in zip(steps, logprobs, strict=True):
        probabilities = [alternative.probability for alternative in step.alternatives]
        assert len(probabilities) == 10
        assert probabilities == sorted(probabilities, reverse=True)
        expected = np.exp(row)
        expected[[tokenizer.unknown_id, *tokenizer.sign_ids]] = 0  # which are never written
        assert probabilities == pytest.approx(sorted(expected, reverse=True)[:10], abs=1e-4)
        likeliest = step.alternatives[0]
        assert likeliest.text == tokenizer.text_of(int(expected.argmax()))
        own = [a.probability for a in step.alternatives if a.text == step.text != ""]
        assert own == [] or math.log(own[0]) == pytest.approx(step.logprob, abs=1e-9)


def test_alternatives_are_noted_only_when_asked_for_and_change_nothing(endless):
    steps, noted = (write(endless, characters=50, alternatives=count)[2] for count in (0, 3))
    assert all(step.alternatives == () for step in steps)
    assert all(len(step.alternatives) == 3 for step in noted)
    assert [(step.text, step.logprob) for step in steps] == [(step.text, step.logprob) for step in noted]


def test_a_greedy_step_is_the_likeliest_of_what_may_stand_in_a_poem(endless):
    _, _, steps = write(endless, characters=100, sampling=GREEDY, alternatives=10)
    for step in steps:
        spelled = [a for a in step.alternatives if len(a.text) == 1 and a.text != REPLACEMENT]
        assert step.text == spelled[0].text


def test_unknown_and_form_symbols_are_never_written(endless, session):
    known = set(session.tokenizer.tokens)
    for model, seed in itertools.product((endless, session), range(5)):
        steps = write(model, seed=seed, characters=400, sampling=Sampling(temperature=5))[2]
        assert all(len(step.text) == 1 and step.text in known and step.text != REPLACEMENT for step in steps)


@pytest.mark.parametrize("cut", [1, 20, 50, 99])
def test_going_on_from_a_poem_gives_what_one_go_gives(model_pair, cut):
    model = Session(model_pair[1])
    whole, _, _ = write(model, text="amber", characters=100, sampling=GREEDY)
    begun = "amber" + whole[:cut]
    assert begun + write(model, text=begun, characters=100 - cut, sampling=GREEDY)[0] == ("amber" + whole)[:105]


def test_a_prompt_of_unknown_characters_is_read(endless):
    text, _, steps = write(endless, text="چراغ دریا", characters=20)
    assert len(text) == 20
    assert all(math.isfinite(step.logprob) for step in steps)


def test_a_prompt_of_a_hundred_thousand_characters_is_read(endless):
    prompt = ("amber barley " * 8000)[:100_000]
    long, _, _ = write(endless, text=prompt, characters=30, sampling=GREEDY)
    short, _, _ = write(endless, text=prompt[-500:], characters=30, sampling=GREEDY)
    assert len(long) == 30
    assert long == short


@pytest.mark.parametrize("form", ["", "sonnet", "<end>"])
def test_a_form_that_does_not_exist_is_refused(session, form):
    with pytest.raises(RumiError, match="no form"):
        write(session, form=form)


TOLD = CharacterTokenizer.train(["abcde ghint\n" * 9]).grown((), ("couplet", "ghazal"), ("slow", "swift"))


def logits_for(**likely: float) -> np.ndarray:
    """Logits [vocab_size] that give these tokens their probabilities, and the rest to all others alike."""
    rest = (1 - sum(likely.values())) / (len(TOLD) - len(likely))
    probabilities = np.full(len(TOLD), rest)
    for token, share in likely.items():
        probabilities[TOLD.ids[token]] = share
    return np.log(probabilities).astype(np.float32)


def test_a_rhyme_is_named_where_the_model_expects_one_and_is_no_verse() -> None:
    sampler = Sampler(TOLD, Request(form="ghazal", sampling=Sampling(temperature=0)))
    assert sampler.sample(logits_for(**{"<rhyme>": 0.3})) is None
    assert sampler.unread == [TOLD.ids["<rhyme>"]]
    for token in ("a", "t", "<both>"):
        assert sampler.sample(logits_for(**{token: 0.9})) is None
        assert sampler.unread == [TOLD.ids[token]]
    assert sampler.rhymes == ["at"]
    step = sampler.sample(logits_for(c=0.9))
    assert step is not None
    assert (step.text, step.logprob) == ("c", pytest.approx(np.log(0.9), abs=1e-5))


def test_no_rhyme_is_named_where_the_model_expects_verse() -> None:
    sampler = Sampler(TOLD, Request(form="couplet", sampling=Sampling(temperature=0)))
    step = sampler.sample(logits_for(**{"<rhyme>": 0.1, "c": 0.8}))
    assert step is not None
    assert step.text == "c"
    begun = Sampler(TOLD, Request(form="couplet", text="be", sampling=Sampling(temperature=0)))
    assert begun.sample(logits_for(**{"<rhyme>": 0.1, "c": 0.8})) is None
    assert begun.unread == TOLD.encode("be")


def test_a_metre_is_named_where_the_model_expects_one_and_holds_for_the_poem() -> None:
    sampler = Sampler(TOLD, Request(form="couplet", sampling=Sampling(temperature=0)))
    assert sampler.sample(logits_for(**{"<rhyme>": 0.15, "<metre:slow>": 0.3, "<metre:swift>": 0.4})) is None
    assert sampler.unread == [TOLD.ids["<metre:swift>"]]
    assert sampler.metre == "swift"
    assert sampler.sample(logits_for(**{"<rhyme>": 0.7})) is None
    assert sampler.unread == [TOLD.ids["<rhyme>"]]


def test_a_metre_that_is_hardly_expected_does_not_keep_the_model_from_a_rhyme() -> None:
    sampler = Sampler(TOLD, Request(form="couplet"))
    sampler.sample(logits_for(**{"<rhyme>": 0.17, "<metre:slow>": 0.1, "<metre:swift>": 0.09}))
    assert sampler.unread == [TOLD.ids["<rhyme>"]]
    assert sampler.metre == ""


def test_poems_of_a_model_that_names_rhymes_are_the_same_alone_and_together(word_pair) -> None:
    model = Session(word_pair[1])
    for request in ({}, {"text": "amber barley\nkettle"}, {"rhyme": "amber"}):
        asked = {"seed": 3, "lines": 6, "characters": 200, **request}
        texts, poems = write_together(model, 4, **asked)
        for number, text in enumerate(texts):
            alone, poem, _ = write(model, **asked | {"seed": 3 + number})
            assert text == alone
            assert poems.endings[number] == poem.ending
