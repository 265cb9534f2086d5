"""How quickly verse is written, and what holds it back: one table of ratios, measured in turn in one run.

Every way computes with one thread. A line is the median of the rounds; ratios are of times measured side by side, so
they mean something where milliseconds do not. Also draws time per character over the position.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import torch
from console import alone, by_process, in_console
from contestants import Concatenating, Step, engine, plain, random_decoder, sessions, torch_cached, torch_plain
from matplotlib.figure import Figure

from models.decoder import Decoder
from models.files import replacing
from models.pretrained import MODELS, checkpoint_path
from rumi_tui.engine.session import load_model
from training.checkpoint import load_weights

SHAPES = {"0.8M": (4, 4, 128), "4.8M": (6, 4, 256), "10.7M": (6, 6, 384)}
"""Layers, heads, width."""
SLOT_SECONDS = 0.1
"""How long each way runs before it is the next one's turn."""
FAR = 100_000
BATCHES = (1, 4, 16)
Results = dict[str, Any]
MEASURED_RUN = """
import json, resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""
"""Runs a command and prints its seconds and megabytes; by itself it is small, as a child counts what began it."""


def median_times(steps: Mapping[str, Step], rounds: int) -> dict[str, float]:
    """Seconds a step of each way: medians of rounds in which each runs in turn."""
    counts = {}
    for name, step in steps.items():
        step()
        counts[name] = max(2, round(SLOT_SECONDS / _seconds(step, 2)))
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            times[name].append(_seconds(step, counts[name]))
    return {name: statistics.median(values) for name, values in times.items()}


def _seconds(step: Step, count: int) -> float:
    started = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - started) / count


def floor(megabytes: float) -> Step:
    """Reads as many bytes as the 8-bit weights are: what any decoder must at least do for a character."""
    weights = np.ones(int(megabytes * 1e6) // 8, dtype=np.int64)
    return lambda: weights.max()


def compare(decoder: Decoder, rounds: int) -> tuple[Results, dict[str, Callable[[int], Step]]]:
    window, count = decoder.config.window, decoder.parameter_count()
    ours, simple, concatenating = sessions(decoder), plain(decoder), Concatenating(decoder)
    ways: dict[str, Callable[[int], Step]] = {
        "int8": lambda position: engine(ours["int8"], position),
        "fp32": lambda position: engine(ours["fp32"], position),
        "plain decoder, int8": lambda position: engine(simple, position),
        "concatenated cache": concatenating.step,
        "torch, cache": lambda position: torch_cached(decoder, position),
        "torch, no cache": lambda position: torch_plain(decoder, position),
    }
    times = median_times(
        {name: way(window) for name, way in ways.items()} | {"floor (reading the weights)": floor(count / 1e6)}, rounds
    )
    places = {"early": 8, "window": window, f"position {FAR:,}": FAR}
    over = median_times({name: engine(ours["int8"], place) for name, place in places.items()}, rounds)
    batches = {
        f"{form} x{size}": engine(ours[form], window, size) for form in ("int8", "dequantize") for size in BATCHES
    }
    per_step = median_times(batches, rounds)
    rates = {name: int(name.split("x")[-1]) / seconds for name, seconds in per_step.items()}
    return {"parameters": count, "seconds": times, "over_position": over, "batch_rates": rates}, ways


def start(rounds: int) -> Results:
    """A process that writes one character beside one that only imports what it cannot do without."""
    commands = {
        "imports": [sys.executable, "-c", "import onnxruntime, numpy"],
        "rumi-generate": [str(Path(sys.executable).parent / "rumi-generate"), "--chars", "1", "--keep", "off"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    megabytes = {}
    for _ in range(rounds):
        for name, command in commands.items():
            run = [sys.executable, "-c", MEASURED_RUN, *command]
            took, megabytes[name] = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)
            seconds[name].append(took)
    return {"seconds": {n: statistics.median(v) for n, v in seconds.items()}, "peak_megabytes": megabytes}


def console(rounds: int) -> Results:
    """The engine in the running console beside the engine alone, and how late a timer of the console is."""
    rates: dict[str, list[float]] = {"alone": [], "console": []}
    late: list[float] = []
    for seed in range(rounds):
        rates["alone"].append(alone("en", seed))
        rate, waits = asyncio.run(in_console("en", seed, by_process))
        rates["console"].append(rate)
        late += waits
    medians = {name: statistics.median(values) for name, values in rates.items()}
    return {"characters_per_second": medians, "late_median": statistics.median(late), "late_worst": max(late)}


def plot(ways: Mapping[str, Callable[[int], Step]], window: int, path: Path) -> None:
    """Draws the time of a character over its position, for every way."""
    positions = [1, *range(window // 8, 3 * window, window // 8)]
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    for name, way in ways.items():
        axes.plot(positions, [1e3 * median_times({name: way(place)}, 1)[name] for place in positions], label=name)
    axes.axvline(window, color="grey", linestyle=":", label="window")
    axes.set(xlabel="position", ylabel="milliseconds a character", yscale="log")
    axes.legend(fontsize="small")
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=130)


def show(name: str, result: Results) -> None:
    ours = result["seconds"]["int8"]
    print(f"\n{name}, {result['parameters']:,} parameters, one character at the end of the window")
    for way, seconds in result["seconds"].items():
        print(f"  {way:30}{1e6 * seconds:10,.0f} µs{seconds / ours:9.2f} x")
    there = result["over_position"]["window"]
    print("  " + ", ".join(f"{place} {seconds / there:.2f} x" for place, seconds in result["over_position"].items()))
    one = result["batch_rates"]["int8 x1"]
    print("  characters/s together: " + ", ".join(f"{n} {r / one:.2f} x" for n, r in result["batch_rates"].items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=[*MODELS, *SHAPES], default=[*MODELS, *SHAPES])
    parser.add_argument("--json", type=Path, default=Path("runs/bench.json"), help="where the figures go")
    parser.add_argument("--plot", type=Path, default=Path("runs/bench.png"), help="where the plot goes")
    options = parser.parse_args()
    torch.set_num_threads(1)
    results: Results = {}
    for name in options.only:
        decoder = load_weights(checkpoint_path(name))[0] if name in MODELS else random_decoder(*SHAPES[name])
        results[name], ways = compare(decoder, options.rounds)
        show(name, results[name])
    options.plot.parent.mkdir(parents=True, exist_ok=True)
    plot(ways, decoder.config.window, options.plot)
    results["start"] = begun = start(options.rounds)
    for unit in ("seconds", "peak_megabytes"):
        ratio = begun[unit]["rumi-generate"] / begun[unit]["imports"]
        print(f"\nrumi-generate --chars 1, of the imports alone, {unit}: {ratio:.2f} x")
    results["console"] = drawn = console(options.rounds)
    rates = drawn["characters_per_second"]
    print(f"\nin the console {rates['console'] / rates['alone']:.2f} x of alone; a timer there is late by", end=" ")
    print(f"{1e3 * drawn['late_median']:.1f} ms in the median, {1e3 * drawn['late_worst']:.0f} at worst")
    print(f"\nshipped model {load_model('en').name}: {rates['alone']:,.0f} characters/s alone")
    with replacing(options.json) as temporary:
        temporary.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
