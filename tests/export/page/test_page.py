"""What the page's modules write is what the program writes, without a browser: Node runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from export.page import build
from models.pretrained import MODELS, model_path
from models.tokenizer import normalise_for_models
from rumi_tui.engine.generate import Generation
from rumi_tui.engine.request import Request, Sampling, fit_request
from rumi_tui.engine.session import Session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("node") is None, reason="Node is not here: install version 20 or newer"),
]

PAGE = Path(build.__file__).parent
WRITE = """
import { readFileSync } from "node:fs";
import * as ort from "PAGE/node_modules/onnxruntime-web/dist/ort.node.min.mjs";
import { Decoder } from "PAGE/decoder.js";
import { describe } from "PAGE/model_file.js";
import { Poem } from "PAGE/poem.js";
import { Tokenizer } from "PAGE/tokenizer.js";
ort.env.wasm.numThreads = 1;
const [path, cases] = process.argv.slice(2);
const bytes = readFileSync(path);
const { config, tokenizer: described, schemes } = describe(bytes);
const [decoder, tokenizer] = [await Decoder.load(ort, bytes, config), new Tokenizer(described)];
const poems = [];
for (const [form, prompt] of JSON.parse(cases)) {
  const { text } = tokenizer.fit(prompt);
  const poem = new Poem(decoder, tokenizer, { form, scheme: schemes[form], text, temperature: 0 });
  const steps = [];
  for await (const step of poem.steps(1)) steps.push(step);
  for await (const step of poem.steps(3)) steps.push(step); // as if it was stopped, then gone on with
  poems.push({ text: text + steps.map((step) => step.text).join(""), bits: steps.map((step) => step.bits) });
}
console.log(JSON.stringify(poems));
"""
DESCRIBE = """
import { readFileSync } from "node:fs";
import { describe } from "PAGE/model_file.js";
const bytes = readFileSync(process.argv[2]);
const told = process.argv.slice(3).map((length) => {
  try {
    return describe(bytes.subarray(0, length));
  } catch ({ message }) {
    return message;
  }
});
console.log(JSON.stringify(told));
"""
NORMALISE = """
import { readFileSync } from "node:fs";
import { Tokenizer } from "PAGE/tokenizer.js";
const [tokenizer, texts] = process.argv.slice(2).map((text) => JSON.parse(text));
const fits = texts.map((text) => new Tokenizer(tokenizer).fit(text));
console.log(JSON.stringify(fits));
"""
PROMPTS = {"en": ("", "Thé  soul’s"), "fa": ("", "جانِ\u200c من")}


def run_node(tmp_path: Path, script: str, *arguments: str) -> list:
    (tmp_path / "script.mjs").write_text(script.replace("PAGE", str(PAGE)), "utf-8")
    command = ["node", str(tmp_path / "script.mjs"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("language", MODELS)
def test_the_likeliest_poem_of_each_form_is_that_of_the_program(
    page_folder: Path, tmp_path: Path, language: str
) -> None:
    file = page_folder / "models" / f"rumi-{language}.onnx"
    session = Session(file, dequantize=True)
    cases = [(form, prompt) for form in session.card.forms for prompt in PROMPTS[language]]
    poems = run_node(tmp_path, WRITE, str(file), json.dumps(cases))
    for (form, prompt), poem in zip(cases, poems, strict=True):
        asked = Request(form=form, text=prompt, sampling=Sampling(temperature=0), lines=4)
        request, _ = fit_request(session.tokenizer, asked)
        steps = list(Generation(session, session.tokenizer, request))
        assert poem["text"].removesuffix("\n") == request.text + "".join(step.text for step in steps)
        surprises = [-step.logprob / 0.6931471805599453 for step in steps]
        assert poem["bits"][: len(steps)] == pytest.approx(surprises, abs=1e-3)


def test_a_model_that_did_not_come_whole_is_told(tmp_path: Path) -> None:
    whole = metadata({"rumi.graph": json.dumps({"operators": "standard", "schemes": {}})})
    whole += metadata({f"rumi.{name}": "{}" for name in ("config", "tokenizer", "card")})
    (tmp_path / "model").write_bytes(whole)
    *told, described = run_node(tmp_path, DESCRIBE, str(tmp_path / "model"), *map(str, range(1, len(whole) + 1)))
    assert described == {"config": {}, "tokenizer": {}, "card": {}, "schemes": {}}
    assert "The model did not come whole: load the page again." in told
    assert all(isinstance(each, str) for each in told)
    (tmp_path / "page").write_text("<!doctype html><title>Amber</title>", "utf-8")
    assert isinstance(run_node(tmp_path, DESCRIBE, str(tmp_path / "page"), "35")[0], str)


def metadata(strings: dict[str, str]) -> bytes:
    """Strings as they stand in an ONNX file: field 14, in each entry field 1 is the name and field 2 the value."""
    entries = (field(1, name.encode()) + field(2, value.encode()) for name, value in strings.items())
    return b"".join(field(14, entry) for entry in entries)


def field(number: int, content: bytes) -> bytes:
    assert len(content) < 128  # so that one byte tells it
    return bytes([number << 3 | 2, len(content)]) + content


def test_a_prompt_is_read_as_the_program_reads_it(tmp_path: Path) -> None:
    for language in MODELS:
        tokenizer = Session(model_path(language)).tokenizer
        texts = [
            "", "  two   blanks\t", "a\u00a0b", "naïve — “Æsop”…", "THE SOUL", "ﻻله", "كتاب يار", "خانۀ",
            "مي\u200c رود", "بُلبُل", "soft\u00adhyphen", "\u202eevil", "🌹 rose", "٣ و 3", "e\u0301", "\ud83d", "what?",
            "ـــ",
        ]  # fmt: skip
        described = {"kind": "characters", "symbols": tokenizer.tokens, "normalisation": tokenizer.normalisation}
        fits = run_node(tmp_path, NORMALISE, json.dumps(described), json.dumps(texts))
        for text, fit in zip(texts, fits, strict=True):
            fitted = tokenizer.fit(text)
            assert (fit["text"], fit["unknown"]) == (fitted.text, fitted.unknown), repr(text)
            assert normalise_for_models(fit["text"]) == fit["text"]
