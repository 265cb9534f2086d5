"""The command line rumi-export: it parses, calls and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

from models.errors import needs_extra
from models.paths import weights_path
from rumi_tui.command_line import Debug, Json, Version, narrate, new_app, say, say_json
from rumi_tui.interruptions import ended_at_once

export_app = new_app()


@export_app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint (.safetensors), or the folder of a run.")],
    out: Annotated[
        Path | None, typer.Option(help="The model file to write; default: .onnx beside the checkpoint.")
    ] = None,
    quantize: Annotated[
        str, typer.Option(help="int8: integers of 8 bits, half the size and quicker; none: exact.")
    ] = "none",
    operators: Annotated[
        Literal["fused", "standard"],
        typer.Option(help="fused: onnxruntime's own, quickest in this program; standard: ONNX's, for any program."),
    ] = "fused",
    text: Annotated[
        list[Path] | None,
        typer.Option(envvar="RUMI_CORPUS_DIR", help="With int8: a text, or a folder of them, to measure its cost on."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
    version: Version = False,
) -> None:
    """Turn a checkpoint into one ONNX file for the CPU.

    The file is compared with PyTorch at every position of three windows before it is put in place; if the two
    differ, nothing is written. With --quantize int8 its loss is measured before and after on the validation poems of
    the texts; if that costs more than 0.01 nats a character, the exact file is written.
    """
    if quantize not in ("int8", "none"):
        raise typer.BadParameter(f"{quantize!r} is not int8 or none.", param_hint="--quantize")
    if quantize == "int8" and not text:
        raise typer.BadParameter("name with --text what to measure the cost of int8 on.", param_hint="--quantize")
    try:
        with ended_at_once():
            from export.export import export_model
            from training.checkpoint import load_weights
    except ModuleNotFoundError as error:
        raise needs_extra("This", error, "train") from error
    from models.card import UNSAID
    from rumi_tui.texts.corpus import read_corpus

    out = out or weights_path(checkpoint).with_suffix(".onnx")
    if out.suffix == ".safetensors":
        raise typer.BadParameter("a model file ends in .onnx; this would replace a checkpoint.", param_hint="--out")
    sources = None
    if quantize == "int8" and text:
        card = load_weights(checkpoint)[1].card
        sources = read_corpus(text, None if card.language == UNSAID else card.language, usual_form=card.usual_form)
    narrate("Writing the decode step as a graph and comparing it with PyTorch; this takes about a minute.")
    parity, quantized = export_model(checkpoint, out, sources, operators)
    size = out.stat().st_size
    if json:
        result = {"file": str(out), **msgspec.structs.asdict(parity), "bytes": size}
        if quantized:
            result |= msgspec.structs.asdict(quantized) | {"quantized": quantized.holds}
        say_json(result)
        return
    narrate(
        f"{parity.positions_compared:,} positions compared, largest difference of a logit "
        f"{parity.max_abs_logit_diff:.1e}, greedy text identical; {size:,} bytes."
    )
    if quantized:
        narrate(
            f"With 8-bit integers {quantized.nats_per_char_int8:.5f} nats/char on the validation poems, with floats "
            f"{quantized.nats_per_char_fp32:.5f}; the likeliest token is the same at {quantized.top1_agreement:.1%}."
        )
        if not quantized.holds:
            narrate("That is too much: the file holds floats.")
    say(out)
