"""A model in standard operators is the same model, for onnxruntime in Python and in JavaScript."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from support import SHAPES, call_command, describe, random_decoder, refused

from export.parity import TOLERANCE, compare
from export.quantize import quantize
from export.standard import GRAPH_KEY, OPSET, build_standard_graph
from models.forms import form_named
from models.pretrained import model_path
from rumi_tui.engine.context import Context
from rumi_tui.engine.generate import BatchGeneration, Generation
from rumi_tui.engine.request import Request, Sampling
from rumi_tui.engine.session import Session
from training.checkpoint import load_weights

pytestmark = pytest.mark.slow  # Torch writes, programs run

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ROOT / "export" / "page" / "node_modules"
needs_node = pytest.mark.skipif(
    shutil.which("node") is None or not (PACKAGES / "onnxruntime-web").is_dir(),
    reason="Node or onnxruntime-web is not here: install Node 20 or newer, then make export/page/node_modules",
)


@pytest.fixture(scope="module", params=SHAPES)
def standard_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file in standard operators, of random weights, for each kind of positions."""
    config = SHAPES[request.param]
    path = tmp_path_factory.mktemp("standard") / f"{request.param}.onnx"
    path.write_bytes(build_standard_graph(random_decoder(config), describe(config)).SerializeToString())
    return path


@pytest.fixture(scope="session")
def english_file(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """The English model that ships, in standard operators."""

    def fill(folder: Path) -> None:
        graph = build_standard_graph(*load_weights(model_path("en").with_suffix(".safetensors")))
        (folder / "rumi-en-standard.onnx").write_bytes(graph.SerializeToString())

    return make_once("english", fill) / "rumi-en-standard.onnx"


def test_it_agrees_with_torch_at_every_position_of_three_windows(standard_file: Path) -> None:
    session = Session(standard_file)
    parity = compare(random_decoder(session.config), session, batch=4)
    assert parity.max_abs_logit_diff <= TOLERANCE
    assert parity.positions_compared == 2 * 4 * 3 * session.config.window
    assert parity.greedy_identical


def test_it_holds_standard_operators_alone_and_says_so(standard_file: Path) -> None:
    graph = onnx.load(standard_file)
    onnx.checker.check_model(graph, full_check=True)
    assert [(opset.domain, opset.version) for opset in graph.opset_import] == [("", OPSET)]
    assert {node.domain for node in graph.graph.node} == {""}
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    told = json.loads(metadata.pop(GRAPH_KEY))
    description = Session(standard_file).description
    assert metadata == description.to_metadata()
    assert (told["operators"], told["opset"]) == ("standard", OPSET)
    assert told.get("rotary_base") == (1000 if description.config.is_rotary else None)
    assert told["schemes"] == {form: form_named(form).scheme for form in description.tokenizer.forms}


@pytest.mark.parametrize("number", [0, 1, -1], ids=["logits", "keys", "values"])
def test_a_graph_that_answers_in_another_shape_is_refused(standard_file: Path, tmp_path: Path, number: int) -> None:
    model = onnx.load(standard_file)
    name = model.graph.output[number].name
    for node in model.graph.node:
        for names in (node.input, node.output):
            names[:] = ["flat" if each == name else each for each in names]
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.int64), "first"))
    model.graph.node.append(helper.make_node("Unsqueeze", ["flat", "first"], [name]))
    (tmp_path / "deep.onnx").write_bytes(model.SerializeToString())
    with refused("does not answer as its description says"):
        Session(tmp_path / "deep.onnx")


def test_the_order_of_the_cache_is_free_and_an_empty_one_will_do(standard_file: Path) -> None:
    session = Session(standard_file)
    ids = np.random.default_rng(2).integers(session.config.vocab_size, size=(1, session.config.window))
    expected = Context(session).feed(ids)
    first, rest = ids[:, :6], ids[:, 6:]
    sizes = {"batch": 1, "past": 0}
    empty = {
        put.name: np.zeros([sizes.get(size, size) for size in put.shape], np.float32)
        for put in session.session.get_inputs()[3:]
    }
    positions = {"positions": np.arange(6), "past_positions": np.empty(0, np.int64)}
    begun, *new = session.session.run(None, {"ids": first, **positions, **empty})
    order = np.random.default_rng(3).permutation(6)
    past = {
        name: array[..., order] if "key" in name else array[:, :, order] for name, array in zip(empty, new, strict=True)
    }
    positions = {"positions": np.arange(6, session.config.window), "past_positions": order}
    going_on = session.session.run(["logits"], {"ids": rest, **positions, **past})[0]
    assert np.abs(np.concatenate((begun, going_on), axis=1) - expected).max() <= TOLERANCE


