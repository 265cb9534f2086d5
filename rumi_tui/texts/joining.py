"""Poems and sections put together from all the texts that have pieces of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rumi_tui.texts.corpus import Poem, Source
from rumi_tui.texts.labels import labels_path, read_labels
from rumi_tui.texts.places import NAMES, Place, Work, place_of, title_of
from rumi_tui.texts.whole_poem import NumberedCouplet, WholePoem


def whole_poems(sources: Sequence[Source], authors_of: Mapping[Path, str]) -> Iterator[WholePoem]:
    """All that the texts have of Rumi's works, work by work and in the order of each.

    The original comes before its translations. A text is of the work that its first label names; what it has of another
    is left out, and so is a text without labels. `authors_of` says who wrote or translated it.
    """
    for work in NAMES:
        parts: dict[Place, list[tuple[Source, Poem]]] = {}
        for source in sources:
            if _work_of(source) == work:
                for poem in source.poems:
                    if (place := place_of(poem.label.id)) and place.work == work:
                        parts.setdefault(place, []).append((source, poem))
        for place in sorted(parts):
            yield _joined(place, parts.pop(place), authors_of)


def _work_of(source: Source) -> Work | None:
    path = labels_path(source.path)
    label = next(read_labels(path), None) if source.language and path.is_file() else None
    place = place_of(label.id) if label is not None else None
    return place.work if place is not None else None


def _joined(place: Place, parts: Sequence[tuple[Source, Poem]], authors_of: Mapping[Path, str]) -> WholePoem:
    """One poem out of its pieces in all languages."""
    verses: dict[int, dict[str, str]] = {}
    titles: dict[str, str] = {}
    authors: dict[str, str] = {}
    forms: dict[str, str] = {}
    for source, poem in parts:
        language, label, lines = source.language or "", poem.label, poem.text.split("\n")
        authors.setdefault(language, authors_of.get(source.path, ""))
        forms.setdefault(language, poem.form)
        if title := title_of(label.title):
            titles.setdefault(language, title)
        for count, start in enumerate(range(0, len(lines), 2), 1):
            couplet = place_of(label.id, count)
            assert couplet is not None
            verses.setdefault(couplet.couplet, {}).setdefault(language, "\n".join(lines[start : start + 2]))
    return WholePoem(
        place=place,
        forms=forms,
        titles=titles,
        metre=next((poem.label.metre for _, poem in parts if poem.label.metre), ""),
        rhyme=next((poem.label.rhyme for _, poem in parts if poem.label.rhyme), ""),
        couplets=tuple(NumberedCouplet(number=number, verse=verses[number]) for number in sorted(verses)),
        authors={language: author for language, author in authors.items() if author},
    )
