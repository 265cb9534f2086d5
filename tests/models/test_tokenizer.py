from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import refused

from models.tokenizer import FORMS, RARE, RESERVED, CharacterTokenizer, normalise, normalise_for_models

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Every code point, lone surrogates too."""
TRICKY_TEXT = st.text("aA \t\r\n\u2028\u2029\u200b\u200c\u202e\u0301\u0323\u0654يىكەۀہـﻻﷲ٤۴é…½?\ufeff\ud800👩")
"""The characters that `normalise` and `fit` do something about, close together."""
LATIN = CharacterTokenizer(tokens=(*RESERVED, *"\n '-.?ADEOadefinosx"))
PERSIAN = CharacterTokenizer(tokens=(*RESERVED, *"\n ،؟ابدلهوکگی۴"))
LISTED = "يىكەۀـ\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"
ONE_HUNDRED_THOUSAND = ["x" * 100_000, "🜁" * 100_000, "\n" * 100_000, "\ud800" * 100_000, "ab cé\r\n" * 14_286]


@given(ANY_TEXT | TRICKY_TEXT)
def test_the_normal_form_of_a_text_is_its_own_normal_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("e\u0301", "é"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("new\x0bline\x0c\x1c\x1d\x1e\x85it", "new\nline\n\n\n\n\nit"),
        ("a\u2029b", "a\n\nb"),
        ("\ta \u00a0\u3000 b \n c\t", "a b\nc"),
        ("\ufeffa\x00\x1b\u00ad\u200b\u200e\u202eb\u2066\ud800", "ab"),
        ("می\u200cرود", "می\u200cرود"),
        ("علي كى", "علی کی"),
        ("ۀ ه\u0654", "ه\u0654 ه\u0654"),
        ("شـــب", "شب"),
        ("ﺷﺐ ﻻ", "شب لا"),
        ("؟ « »", "؟ « »"),
    ],
)
def test_normalise_folds_what_it_lists(text: str, normal: str) -> None:
    assert normalise(text) == normal


def test_normalise_changes_no_other_character() -> None:
    def is_folded_or_nothing(character: str) -> bool:
        category = unicodedata.category(character)
        presentation_form = "\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufeff"
        return category in ("Zs", "Cc", "Cf", "Cs", "Cn", "Co") or presentation_form or character in LISTED

    others = [character for character in map(chr, range(sys.maxunicode + 1)) if not is_folded_or_nothing(character)]
    assert len(others) > 100_000
    assert normalise("\n".join(others)) == unicodedata.normalize("NFC", "\n".join(others))


@given(st.text(LATIN.tokens[len(RESERVED) :]).map(normalise))
def test_decoding_what_was_encoded_gives_the_text_back(text: str) -> None:
    ids = LATIN.encode(text)
    assert len(ids) == len(text)
    assert LATIN.decode(ids) == text


@given(ANY_TEXT | TRICKY_TEXT)
def test_any_text_can_be_encoded_one_id_a_character(text: str) -> None:
    ids = LATIN.encode(text)
    assert [LATIN.text_of(i) for i in ids] == [c if c in LATIN.tokens else "\ufffd" for c in text]


@given(ANY_TEXT | TRICKY_TEXT, st.sampled_from([LATIN, PERSIAN]))
def test_any_text_can_be_fitted_and_what_stays_unknown_is_reported(text: str, tokenizer: CharacterTokenizer) -> None:
    fitted = tokenizer.fit(text)
    assert set(fitted.text) - set(tokenizer.tokens) == set(fitted.unknown)
    assert set(fitted.folded) | set(fitted.unknown) <= set(normalise(text))
    assert not set(fitted.folded) & set(tokenizer.tokens)
    assert len(fitted.notes()) == bool(fitted.folded) + bool(fitted.unknown)


@given(TRICKY_TEXT, st.sampled_from([LATIN, PERSIAN]))
def test_a_fitted_text_is_one_poem_in_its_normal_form(text: str, tokenizer: CharacterTokenizer) -> None:
    fitted = tokenizer.fit(text).text
    assert fitted == normalise(fitted)
    assert "\n\n" not in fitted
    assert not fitted.startswith("\n")


@pytest.mark.parametrize("text", ONE_HUNDRED_THOUSAND, ids=ascii)
def test_a_hundred_thousand_characters_are_no_trouble(text: str) -> None:
    assert len(LATIN.encode(text)) == len(text)
    fitted = LATIN.fit(text)
    assert len(LATIN.encode(fitted.text)) == len(fitted.text)


@pytest.mark.parametrize(
    ("tokenizer", "typed", "fitted"),
    [
        (LATIN, "é", "e"),
        (LATIN, "E", "E"),
        (LATIN, "I", "i"),
        (LATIN, "Ä", "A"),
        (LATIN, "“‘—’", "'-'"),
        (LATIN, "…½", "..."),
        (LATIN, "ﬁ", "fi"),
        (LATIN, "æ", "ae"),
        (LATIN, "e\u0323", "e"),
        (LATIN, "a\u200cd", "a d"),
        (LATIN, "؟", "?"),
        (PERSIAN, "علي ك", "لی ک"),
        (PERSIAN, "4٤", "۴"),
        (PERSIAN, "أئةؤ", "ایهو"),
        (PERSIAN, "بِه", "به"),
        (PERSIAN, "می\u200cد", "ی د"),
        (PERSIAN, "?,", "؟،"),
    ],
)
def test_fit_bends_a_prompt_towards_known_characters(tokenizer: CharacterTokenizer, typed: str, fitted: str) -> None:
    result = tokenizer.fit(typed)
    assert "".join(character for character in result.text if character not in result.unknown) == fitted


def test_fit_says_what_it_folded_and_what_it_could_not() -> None:
    fitted = LATIN.fit("\n\né ж\n\n\nx")
    assert (fitted.text, fitted.folded, fitted.unknown) == ("e ж\nx", {"é": "e"}, ["ж"])
    assert "é as e" in fitted.notes()[0]
    assert "ж" in fitted.notes()[1]
    assert LATIN.fit("a done").notes() == []


def test_a_rare_character_stays_out_of_the_alphabet() -> None:
    tokenizer = CharacterTokenizer.train(["b" * RARE + "z" * (RARE - 2), "z" + "a" * RARE, "\n"])
    assert tokenizer.tokens == (*RESERVED, "\n", "a", "b")
    assert tokenizer.encode("az") == [tokenizer.ids["a"], tokenizer.unknown_id]


@pytest.mark.parametrize("character", "\x00\t\r\x1b\x7f\x85\u200b\u200e\u202e\u2028\u2029\u2066\ufeff\ud800", ids=ascii)
def test_a_character_that_could_control_a_screen_is_refused_in_an_alphabet(character: str) -> None:
    with refused("control character"):
        CharacterTokenizer(tokens=(*RESERVED, "\n", "a", character))


@pytest.mark.parametrize(
    "tokens",
    [
        (),
        ("a", "b"),
        (*RESERVED, "\n", "ab"),
        (*RESERVED, "\n", ""),
        (*RESERVED, "\n", "a", "a"),
        ("\n", *RESERVED[1:]),
        ("\n", *RESERVED[:2]),
        (*RESERVED, "a"),
        (*RESERVED, "\n", "<fr\nee>"),
    ],
)
def test_tokens_that_are_no_alphabet_are_refused(tokens: tuple[str, ...]) -> None:
    with refused("tokenizer"):
        CharacterTokenizer(tokens=tokens)


@pytest.mark.parametrize("token", RESERVED)
def test_no_text_can_spell_a_reserved_token(token: str) -> None:
    tokenizer = CharacterTokenizer(tokens=(*RESERVED, "\n", *sorted(set("".join(RESERVED)))))
    ids = tokenizer.encode(token)
    assert min(ids) >= len(RESERVED)
    assert tokenizer.decode(ids) == token
    assert tokenizer.encode(tokenizer.fit(token).text) == ids


def test_reserved_ids_decode_to_nothing_that_was_written() -> None:
    assert LATIN.decode([LATIN.form_id("ghazal"), *LATIN.encode("ad"), LATIN.unknown_id, LATIN.end_id]) == "ad\ufffd"


def test_each_form_has_its_own_id() -> None:
    ids = [LATIN.form_id(form) for form in FORMS]
    assert [LATIN.tokens[index] for index in ids] == [f"<{form}>" for form in FORMS]
    assert LATIN.sign_ids == ids
    with refused("no form 'sonnet'"):
        LATIN.form_id("sonnet")


@given(st.text(alphabet="ab \n\u200c\u064e\u0651\u0654\u0670\u06d6هآاء", max_size=12))
def test_the_normal_form_for_models_is_its_own_and_one_of_the_other(text: str) -> None:
    folded = normalise_for_models(text)
    assert normalise_for_models(folded) == normalise(folded) == folded


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("دِلَم را", "دلم را"),
        ("نالهٔ نی", "نالهٔ نی"),
        ("آب", "آب"),
        ("می\u200cروم", "می\u200cروم"),
        ("می\u200c\u200cروم", "می\u200cروم"),
        ("\u200cمی\u200c روم\u200c", "می روم"),
        ("café", "café"),
    ],
)
def test_vowel_signs_and_joiners_that_part_nothing_are_no_part_of_what_a_model_reads(text: str, folded: str) -> None:
    assert normalise_for_models(text) == folded


def test_a_tokenizer_of_before_reads_vowel_signs_as_it_did() -> None:
    tokens = (*RESERVED, "\n", "د", "ل", "\u0650")
    before = CharacterTokenizer(tokens=tokens, normalisation="rumi-1")
    assert before.normalise("دِل") == before.fit("دِل").text == "دِل"
    assert CharacterTokenizer(tokens=tokens).fit("دِل").text == "دل"
    assert before.grown((), ()).normalisation == "rumi-2"
