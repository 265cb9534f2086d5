"""Measures of verse as a table for people. Knows nothing of how they were taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from rich import box
from rich.table import Column, Table

from models.phrase_hashes import PHRASE
from training.quality.measures import SchemeRates, VerseMeasures
from training.quality.samples import Comparison

Measure = Callable[[VerseMeasures], str]
_Column = TypeVar("_Column", VerseMeasures, SchemeRates)

_ROWS: tuple[tuple[str, Measure], ...] = (
    ("poems", lambda verse: f"{verse.poems:,}"),
    ("lines", lambda verse: f"{verse.lines:,}"),
    ("known words", lambda verse: _percent(verse.known_words)),
    ("lines with a nonword", lambda verse: _percent(verse.nonword_lines)),
    ("copied lines", lambda verse: _percent(verse.copied_lines)),
    ("longest copied run, median chars", lambda verse: f"{verse.copied_run_median:g}"),
    ("longest copied run, worst chars", lambda verse: f"{verse.copied_run_longest}"),
    (f"words in copied runs of {PHRASE}+", lambda verse: _percent(verse.copied_words)),
    ("longest copied run, median words", lambda verse: f"{verse.copied_words_median:g}"),
    ("longest copied run, worst words", lambda verse: f"{verse.copied_words_longest}"),
    ("distinct pairs of words", lambda verse: _percent(verse.distinct_bigrams)),
    ("distinct triples of words", lambda verse: _percent(verse.distinct_trigrams)),
    ("mean line, chars", lambda verse: f"{verse.line_length_mean:.1f}"),
    ("spread of lines, chars", lambda verse: f"{verse.line_length_spread:.1f}"),
    ("longest line, times the mean", lambda verse: f"{verse.longest_line:.2f}"),
    ("poems that repeat a line", lambda verse: _percent(verse.repeating_poems)),
)


def verse_table(form: str, comparison: Comparison) -> Table:
    """A form: a row for each measure; columns for each way of writing, real verse, and its lines or words shuffled."""
    ways, real = comparison.generated.values(), comparison.real
    verses = [*(way.verse for way in ways), real]
    table = Table(
        Column("", no_wrap=True),
        box=box.SIMPLE,
        title=form,
        title_justify="left",
        title_style="bold",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for heading in (*(f"keep\n{keep}" for keep in comparison.generated), "\nreal", "real,\nshuffled"):
        table.add_column(heading, justify="right")
    for name, cell in _ROWS:
        table.add_row(name, *(cell(verse) if verse else "" for verse in verses))
    associations = (verse.association if verse else None for verse in verses)
    table.add_row("association of words", *map(_signed, (*associations, comparison.shuffled_association)))
    _add_shares(table, "lines in metre", verses, lambda verse: verse.in_metre, comparison.shuffled_in_metre)
    if comparison.real_in_another_metre is not None:
        table.add_row("lines in another metre", *[""] * len(ways), _percent(comparison.real_in_another_metre))
    table.add_row(
        "nats a character", *("" if way.nats_per_char is None else f"{way.nats_per_char:.3f}" for way in ways)
    )
    table.add_row("poems ended by the model", *(_percent(way.ended) for way in ways))
    closed = (*(way.closed for way in ways), comparison.real_closed)
    table.add_row("ended, or at a sentence's end", *map(_percent, closed))
    _add_shares(table, "poems that end mid-sentence", verses, lambda verse: verse.mid_sentence)
    _add_shares(table, "poems of four lines", verses, lambda verse: verse.four_lines)
    schemes = [verse.rhyme if verse else None for verse in verses]
    if any(schemes):
        pairs = (*schemes, comparison.real_shuffled)
        table.add_row("pairs that rhyme", *(_percent(rates.perfect if rates else None) for rates in pairs))
        table.add_row("pairs that nearly rhyme", *(_percent(rates.near if rates else None) for rates in pairs))
        _add_shares(table, "poems that keep the rhyme", schemes, lambda scheme: scheme.poems_perfect)
        _add_shares(table, "poems that nearly keep it", schemes, lambda scheme: scheme.poems_near)
        _add_shares(table, "rhyme words used again", schemes, lambda scheme: scheme.repeated_words)
        _add_shares(table, "poems that use one again", schemes, lambda scheme: scheme.poems_repeating)
        _add_shares(table, "rhymes across couplets", schemes, lambda scheme: scheme.across_units)
    return table


def _add_shares(
    table: Table,
    name: str,
    columns: Sequence[_Column | None],
    share: Callable[[_Column], float | None],
    shuffled: float | None = None,
) -> None:
    """Adds a row where it has something to tell."""
    values: list[float | None] = [share(column) if column else None for column in columns]
    if any(value is not None for value in values):
        table.add_row(name, *map(_percent, (*values, shuffled)))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"
