// The worker in which a model runs, so that the page stays quick. Knows nothing of what is drawn.
//
// It is told {do: "load", language}, {do: "write", ...request}, {do: "goOn", lines, temperature} and {do: "stop"}. It tells
// {event: "loaded", language, forms} or {event: "missing", reason}, {event: "begun", language, seed, form, text, unknown},
// {event: "steps", steps}, and at the end of what was asked for {event: "stopped", canGoOn, ...}, {event: "failed", reason},
// or {event: "dropped"} where something else was wanted before its model was there.

import * as ort from "./ort/ort.wasm.bundle.min.mjs";
import { Decoder } from "./decoder.js";
import { describe } from "./model_file.js";
import { Poem } from "./poem.js";
import { Tokenizer } from "./tokenizer.js";

const FRAME_MS = 16;

ort.env.wasm.numThreads = 1; // a step is too short to share
ort.env.wasm.wasmPaths = { wasm: new URL("./ort/ort-wasm-simd-threaded.wasm", import.meta.url).href };

const models = new Map();
const turn = new MessageChannel();
let poem = null;
let writing = Promise.resolve();
let latest = 0;

/** A model by its language, loaded once. */
function load(language) {
  if (!models.has(language)) {
    const loading = fetchModel(language);
    loading.catch(() => models.delete(language)); // so that it can be tried again
    models.set(language, loading);
  }
  return models.get(language);
}

async function fetchModel(language) {
  const answer = await fetch(new URL(`./models/rumi-${language}.onnx`, import.meta.url));
  if (!answer.ok) throw new Error(`The model cannot be fetched (${answer.status} ${answer.statusText}).`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const { config, tokenizer, card, schemes } = describe(bytes);
  return {
    decoder: await Decoder.load(ort, bytes, config),
    tokenizer: new Tokenizer(tokenizer),
    forms: card.forms,
    schemes,
  };
}

/** Lets the messages that have come be heard. A timer would wait for milliseconds. */
function listen() {
  return new Promise((heard) => {
    turn.port1.onmessage = heard;
    turn.port2.postMessage(null);
  });
}

/** Writes on for so many lines, or until a person wants something else. */
async function write(lines, isWanted) {
  const started = performance.now();
  let characters = 0;
  let steps = [];
  let shown = started;
  const show = () => {
    if (steps.length) postMessage({ event: "steps", steps });
    steps = [];
    shown = performance.now();
  };
  for await (const step of poem.steps(lines)) {
    steps.push(step);
    characters += 1;
    if (performance.now() - shown >= FRAME_MS) {
      show();
      await listen();
    }
    if (!isWanted()) break;
  }
  show();
  postMessage({ event: "stopped", canGoOn: !poem.isOver, characters, milliseconds: performance.now() - started });
}

const COMMANDS = {
  async write({ language, form: asked, text, lines, ...request }, isWanted) {
    const { decoder, tokenizer, forms, schemes } = await load(language);
    if (!isWanted()) return postMessage({ event: "dropped" });
    const form = forms.includes(asked) ? asked : forms[0]; // asked before the forms of a new language were known
    const fitted = tokenizer.fit(text);
    poem = new Poem(decoder, tokenizer, { ...request, form, scheme: schemes[form], text: fitted.text });
    postMessage({ event: "begun", language, seed: request.seed, form, ...fitted });
    await write(lines, isWanted);
  },
  async goOn({ lines, temperature }, isWanted) {
    poem.temperature = temperature;
    await write(lines, isWanted);
  },
  async stop() {},
};

async function tellForms(language) {
  const { forms } = await load(language);
  postMessage({ event: "loaded", language, forms });
}

/** What tells an error as this event. */
function telling(event) {
  return (error) => postMessage({ event, reason: error?.message ?? String(error) });
}

onmessage = ({ data: { do: command, ...request } }) => {
  if (command === "load") {
    tellForms(request.language).catch(telling("missing"));
    return;
  }
  const number = (latest += 1);
  const isWanted = () => number === latest;
  writing = writing.then(() => COMMANDS[command](request, isWanted)).catch(telling("failed"));
};
