from __future__ import annotations

import pytest
from support import refused

from models.forms import FORMS
from models.layout import UNSAID, Conditions, head, is_text, lay_out, opening
from models.tokenizer import BOTH, BREAK, METRE, RHYME, SECOND, CharacterTokenizer

PLAIN = CharacterTokenizer.train(["abc def\n" * 9])
METRES = ("tam tata (swift)", "tata tam (slow)")
TOLD = PLAIN.grown((), FORMS, METRES)


def spelled(ids: list[int]) -> str:
    return "".join(TOLD.tokens[each] for each in ids)


def test_a_tokenizer_that_can_be_told_nothing_reads_the_form_and_the_text() -> None:
    ids = lay_out(PLAIN, "ghazal", "ab\ncd\nef", Conditions(rhymes=("d",)))
    assert ids == [PLAIN.form_id("ghazal"), *PLAIN.encode("ab\ncd\nef")]
    assert is_text(PLAIN, ids).tolist() == [False] + [True] * 8


def test_a_poem_follows_the_end_of_another_where_units_could_be_taken_for_poems() -> None:
    assert spelled(opening(TOLD)) == "<end>"
    assert opening(PLAIN) == []


def test_a_poem_that_nobody_says_anything_of_is_laid_out_in_units() -> None:
    assert spelled(lay_out(TOLD, "couplet", "a\nb\nc\nd")) == "<couplet>a<break>b\n<couplet>c<break>d"
    assert spelled(lay_out(TOLD, "free", "a\nb\nc")) == "<free>a\nb\nc"


def test_metre_and_rhyme_stand_before_each_unit() -> None:
    said = Conditions(metre=METRES[0], rhymes=("b", "d"))
    metre = f"{METRE}{METRES[0]}>"
    assert spelled(lay_out(TOLD, "couplet", "ab\nb\ncd\nd\na", said)) == (
        f"<couplet>{metre}<rhyme>b<both>ab<break>b\n<couplet>{metre}<rhyme>d<both>cd<break>d\n<couplet>{metre}a"
    )


@pytest.mark.parametrize("form", ["ghazal", "rubai"])
def test_one_rhyme_goes_through_the_poem_and_binds_both_lines_at_its_opening_only(form: str) -> None:
    assert spelled(lay_out(TOLD, form, "a\na\nb\na", Conditions(rhymes=("a",)))) == (
        f"<{form}><rhyme>a<both>a<break>a\n<{form}><rhyme>a<second>b<break>a"
    )


def test_a_form_without_units_is_told_its_metre_once_and_no_rhyme() -> None:
    said = Conditions(metre=METRES[1], rhymes=("b",))
    assert spelled(lay_out(TOLD, "free", "a\nb", said)) == f"<free>{METRE}{METRES[1]}>a\nb"


def test_a_text_that_ends_with_a_unit_goes_on_with_the_head_of_the_next() -> None:
    assert spelled(lay_out(TOLD, "couplet", "a\nb\n")) == "<couplet>a<break>b\n<couplet>"
    assert head(TOLD, "couplet", 1, UNSAID) == [TOLD.form_id("couplet")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["", "ab", "ab\n", "ab\ncd", "ab\ncd\n", "ab\ncd\nef\nab"])
@pytest.mark.parametrize("said", [UNSAID, Conditions(metre=METRES[0], rhymes=("b", "f"))])
def test_what_is_text_spells_the_poem(form: str, text: str, said: Conditions) -> None:
    ids = [*lay_out(TOLD, form, text, said), TOLD.end_id]
    verse = [each for each, counts in zip(ids, is_text(TOLD, ids), strict=True) if counts]
    assert TOLD.decode(verse) == text
    assert verse[-1] == TOLD.end_id


def test_what_a_tokenizer_can_be_told_is_no_form() -> None:
    assert TOLD.forms == tuple(FORMS)
    assert TOLD.metres == METRES
    assert TOLD.names_rhymes
    assert not PLAIN.names_rhymes
    signs = {TOLD.tokens[each] for each in TOLD.sign_ids}
    assert {RHYME, BOTH, SECOND} <= signs
    assert BREAK not in signs
    assert not PLAIN.grown((), ("free",)).names_rhymes


def test_a_metre_is_known_by_its_name_its_feet_or_a_part_of_them() -> None:
    assert TOLD.metre_named("") == ""
    for asked in (METRES[1], "slow", "tata  tam", "low"):
        assert TOLD.metre_named(asked) == METRES[1]
    with refused("'ta' could be one of these: 1 tam tata"):
        TOLD.metre_named("ta")
    with refused("'3' is not one of these: 1 tam tata .*; 2 tata tam"):
        TOLD.metre_named("3")
    with refused("is not one of these: 1 tam tata"):
        TOLD.metre_named("9" * 5_000)
    with refused("'iamb' is not one of these: 1 tam tata"):
        lay_out(TOLD, "free", "a", Conditions(metre="iamb"))
    with refused("knows no metres"):
        PLAIN.metre_named("slow")
