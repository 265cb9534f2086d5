"""How often the rules of verse are right, on the validation poems: verse that no rule was learned from.

    python benchmarks/rules.py [FOLDER] [--split all]        (default: RUMI_CORPUS_DIR)

- rhyme: the pairs of lines that should rhyme and are found to; beside them pairs of lines of two different poems, which
  rhyme by chance at most. Where labels tell the letters of a poem's rhyme, only its lines that end in these count as
  rhyming, and two poems are a random pair only where their letters differ.
- metre: the lines that scan in the metre that the label names; the same with their words shuffled, also where the limit
  is set so that nine in ten of the real lines scan; the lines that scan in another metre of that form; and the poems
  whose metre is named rightly among those of their form, from all their lines.

The rules of rhyme are not learned from poems, so with `--split all` they are measured on all of them.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.forms import form_named
from rumi_tui.locations import texts_folder
from rumi_tui.texts.corpus import Poem, read_corpus
from rumi_tui.verse.judge import rhymes
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.metre import judge_of
from rumi_tui.verse.words import words
from training.quality.metre import labelled_metre

RANDOM_PAIRS = 5000
SHUFFLES = 10
"""Of each line, so that what passes by chance is steady."""
FEWEST_POEMS = 20
"""Poems for training that a metre needs, to be one of those of its form."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=texts_folder())
    parser.add_argument("--split", choices=["validation", "all"], default="validation")
    arguments = parser.parse_args()
    folder, measures_all = arguments.folder, arguments.split == "all"
    for language in LANGUAGES:
        sources = read_corpus([folder], language)
        training = [poem for source in sources for poem in source.training]
        validation = defaultdict[str, list[Poem]](list)
        for source in sources:
            for poem in source.validation:
                validation[poem.form].append(poem)
        for form, poems in validation.items():
            if form_named(form).scheme:
                others = [poem for poem in training if poem.form == form] if measures_all else []
                print_rhyme(language, form, poems + others)
            if not measures_all and judge_of(language) and any(map(labelled_metre, poems)):
                print_metre(language, form, poems, training)


def print_rhyme(language: str, form: str, poems: Sequence[Poem]) -> None:
    """A line on the pairs of lines of one form."""
    rng = random.Random(0)
    pairs = [pair for poem in poems for pair in rhyming_lines(poem)]
    ends = [(poem.label.rhyme, line) for poem in poems for pair in rhyming_lines(poem) for line in pair]
    strangers = [
        (one, other) for one, other in (rng.sample(ends, 2) for _ in range(RANDOM_PAIRS)) if _differ(one, other)
    ]
    verdicts = [rhymes(one, other, language) for one, other in pairs]
    by_chance = [rhymes(one, other, language) for (_, one), (_, other) in strangers]
    print(
        f"{language} {form:8} rhyme: {_share(each == 'perfect' for each in verdicts)} of {len(pairs):,} pairs found"
        f" ({_share(map(bool, verdicts))} with near ones); of {len(strangers):,} random pairs"
        f" {_share(each == 'perfect' for each in by_chance)} ({_share(map(bool, by_chance))})"
    )


def rhyming_lines(poem: Poem) -> list[tuple[str, str]]:
    """The pairs of lines that the form wants to rhyme, as far as the label says that they do."""
    lines, letters = poem.text.split("\n"), poem.label.rhyme
    pairs = [(lines[a], lines[b]) for a, b in form_named(poem.form).rhyming_pairs(len(lines)) if max(a, b) < len(lines)]
    return [pair for pair in pairs if all(_letters(line).endswith(_letters(letters)) for line in pair)]


def _differ(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return not one[0] or not (
        _letters(one[0]).endswith(_letters(other[0])) or _letters(other[0]).endswith(_letters(one[0]))
    )


def _letters(text: str) -> str:
    return "".join(words(text))


def print_metre(language: str, form: str, poems: Sequence[Poem], training: Sequence[Poem]) -> None:
    """A line on the lines and the poems of one form."""
    judge = judge_of(language)
    assert judge is not None
    rng = random.Random(0)
    counts = defaultdict[str, int](int)
    for poem in training:
        if poem.form == form:
            counts[labelled_metre(poem)] += 1
    metres = sorted(metre for metre, count in counts.items() if metre and count >= FEWEST_POEMS)
    judged = [(poem.text.split("\n"), metre) for poem in poems if (metre := labelled_metre(poem)) in metres]
    lines = [(line, metre) for poem, metre in judged for line in poem]
    costs = sorted(judge.cost(line, metre) for line, metre in lines)
    shuffled = [
        judge.cost(" ".join(rng.sample(line.split(), len(line.split()))), metre)
        for line, metre in lines
        for _ in range(SHUFFLES)
    ]
    nine_in_ten = costs[int(0.9 * len(costs))]
    print(
        f"{language} {form:8} metre: {_share(cost <= judge.limit for cost in costs)} of {len(lines):,} lines scan;"
        f" {_share(cost <= judge.limit for cost in shuffled)} with their words shuffled"
        f" ({_share(cost <= nine_in_ten for cost in shuffled)} where nine in ten real ones scan)",
        end="",
    )
    if len(metres) > 1:
        strange = _share(
            judge.scans(line, rng.choice([each for each in metres if each != metre])) for line, metre in lines
        )
        named = _share(judge.name(poem, metres) == metre for poem, metre in judged)
        print(f"; {strange} in another metre; of {len(judged)} poems, metre named rightly: {named}", end="")
    print()


def _share(flags: Iterable[bool]) -> str:
    verdicts = list(flags)
    return f"{100 * sum(verdicts) / max(1, len(verdicts)):.1f} %"


if __name__ == "__main__":
    main()
