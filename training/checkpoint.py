"""Checkpoints as safetensors: weights that describe themselves, and the state of a run that can go on.

No pickle: opening a checkpoint never runs code. Knows nothing of how a run is made.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.optim import Optimizer

from models.decoder import Decoder
from models.description import Description
from models.errors import UNREADABLE, RumiError, describe
from models.files import replacing
from models.paths import check_file, weights_path
from training.optim import MOMENTS

STATE = "state.safetensors"
"""In the folder of a run: the latest weights, the optimizer and all else that `--resume` needs."""


_MOMENT = re.compile(r"optimizer\.([0-9]{1,6})\.([0-9]{1,6})\.(\w+)")
"""What the moments are called in a file: of which optimizer and parameter, and which."""
_FORMER_NAMES = {"expand": "up", "contract": "down", "places": "position_embedding"}
"""Parts of a decoder by the names that checkpoints of version 0.1 have for them."""


def save_weights(path: Path, model: Decoder, description: Description) -> None:
    """Writes a checkpoint; what stood at `path` is replaced whole or left alone.

    Its weights are rounded to 16-bit floats, which halves the file; whoever measures the model measures what was
    saved. The state of a run keeps all 32 bits.
    """
    _save(path, {name: tensor.half() for name, tensor in model.state_dict().items()}, description.to_metadata())


def load_weights(path: Path) -> tuple[Decoder, Description]:
    """The decoder of a checkpoint, or of the run in a folder, on the CPU and ready to be evaluated.

    Raises `RumiError` for a file that is missing, damaged or not ours.
    """
    path = weights_path(path)
    tensors, metadata = _load(path)
    description = Description.from_metadata(metadata, str(path))
    with torch.device("meta"):  # takes no memory, whatever size a damaged description claims
        model = Decoder(description.config)
    load_tensors(model, {_present_name(name): tensor.float() for name, tensor in tensors.items()}, path)
    return model.eval(), description


def _present_name(name: str) -> str:
    return ".".join(_FORMER_NAMES.get(part, part) for part in name.split("."))


def load_tensors(model: Decoder, tensors: dict[str, Tensor], path: Path) -> None:
    """Puts weights into a decoder of their shape. Raises `RumiError` when they do not fit."""
    try:
        model.load_state_dict(tensors, assign=next(model.parameters()).is_meta)
    except RuntimeError as error:
        raise RumiError(f"{path} is damaged: its weights do not fit its own description.") from error
    if not all(torch.isfinite(tensor.float()).all() for tensor in tensors.values()):
        raise RumiError(f"{path} is damaged: some of its weights are no numbers.")


def save_state(folder: Path, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Writes what a run needs to go on: tensors, and facts that JSON can hold."""
    _save(folder / STATE, tensors, {"rumi.state": json.dumps(facts)})


def load_state(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `save_state` wrote. Raises `RumiError` when the folder holds no run."""
    tensors, metadata = _load(folder / STATE)
    if "rumi.state" not in metadata:
        raise RumiError(f"{folder / STATE} is not the state of a run of rumi-train.")
    try:
        facts = json.loads(metadata["rumi.state"])
        if isinstance(facts, dict):
            return tensors, facts
    except UNREADABLE:
        pass
    raise RumiError(f"{folder / STATE} is damaged: start the run anew.")


def _save(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    with replacing(path) as temporary:
        try:
            save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, metadata)
        except SafetensorError as error:
            raise OSError(str(error)) from error


def _load(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    if path.suffix == ".onnx" and path.is_file():
        raise RumiError(f"{path} is a model file: name the checkpoint (.safetensors) that it was made from.")
    try:
        check_file(path)
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except OSError as error:
        raise RumiError(
            f"There is no checkpoint at {path} ({describe(error)}): name a .safetensors file or the folder of a run."
        ) from error
    except SafetensorError as error:
        raise RumiError(f"{path} is damaged or is no safetensors file: copy or train it again.") from error


def optimizer_tensors(optimizers: Sequence[Optimizer]) -> dict[str, Tensor]:
    """The moments of the optimizers as named tensors."""
    return {
        f"optimizer.{number}.{index}.{name}": value
        for number, optimizer in enumerate(optimizers)
        for index, values in optimizer.state_dict()["state"].items()
        for name, value in values.items()
    }


def load_optimizer_tensors(optimizers: Sequence[Optimizer], tensors: dict[str, Tensor]) -> None:
    """Puts the moments back that `optimizer_tensors` named. Raises `ValueError` for what no such optimizers have."""
    states: list[dict[int, dict[str, Tensor]]] = [{} for _ in optimizers]
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            match = _MOMENT.fullmatch(key)
            if match is None or int(match[1]) >= len(states):
                raise ValueError(f"there is no {key}")
            states[int(match[1])].setdefault(int(match[2]), {})[match[3]] = value
    for optimizer, state in zip(optimizers, states, strict=True):
        _check_moments(optimizer, state)
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _check_moments(optimizer: Optimizer, state: dict[int, dict[str, Tensor]]) -> None:
    """Raises `ValueError` for moments that an optimizer could not have, which would end its next step."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for index, moments in state.items():
        if index >= len(parameters) or moments.keys() != MOMENTS[type(optimizer)]:
            raise ValueError("its moments are those of another optimizer")
        for name, moment in moments.items():
            shape = torch.Size() if name == "step" else parameters[index].shape
            if moment.shape != shape or not moment.is_floating_point() or not torch.isfinite(moment.float()).all():
                raise ValueError("its moments do not fit its weights")
