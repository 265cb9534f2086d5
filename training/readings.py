"""How the words of a language scan, learned from verse of known metre: the file that the console keeps a metre by.

    python -m training.readings LANGUAGE FILE

The verse is that of `RUMI_CORPUS_DIR`, or the fetched texts: the poems that train and whose label says a metre. FILE
is what `rumi_tui.verse.metre.judge_of` reads. It takes a core a few minutes.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from models.files import replacing
from rumi_tui import command_line
from rumi_tui.locations import texts_folder
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.verse.metre import MetreJudge
from training.quality.metre import labelled_metre

app = command_line.new_app()


@app.command()
def readings(language: str, file: Path, debug: command_line.Debug = False) -> None:
    """Learn how words scan from all verse that names its metre, and write it to a file."""
    verse: dict[str, list[str]] = defaultdict(list)
    for source in read_corpus([texts_folder()], language):
        for poem in source.training:
            if metre := labelled_metre(poem):
                verse[metre] += poem.text.split("\n")
    with replacing(file) as temporary:
        temporary.write_bytes(MetreJudge.fit(verse).to_bytes())


if __name__ == "__main__":
    command_line.run(app)
