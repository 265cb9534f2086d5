from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from support import refused

from models.errors import RumiError
from models.pretrained import model_path, shipped
from rumi_tui.engine import model_file as model_file_module
from rumi_tui.engine import session as session_module
from rumi_tui.engine import trial
from rumi_tui.engine.model_file import read_description
from rumi_tui.engine.runtime import start
from rumi_tui.engine.session import LARGEST_FILE, Session, load_model


def foreign_graph(metadata: dict[str, str] | None = None) -> bytes:
    """A model file of another program, which adds a number to itself."""
    value = helper.make_tensor_value_info("ids", TensorProto.FLOAT, [1])
    total = helper.make_tensor_value_info("total", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Add", ["ids", "ids"], ["total"])], "other", [value], [total])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    helper.set_model_props(model, metadata or {})
    return model.SerializeToString()


def with_metadata(data: bytes, key: str, change: Callable[[str], str]) -> bytes:
    model = onnx.load_from_string(data)
    entry = next(entry for entry in model.metadata_props if entry.key == key)
    changed = change(entry.value)
    assert changed != entry.value
    entry.value = changed
    return model.SerializeToString()


def with_config(data: bytes, **values: int) -> bytes:
    return with_metadata(data, "rumi.config", lambda config: json.dumps(json.loads(config) | values))


def with_symbols(data: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    def changed(tokenizer: str) -> str:
        fields = json.loads(tokenizer)
        return json.dumps(fields | {"symbols": change(fields["symbols"])})

    return with_metadata(data, "rumi.tokenizer", changed)


def metadata_of(data: bytes) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load_from_string(data).metadata_props}


def with_graph(data: bytes, change: Callable[[onnx.GraphProto], object]) -> bytes:
    model = onnx.load_from_string(data)
    change(model.graph)
    return model.SerializeToString()


def with_attribute(data: bytes, name: str, value: int) -> bytes:
    def change(graph: onnx.GraphProto) -> None:
        for attribute in (each for node in graph.node for each in node.attribute if each.name == name):
            attribute.i = value

    return with_graph(data, change)


def with_weights_elsewhere(graph: onnx.GraphProto) -> None:
    tensor = graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    tensor.ClearField("raw_data")


def without_numbers(graph: onnx.GraphProto, dtype: str) -> None:
    tensor = next(each for each in graph.initializer if numpy_helper.to_array(each).dtype == dtype)
    values = numpy_helper.to_array(tensor).copy()
    values.flat[0] = np.nan
    tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))


def with_a_branch(graph: onnx.GraphProto) -> None:
    node = graph.node.add(op_type="If", input=["condition"], output=["either"])
    node.attribute.append(helper.make_attribute("then_branch", onnx.GraphProto(name="then")))


