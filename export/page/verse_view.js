// The poem on the page: characters in, lines and couplets out. Knows nothing of models, settings or workers.

const LEVELS = [0.5, 1.5, 3, 5]; // bits of surprise that part the five shades: a coin's toss is 1 bit
const COUPLETS = new Set(["couplet", "ghazal", "rubai"]);
const RIGHT_TO_LEFT = new Set(["fa"]);

/** The shade of a surprise in bits, 0 for what was expected to 4 for what was not. */
export function level(bits) {
  return LEVELS.filter((least) => bits >= least).length;
}

/** Shows one poem in an element. */
export class VerseView {
  #element;
  #unit = null;
  #line = null;
  #inUnit = 0;
  #form = "";
  #onLine;

  /** `onLine` is told each line as it becomes whole. */
  constructor(element, onLine) {
    this.#element = element;
    this.#onLine = onLine;
    /** The lines so far. */
    this.lines = [];
  }

  get isRightToLeft() {
    return this.#element.dir === "rtl";
  }

  get isInCouplets() {
    return COUPLETS.has(this.#form);
  }

  /** Begins a new poem with what a person gave. */
  begin(language, form, text) {
    this.#element.replaceChildren();
    this.#element.lang = language;
    this.#element.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    this.#form = form;
    this.#unit = null;
    this.lines = [];
    this.#newLine();
    if (text) this.#put(text, "given");
  }

  /** Adds characters, each {text, bits}. */
  add(steps) {
    for (const { text, bits } of steps) {
      if (text === "\n") {
        this.#onLine(this.lines.at(-1));
        this.#newLine();
      } else {
        this.#put(text, `level-${level(bits)}`);
      }
    }
  }

  /** Tells the last line, which no other follows. */
  end() {
    if (this.lines.at(-1)) this.#onLine(this.lines.at(-1));
  }

  #newLine() {
    if (!this.#unit || !this.isInCouplets || this.#inUnit === 2) {
      this.#unit = this.#element.appendChild(document.createElement("div"));
      if (this.isInCouplets) this.#unit.className = "unit";
      this.#inUnit = 0;
    }
    this.#line?.classList.remove("current");
    this.#line = this.#unit.appendChild(document.createElement("p"));
    this.#line.className = "current";
    this.#inUnit += 1;
    this.lines.push("");
  }

  /** Letters of one shade share an element, so that those of Persian join. */
  #put(text, look) {
    const last = this.#line.lastChild;
    if (last?.className === look) last.textContent += text;
    else this.#line.appendChild(Object.assign(document.createElement("span"), { className: look, textContent: text }));
    this.lines[this.lines.length - 1] += text;
  }
}
