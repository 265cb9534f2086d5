from __future__ import annotations

import random

import pytest
from support import refused

from models.forms import FORMS
from models.layout import Conditions, lay_out
from models.tokenizer import BREAK, RHYME, SECOND, CharacterTokenizer
from rumi_tui.engine.outline import LONGEST_RHYME, Outline

METRES = ("tam tata", "tata tam")
PLAIN = CharacterTokenizer.train(["abcde ghint\n" * 9])
TOLD = PLAIN.grown((), FORMS, METRES)


def spelled(ids: list[int]) -> str:
    return "".join(TOLD.tokens[each] for each in ids)


def choices(outline: Outline) -> set[str]:
    return {TOLD.tokens[each] for each in outline.allowed().nonzero()[0]}


def written(outline: Outline, rng: random.Random, count: int) -> tuple[list[int], str]:
    """What the model reads while it chooses `count` ids at random, and the verse of it."""
    read, verse = list(outline.beginning), ""
    for _ in range(count):
        if outline.may_name:
            read += outline.decide(True)
        token_id = rng.choice(sorted(set(outline.allowed().nonzero()[0].tolist()) - {TOLD.end_id}))
        verse += "" if outline.is_naming else TOLD.text_of(token_id)
        read += [token_id, *outline.accept(token_id)]
    return read, verse


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("metre", ["", METRES[1]])
@pytest.mark.parametrize("seed", range(5))
def test_what_a_model_reads_is_the_layout_of_what_it_writes(form: str, metre: str, seed: int) -> None:
    outline = Outline(TOLD, form, "", metre)
    read, verse = written(outline, random.Random(seed), 400)
    if outline.may_name:
        read += outline.decide(True)
    while outline.is_naming:  # the unit that was begun last has its rhyme named, too
        token_id = outline.allowed().nonzero()[0].tolist()[-1]
        read += [token_id, *outline.accept(token_id)]
    laid_out = spelled(lay_out(TOLD, form, verse, Conditions(metre=metre, rhymes=tuple(outline.rhymes))))
    # blanks at the ends of a rhyme are not told to people
    assert spelled(read).replace(" ", "") == laid_out.replace(" ", "")


def test_a_rhyme_is_named_before_the_line_that_was_begun() -> None:
    outline = Outline(TOLD, "couplet", "a dance")
    assert spelled(outline.beginning) == "<couplet>"
    assert outline.may_name
    assert spelled(outline.decide(True)) == "<rhyme>"
    assert outline.is_naming
    assert not {"\n", "<end>", "<both>", BREAK} & choices(outline)
    assert outline.accept(TOLD.ids["e"]) == []
    assert "<both>" in choices(outline)
    assert SECOND not in choices(outline)
    assert spelled(outline.accept(TOLD.ids["<both>"])) == "a dance"
    assert outline.rhymes == ["e"]


def test_a_rhyme_comes_to_its_end() -> None:
    outline = Outline(TOLD, "ghazal", "")
    outline.decide(True)
    for _ in range(LONGEST_RHYME):
        outline.accept(TOLD.ids["a"])
    assert choices(outline) == {"<both>"}


def test_the_first_line_of_a_couplet_breaks_and_the_second_ends_it() -> None:
    outline = Outline(TOLD, "couplet", "a\nb\na", rhyme="bad cad")
    assert not outline.is_naming
    assert BREAK in choices(outline)
    assert not {"\n", "<end>", RHYME, "<couplet>", "<unknown>"} & choices(outline)
    outline.accept(TOLD.ids[BREAK])
    assert not {"\n", "<end>", BREAK} & choices(outline)  # no line is empty
    outline.accept(TOLD.ids["a"])
    assert {"\n", "<end>"} <= choices(outline)
    assert BREAK not in choices(outline)
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<couplet>"
    assert outline.may_name


def test_a_unit_may_go_without_a_rhyme() -> None:
    outline = Outline(TOLD, "rubai", "a d")
    assert spelled(outline.decide(False)) == "a d"
    assert (outline.may_name, outline.is_naming, outline.rhymes) == (False, False, [])
    outline.accept(TOLD.ids["\n"])
    assert outline.may_name


def test_an_asked_rhyme_holds_for_a_ghazal_and_for_the_next_couplet() -> None:
    assert spelled(Outline(TOLD, "ghazal", "", METRES[0], "ab cd").beginning) == (
        f"<ghazal><metre:{METRES[0]}><rhyme> ab cd<both>"
    )
    outline = Outline(TOLD, "ghazal", "a\nb\n", rhyme="ab cd")
    assert spelled(outline.beginning).endswith("\n<ghazal><rhyme> ab cd<second>")
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<ghazal><rhyme> ab cd<second>"
    outline = Outline(TOLD, "couplet", "", rhyme="ab cd")
    assert spelled(outline.beginning) == "<couplet><rhyme> ab cd<both>"
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<couplet>"


def test_of_two_words_that_rhyme_one_may_be_asked_for() -> None:
    outline = Outline(TOLD, "couplet", "", rhyme="night")
    assert spelled(outline.beginning) == "<couplet><rhyme> night"
    assert outline.is_naming


def test_a_ghazal_goes_on_in_the_rhyme_that_it_has() -> None:
    outline = Outline(TOLD, "ghazal", "he ate\nthe date\n")
    assert spelled(outline.beginning) == (
        "<ghazal><rhyme> ate date<both>he ate<break>the date\n<ghazal><rhyme> ate date<second>"
    )
    without = Outline(TOLD, "ghazal", "the bed\nhe ate\n")
    assert spelled(without.beginning) == "<ghazal>the bed<break>he ate\n<ghazal>"


def test_where_a_line_stands_that_both_must_rhyme_with_nothing_is_named() -> None:
    outline = Outline(TOLD, "couplet", "a bed\nb")
    assert spelled(outline.beginning) == "<couplet>a bed<break>b"
    assert not outline.is_naming


def test_a_model_that_names_no_rhymes_reads_and_writes_its_text() -> None:
    outline = Outline(PLAIN, "couplet", "a\nb")
    assert outline.beginning == [PLAIN.form_id("couplet"), *PLAIN.encode("a\nb")]
    mask = outline.allowed()
    assert mask[[PLAIN.ids["\n"], PLAIN.end_id]].all()
    assert not mask[[PLAIN.unknown_id, *PLAIN.sign_ids]].any()
    assert outline.accept(PLAIN.ids["\n"]) == []


def test_an_unknown_form_or_metre_is_refused() -> None:
    with refused("no form 'ode'"):
        Outline(TOLD, "ode", "")
    with refused("'iamb' is not one of these"):
        Outline(TOLD, "couplet", "", "iamb")
