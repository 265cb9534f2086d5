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
let isWriting = false;

function tell(...parts) {
  at("status").textContent = parts.filter(Boolean).join(" · ");
}

function show(writing, canGoOn = false) {
  isWriting = writing;
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

function write() {
  const request = {
    language: language.value,
    form: form.value,
    text: beginning.value,
    temperature: Number(temperature.value),
    lines: numberIn(lines, 8),
    seed: numberIn(seed, Math.floor(Math.random() * (LARGEST_SEED + 1))),
  };
  show(true);
  tell("the model is read");
  writer.postMessage({ do: "write", ...request });
}

function goOn() {
  show(true);
  writer.postMessage({ do: "goOn", lines: numberIn(lines, 8), temperature: Number(temperature.value) });
}

function stop() {
  if (isWriting) writer.postMessage({ do: "stop" });
}

function offer(forms) {
  const chosen = form.value;
  form.replaceChildren(...forms.map((name) => new Option(name, name)));
  if (forms.includes(chosen)) form.value = chosen;
}

const HEARD = {
  loaded({ language: loaded, forms }) {
    if (loaded === language.value) offer(forms);
    if (!written && !isWriting) write();
  },
  missing({ reason }) {
    tell(reason);
  },
  begun(poem) {
    performance.mark("begun");
    show(true);
    written = poem;
    view.begin(poem.language, poem.form, poem.text);
    tell(`seed ${written.seed}`, "writing");
  },
  steps({ steps }) {
    view.add(steps);
  },
  stopped({ canGoOn, characters, milliseconds }) {
    performance.mark("written", { detail: { characters, milliseconds } });
    show(false, canGoOn);
    if (!canGoOn) view.end();
    const missing = written.unknown.length ? `the model does not know ${written.unknown.join(" ")}` : "";
    const speed = `${Math.round((1000 * characters) / milliseconds)} characters a second`;
    tell(missing, `seed ${written.seed}`, canGoOn ? "" : "the model ended it", speed);
  },
  failed({ reason }) {
    show(false);
    tell(reason);
  },
};

writer.onmessage = ({ data: { event, ...message } }) => HEARD[event](message);
writer.onerror = () => HEARD.failed({ reason: "The model cannot run in this browser: it needs WebAssembly." });

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
