from __future__ import annotations

import gzip
import math
import tracemalloc
from importlib import resources
from itertools import product

import pytest
from support import refused

from rumi_tui.verse import metre as metre_module
from rumi_tui.verse.feet import FEET, RUBAI
from rumi_tui.verse.metre import MetreJudge, metre_of

RAMAL = "فاعلاتن فاعلاتن فاعلن"
HAZAJ = "مفاعیلن مفاعیلن فعولن"
RAJAZ = "مستفعلن مستفعلن مستفعلن مستفعلن"
VERSE = [
    f"{wind} آمد بوی {rose} را باز {gave}"
    for wind, rose, gave in product(("باد", "آب", "یار", "ماه"), ("گل", "دل", "می", "شب"), ("داد", "خواند", "برد"))
]
"""Lines of the metre ramal."""


@pytest.fixture(scope="module")
def fitted() -> MetreJudge:
    return MetreJudge.fit({RAMAL: VERSE})


@pytest.mark.parametrize(
    ("line", "metre"),
    [
        ("باد آمد بوی گل را باز داد", RAMAL),
        ("هر که خندان است جانش روشن است", RAMAL),
        ("دل و جان مرا آتش زدی باز", HAZAJ),
        ("چو شب شد چراغی به ره برفروز", "فعولن فعولن فعولن فعل (متقارب مثمن محذوف)"),
        ("گفتم ای دل چه خبر داری تو", "فعلاتن فعلاتن فعلن"),
        ("ای ماه بر بام آمدی، مستانه در دام آمدی", RAJAZ),
        ("ای دوست بیا که باغ خندان شد باز", RUBAI),
        ("خورشید برآمد از پس کوه بلند", RUBAI),
    ],
)
def test_the_rules_alone_scan_a_line_in_its_metre(line: str, metre: str) -> None:
    judge = MetreJudge()
    assert judge.scans(line, metre)
    assert judge.name([line], [RAMAL, HAZAJ, RAJAZ, metre]) == metre


@pytest.mark.parametrize("metre", [RAMAL, HAZAJ, RAJAZ])
def test_the_name_of_a_metre_is_a_line_of_it(metre: str) -> None:
    assert MetreJudge().scans(metre, metre)


@pytest.mark.parametrize("line", ["", "گل", "باد آمد بوی گل را باز داد و رفت از این باغ"])
def test_a_line_that_is_too_short_or_too_long_does_not_scan(line: str) -> None:
    judge = MetreJudge()
    assert judge.cost(line, RAMAL) == math.inf
    assert not judge.scans(line, RAMAL)
    assert judge.scan(line, RAMAL) is None


def test_an_overlong_word_at_the_caesura_counts_as_at_a_line_s_end() -> None:
    line = "ای جان من کجاست یار ای ماه من کجاست یار"
    assert MetreJudge().cost(line, "مستفعلن مفاعلن مستفعلن مفاعلن") < math.inf


def test_a_scansion_tells_the_syllables_word_by_word() -> None:
    scansion = MetreJudge().scan("دل و جان مرا آتش زدی باز", HAZAJ)
    assert scansion is not None
    assert scansion.words == ("دل و", "جان", "مرا", "آتش", "زدی", "باز")
    assert scansion.letters == ("110", "1010", "110", "1010", "110", "10")
    assert scansion.syllables == "⏑–––⏑–––⏑––"


def test_a_judge_learns_how_words_are_read(fitted: MetreJudge) -> None:
    rules = MetreJudge()
    assert all(fitted.cost(line, RAMAL) < rules.cost(line, RAMAL) for line in VERSE)
    spoilt = "گل بوی را باز باد آمد داد"
    assert rules.scans(spoilt, RAMAL)
    assert not fitted.scans(spoilt, RAMAL)


def test_the_limit_keeps_the_asked_share_of_lines_that_were_not_learned_from(fitted: MetreJudge) -> None:
    assert all(fitted.scans(line, RAMAL) for line in VERSE)
    assert MetreJudge.fit({RAMAL: VERSE}, kept=0.0).limit < fitted.limit


