"""The command line rumi-export: it parses, calls and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from rumi_tui import command_line
from rumi_tui.command_line import Debug, Json, Version, narrate

app = command_line.new_app()


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint (.safetensors), or the folder of a run.")],
    out: Annotated[
        Path | None, typer.Option(help="The model file to write; default: .onnx beside the checkpoint.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Turn a checkpoint into one ONNX file for the CPU.

    The file is compared with PyTorch at every position of three windows before it is put in place; if the two
    differ, nothing is written.
    """
    try:
        from export.export import export_model
        from training.checkpoint import weights_path
    except ModuleNotFoundError as error:
        raise command_line.needs_training(error) from error
    out = out or weights_path(checkpoint).with_suffix(".onnx")
    if out.suffix == ".safetensors":
        raise typer.BadParameter("a model file ends in .onnx; this would replace a checkpoint.", param_hint="--out")
    narrate("Tracing the decode step and comparing it with PyTorch; this takes about a minute.")
    parity = export_model(checkpoint, out)
    size = out.stat().st_size
    if json:
        result = {"file": str(out), **msgspec.structs.asdict(parity), "bytes": size}
        typer.echo(msgspec.json.encode(result).decode())
    else:
        narrate(
            f"{parity.positions_compared:,} positions compared, largest difference of a logit "
            f"{parity.max_abs_logit_diff:.1e}, greedy text identical; {size:,} bytes."
        )
        typer.echo(out)


def export_main() -> None:
    """Entry point of rumi-export."""
    command_line.run(app)
