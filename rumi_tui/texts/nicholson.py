"""R. A. Nicholson's English of the Masnavi: pages of a transcription beside the Persian. Knows nothing of files.

The transcription has lost apostrophes, hyphens, dashes and the letters Th at the beginning of lines, and set blanks
after some capitals. What can be known is put back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import msgspec

from models.errors import UNREADABLE, RumiError
from models.tokenizer import normalise
from rumi_tui.texts.collection import Section, pieces, read_sections
from rumi_tui.texts.corpus import Poem
from rumi_tui.texts.facing import Couplet, Translation, align, find_couplets, letters
from rumi_tui.texts.labels import Label
from rumi_tui.verse.sounds import pronunciations

SEEN = 4
"""A word of which both parts are seen so often is two, where no dictionary has it."""

_PART_CAPITAL = re.compile(r"\b([FPTVWY]) (?=[a-z])")
_LOST_TH = re.compile(r"(e|en|ence|erefore|ereupon|ese|ey|ose|ough|rough)\b")
_LOST_TH_IF_FIRST = re.compile(r"(at|ere|eir|ine|ink|is|ou|us)\b")
_END_RUNS_ON = re.compile(r"([a-z][.!?;:])(?=[A-Z])")
_CONTRACTION = re.compile(r"\b(do|does|is|are|was|has|could|would|should|must)nt\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{3,}")
_PAGE_HEAD = re.compile(r"[A-Z .]+|(?i:in the n ?ame of god .*)")
_STRAY = re.compile(r"[^\w\s.,:;?!()’—-]|_")

_SAME = {
    "ابلیس": "iblis",
    "احمد": "ahmad",
    "اسمان": "heaven|sky",
    "افتاب": "sun",
    "انبیا": "prophets",
    "اتش": "fire",
    "باد": "wind",
    "جان": "soul|spirit",
    "جبرییل": "gabriel",
    "چارم": "fourth",
    "چشم": "eye",
    "خورشید": "sun",
    "خون": "blood",
    "خواب": "sleep|dream",
    "داود": "david",
    "درویش": "dervish",
    "دریا": "sea|ocean",
    "دزد": "thie",
    "زمین": "earth",
    "سلیمان": "solomon",
    "شتر": "camel",
    "شمع": "candle",
    "شیطان": "devil|satan",
    "صوفی": "sufi",
    "طوطی": "parrot",
    "عشق": "love",
    "عقل": "reason|intell",
    "عیسی": "jesus",
    "فرعون": "pharaoh",
    "قران": "quran",
    "گرگ": "wolf",
    "گنج": "treasure",
    "لیلی": "layla",
    "مجنون": "majnun",
    "محمد": "m[ou]hamm[ae]d",
    "مرغ": "bird",
    "موسی": "moses",
    "نور": "light",
    "نیل": "nile",
    "یوسف": "joseph",
}
"""Words by their letters in Persian, and a pattern of their English."""


class Page(msgspec.Struct):
    """A page of the transcription, in one of its two languages."""

    book: int
    page: int
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines in the normal form, without marks of no letters."""
        lines = (normalise(line) for line in self.text.split("\n"))
        return [line for line in lines if any(character.isalpha() for character in line)]


def nicholson(english: bytes, persian: bytes, *books: Sequence[bytes]) -> list[Poem]:
    """The Masnavi in pieces as those of the Persian, split where a couplet has no English.

    Takes the pages of both languages, as JSON a line, and the files of the first books of the Persian collection.
    """
    english_pages, persian_pages = _read_pages(english), _read_pages(persian)
    mend = mender(page.text for page in english_pages)
    poems: list[Poem] = []
    for book, files in enumerate(books, 1):
        sections = read_sections(files)
        translation = translate_book(
            [[mend(line) for line in _without_heads(page.lines)] for page in english_pages if page.book == book],
            [page.lines for page in persian_pages if page.book == book],
            sections,
        )
        poems += _poems(book, sections, translation)
    return poems


def translate_book(
    english: Sequence[Sequence[str]], persian: Sequence[Sequence[str]], sections: Sequence[Section]
) -> Translation:
    """The English of the couplets of a book, given the lines of its pages in both languages."""
    couplets = {
        number: couplet for section in sections for number, couplet in enumerate(section.couplets, section.first)
    }
    lines = [line for page in persian for line in page]
    found = find_couplets(lines, couplets)
    turned_round = {number for start, number in found.items() if letters(lines[start]) == letters(couplets[number][1])}
    translation = Translation({}, {})
    start = 0
    for english_page, persian_page in zip(english, persian, strict=False):
        end = start + len(persian_page)
        rows = [found.get(at) for at in range(start, end) if at - 1 not in found]
        start = end
        if any(row is not None for row in rows):
            pages = [align(*order) for order in _orders(english_page, rows)]
            page = max(pages, key=lambda page: _meetings(page, couplets)) if len(pages) > 1 else pages[0]
            for number, (first, second) in page.couplets.items():
                translation.couplets[number] = (second, first) if number in turned_round else (first, second)
            translation.headings.update(page.headings)
    return translation