def test_vowel_signs_do_not_hide_a_word_that_was_learned(fitted: MetreJudge) -> None:
    signed = VERSE[0].replace("گل", "گُل")
    assert signed != VERSE[0]
    assert fitted.scans(signed, RAMAL)


def test_the_same_verse_makes_the_same_judge(fitted: MetreJudge) -> None:
    again = MetreJudge.fit({RAMAL: VERSE})
    assert again.limit == pytest.approx(fitted.limit)
    assert again.cost(VERSE[5], RAMAL) == pytest.approx(fitted.cost(VERSE[5], RAMAL))


def test_a_judge_is_much_the_same_after_a_file_which_holds_no_word(fitted: MetreJudge) -> None:
    data = fitted.to_bytes()
    again = MetreJudge.from_bytes(data)
    shuffled = [" ".join(reversed(line.split())) for line in VERSE]
    assert [again.scans(line, RAMAL) for line in VERSE] == [fitted.scans(line, RAMAL) for line in VERSE]
    assert sum(again.scans(line, RAMAL) for line in shuffled) <= sum(fitted.scans(line, RAMAL) for line in shuffled) + 1
    assert data == fitted.to_bytes()
    plain = gzip.decompress(data)
    assert not any(word.encode() in plain for line in VERSE for word in line.split() if len(word) > 2)


def test_a_judge_that_learned_from_nothing_knows_the_rules() -> None:
    judge = MetreJudge.fit({})
    assert judge.limit == MetreJudge().limit
    assert judge.cost(VERSE[0], RAMAL) == MetreJudge().cost(VERSE[0], RAMAL)


def test_a_metre_that_is_none_is_refused() -> None:
    judge = MetreJudge()
    with refused("is not a metre"):
        judge.cost(VERSE[0], "free")
    with refused("is not a metre"):
        MetreJudge.fit({"فاعلاتن فاعل": VERSE})
    assert "فاعل" not in FEET


def test_a_line_with_a_word_without_end_does_not_scan(fitted: MetreJudge) -> None:
    endless = "باد آمد " + "نیابیمشان" * 40
    assert math.isinf(fitted.cost(endless, RAMAL))
    assert fitted.scan(endless, RAMAL) is None
    assert not MetreJudge.fit({RAMAL: [*VERSE, endless]}).scans(endless, RAMAL)


def test_however_many_words_are_judged_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = [MetreJudge().cost(line, metre) for line in VERSE for metre in (RAMAL, HAZAJ)]
    monkeypatch.setattr(metre_module, "_REMEMBERED", 3)
    judge = MetreJudge()
    assert [judge.cost(line, metre) for line in VERSE for metre in (RAMAL, HAZAJ)] == costs
    assert judge._readings_of.cache_info().currsize == 3


def test_what_ships_is_read_and_kept_in_little_memory() -> None:
    data = resources.files("rumi_tui.verse").joinpath("readings-fa.gz").read_bytes()
    tracemalloc.start()
    try:
        judge = MetreJudge.from_bytes(data)
        assert judge.scans(VERSE[0], RAMAL)
        kept, most = tracemalloc.get_traced_memory()
        assert kept < 2 * 2**20
        assert most < 5 * 2**20
    finally:
        tracemalloc.stop()


def test_a_poem_is_in_the_metre_that_most_of_its_lines_keep() -> None:
    poem = [VERSE[0], VERSE[5], "", VERSE[-1]]
    assert metre_of(poem, "fa", [HAZAJ, RAMAL, "no metre"]) == RAMAL
    assert metre_of(poem, "fa", [RAJAZ]) == ""
    assert metre_of(["چراغ", "دریا", "سنگ"], "fa", [HAZAJ, RAMAL]) == ""
    assert metre_of(poem, "en", [RAMAL]) == ""
    assert metre_of([], "fa", [RAMAL]) == ""
