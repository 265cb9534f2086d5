"""Glosses of Persian verse, as every page of the console has and shows them. Knows nothing of screens."""

from __future__ import annotations

from rumi_tui.console.widgets.interlinear import NotedWord
from rumi_tui.search.indexing import indexing
from rumi_tui.search.spelling import has_persian

HEADING = "A gloss, word by word, and not a translation:"
WAIT = "Looking the words up. The first time, they are learned from the texts, which takes up to half a minute."
NOTHING = "There is no Persian here to gloss."


def gloss(verse: str) -> list[list[NotedWord]]:
    """The Persian words of some verse, line by line, with their likeliest English; nothing where it has none.

    It blocks for seconds where the glosses were not learned yet. Raises `RumiError` where there are no texts.
    """
    lines = list(filter(has_persian, verse.split("\n")))
    if not lines:
        return []
    with indexing.bridge() as bridge:
        return [[NotedWord(each.word, each.told) for each in bridge.gloss(line)] for line in lines]
