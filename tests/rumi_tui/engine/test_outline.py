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
RHYMED = PLAIN.grown((), FORMS)
TOLD = PLAIN.grown((), FORMS, METRES)


def spelled(ids: list[int]) -> str:
    return "".join(TOLD.tokens[each] for each in ids)


def choices(outline: Outline) -> set[str]:
    return {TOLD.tokens[each] for each in outline.allowed().nonzero()[0]}


def named(outline: Outline) -> list[int]:
    """What is read where the model names a metre and a rhyme, if it may."""
    read = outline.name_metre(METRES[0]) if outline.may_name_metre else []
    return read + (outline.name_rhyme(True) if outline.may_name_rhyme else [])


def written(outline: Outline, rng: random.Random, count: int) -> tuple[list[int], str]:
    """What the model reads while it chooses `count` ids at random, and the verse of it."""
    read, verse = list(outline.beginning), ""
    for _ in range(count):
        read += named(outline)
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
    read += named(outline)
    while outline.is_naming:  # the unit that was begun last has its rhyme named, too
        token_id = outline.allowed().nonzero()[0].tolist()[-1]
        read += [token_id, *outline.accept(token_id)]
    laid_out = spelled(lay_out(TOLD, form, verse, Conditions(metre=outline.metre, rhymes=tuple(outline.rhymes))))
    assert outline.metre == (metre or (METRES[0] if form != "free" else ""))
    # blanks at the ends of a rhyme are not told to people
    assert spelled(read).replace(" ", "") == "<end>" + laid_out.replace(" ", "")


def test_a_rhyme_is_named_before_the_line_that_was_begun() -> None:
    outline = Outline(RHYMED, "couplet", "a dance")
    assert spelled(outline.beginning) == "<end><couplet>"
    assert outline.may_name_rhyme
    assert spelled(outline.name_rhyme(True)) == "<rhyme>"
    assert outline.is_naming
    assert not {"\n", "<end>", "<both>", BREAK} & choices(outline)
    assert outline.accept(TOLD.ids["e"]) == []
    assert "<both>" in choices(outline)
    assert SECOND not in choices(outline)
    assert spelled(outline.accept(TOLD.ids["<both>"])) == "a dance"
    assert outline.rhymes == ["e"]


def test_a_rhyme_comes_to_its_end() -> None:
    outline = Outline(RHYMED, "ghazal", "")
    outline.name_rhyme(True)
    for _ in range(LONGEST_RHYME):
        outline.accept(TOLD.ids["a"])
    assert choices(outline) == {"<both>"}


def test_the_first_line_of_a_couplet_breaks_and_the_second_ends_it() -> None:
    outline = Outline(RHYMED, "couplet", "a\nb\na", rhyme="bad cad")
    assert not outline.is_naming
    assert BREAK in choices(outline)
    assert not {"\n", "<end>", RHYME, "<couplet>", "<unknown>"} & choices(outline)
    outline.accept(TOLD.ids[BREAK])
    assert not {"\n", "<end>", BREAK} & choices(outline)  # no line is empty
    outline.accept(TOLD.ids["a"])
    assert {"\n", "<end>"} <= choices(outline)
    assert BREAK not in choices(outline)
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<couplet>"
    assert outline.may_name_rhyme


def test_a_unit_may_go_without_a_rhyme() -> None:
    outline = Outline(RHYMED, "rubai", "a d")
    assert spelled(outline.name_rhyme(False)) == "a d"
    assert (outline.may_name_rhyme, outline.is_naming, outline.rhymes) == (False, False, [])
    outline.accept(TOLD.ids["\n"])
    assert outline.may_name_rhyme


def test_an_asked_rhyme_holds_for_a_ghazal_and_for_the_next_couplet() -> None:
    assert spelled(Outline(TOLD, "ghazal", "", METRES[0], "ab cd").beginning) == (
        f"<end><ghazal><metre:{METRES[0]}><rhyme> ab cd<both>"
    )
    outline = Outline(RHYMED, "ghazal", "a\nb\n", rhyme="ab cd")
    assert spelled(outline.beginning).endswith("\n<ghazal><rhyme> ab cd<second>")
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<ghazal><rhyme> ab cd<second>"
    outline = Outline(RHYMED, "couplet", "", rhyme="ab cd")
    assert spelled(outline.beginning) == "<end><couplet><rhyme> ab cd<both>"
    assert spelled(outline.accept(TOLD.ids["\n"])) == "<couplet>"


def test_of_two_words_that_rhyme_one_may_be_asked_for() -> None:
    outline = Outline(RHYMED, "couplet", "", rhyme="night")
    assert spelled(outline.beginning) == "<end><couplet><rhyme> night"
    assert outline.is_naming


def test_a_ghazal_goes_on_in_the_rhyme_that_it_has() -> None:
    outline = Outline(RHYMED, "ghazal", "he ate\nthe date\n")
    assert spelled(outline.beginning) == (
        "<end><ghazal><rhyme> ate date<both>he ate<break>the date\n<ghazal><rhyme> ate date<second>"
    )
    without = Outline(RHYMED, "ghazal", "the bed\nhe ate\n")
    assert spelled(without.beginning) == "<end><ghazal>the bed<break>he ate\n<ghazal>"


def test_where_a_line_stands_that_both_must_rhyme_with_nothing_is_named() -> None:
    outline = Outline(RHYMED, "couplet", "a bed\nb")
    assert spelled(outline.beginning) == "<end><couplet>a bed<break>b"
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
        Outline(RHYMED, "ode", "")
    with refused("'iamb' is not one of these"):
        Outline(TOLD, "couplet", "", "iamb")


def test_a_metre_is_named_for_the_whole_poem_before_its_rhyme() -> None:
    outline = Outline(TOLD, "ghazal", "a bed", rhyme="ab cd")
    assert spelled(outline.beginning) == "<end><ghazal>"
    assert outline.may_name_metre
    assert spelled(outline.name_metre(METRES[1])) == f"<metre:{METRES[1]}><rhyme> ab cd<both>a bed"
    assert not outline.may_name_metre
    assert spelled(outline.accept(TOLD.ids["\n"])) == f"<ghazal><metre:{METRES[1]}><rhyme> ab cd<second>"


def test_a_poem_may_go_without_a_metre_until_its_next_couplet() -> None:
    outline = Outline(TOLD, "couplet", "")
    assert outline.name_metre("") == []
    assert (outline.metre, outline.may_name_rhyme) == ("", True)
    assert outline.name_rhyme(False) == []
    outline.accept(TOLD.ids["\n"])
    assert outline.may_name_metre


def test_a_metre_that_is_asked_for_is_not_named() -> None:
    assert not Outline(TOLD, "couplet", "", METRES[0]).may_name_metre
    assert not Outline(TOLD, "free", "").may_name_metre
    assert not Outline(RHYMED, "couplet", "").may_name_metre
