"""The models that ship, made again from the texts by the commands in their cards. Knows nothing of training itself.

    python -m training.remake [FOLDER]

The texts are those of `RUMI_CORPUS_DIR`, or the fetched ones. Every command is that of the card but for its places: a
run begins from the checkpoint of the run before it, and all of them stand in the folder, so that nothing that ships
is written over. What comes out differs each time: with --minutes the clock sets the schedule, and how much a run reads
depends on its processor. The first runs in the cards of the models that ship had a GPU.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from models.card import Card
from models.pretrained import LANGUAGES
from rumi_tui.engine.session import load_model
from rumi_tui.locations import texts_folder


def remaking(card: Card, folder: Path, texts: Path) -> list[list[str]]:
    """The commands that lead from the texts to the model file of a card, with all that they write in a folder."""
    commands: list[list[str]] = []
    run: Path | None = None
    for number, said in enumerate(card.commands, 1):
        words = shlex.split(said)
        if run is not None:
            words[words.index("--init") + 1] = str(run / "model.safetensors")
        run = folder / f"{card.language}-{number}"
        words[words.index("--out") + 1] = str(run)
        commands.append(words)
    out = folder / f"rumi-{card.language}.onnx"
    return [*commands, ["rumi-export", str(run), "--out", str(out), "--quantize", "int8", "--text", str(texts)]]


def main() -> None:
    """Fetches the texts if they are not there, then runs all commands, one after the other; stops where one fails."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/models")
    commands = [
        command for language in LANGUAGES for command in remaking(load_model(language).card, folder, texts_folder())
    ]
    if not texts_folder().is_dir():
        commands.insert(0, ["rumi-corpus", "fetch"])
    for command in commands:
        print(shlex.join(command), flush=True)
        status = subprocess.run(command, check=False).returncode
        if status:
            sys.exit(status)


if __name__ == "__main__":
    main()
