"""The models that ship, made again from the texts by the commands in their cards. Knows nothing of training itself.

    python -m training.remake [FOLDER]

The texts are those of `RUMI_CORPUS_DIR`, or the fetched ones. Every command is that of the card but for its places: a
run begins from the checkpoint of the run before it, or, where another run had the same --init, from that one's; verse
to practise on is written by the model file of the run before it; and all of them stand in the folder, so that nothing
that ships is written over. What comes out differs each time: with --minutes the clock sets the schedule, and how much a
run reads depends on its processor. The first runs in the cards of the models that ship had a GPU.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from models.card import Card
from models.files import replacing
from models.pretrained import LANGUAGES
from rumi_tui.engine.session import load_model
from rumi_tui.locations import texts_folder

REWRITING = ["python", "-m", "training.rewrite"]
AVERAGING = ["python", "-m", "training.average"]


def remaking(card: Card, folder: Path, texts: Path) -> list[list[str]]:
    """The commands that lead from the texts to the model file of a card, with all that they write in a folder.

    The last word of one that prints verse to practise on is the file which that verse is to go to.
    """
    commands: list[list[str]] = []
    run: Path | None = None
    writer: Path | None = None  # the run that writes verse
    practice: dict[str, str] = {}  # the files of that verse by their names in the card
    begun: dict[str, Path] = {}  # the run that a name after --init stands for, until another run writes verse
    ended: dict[str, Path] = {}  # the run or mean that the name of its folder stands for
    for number, said in enumerate(card.commands, 1):
        words = shlex.split(said)
        if "--resume" in words:
            continue
        if words[0] == "rumi-generate":
            if writer != run:
                commands.append(_exporting(run, folder / f"{card.language}-practising.onnx", texts))
                writer, begun = run, {}
            words[words.index("--model") + 1] = str(folder / f"{card.language}-practising.onnx")
            name = words.pop()
            practice[name] = words[-1] = str(folder / name)
        elif words[:3] == AVERAGING:
            words[4:] = [str(ended[word]) for word in words[4:]]
            run = folder / f"{card.language}-{number}"
            ended[words[3]], words[3] = run, str(run)
        elif words[:3] == REWRITING:
            words[3] = str(folder / f"{card.language}-practising.onnx")
            words[4:] = [practice[Path(word).name] for word in words[4:]]
        else:
            for place in [place for place, word in enumerate(words) if word == "--practice"]:
                words[place + 1] = practice[Path(words[place + 1]).name]
            if run is not None:
                place = words.index("--init") + 1
                words[place] = str(begun.setdefault(words[place], run) / "model.safetensors")
            run = folder / f"{card.language}-{number}"
            place = words.index("--out") + 1
            ended[words[place]], words[place] = run, str(run)
        commands.append(words)
    return [*commands, _exporting(run, folder / f"rumi-{card.language}.onnx", texts)]


def _exporting(run: Path | None, out: Path, texts: Path) -> list[str]:
    return ["rumi-export", str(run), "--out", str(out), "--quantize", "int8", "--text", str(texts)]


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
        if command[0] == "rumi-generate":
            *command, file = command
            with replacing(Path(file)) as temporary, temporary.open("wb") as output:
                status = subprocess.run(command, check=False, stdout=output).returncode
        else:
            status = subprocess.run(command, check=False).returncode
        if status:
            sys.exit(status)


if __name__ == "__main__":
    main()