MISFITS = {
    "weights in a second file": lambda data: with_graph(data, with_weights_elsewhere),
    "weights that are no numbers": lambda data: with_graph(data, lambda graph: without_numbers(graph, "float16")),
    "a graph in its graph": lambda data: with_graph(data, with_a_branch),
    "another number of heads": lambda data: with_attribute(data, "num_heads", 4),
    "another number of heads ": lambda data: with_attribute(data, "kv_num_heads", 2**62),
    "another window": lambda data: with_attribute(data, "local_window_size", 8),
    "another number or size of heads": lambda data: with_config(data, width=65_536),
    "another number of layers": lambda data: with_config(data, layers=3),
    "a cache of other numbers": lambda data: with_graph(
        data, lambda graph: setattr(graph.input[-1].type.tensor_type, "elem_type", onnx.TensorProto.INT8)
    ),
    "other outputs": lambda data: with_graph(data, lambda graph: graph.output.pop()),
    "other inputs": lambda data: with_graph(data, lambda graph: graph.input.pop(0)),
    "weights that are not all there": lambda data: with_graph(
        data, lambda graph: graph.initializer[0].dims.append(2**40)
    ),
}
"""What a graph has that its description does not tell, and how it gets that."""
SPOILS = {
    "empty": lambda data: b"",
    "text": lambda data: b"The reed tells of partings.\n" * 50,
    "half": lambda data: data[: len(data) // 2],
    "noise": lambda data: np.random.default_rng(0).bytes(len(data)),
    "of another program": lambda data: foreign_graph(),
    "of another graph": lambda data: foreign_graph(metadata_of(data)),
    "of a later format": lambda data: with_config(data, format=2),
    "of a wrong width": lambda data: with_config(data, heads=3),
    "of more layers": lambda data: with_config(data, layers=3),
    "of another alphabet": lambda data: with_symbols(data, lambda symbols: symbols[:-1]),
    "with a bell in its alphabet": lambda data: with_symbols(data, lambda symbols: [*symbols[:-1], "\a"]),
    "with broken JSON": lambda data: with_metadata(data, "rumi.card", lambda card: card[:-1]),
    "with an unheard-of form": lambda data: with_metadata(
        data, "rumi.card", lambda card: card.replace("couplet", "sonnet")
    ),
}


@pytest.mark.parametrize(
    ("name", "language"),
    [("en", "en"), ("rumi-en", "en"), ("fa", "fa"), ("rumi-fa", "fa"), ("rumi-xx", None), ("en.onnx", None)],
)
def test_a_shipped_model_may_be_called_by_its_name(name: str, language: str | None) -> None:
    assert shipped(name) == language


def test_a_shipped_model_is_read_by_its_name() -> None:
    assert load_model("rumi-en").sha256 == load_model("en").sha256


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_file_that_is_no_model_is_refused_in_one_line(model_file: Path, tmp_path: Path, spoil):
    path = tmp_path / "spoiled.onnx"
    path.write_bytes(spoil(model_file.read_bytes()))
    with pytest.raises(RumiError) as raised:
        Session(path)
    message = str(raised.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 600


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_graph_that_is_not_what_its_description_says_is_refused_before_it_is_run(model_file: Path, misfit: str):
    with refused(misfit.strip()):
        read_description(MISFITS[misfit](model_file.read_bytes()), "spoiled.onnx")


def test_a_cache_larger_than_any_models_is_never_allocated(model_file: Path):
    data = with_attribute(with_config(model_file.read_bytes(), window=65_536), "local_window_size", 65_536)
    with pytest.MonkeyPatch.context() as patch, refused("a cache larger"):
        patch.setattr(model_file_module, "LARGEST_CACHE", 1 << 20)
        read_description(data, "spoiled.onnx")


def test_what_cannot_be_run_is_refused_in_one_line_and_onnxruntime_prints_nothing(
    model_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    def cut(graph: onnx.GraphProto) -> None:
        split = next(node for node in graph.node if node.op_type == "Split")
        split.attribute[0].i = 7

    path = tmp_path / "cut.onnx"
    path.write_bytes(with_graph(model_file.read_bytes(), cut))
    with refused("cut.onnx"):
        Session(path)
    assert capfd.readouterr() == ("", "")


def test_answers_that_are_no_numbers_are_refused(model_file: Path, tmp_path: Path):
    def overflow(graph: onnx.GraphProto) -> None:
        last = next(node for node in graph.node if "logits" in node.output)
        last.output[list(last.output).index("logits")] = "small"
        graph.initializer.append(numpy_helper.from_array(np.full(1, 3e38, np.float32), "much"))
        graph.node.append(helper.make_node("Mul", ["small", "much"], ["large"]))
        graph.node.append(helper.make_node("Mul", ["large", "much"], ["logits"]))

    path = tmp_path / "large.onnx"
    path.write_bytes(with_graph(model_file.read_bytes(), overflow))
    with refused("answers with what is no number"):
        Session(path)


def test_a_file_that_ends_the_program_ends_another_one_than_this(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "deadly.onnx"
    path.write_bytes(model_file.read_bytes())
    monkeypatch.setattr(trial, "COMMAND", (sys.executable, "-c", "import os; os.abort()"))
    with refused("ends the program that runs it"):
        load_model(str(path))


def test_a_model_of_a_later_format_says_so(model_file: Path, tmp_path: Path):
    path = tmp_path / "later.onnx"
    path.write_bytes(SPOILS["of a later format"](model_file.read_bytes()))
    with pytest.raises(RumiError, match="has format 2, this program reads 1"):
        Session(path)


@pytest.mark.parametrize("name", ["missing.onnx", "missing/model.onnx", "."])
def test_what_is_no_file_is_refused_in_one_line(tmp_path: Path, name):
    with pytest.raises(RumiError, match=r"^Could not read the model file [^\n]+\.onnx file\.$"):
        Session(tmp_path / name)


def test_a_file_too_large_is_refused_unread(tmp_path: Path):
    path = tmp_path / "large.onnx"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(RumiError, match=r"larger than 512 MiB"):
        Session(path)


def test_a_file_that_is_changed_while_it_is_read_is_refused(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "new.onnx"
    path.write_bytes(model_file.read_bytes())

    def start_late(*arguments):
        os.replace(shutil.copy(model_file, tmp_path / "other.onnx"), path)
        return start(*arguments)

    monkeypatch.setattr(session_module, "start", start_late)
    with refused("was changed while it was read"):
        Session(path)


def test_a_name_that_is_no_text_is_read_all_the_same(model_file: Path, tmp_path: Path):
    path = tmp_path / os.fsdecode(b"odd\xff.onnx")
    try:
        path.write_bytes(model_file.read_bytes())
    except OSError:
        pytest.skip("this system has no such names")
    assert Session(path).sha256 == Session(model_file).sha256


def test_the_bytes_of_a_file_do_not_stay_in_memory():
    path = model_path("en")
    tracemalloc.start()
    try:
        session = Session(path)
        assert session.config.layers
        assert tracemalloc.get_traced_memory()[0] < path.stat().st_size * 3 / 4
    finally:
        tracemalloc.stop()


def test_a_model_tells_what_it_is(model_file: Path):
    model = load_model(str(model_file))
    assert model.sha256 == hashlib.sha256(model_file.read_bytes()).hexdigest()
    assert model.name == "model"
    assert model.card.forms == ("couplet", "free")
    assert len(model.tokenizer) == model.config.vocab_size == 40


def test_a_form_it_never_learned_is_refused(session):
    session.check_form("free")
    with pytest.raises(RumiError, match=r"never learned the form 'ghazal': choose couplet or free\.$"):
        session.check_form("ghazal")


@pytest.mark.parametrize("batch", [1, 3])
def test_a_step_answers_each_id_of_each_stream(session, batch):
    logits, cache = session(np.full((batch, 4), 9), session.empty_cache(batch))
    assert logits.shape == (batch, 4, 40)
    assert logits.dtype == np.float32
    assert cache.position == 4
    assert all(buffer.shape == (batch, 2, 18, 16) for buffer in cache.buffers.values())
    assert np.isfinite(logits).all()


def test_what_a_step_answered_stays_when_the_next_is_taken(session):
    first, cache = session(np.array([[9]]), session.empty_cache(1))
    kept = first.copy()
    session(np.array([[20]]), cache)
    np.testing.assert_array_equal(first, kept)


def test_what_was_not_read_yet_is_never_looked_at(session):
    ids = np.arange(8, 38)[None]
    steps = []
    for nothing in (0, np.nan):
        cache = session.empty_cache(1)
        for buffer in cache.buffers.values():
            buffer[:] = nothing
        steps.append([session(ids[:, at : at + 3], cache)[0] for at in range(0, 30, 3)])
    np.testing.assert_array_equal(*steps)


@pytest.mark.parametrize("read", [5, 40])
def test_selected_streams_go_on_by_themselves(session, read):
    ids = np.random.default_rng(0).integers(8, 40, (3, read))
    _, cache = session(ids, session.empty_cache(3))
    chosen = session.select(cache, [2, 0, 2])
    after = np.array([[10], [11], [12]])
    answers, _ = session(after, chosen)
    for stream, source in enumerate([2, 0, 2]):
        _, alone = session(ids[[source]], session.empty_cache(1))
        expected, _ = session(after[[stream]], alone)
        np.testing.assert_allclose(answers[[stream]], expected, atol=1e-5)
    session(np.full((3, 1), 30), cache)
    again, _ = session(after, session.select(cache, [2, 0, 2]))
    assert np.abs(again - answers).max() > 1e-3


FORMER_INPUTS = {"total_len": "total", "last_pos": "last", "new_len": "fed", "position_ids": "places"}
"""Inputs of a graph, and what version 0.1 called them."""


@pytest.mark.parametrize("kind", ["rotary", "learned"])
def test_a_model_file_that_has_the_names_of_version_0_1_answers_the_same(write_pair, tmp_path: Path, kind: str):
    path = write_pair(kind)[1]
    model = onnx.load(path)
    names = {value.name for value in model.graph.input}
    renamed = names & set(FORMER_INPUTS)
    assert renamed
    for value in model.graph.input:
        value.name = FORMER_INPUTS.get(value.name, value.name)
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = FORMER_INPUTS.get(name, name)
    onnx.save(model, tmp_path / "former.onnx")
    ids = np.random.default_rng(0).integers(8, 40, (2, 7))
    answers = []
    for session in (Session(path), Session(tmp_path / "former.onnx")):
        answers.append(session(ids, session.empty_cache(2))[0])
    np.testing.assert_array_equal(*answers)


READ_AND_WEIGH = """
import numpy as np, psutil
from rumi_tui.engine.session import load_model

def read(streams, ids):
    model(np.ones((streams, ids), dtype=np.int64), model.empty_cache(streams))
    return psutil.Process().memory_info().rss / 2**20

model = load_model("en")
before = read(1, 2)
print(max(read(streams, ids) and read(1, 2) for streams, ids in [(1, 480), (8, 90), (16, 120)]) - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told to give back what is freed")
def test_what_reading_a_long_text_takes_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", READ_AND_WEIGH], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 24  # MiB; 100 where it is kept
