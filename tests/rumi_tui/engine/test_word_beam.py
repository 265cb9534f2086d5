from __future__ import annotations

import numpy as np
import pytest
from support import refused

from models.layout import lay_out
from rumi_tui.engine.context import Context
from rumi_tui.engine.sampling import log_softmax
from rumi_tui.engine.session import Session, load_model
from rumi_tui.engine.word_beam import COUNT, LONGEST, other_words, words_that_follow
from rumi_tui.verse.words import is_within_word, spelled_words

POEM = "amber candle\nbarley drum"


def every_word(model: Session, ids: list[int], lead: str, longest: int) -> dict[str, float]:
    """The probability of every word of so many tokens at most that can follow some ids: all ways to spell it, tried."""
    tokenizer = model.tokenizer
    never = {tokenizer.unknown_id, *tokenizer.sign_ids}
    context = Context(model)
    logits = context.read(np.array([ids]))
    beginnings, found = [("", 0.0)], dict[str, float]()
    for depth in range(longest + 1):
        logprobs = log_softmax(logits) + np.array([logprob for _, logprob in beginnings])[:, None]
        goes_on = []
        for stream, (begun, _) in enumerate(beginnings):
            for token in set(range(len(tokenizer))) - never:
                piece, logprob = tokenizer.text_of(token), float(logprobs[stream, token])
                if not depth:
                    if not (piece.startswith(lead) and piece[len(lead) :][:1].isalpha()):
                        continue
                    piece = piece[len(lead) :]
                if is_within_word(piece):
                    goes_on.append((stream, token, begun + piece, logprob))
                else:
                    word = (begun + piece)[: spelled_words(begun + piece)[0].stop]
                    found[word] = found.get(word, 0.0) + np.exp(logprob)
        if depth == longest:
            break
        beginnings = [(text, logprob) for _, _, text, logprob in goes_on]
        if depth:
            context.select([stream for stream, *_ in goes_on])
        else:
            context = context.branch(len(goes_on))
        logits = context.read(np.array([[token] for _, token, _, _ in goes_on]))
    if lead:
        first = np.exp(log_softmax(Context(model).read(np.array([ids])))[0])
        led = sum(first[t] for t in set(range(len(tokenizer))) - never if tokenizer.text_of(t).startswith(lead))
        found = {word: probability / led for word, probability in found.items()}
    return found


@pytest.mark.parametrize("text", ["amber ", "a", "barley drum\n"])
def test_the_words_found_are_the_likeliest_of_all(session: Session, text: str) -> None:
    ids = lay_out(session.tokenizer, "free", text)
    every = every_word(session, ids, "", longest=2)
    context = Context(session)
    logits = context.read(np.array([ids]))[0]
    found = words_that_follow(context, logits, session.tokenizer, width=10**4, longest=2)
    likeliest = sorted(found, key=lambda word: -word.probability)[:COUNT]
    assert [word.text for word in likeliest] == sorted(every, key=lambda word: -every[word])[:COUNT]
    assert [word.probability for word in likeliest] == pytest.approx([every[word.text] for word in likeliest], rel=1e-3)
    narrow = words_that_follow(context, logits, session.tokenizer, longest=2)
    assert max(narrow, key=lambda word: word.probability).text == likeliest[0].text


@pytest.mark.parametrize(("text", "lead"), [("amber", " "), ("amber candle\n", "")])
def test_pieces_of_words_make_the_likeliest_words_too(words: Session, text: str, lead: str) -> None:
    ids = lay_out(words.tokenizer, "couplet", text)
    every = every_word(words, ids, lead, longest=1)
    context = Context(words)
    logits = context.read(np.array([ids]))[0]
    found = words_that_follow(context, logits, words.tokenizer, lead, width=10**4, longest=1)
    likeliest = sorted(found, key=lambda word: -word.probability)[:COUNT]
    assert [word.text for word in likeliest] == sorted(every, key=lambda word: -every[word])[: len(likeliest)]
    assert [word.probability for word in likeliest] == pytest.approx([every[word.text] for word in likeliest], rel=1e-3)


@pytest.mark.parametrize("at", [0, 6, 13, 20])
def test_the_word_that_stands_is_among_them_with_what_the_model_pays_for_it(session: Session, at: int) -> None:
    tokenizer = session.tokenizer
    choices = other_words(session, tokenizer, "free", POEM, at)
    standing = next(choice for choice in choices if POEM[at:].startswith(choice.text) and len(choice.text) > 3)
    ids = [tokenizer.form_id("free"), *tokenizer.encode(POEM[: at + len(standing.text)])]
    logprobs = log_softmax(Context(session).feed(np.array([ids]))[0])
    letters = sum(logprobs[place - 1, ids[place]] for place in range(1 + at, len(ids)))
    outside = [
        each
        for each in range(len(tokenizer))
        if not is_within_word(tokenizer.text_of(each)) and each not in (tokenizer.unknown_id, *tokenizer.sign_ids)
    ]
    wanted = np.exp(letters) * np.exp(logprobs[-1, outside]).sum()
    assert standing.probability == pytest.approx(wanted, rel=1e-3)
    assert len(choices) in (COUNT, COUNT + 1)
    assert [choice.probability for choice in choices] == sorted((c.probability for c in choices), reverse=True)


def test_of_pieces_of_words_the_one_that_stands_is_among_them(words: Session) -> None:
    for at, word in ((0, "amber"), (6, "candle"), (13, "barley"), (20, "drum")):
        choices = other_words(words, words.tokenizer, "couplet", POEM, at)
        assert word in [choice.text for choice in choices]
        assert all(spelled_words(choice.text) == [range(len(choice.text))] for choice in choices)
        assert sum(choice.probability for choice in choices) <= 1 + 1e-6


def test_persian_words_are_whole_with_their_joiners() -> None:
    model = load_model("fa")
    poem = "بشنو از نی چون حکایت می‌کند\nاز جدایی‌ها شکایت می‌کند"
    at = poem.index("می‌کند")
    choices = other_words(model, model.tokenizer, "couplet", poem, at)
    assert "می‌کند" in [choice.text for choice in choices]
    assert choices[0].closing in ("\n", " ")


def test_what_follows_a_word_is_told_with_it() -> None:
    model = load_model("en")
    choices = other_words(model, model.tokenizer, "free", "The soul is like a river", 19)
    assert {choice.closing for choice in choices} <= {" ", ",", "\n", ".", "-", "'", ";", ":", "!", "?", "’", "—"}
    assert "river" in [choice.text for choice in choices]


def test_a_place_within_a_word_is_refused(session: Session) -> None:
    for at in (1, 5, 99):
        with refused("beginning of a word"):
            other_words(session, session.tokenizer, "free", POEM, at)


def test_a_word_that_is_longer_than_those_looked_for_is_among_them_too(session: Session) -> None:
    word = "amber" * 6
    assert len(word) > LONGEST
    assert word in [choice.text for choice in other_words(session, session.tokenizer, "free", f"a {word} drum", 2)]
    assert word in [choice.text for choice in other_words(session, session.tokenizer, "free", f"a {word}", 2)]
