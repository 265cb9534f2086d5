"""How the texts of one folder stand beside those of another: what is equal, different, or missing, text by text.

    python benchmarks/compare_corpora.py FETCHED OTHER [--show 5]

Texts that tell places are compared place by place, the Masnavi couplet by couplet, however its sections are cut; texts
that do not, line by line. An English line is compared by its letters, for editions differ in apostrophes and hyphens.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

from rumi_tui.texts.corpus import Source, find_sources

Units = dict[str, str]
"""Verse by where it stands."""

_NO_LETTER = re.compile(r"[^\w\s]")


def units(source: Source) -> Units:
    """The couplets of the Masnavi, the poems of other texts that tell places, or else the lines."""
    found: Units = {}
    times = Counter[str]()
    for poem in source.poems:
        place = poem.label.id
        if place.startswith("masnavi/"):
            found |= couplets(place, poem.text.split("\n"))
        elif place:
            found[place] = poem.text
        else:
            for line in poem.text.split("\n"):
                times[line] += 1
                found[f"{line} ({times[line]})"] = line
    if source.language == "en":
        return {place: letters(text) for place, text in found.items()}
    return found


def couplets(place: str, lines: list[str]) -> Units:
    _, book, _, span = place.split("/")
    first = int(span.partition("-")[0])
    return {f"masnavi/{book}/{first + at // 2}": "\n".join(lines[at : at + 2]) for at in range(0, len(lines), 2)}


def cuts(source: Source) -> dict[str, list[tuple[int, int]]]:
    """The first and last couplets of the pieces of each section of the Masnavi, in their order."""
    sections: dict[str, list[tuple[int, int]]] = {}
    for poem in source.poems:
        if poem.label.id.startswith("masnavi/"):
            section, _, span = poem.label.id.rpartition("/")
            first, _, last = span.partition("-")
            sections.setdefault(section, []).append((int(first), int(last)))
    return {section: sorted(spans) for section, spans in sections.items()}


def extent(spans: list[tuple[int, int]]) -> set[int]:
    """The numbers of all couplets in them."""
    return {number for first, last in spans for number in range(first, last + 1)}


def letters(text: str) -> str:
    return "".join(_NO_LETTER.sub("", text).casefold().split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fetched", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print so many differences of each text")
    options = parser.parse_args()
    mine, others = ({s.name: s for s in find_sources([folder])} for folder in (options.fetched, options.other))
    print(f"{'text':27} {'here':>7} {'there':>7} {'equal':>7} {'different':>9} {'missing':>7} {'more':>7}")
    for name in [name for name in others if name in mine]:
        here, there = units(mine[name]), units(others[name])
        different = [place for place in there if place in here and here[place] != there[place]]
        missing = [place for place in there if place not in here]
        equal = len(there) - len(different) - len(missing)
        more = len(here) - equal - len(different)
        print(f"{name:27} {len(here):7,} {len(there):7,} {equal:7,} {len(different):9,} {len(missing):7,} {more:7,}")
        for place in different[: options.show]:
            print(f"  {place}\n    here:  {here[place]!r}\n    there: {there[place]!r}")
        for place in missing[: options.show]:
            print(f"  {place} is missing: {there[place]!r}")
        if sections := cuts(mine[name]):
            whole = {
                place: spans for place, spans in cuts(others[name]).items() if extent(spans) == extent(sections[place])
            }
            alike = sum(sections[place] == spans for place, spans in whole.items())
            print(f"  of {len(whole):,} sections that are whole in both, {alike:,} are cut at the same couplets")
    for name in sorted(mine.keys() ^ others.keys()):
        print(f"{name:27} only in {options.fetched if name in mine else options.other}")


if __name__ == "__main__":
    main()
