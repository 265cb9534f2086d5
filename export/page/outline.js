// Where a poem that is being written stands in its layout, and so which ids may follow. Knows nothing of probabilities.
//
// In forms of couplets a unit is two lines. What is said of it stands before it: the form, a metre, a rhyme, which the
// model names itself (docs/models.md, "Tokens").

const LONGEST_RHYME = 24; // tokens

/** What a scheme as "aa ba ca" tells: lines that belong together, whether one rhyme goes through, where both lines rhyme. */
function shapeOf(scheme) {
  const units = scheme.split(" ");
  const [opening, ...rest] = units;
  return {
    unit: opening.length || 1,
    oneRhyme: [...rest.join("")].some((letter) => opening.includes(letter)),
    bothRhyme: (unit) => new Set(units[Math.min(unit, units.length - 1)]).size === 1,
  };
}

/** The layout of one poem, from its beginning on. */
export class Outline {
  #tokenizer;
  #form;
  #shape;
  #hasUnits;
  #unit = 0;
  #line = 0;
  #isEmpty = false; // whether the line has nothing in it yet, so that it cannot end
  #naming = null; // ids of the rhyme that is being named; null where lines are written
  #begun = []; // what a person began the poem with, read when its rhyme is named
  #rhyme = []; // ids of the rhyme that goes through the poem
  #masks;

  /** `scheme` tells which lines of the form rhyme, `text` is the beginning of the first line. */
  constructor(tokenizer, form, scheme, text) {
    this.#tokenizer = tokenizer;
    this.#form = form;
    this.#shape = shapeOf(scheme);
    this.#hasUnits = tokenizer.namesRhymes && this.#shape.unit > 1;
    this.#masks = masks(tokenizer);
    this.metre = "";
    this.mayNameMetre = this.mayNameRhyme = false;
    /** What is read before the first id is chosen. */
    this.beginning = tokenizer.namesRhymes ? [tokenizer.endId] : [];
    const ids = tokenizer.encode(text);
    if (this.#hasUnits) {
      this.#isEmpty = !text;
      this.#begun = ids;
      this.beginning.push(...this.#openUnit());
    } else {
      this.beginning.push(tokenizer.formId(form), ...ids);
    }
  }

  get isNaming() {
    return this.#naming !== null;
  }

  /** Takes the metre that the model names, empty for none; tells what it must read now. */
  nameMetre(metre) {
    this.mayNameMetre = false;
    this.metre = metre;
    return [...(metre ? [this.#id(`<metre:${metre}>`)] : []), ...this.#openRhyme()];
  }

  /** Has the model name a rhyme, or write without one; tells what it must read now. */
  nameRhyme(name) {
    this.mayNameRhyme = false;
    if (!name) return this.#closeNaming();
    this.#naming = [];
    return [this.#id("<rhyme>")];
  }

  /** Which ids may come next, an array of booleans. */
  allowed() {
    if (this.#naming) {
      const mask = this.#naming.length < LONGEST_RHYME ? [...this.#masks.inside] : this.#masks.inside.map(() => false);
      mask[this.#rhymeEnd()] = this.#naming.length > 0;
      return mask;
    }
    if (this.#isEmpty) return this.#masks.inside;
    if (this.#hasUnits && this.#line < this.#shape.unit - 1) return this.#masks.earlierLine;
    return this.#masks.lastLine;
  }

  /** Takes the id that was chosen, and tells what the model must read after it. */
  accept(id) {
    if (this.#naming) {
      if (id === this.#rhymeEnd()) return this.#closeNaming();
      this.#naming.push(id);
    } else if (this.#hasUnits) {
      const breaks = id === this.#id("<break>");
      const ends = id === this.#id("\n");
      this.#isEmpty = breaks || ends;
      this.#line += breaks ? 1 : 0;
      if (ends) {
        this.#unit += 1;
        this.#line = 0;
        return this.#openUnit();
      }
    }
    return [];
  }

  #id(token) {
    return this.#tokenizer.ids.get(token);
  }

  #rhymeEnd() {
    return this.#id(this.#shape.bothRhyme(this.#unit) ? "<both>" : "<second>");
  }

  #openUnit() {
    const ids = [this.#tokenizer.formId(this.#form)];
    if (this.metre) ids.push(this.#id(`<metre:${this.metre}>`));
    this.mayNameMetre = this.#tokenizer.metres.length > 0 && !this.metre;
    return this.mayNameMetre ? ids : [...ids, ...this.#openRhyme()];
  }

  #openRhyme() {
    const letters = this.#rhyme;
    this.mayNameRhyme = letters.length === 0;
    if (this.mayNameRhyme) return [];
    this.#naming = [...letters];
    return [this.#id("<rhyme>"), ...letters, this.#rhymeEnd(), ...this.#closeNaming()];
  }

  #closeNaming() {
    this.#rhyme = (this.#shape.oneRhyme && this.#naming) || [];
    this.#naming = null;
    const begun = this.#begun;
    this.#begun = [];
    return begun;
  }
}

function masks(tokenizer) {
  const inside = tokenizer.tokens.map((token, id) => !tokenizer.isReserved(id) && token !== "\n");
  const withIds = (...ids) => inside.map((may, id) => may || ids.includes(id));
  const breakId = tokenizer.namesRhymes ? tokenizer.ids.get("<break>") : -1;
  return {
    inside,
    earlierLine: withIds(breakId),
    lastLine: withIds(tokenizer.ids.get("\n"), tokenizer.endId),
  };
}
