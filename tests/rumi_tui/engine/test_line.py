from __future__ import annotations

import pytest
from support import refused

from rumi_tui.engine.keep import TRIES
from rumi_tui.engine.line import LineGeneration, write_line
from rumi_tui.engine.poems import write_poems
from rumi_tui.engine.request import LineRequest, Request, Sampling
from rumi_tui.engine.session import Session, load_model
from rumi_tui.verse.judge import rhymes
from rumi_tui.verse.metre import judge_of
from rumi_tui.verse.words import words

POEM = "amber candle\nbarley drum\nember fennel\ngarnet lantern"
NIGHT = (
    "The soul is like a river in the night,\nIt carries every little spark of light.\n"
    "O friend, be silent, for the heart can see,\nThe voice of love has come to set us free."
)
GHAZAL = "از دل یاران بیا\nای گل باران بیا\nشب به سر آمد دگر\nبا همه باران بیا"


def write(model: Session, text: str = POEM, number: int = 2, **request):
    asked = LineRequest(**{"form": "free", "text": text, "number": number, "seed": 4, **request})
    return write_line(model, model.description, asked), asked


@pytest.fixture(scope="module")
def english() -> Session:
    return load_model("en")


@pytest.fixture(scope="module")
def persian() -> Session:
    return load_model("fa")


@pytest.mark.parametrize("number", [1, 3, 4])
@pytest.mark.parametrize("form", ["free", "couplet"])
def test_only_the_line_is_another(conditioned: Session, form: str, number: int) -> None:
    new, _ = write(conditioned, form=form, number=number)
    old_lines, new_lines = POEM.split("\n"), new.text.split("\n")
    assert new_lines[number - 1] == new.line != old_lines[number - 1]
    assert "\n" not in new.line
    assert new_lines[: number - 1] + new_lines[number:] == old_lines[: number - 1] + old_lines[number:]


def test_the_same_seed_gives_the_same_line_and_another_another(endless: Session) -> None:
    first, second, other = (write(endless, seed=seed)[0] for seed in (5, 5, 6))
    assert first == second
    assert first.line != other.line


def test_it_is_written_anew_each_time_it_is_asked_for(endless: Session) -> None:
    line = LineGeneration(endless, endless.description, LineRequest(form="free", text=POEM, number=2))
    tries = list(line)
    first = line.best
    assert list(line) == tries
    assert line.best == first


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("end", ["drum", "amber drum"])
def test_a_line_ends_with_the_word_that_is_asked_for(endless: Session, number: int, end: str) -> None:
    new, asked = write(endless, number=number, end=end)
    assert words(new.line)[-len(words(end)) :] == words(end)
    assert new.missed == []
    assert new.complaint(asked) == ""


def test_pieces_of_words_end_with_it_too(words: Session) -> None:
    new, _ = write(words, form="couplet", end="drum")
    assert new.line.endswith("drum")


def test_what_no_line_reaches_is_told_in_a_sentence_and_the_best_is_given(endless: Session) -> None:
    new, asked = write(endless, rhyme="lantern")
    assert new.missed == ["rhyme"]
    assert new.line
    assert new.complaint(asked) == f"No line of {new.tries} rhymes with “lantern”: this is the best."


def test_keeping_nothing_one_line_is_tried(endless: Session) -> None:
    assert write(endless, keep="off")[0].tries == 1
    assert write(endless, sampling=Sampling(temperature=0))[0].tries == 1
    assert write(endless, keep="loose")[0].tries <= TRIES["loose"]


@pytest.mark.parametrize(
    ("asked", "pattern"),
    [
        ({"number": 0}, "There is no line 0: the poem has 4"),
        ({"number": 5}, "There is no line 5"),
        ({"seed": -1}, "Seed"),
        ({"end": "چراغ"}, "cannot be spelled by this model"),
        ({"rhyme": "!"}, "cannot be spelled by this model"),
        ({"metre": "hexameter"}, "knows no metres"),
        ({"form": "sonnet"}, "no form 'sonnet'"),
    ],
)
def test_what_cannot_be_is_refused(endless: Session, asked, pattern: str) -> None:
    with refused(pattern):
        write(endless, **asked)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_english_line_rhymes_with_its_partner_before_it_or_behind(english: Session, number: int) -> None:
    new, _ = write(english, NIGHT, number, form="couplet")
    lines = new.text.split("\n")
    assert rhymes(new.line, lines[(number - 1) ^ 1], "en") == "perfect"
    assert (new.faults, new.broken) == ([], [])


def test_an_english_line_rhymes_with_a_word(english: Session) -> None:
    new, asked = write(english, NIGHT, 3, form="couplet", rhyme="moon")
    assert rhymes(new.line, "moon", "en") == "perfect"
    assert new.complaint(asked) == ""
    assert new.broken == [4]
    assert rhymes(write(english, NIGHT, 3, rhyme="moon")[0].line, "moon", "en") == "perfect"  # free verse


def test_a_persian_line_keeps_rhyme_refrain_and_metre_of_its_poem(persian: Session) -> None:
    new, _ = write(persian, GHAZAL, 4, form="ghazal")
    assert words(new.line)[-1] == "بیا"
    assert (new.faults, new.broken) == ([], [])
    metre = "فاعلاتن فاعلاتن فاعلن"
    new, _ = write(persian, GHAZAL, 3, form="ghazal", metre=persian.tokenizer.metre_named(metre))
    judge = judge_of("fa")
    assert judge is not None
    assert new.missed == []
    assert judge.scans(new.line, metre)


@pytest.mark.parametrize(("number", "form"), [(3, "ghazal"), (3, "rubai"), (1, "couplet")])
def test_a_persian_line_ends_with_a_word_also_where_its_form_has_no_rhyme(
    persian: Session, number: int, form: str
) -> None:
    assert words(write(persian, GHAZAL, number, form=form, end="عشق")[0].line)[-1] == "عشق"
    assert rhymes(write(persian, GHAZAL, number, form=form, rhyme="جان")[0].line, "جان", "fa") == "perfect"


def test_a_line_that_copies_is_taken_only_where_no_other_is_there(indexed_file) -> None:
    model = Session(indexed_file)
    [poem] = write_poems(model, model.description, Request(form="free", seed=7, lines=4, keep="strict"), 1)
    new, _ = write(model, poem.text, 2, original=5)
    assert "copied" not in new.faults
    with refused("found in any verse"):
        LineRequest(form="free", text="a", number=1, original=2)


def test_what_is_weighed_is_shown_so_that_whoever_stops_is_heard_there_too(endless: Session) -> None:
    asked = LineRequest(form="free", text=POEM, number=2, end="drum", seed=4)
    shown = [each.line for each in LineGeneration(endless, endless.description, asked)]
    assert any(line.endswith("drum") for line in shown)
