from __future__ import annotations

import random

from support import WORDS

from rumi_tui.search.gloss import LEAST, MOST, align, learn
from rumi_tui.search.spelling import persian_stem, search_spelling, stems

PAIRS = dict(zip(WORDS["fa"], WORDS["en"], strict=False))


def couplets(count: int) -> list[tuple[str, str]]:
    """Couplets of words in any order, and the same in English in another order."""
    rng = random.Random(1)
    both = []
    for _ in range(count):
        lines = [rng.sample(list(PAIRS), k=4) for _ in range(2)]
        english = [rng.sample([PAIRS[word] for word in line], k=4) for line in lines]
        both.append(tuple("\n".join(" ".join(line) for line in verse) for verse in (lines, english)))
    return both  # type: ignore[return-value]


def test_the_words_of_two_languages_find_each_other() -> None:
    learned = learn(couplets(200))
    stem_of = stems(PAIRS.values())
    for persian, english in PAIRS.items():
        (best, *others) = learned.words[search_spelling(persian)]
        assert (best.english, best.stem) == (english, stem_of[english])
        assert best.probability > 0.5
        shares = [best.probability, *(other.probability for other in others)]
        assert shares == sorted(shares, reverse=True)
        assert len(shares) <= MOST
        assert min(shares) >= LEAST
        assert sum(shares) <= 1.001


def test_a_word_that_was_never_seen_has_the_gloss_of_its_stem() -> None:
    learned = learn([*couplets(100), ("طوطی‌ها\nطوطیان", "parrots\nparrot")])
    assert learned.stems[persian_stem("طوطیم")][0].english in ("parrot", "parrots")
    assert "طوطیم" not in learned.words


def test_words_that_say_nothing_are_no_glosses() -> None:
    learned = learn([("چراغ\nدریا", "the lantern\nand a sea")] * 3)
    assert {gloss.english for glosses in learned.words.values() for gloss in glosses} == {"lantern", "sea"}


def test_a_word_comes_rather_from_its_own_hemistich() -> None:
    counts = align([[("a", 0), ("b", 1)]], [[("A", 0), ("B", 1)]])
    assert counts["a"]["A"] > counts["a"].get("B", 0)
    assert counts["b"]["B"] > counts["b"].get("A", 0)


def test_nothing_is_learned_from_nothing() -> None:
    assert learn([]) == ({}, {})
    assert learn([("چراغ", "the")]).words == {}
