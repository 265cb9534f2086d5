"""A run as TensorBoard event files, where the package tensorboard is installed. Knows nothing of terminals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from training.loop import Eval

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

FOLDER = "tensorboard"


class Events:
    """Writes each evaluation into `tensorboard/` in the folder of a run; nothing where it is not installed.

    A run that goes on writes a file beside the earlier ones, and TensorBoard joins them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._writer: SummaryWriter | None = None

    def write(self, evaluation: Eval, rate: float | None, verse: str) -> None:
        """Adds the losses, the rate in characters a second if it is known, and the sample of one evaluation."""
        self._writer = self._writer or _open(self._folder)
        if self._writer is None:
            return
        self._writer.add_scalar("loss/training", evaluation.train_loss, evaluation.step)
        self._writer.add_scalar("loss/validation", evaluation.validation_loss, evaluation.step)
        if rate is not None:
            self._writer.add_scalar("rate/characters_per_second", rate, evaluation.step)
        self._writer.add_text(
            "sample", verse.replace("\n", "  \n"), evaluation.step
        )  # two blanks break a line in Markdown
        self._writer.flush()

    def close(self) -> None:
        """Writes what is left and closes the file."""
        if self._writer is not None:
            self._writer.close()


def _open(folder: Path) -> SummaryWriter | None:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ModuleNotFoundError:
        return None
    return SummaryWriter(str(folder))
