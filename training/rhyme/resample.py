"""Verse for self-training whose lines rhyme: those that should and do not are written again until one does.

    python -m training.rhyme.resample MODEL FILE ...

MODEL has written the verse in each FILE (see `training.rhyme.self_training`), which is replaced. What a model rarely
brings about it would rarely find to learn from: of several tries the first that succeeds shows it how that place can go
on (Dong et al. 2023, "RAFT: Reward rAnked FineTuning for Generative Foundation Model Alignment", arXiv:2304.06767).
The texts are those of `RUMI_CORPUS_DIR`, or the fetched ones: a line with a word that they do not have is no success.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import msgspec

from models.errors import RumiError
from models.files import replacing
from models.forms import form_named
from rumi_tui import command_line
from rumi_tui.engine.generate import BatchGeneration
from rumi_tui.engine.request import Request
from rumi_tui.engine.session import Session, load_model
from rumi_tui.locations import texts_folder
from rumi_tui.texts.corpus import read_corpus
from rumi_tui.verse.judge import rhymes
from training.rhyme.self_training import GeneratedFile, known_words, read_generated_file
from training.rhyme.weights import LENGTHS, are_verse

TRIES = 8
"""Of a line, side by side."""

app = command_line.new_app()


@app.command()
def resample(model: str, files: list[Path], debug: command_line.Debug = False) -> None:
    """Have lines that should rhyme and do not written again, in files of rumi-generate --json by the same model."""
    session = load_model(model)
    language = session.description.card.language
    known = known_words(read_corpus([texts_folder()], language))
    for path in files:
        file = read_generated_file(path)
        if file.model_sha256 != session.sha256:
            raise RumiError(f"{path} was written by another model file: name that one.")
        content = msgspec.json.encode(resampled(file, session, language, known))
        with replacing(path) as temporary:
            temporary.write_bytes(content)


def resampled(file: GeneratedFile, session: Session, language: str, known: Container[str]) -> GeneratedFile:
    """The same verse with other lines in the places of those that should rhyme, do not, and have been bettered."""
    seed = max(poem.seed for poem in file.poems) + 1
    poems = []
    for poem in file.poems:
        lines = poem.text.split("\n")
        for one, other in form_named(file.form).rhyming_pairs(len(lines)):
            if other >= len(lines) or rhymes(lines[one], lines[other], language) == "perfect":
                continue
            request = Request(
                form=file.form,
                text="".join(f"{line}\n" for line in lines[:other]),
                sampling=file.sampling,
                metre=file.metre,
                seed=seed,
                lines=1,
                characters=1 + int((1 + LENGTHS) * len(lines[one])),  # a longer one could not count
            )
            seed += TRIES
            successes = (
                line
                for line in _tries(session, request)
                if line not in lines
                and rhymes(lines[one], line, language) == "perfect"
                and are_verse(lines[one], line, known)
            )
            lines[other] = next(successes, lines[other])
        poems.append(msgspec.structs.replace(poem, text="\n".join(lines)))
    return msgspec.structs.replace(file, poems=poems, tries=TRIES)


def _tries(session: Session, request: Request) -> list[str]:
    """The lines that came to an end."""
    lines = [""] * TRIES
    writing = BatchGeneration(session, session.tokenizer, request, TRIES)
    for number, step in writing:
        lines[number] += step.text
    return [line for line, ending in zip(lines, writing.endings, strict=True) if ending != "characters"]


if __name__ == "__main__":
    command_line.run(app)