def _orders(lines: Sequence[str], rows: Sequence[int | None]) -> Iterator[tuple[Sequence[str], Sequence[int | None]]]:
    """The lines and the rows of two facing pages in the orders in which they may belong together.

    The transcription has put some couplets out of their place on the page: the first of an English page at its end, or
    one from the middle of a Persian page at its end. Only where the Persian is out of order is there a choice.
    """
    yield lines, rows
    numbers = [row for row in rows if row is not None]
    if numbers == sorted(numbers):
        return
    yield [*lines[-2:], *lines[:-2]], rows
    last = rows[-1]
    if last is not None and last + 1 in rows:
        place = rows.index(last + 1)
        yield lines, [*rows[:place], last, *rows[place:-1]]


def _meetings(page: Translation, couplets: Mapping[int, Couplet]) -> int:
    """How often a couplet and its English have a word in common of those that leave no doubt."""
    spelled = {number: letters("".join(couplets[number])) for number in page.couplets}
    return sum(
        persian in spelled[number] and re.search(english, " ".join(lines), re.IGNORECASE) is not None
        for number, lines in page.couplets.items()
        for persian, english in _SAME.items()
    )


def mender(texts: Iterator[str]) -> Callable[[str], str]:
    """What puts back in a line, as far as it can be known, what the transcription has lost.

    A word that no dictionary has (CMUdict) is parted by a hyphen where both parts are words that the texts often have,
    and has an apostrophe before its s where the rest is a name that they have.
    """
    words = Counter(word for text in texts for word in _WORD.findall(_PART_CAPITAL.sub(r"\1", text)))
    spoken = Counter[str]()
    for word, count in words.items():
        spoken[word.lower()] += count

    def mend_word(match: re.Match[str]) -> str:
        word = match[0]
        name = word[:-1]
        if word[0].isupper() and word.endswith("s") and _is_name(name):
            return f"{name}’s"
        if pronunciations(word) or len(word) < 7:
            return word
        cuts = [at for at in range(3, len(word) - 2) if _are_words(word, at)]
        if not cuts:
            return word
        cut = max(cuts, key=lambda at: min(spoken[word[:at].lower()], spoken[word[at:].lower()]))
        return f"{word[:cut]}-{word[cut:]}"

    def _is_name(word: str) -> bool:
        return word == "God" or (words[word] >= max(SEEN, 2 * words[f"{word}s"]) and not words[word.lower()])

    def _are_words(word: str, at: int) -> bool:
        parts = word[:at].lower(), word[at:].lower()
        return all(pronunciations(part) and spoken[part] >= SEEN for part in parts)

    def mend(line: str) -> str:
        line = normalise(_STRAY.sub("", _PART_CAPITAL.sub(r"\1", line)))
        line = _LOST_TH.sub(r"Th\1", line, count=1) if _LOST_TH.match(line) else line
        line = _CONTRACTION.sub(r"\1n’t", _END_RUNS_ON.sub(r"\1 ", line))
        return _WORD.sub(mend_word, line)

    return mend


def _without_heads(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if not _PAGE_HEAD.fullmatch(line)]


def _read_pages(content: bytes) -> list[Page]:
    try:
        pages = [msgspec.json.decode(line, type=Page) for line in content.splitlines() if line.strip()]
    except UNREADABLE as error:
        raise RumiError(
            f"The pages of the Masnavi are not laid out as before ({error}): look for a newer version of the program."
        ) from error
    return sorted(pages, key=lambda page: (page.book, page.page))


def _poems(book: int, sections: Sequence[Section], translation: Translation) -> Iterator[Poem]:
    for section in sections:
        title = _heading(section.first, translation.headings)
        for first, couplets in pieces(section):
            numbers = range(first, first + len(couplets))
            for there, run in groupby(numbers, key=translation.couplets.__contains__):
                if there:
                    run_numbers = list(run)
                    lines = [line for number in run_numbers for line in _as_couplet(*translation.couplets[number])]
                    place = f"masnavi/{book}/{section.number}/{run_numbers[0]}-{run_numbers[-1]}"
                    yield Poem("\n".join(lines), "free", Label(id=place, title=title))


def _heading(first: int, headings: Mapping[int, str]) -> str:
    """Of a section; editions do not quite agree where it begins."""
    return next((headings[number] for number in (first, first + 1, first - 1) if number in headings), "")


def _as_couplet(first: str, second: str) -> Couplet:
    """Its first line begins with a capital; where it does not, it has lost two letters."""
    return (f"Th{first}" if _LOST_TH_IF_FIRST.match(first) else first), second