@pytest.mark.parametrize("temperature", [0, 0.8])
def test_the_engine_writes_from_it_what_it_writes_from_the_other_file(
    model_file: Path, tmp_path: Path, temperature: float
) -> None:
    config = SHAPES["rotary"]
    standard = tmp_path / "standard.onnx"
    standard.write_bytes(build_standard_graph(random_decoder(config), describe(config)).SerializeToString())
    request = Request(form="couplet", text="abc", sampling=Sampling(temperature=temperature), characters=100)
    sessions = [Session(standard), Session(model_file)]
    mine, its = ([step.text for step in Generation(each, each.tokenizer, request)] for each in sessions)
    assert mine == its
    together = list(BatchGeneration(sessions[0], sessions[0].tokenizer, request, 3))
    assert [step.text for number, step in together if number == 0] == its


def test_its_8_bit_weights_are_those_of_the_file_that_ships(english_file: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.onnx"
    small.write_bytes(quantize(onnx.load(english_file)).SerializeToString())
    integers = [
        sorted(tensor.raw_data for tensor in onnx.load(file).graph.initializer if tensor.data_type == tensor.INT8)
        for file in (small, model_path("en"))
    ]
    assert integers[0] == integers[1] != []
    ids = np.random.default_rng(0).integers(80, size=(1, 40))
    logits = [Context(Session(file)).feed(ids) for file in (small, english_file)]
    assert 1e-5 < np.abs(logits[0] - logits[1]).max() < 0.1 * np.abs(logits[1]).max()
    assert small.stat().st_size < 0.6 * english_file.stat().st_size


def test_the_command_writes_it(tmp_path: Path, write_pair) -> None:
    out = tmp_path / "standard.onnx"
    checkpoint = write_pair("rotary")[0]
    done = call_command("rumi-export", str(checkpoint), "--operators", "standard", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["greedy_identical"] is True
    assert {node.domain for node in onnx.load(out).graph.node} == {""}


PROMPT = "The soul is"
PROGRAMS = dict(re.findall(r"```(python|javascript)\n(.*?)```", (ROOT / "docs" / "models.md").read_text("utf-8"), re.S))


@pytest.mark.parametrize("language", ["python", pytest.param("javascript", marks=needs_node)])
def test_the_programs_shown_write_the_poem_that_rumi_generate_writes(
    english_file: Path, tmp_path: Path, language: str
) -> None:
    program = tmp_path / {"python": "write.py", "javascript": "write.mjs"}[language]
    program.write_text(PROGRAMS[language], "utf-8")
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    runner = {"python": sys.executable, "javascript": "node"}[language]
    command = [runner, str(program), str(english_file), PROMPT]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    choices = ("--form", "free", "--temperature", "0", "--keep", "off", "--chars", "200")
    poem = call_command("rumi-generate", PROMPT, "--model", str(english_file), *choices)
    assert poem.returncode == 0, poem.stderr
    assert done.stdout == poem.stdout
    assert len(done.stdout) == len(PROMPT) + 200 + 1


READ = """
import { readFileSync, writeFileSync } from "node:fs";
import * as ort from "onnxruntime-web";
import { Decoder } from "DECODER";
import { describe } from "MODEL_FILE";
ort.env.wasm.numThreads = 1;
const [path, ids, out] = process.argv.slice(2);
const bytes = readFileSync(path);
const decoder = await Decoder.load(ort, bytes, describe(bytes).config);
const all = [];
for (const piece of JSON.parse(ids)) all.push(...(await decoder.read(piece)).flatMap((logits) => [...logits]));
writeFileSync(out, Float32Array.from(all));
"""


@needs_node
def test_onnxruntime_for_javascript_agrees_with_torch_at_every_position(tmp_path: Path) -> None:
    config = SHAPES["rotary"]
    decoder = random_decoder(config)
    (tmp_path / "model.onnx").write_bytes(build_standard_graph(decoder, describe(config)).SerializeToString())
    (tmp_path / "node_modules").symlink_to(PACKAGES)
    page = ROOT / "export" / "page"
    script = READ.replace("DECODER", str(page / "decoder.js")).replace("MODEL_FILE", str(page / "model_file.js"))
    (tmp_path / "read.mjs").write_text(script, "utf-8")
    ids = np.random.default_rng(1).integers(config.vocab_size, size=3 * config.window)
    pieces = [piece.tolist() for piece in np.split(ids, [20, 25, 26, 27, 28, 40])]
    command = ["node", "read.mjs", "model.onnx", json.dumps(pieces), "logits"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    logits = np.fromfile(tmp_path / "logits", dtype=np.float32).reshape(len(ids), -1)
    with torch.no_grad():
        reference = decoder(torch.from_numpy(ids[None]))[0][0].numpy()
    assert np.abs(logits - reference).max() <= TOLERANCE
