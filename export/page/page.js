// The page: what a person chooses goes to the writer, what it writes goes to the view. Knows nothing of models.

import { drawPoem } from "./picture.js";
import { VerseView } from "./verse_view.js";

const LARGEST_SEED = 2 ** 32 - 1;
const READ_MS = 60_000; // in which a browser has read the picture that it saves
const WIDE = "(min-width: 40rem)"; // as in style.css: where couplets stand in two columns

const at = (id) => document.getElementById(id);
const [language, form, temperature, lines, seed, beginning] = [
  "language", "form", "temperature", "lines", "seed", "beginning",
].map(at);
const writer = new Worker(new URL("./writer.js", import.meta.url), { type: "module" });
const view = new VerseView(at("poem"), (line) => (at("heard").textContent = line));
let written = null; // what is known of the poem on the page: language, seed, form, text and characters that are unknown
let asked = 0; // what was asked of the writer and has not come to its end
let canGoOn = false; // whether the poem on the page can

function tell(...parts) {
  at("status").textContent = parts.filter(Boolean).join(" · ");
}

/** Has the page look as it does while something is asked for, or while nothing is. */
function show() {
  const writing = asked > 0;
  at("poem").classList.toggle("writing", writing);
  allow("stop", writing);
  allow("goOn", !writing && canGoOn);
  allow("picture", !writing && view.lines.join(""));
}

/** Lets a button be pressed, or not: it keeps the focus, which a disabled one would lose. */
function allow(id, isAllowed) {
  at(id).setAttribute("aria-disabled", String(!isAllowed));
}

/** Has a button do this wherever it is allowed. */
function press(id, deed) {
  at(id).addEventListener("click", () => at(id).getAttribute("aria-disabled") !== "true" && deed());
}

/** What stands in a field of a number, or what is given where it holds none that it may. */
function numberIn(field, otherwise) {
  return field.value !== "" && field.checkValidity() ? Number(field.value) : otherwise;
}

/** Asks the writer for something that comes to its end: `stopped`, `dropped` or `failed`. */
function ask(request) {
  asked += 1;
  show();
  writer.postMessage(request);
}

/** One of these has. */
function end() {
  asked -= 1;
  show();
}

function write() {
  const request = {
    language: language.value,
    form: form.value,
    text: beginning.value,
    temperature: Number(temperature.value),
    lines: numberIn(lines, 8),
    seed: numberIn(seed, Math.floor(Math.random() * (LARGEST_SEED + 1))),
  };
  tell("the model is read");
  ask({ do: "write", ...request });
}

function goOn() {
  ask({ do: "goOn", lines: numberIn(lines, 8), temperature: Number(temperature.value) });
}

function stop() {
  if (asked) writer.postMessage({ do: "stop" });
}

function offer(forms) {
  const chosen = form.value;
  form.replaceChildren(...forms.map((name) => new Option(name, name)));
  if (forms.includes(chosen)) form.value = chosen;
}

const HEARD = {
  loaded({ language: loaded, forms }) {
    if (loaded === language.value) offer(forms);
    if (!written && !asked) write();
  },
  missing({ reason }) {
    tell(reason);
  },
  begun(poem) {
    performance.mark("begun");
    written = poem;
    canGoOn = false;
    view.begin(poem.language, poem.form, poem.text);
    tell(`seed ${written.seed}`, "writing");
  },
  steps({ steps }) {
    view.add(steps);
  },
  stopped({ canGoOn: isUnended, characters, milliseconds }) {
    performance.mark("written", { detail: { characters, milliseconds } });
    canGoOn = isUnended;
    end();
    if (!canGoOn) view.end();
    if (asked) return; // what is told is of that
    const missing = written.unknown.length ? `the model does not know ${written.unknown.join(" ")}` : "";
    const speed = `${Math.round((1000 * characters) / milliseconds)} characters a second`;
    tell(missing, `seed ${written.seed}`, canGoOn ? "" : "the model ended it", speed);
  },
  dropped() {
    end();
    if (!asked) tell("nothing is written");
  },
  failed({ reason }) {
    end();
    tell(reason);
  },
};

writer.onmessage = ({ data: { event, ...message } }) => HEARD[event](message);
writer.onerror = () => {
  asked = 1; // whatever it was, nothing comes to its end any more
  HEARD.failed({ reason: "The model cannot run in this browser: it needs WebAssembly." });
};

async function save() {
  const poem = written;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
  const picture = await drawPoem({
    lines: view.lines.filter((line, index) => line || index < view.lines.length - 1),
    rightToLeft: view.isRightToLeft,
    couplets: view.isInCouplets,
    columns: view.isRightToLeft && view.isInCouplets && matchMedia(WIDE).matches,
    colophon: `rumi-${poem.language}, ${poem.form}, seed ${poem.seed}: written by a machine`,
    font: getComputedStyle(at("poem")).fontFamily,
    colours: { background: colour("background"), foreground: colour("foreground"), muted: colour("muted") },
  });
  if (!picture) return tell("the poem is too long for a picture");
  const link = Object.assign(document.createElement("a"), {
    href: URL.createObjectURL(picture),
    download: `rumi-${poem.language}-${poem.seed}.png`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), READ_MS);
}

function takeTheme(theme) {
  document.documentElement.dataset.theme = theme;
  at("theme").textContent = theme === "light" ? "dark" : "light";
  at("theme").ariaLabel = `Use ${at("theme").textContent} colours`;
}

function toggleSurprise() {
  const on = at("poem").classList.toggle("surprise");
  at("surprise").ariaPressed = String(on);
  at("levels").hidden = !on;
}

const prefersLight = matchMedia("(prefers-color-scheme: light)");
takeTheme(prefersLight.matches ? "light" : "dark");
prefersLight.addEventListener("change", ({ matches }) => takeTheme(matches ? "light" : "dark"));
at("theme").addEventListener("click", () => takeTheme(at("theme").textContent));
at("choice").addEventListener("submit", (event) => {
  event.preventDefault();
  write();
});
press("stop", stop);
press("goOn", goOn);
press("picture", save);
at("surprise").addEventListener("click", toggleSurprise);
temperature.addEventListener("input", () => (at("choice").querySelector("output").value = temperature.value));
language.addEventListener("change", () => writer.postMessage({ do: "load", language: language.value }));
document.addEventListener("keydown", ({ key }) => key === "Escape" && stop());

show(false);
if (navigator.language.startsWith("fa")) language.value = "fa";
tell("the model is read");
writer.postMessage({ do: "load", language: language.value });
