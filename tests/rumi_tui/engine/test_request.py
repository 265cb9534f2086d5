from __future__ import annotations

import math

import msgspec
import pytest
from support import refused

from models.errors import RumiError
from models.forms import FORMS
from models.tokenizer import CharacterTokenizer
from rumi_tui.engine.request import LARGEST_SEED, Request, Sampling, fit_request

TOLD = CharacterTokenizer.train(["abcde ghint\n" * 9]).grown((), ("couplet", "ghazal"), ("slow", "swift"))


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": -0.1},
        {"temperature": 5.1},
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"top_k": -1},
        {"top_k": 1_000_001},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"min_p": -0.1},
        {"min_p": 1.1},
    ],
)
def test_a_value_out_of_range_is_refused_in_one_sentence(values):
    name = next(iter(values)).replace("_", "-")
    with pytest.raises(RumiError, match=rf"^{name.capitalize()} must be from .* to .*, not .*\.$"):
        Sampling(**values)


@pytest.mark.parametrize(
    "values",
    [{"lines": 0}, {"lines": -3}, {"characters": 0}, {"seed": -1}, {"seed": LARGEST_SEED + 1}],
)
def test_a_request_out_of_range_is_refused_in_one_sentence(values):
    with pytest.raises(RumiError, match=r"^[^\n]+\.$"):
        Request(form="free", **values)


@pytest.mark.parametrize("form", FORMS)
def test_a_request_survives_the_way_to_another_process(form):
    request = Request(form=form, text="ab\nج", sampling=Sampling(top_k=3), seed=LARGEST_SEED, lines=2, characters=9)
    assert msgspec.json.decode(msgspec.json.encode(request), type=Request) == request


def test_what_is_asked_for_is_fitted_or_refused() -> None:
    asked = Request(form="couplet", text="A Nin", metre="low", rhyme="  Ten ")
    request, notes = fit_request(TOLD, asked)
    assert (request.text, request.metre, request.rhyme) == ("a nin", "slow", "ten")
    assert len(notes) == 1
    with refused("cannot be spelled by this model"):
        fit_request(TOLD, Request(form="couplet", rhyme="؟"))
    with refused("two that rhyme with each other"):
        fit_request(TOLD, Request(form="couplet", rhyme="the ten"))
    with refused("cannot be given a rhyme in the form free"):
        fit_request(TOLD, Request(form="free", rhyme="ten"))
    with refused("cannot be given a rhyme"):
        fit_request(CharacterTokenizer.train(["abc\n" * 9]), Request(form="couplet", rhyme="abc"))
    with refused("'iamb' is not one of these: 1 slow; 2 swift"):
        fit_request(TOLD, Request(form="couplet", metre="iamb"))
