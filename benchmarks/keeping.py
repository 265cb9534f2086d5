"""How quickly verse is written whose form is kept: lines a second, and the first line, for each form of a model.

    python benchmarks/keeping.py [MODEL ...]

The ways of keeping take turns, a poem each, so that whatever else the machine does meets all of them alike.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from typing import get_args

from models.pretrained import MODELS
from rumi_tui.engine import Request, Step, load_model, writer
from rumi_tui.engine.request import Keep

POEMS, LINES = 8, 10


def main(models: list[str]) -> None:
    """Prints a row for each form and way."""
    print(f"{'model':10} {'form':8} {'keep':7} {'lines/s':>8} {'as a share':>10} {'first line, s':>14}")
    for name in models:
        model = load_model(name)
        for form in model.card.forms:
            seconds, lines, first = (
                defaultdict[Keep, float](float),
                defaultdict[Keep, int](int),
                defaultdict[Keep, float](float),
            )
            for seed in range(POEMS):
                for keep in get_args(Keep):
                    request = Request(form=form, seed=seed, lines=LINES, characters=100 * LINES, keep=keep)
                    started, text = time.perf_counter(), ""
                    for step in writer(model, model.description, request):
                        if isinstance(step, Step):
                            if "\n" in step.text and "\n" not in text:
                                first[keep] += time.perf_counter() - started
                            text += step.text
                    seconds[keep] += time.perf_counter() - started
                    lines[keep] += text.count("\n") + 1
            for keep in get_args(Keep):
                rate, free = lines[keep] / seconds[keep], lines["off"] / seconds["off"]
                print(f"{model.name:10} {form:8} {keep:7} {rate:8.1f} {rate / free:10.3f} {first[keep] / POEMS:14.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(MODELS))
