"""A cento: a new poem of Rumi's own couplets, each from another poem, chosen around some words.

In Persian it has the order of a ghazal: couplets of one metre and one rhyme, as the labels of their poems tell. The
first rhymes in both lines, and where one goes with the others, the last ended its ghazal. In English, where nothing
rhymes, couplets of the Masnavi answer one another: each takes up a word of the one before. Knows nothing of models.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice

import msgspec

from models.errors import RumiError
from rumi_tui.search.index import Couplet, Index
from rumi_tui.search.query import question_words
from rumi_tui.search.spelling import stems
from rumi_tui.texts.places import Place, read_place
from rumi_tui.texts.reader import Works
from rumi_tui.texts.whole_poem import NumberedCouplet, WholePoem
from rumi_tui.verse.judge import rhymes
from rumi_tui.verse.languages import LANGUAGES
from rumi_tui.verse.words import words as words_of

COUPLETS = 7
"""Of a cento, at most."""
FEWEST = 4
LOOKED_AT = 1500
"""Couplets with the words that are chosen from."""
SPARE_LETTERS = 1
"""Letters that the label of a poem may have before those that all couplets end with: they rhyme in them anyway."""

SENTENCE_ENDS = (".", "!", "?")
"""Of an English couplet that can stand alone."""
ALIKE = 0.5
"""Share of words: of two English couplets that have more in common, the second says nothing new."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """A couplet of a cento."""

    place: str
    """For a person."""
    reference: str
    address: str
    verse: str


class Cento(msgspec.Struct, frozen=True, kw_only=True):
    """A poem in which every line is Rumi's, and none stands where it stood."""

    words: list[str]
    """That it is about."""
    language: str
    form: str
    metre: str
    """As the labels have it; empty where nobody says."""
    rhyme: str
    """The letters that all its rhyming lines end with; empty where nothing rhymes."""
    couplets: list[Chosen]


class _Line(msgspec.Struct, frozen=True):
    """A couplet, and what is known of its poem."""

    poem: WholePoem
    """Without couplets: a section of the Masnavi has hundreds, and of many sections one couplet each is looked at."""
    couplet: NumberedCouplet
    language: str

    @classmethod
    def of(cls, poem: WholePoem, couplet: NumberedCouplet, language: str) -> _Line:
        return cls(msgspec.structs.replace(poem, couplets=()), couplet, language)

    @property
    def verse(self) -> str:
        return self.couplet.verse[self.language]

    def chosen(self) -> Chosen:
        place = self.poem.place_of(self.couplet)
        return Chosen(place=place.name, reference=place.reference, address=place.address, verse=self.verse)


def cento(works: Works, index: Index, question: str, language: str) -> Cento:
    """A cento around the words of a question, always the same for the same texts.

    Raises `RumiError` where there is no word in it, or too few couplets hold any that can stand together.
    """
    words = question_words(question, language)
    if not words:
        raise RumiError("Give at least one word for the poem to be about.")
    found = [index.quotation(number).couplet for number in index.ranked(words, language, LOOKED_AT)]
    if language == LANGUAGES["en"].code:
        lines, metre, rhyme, form = _answering(works, found, language, words), "", "", "free"
    else:
        lines, metre, rhyme = _rhyming(works, found, language)
        form = "ghazal"
    if len(lines) < FEWEST:
        raise RumiError(f"Too few couplets with {', '.join(words)} go together: try a more common word.")
    chosen = [line.chosen() for line in lines]
    return Cento(words=words, language=language, form=form, metre=metre, rhyme=rhyme, couplets=chosen)


def _lines(works: Works, found: Sequence[Couplet], work: str, language: str) -> Iterator[_Line]:
    """Those of the couplets that stand in a work, in their order."""
    for each in found:
        place = read_place(each.reference) if each.reference else None
        if place is not None and place.work == work:
            place = works.find(place)
            poem = works.poem(place)
            couplet = poem.couplet(place.couplet)
            if couplet is not None and language in couplet.verse:
                yield _Line.of(poem, couplet, language)


def _rhyming(works: Works, found: Sequence[Couplet], language: str) -> tuple[list[_Line], str, str]:
    """Couplets of ghazals of one metre and rhyme, with these: the poem in which most poems of Rumi's meet."""
    groups: dict[tuple[str, str], dict[Place, list[_Line]]] = {}
    for line in _lines(works, found, "divan", language):
        for rhyme in _shared_rhymes(line.poem):
            groups.setdefault((line.poem.metre, rhyme), {}).setdefault(line.poem.place, []).append(line)
    places: dict[tuple[str, str], list[Place]] = {key: [] for key in groups}
    for poem in works.poems("divan"):
        for rhyme in _shared_rhymes(poem) if language in poem.languages else ():
            if (poem.metre, rhyme) in places:
                places[poem.metre, rhyme].append(poem.place)
    best: tuple[list[_Line], str, str] = [], "", ""
    # of groups with as many poems, those with the longer rhyme
    order = sorted(groups, key=lambda key: (-min(len(groups[key]), COUPLETS), -len(key[1]), key))
    for metre, rhyme in order:
        if min(len(groups[metre, rhyme]), COUPLETS) <= len(best[0]) - 2:
            break  # a beginning and an end of other poems would not make up for it
        others = [works.poem(place) for place in places[metre, rhyme]]
        lines = _ghazal(others, [line for each in groups[metre, rhyme].values() for line in each], rhyme)
        if len(lines) > len(best[0]):
            best = lines, metre, rhyme
    return best


