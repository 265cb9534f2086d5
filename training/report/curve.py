"""The loss curve of a run as CSV and PNG. Knows nothing of how the losses came about."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from matplotlib.figure import Figure

from models.files import replacing
from training.loop import Eval


def write_curve(folder: Path, evals: Sequence[Eval]) -> None:
    """Writes `loss.csv` and `loss.png` into the folder of a run. Raises `RumiError` when the system refuses."""
    with replacing(folder / "loss.csv") as temporary, temporary.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(field.name for field in fields(Eval))
        rows.writerows(astuple(each) for each in evals)
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    steps = [each.step for each in evals]
    axes.plot(steps, [each.train_loss for each in evals], label="training, with dropout", marker=".")
    axes.plot(steps, [each.validation_loss for each in evals], label="validation", marker=".")
    axes.set(xlabel="step", ylabel="nats a token", title="Loss")
    axes.grid(alpha=0.3)
    axes.legend()
    with replacing(folder / "loss.png") as temporary:
        figure.savefig(temporary, dpi=120)
