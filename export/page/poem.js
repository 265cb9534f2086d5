// A poem as it is written: a beginning in, characters out, one at a time. Knows nothing of workers or of the page.

import { Outline } from "./outline.js";
import { choose, logSumExp, randomNumbers } from "./sampler.js";

const NAMED = 0.2; // how likely a metre or a rhyme must be to be named

/** One poem. Ask for its `steps()`; after a stop, or at its last line, ask again and it goes on. */
export class Poem {
  #decoder;
  #tokenizer;
  #outline;
  #random;
  #unread;
  #logits = null;

  /** `text` is what the poem begins with, as `Tokenizer.fit` gave it. The decoder is the poem's alone from now on. */
  constructor(decoder, tokenizer, { form, scheme, text = "", temperature = 0.8, seed = 0 }) {
    decoder.startOver();
    this.#decoder = decoder;
    this.#tokenizer = tokenizer;
    this.#outline = new Outline(tokenizer, form, scheme, text);
    this.#random = randomNumbers(seed);
    this.#unread = this.#outline.beginning;
    this.temperature = temperature;
    this.lines = 0;
    /** Whether the model has ended the poem. */
    this.isOver = false;
  }

  /** Gives {text, bits}, each character and how it surprised the model, for so many lines or to the poem's end. */
  async *steps(lines = Infinity) {
    const last = this.lines + lines;
    while (!this.isOver && this.lines < last) {
      if (this.#unread.length) {
        this.#logits = (await this.#decoder.read(this.#unread)).at(-1);
        this.#unread = [];
      }
      if (this.#name()) continue;
      const id = this.#choose();
      const text = this.#tokenizer.textOf(id);
      this.lines += text === "\n" ? 1 : 0;
      this.isOver = id === this.#tokenizer.endId;
      if (!this.isOver) yield { text, bits: (logSumExp(this.#logits) - this.#logits[id]) / Math.LN2 };
    }
  }

  /** Whether something is named before the verse goes on; if so, goes on with it. */
  #name() {
    const outline = this.#outline;
    if (outline.mayNameMetre) this.#unread = outline.nameMetre(this.#expectedMetre());
    if (!this.#unread.length && outline.mayNameRhyme) this.#unread = outline.nameRhyme(this.#expectsRhyme());
    if (!this.#unread.length && outline.isNaming) this.#choose();
    return this.#unread.length > 0;
  }

  #choose() {
    const id = choose(this.#logits, this.#outline.allowed(), this.temperature, this.#random);
    this.#unread = [id, ...this.#outline.accept(id)];
    return id;
  }

  #expectedMetre() {
    const { metreIds, metres, tokens } = this.#tokenizer;
    if (this.#shareOfMetres() < NAMED) return "";
    const allowed = tokens.map((_, id) => metreIds.includes(id));
    return metres[metreIds.indexOf(choose(this.#logits, allowed, this.temperature, this.#random))];
  }

  #expectsRhyme() {
    return this.#share(this.#tokenizer.ids.get("<rhyme>")) >= NAMED * (1 - this.#shareOfMetres());
  }

  #shareOfMetres() {
    return this.#tokenizer.metreIds.reduce((sum, id) => sum + this.#share(id), 0);
  }

  #share(id) {
    return Math.exp(this.#logits[id] - logSumExp(this.#logits));
  }
}