def _shared_rhymes(poem: WholePoem) -> list[str]:
    """The endings that another poem may share with this one."""
    return [poem.rhyme[at:] for at in range(SPARE_LETTERS + 1) if poem.metre and poem.rhyme[at:]]


def _ghazal(others: Sequence[WholePoem], found: Sequence[_Line], rhyme: str) -> list[_Line]:
    """A beginning, what was found, and an end, each from another poem; nothing where there is no beginning."""
    language = found[0].language
    whole = [(poem, [couplet for couplet in poem.couplets if language in couplet.verse]) for poem in others]
    firsts = [_Line.of(poem, couplets[0], language) for poem, couplets in whole]
    lasts = [_Line.of(poem, couplets[-1], language) for poem, couplets in whole]
    beginnings = (line for line in (*found, *firsts) if line.couplet.number == 1 and _rhymes_in_both(line))
    chosen = list(islice(beginnings, 1))
    if not chosen:
        return []
    middle = [line for line in found if line not in firsts and line not in lasts]
    for line in middle:
        if len(chosen) < COUPLETS - 1 and _goes_with(line, chosen, rhyme):
            chosen.append(line)
    ends = [line for line in found if line in lasts] + lasts
    return [*chosen, *[line for line in ends if _goes_with(line, chosen, rhyme)][:1]]


def _rhymes_in_both(line: _Line) -> bool:
    """Whether its two lines rhyme with each other."""
    first, _, second = line.verse.partition("\n")
    return rhymes(first, second, line.language) == "perfect"


def _goes_with(line: _Line, chosen: Sequence[_Line], rhyme: str) -> bool:
    """Whether it is of another poem than all of these, and rhymes with the first on a word that none of them has."""
    last, *others = (each.verse.split("\n")[-1] for each in (line, *chosen))
    return (
        all(each.poem.place != line.poem.place for each in chosen)
        and rhymes(others[0], last, line.language) == "perfect"
        and all(_rhyme_word(other, rhyme) != _rhyme_word(last, rhyme) for other in others)
    )


def _rhyme_word(line: str, rhyme: str) -> str:
    """The word of a line in which the letters of the rhyme begin; the refrain that follows is the same in all."""
    letters = len(rhyme)
    for word in reversed(words_of(line)):
        letters -= len(word)
        if letters <= 0:
            return word
    return line


def _answering(works: Works, found: Sequence[Couplet], language: str, about: Sequence[str]) -> list[_Line]:
    """Couplets of the Masnavi, each of another section, each of which takes up a word of the one before.

    The rarer the words among the couplets, the better they answer; not those that the poem is `about`, which all have,
    nor those that were taken up already. The first is the best from which this makes a poem; nothing where none does.
    """
    candidates = [line for line in _lines(works, found, "masnavi", language) if line.verse.endswith(SENTENCE_ENDS)]
    stem_of = stems([*about, *(word for line in candidates for word in question_words(line.verse, language))])
    in_all = {stem_of[word] for word in about}
    held = [{stem_of[word] for word in question_words(line.verse, language)} - in_all for line in candidates]
    counts = Counter(word for words in held for word in words)
    chains = (_chain(first, candidates, held, counts) for first in range(len(candidates)))
    chosen = next((chain for chain in chains if len(chain) >= FEWEST), [])
    return [candidates[number] for number in chosen]


def _chain(first: int, candidates: Sequence[_Line], held: Sequence[Set[str]], counts: Mapping[str, int]) -> list[int]:
    """The numbers of the candidates that answer the first one and each other, as far as that goes."""
    chosen, taken_up = [first], set[str]()
    while len(chosen) < COUPLETS:
        answers = held[chosen[-1]] - taken_up
        rest = [
            number
            for number, line in enumerate(candidates)
            if answers & held[number]
            and all(line.poem.place != candidates[each].poem.place for each in chosen)
            and all(_alike(held[number], held[each]) <= ALIKE for each in chosen)
        ]
        if not rest:
            break
        best = max(rest, key=lambda number: _weight(answers & held[number], counts, len(candidates)))
        taken_up |= answers & held[best]
        chosen.append(best)
    return chosen


def _weight(words: Iterable[str], counts: Mapping[str, int], total: int) -> float:
    """What some words tell of a couplet that holds them: the sum of their inverse document frequencies."""
    return sum(math.log(total / counts[word]) for word in sorted(words))


def _alike(one: Set[str], other: Set[str]) -> float:
    """The share of the words of two couplets that both have."""
    return len(one & other) / (len(one | other) or 1)
