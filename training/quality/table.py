"""Measures of verse as a table for people. Knows nothing of how they were taken."""

from __future__ import annotations

from collections.abc import Callable

from rich import box
from rich.table import Table

from models.phrases import PHRASE
from training.quality.measures import RhymeRates, SchemeRates, VerseMeasures
from training.quality.samples import Comparison

Measure = Callable[[VerseMeasures], str]

_ROWS: tuple[tuple[str, Measure], ...] = (
    ("poems", lambda verse: f"{verse.poems:,}"),
    ("lines", lambda verse: f"{verse.lines:,}"),
    ("known words", lambda verse: _percent(verse.known_words)),
    ("lines with a nonword", lambda verse: _percent(verse.nonword_lines)),
    ("copied lines", lambda verse: _percent(verse.copied_lines)),
    ("longest copied run, median", lambda verse: f"{verse.copied_run_median:g} chars"),
    ("longest copied run, worst", lambda verse: f"{verse.copied_run_longest} chars"),
    (f"words in copied runs of {PHRASE} or more", lambda verse: _percent(verse.copied_words)),
    ("longest of these runs, median", lambda verse: f"{verse.copied_words_median:g} words"),
    ("longest of these runs, worst", lambda verse: f"{verse.copied_words_longest} words"),
    ("distinct pairs of words", lambda verse: _percent(verse.distinct_bigrams)),
    ("distinct triples of words", lambda verse: _percent(verse.distinct_trigrams)),
    ("mean line", lambda verse: f"{verse.line_length_mean:.1f} chars"),
    ("spread of lines", lambda verse: f"{verse.line_length_spread:.1f} chars"),
    ("longest line", lambda verse: f"{verse.longest_line:.2f} x mean"),
    ("poems that repeat a line", lambda verse: _percent(verse.repeating_poems)),
)


def verse_table(form: str, comparison: Comparison) -> Table:
    """One form: a row for each measure; columns for the model, real verse, and its lines or words shuffled."""
    generated, real = comparison.generated, comparison.real
    table = Table("", box=box.SIMPLE, title=form, title_justify="left", title_style="bold")
    for heading in ("generated", "real", "real, shuffled"):
        table.add_column(heading, justify="right")
    for name, cell in _ROWS:
        table.add_row(name, cell(generated), cell(real) if real else "")
    associations = (generated.association, real.association if real else None, comparison.shuffled_association)
    table.add_row("association of words", *map(_signed, associations))
    if generated.in_metre is not None:
        in_metre = (generated.in_metre, real.in_metre if real else None, comparison.shuffled_in_metre)
        table.add_row("lines in metre", *map(_percent, in_metre))
    if comparison.real_in_another_metre is not None:
        table.add_row("lines in another metre", "", _percent(comparison.real_in_another_metre))
    table.add_row("poems ended by the model", _percent(comparison.ended))
    table.add_row("ended, or at a sentence's end", _percent(comparison.closed), _percent(comparison.real_closed))
    if generated.mid_sentence is not None:
        table.add_row(
            "poems that end mid-sentence",
            _percent(generated.mid_sentence),
            _percent(real.mid_sentence if real else None),
        )
    if generated.four_lines is not None:
        table.add_row(
            "poems of four lines", _percent(generated.four_lines), _percent(real.four_lines if real else None)
        )
    if generated.rhyme:
        _add_rhyme(table, generated.rhyme, real.rhyme if real else None, comparison.real_shuffled)
    return table


def _add_rhyme(table: Table, generated: SchemeRates, real: SchemeRates | None, shuffled: RhymeRates | None) -> None:
    schemes = (generated, real)
    pairs = (*schemes, shuffled)
    table.add_row("pairs that rhyme", *(_percent(rates.perfect if rates else None) for rates in pairs))
    table.add_row("pairs that nearly rhyme", *(_percent(rates.near if rates else None) for rates in pairs))
    table.add_row("poems that keep the rhyme", *(_percent(its.poems_perfect if its else None) for its in schemes))
    table.add_row("poems that nearly keep it", *(_percent(its.poems_near if its else None) for its in schemes))
    if generated.repeated_words is not None:
        table.add_row("rhyme words used again", *(_percent(its.repeated_words if its else None) for its in schemes))
        table.add_row("poems that use one again", *(_percent(its.poems_repeating if its else None) for its in schemes))
    if generated.across_units is not None:
        table.add_row("rhymes across couplets", *(_percent(its.across_units if its else None) for its in schemes))


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"
