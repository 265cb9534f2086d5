// Text and ids: the normal form of a text, and the tokens of a model of characters. Knows nothing of poems or decoders.

const FOLDED = { "\t": " ", "\u2028": "\n", "\u2029": "\n\n", "ي": "ی", "ى": "ی", "ك": "ک", "ە": "ه", "ۀ": "هٔ", "ـ": "" };
const VOWEL_SIGNS = /[\u064b-\u0653\u0655-\u065f\u0670\u06d6-\u06ed]/g;
const STRAY_JOINERS = /(?<![^ \n])\u200c+|\u200c+(?![^ \n])|(?<=\u200c)\u200c+/g;
const PRESENTATION_FORMS = /[\ufb50-\ufdff\ufe70-\ufefe]/g;
const REPLACEMENT = "\ufffd";
const PLAINER = {
  ...Object.fromEntries([..."‘’‚‛`´ʼʿʾ"].map((sign) => [sign, "'"])),
  ...Object.fromEntries([..."“”„«»"].map((sign) => [sign, '"'])),
  ...Object.fromEntries([..."–—―−‐‑‒"].map((sign) => [sign, "-"])),
  ...paired("أإٱؤئةھہيك", "اااویهههیک"),
  ...paired("؟،؛?,;", "?,;؟،؛"),
  ...paired("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"),
  ...{ Æ: "AE", æ: "ae", Œ: "OE", œ: "oe", ß: "ss", Þ: "Th", þ: "th" },
  ...paired("ØøŁłĐđıÐð", "OoLlDdiDd"),
  "…": "...",
  "'": "’",
  '"': "”",
  "\u200c": " ",
};

function paired(from, to) {
  return Object.fromEntries([...from].map((character, index) => [character, [...to][index]]));
}

function fold(character) {
  if (character in FOLDED) return FOLDED[character];
  if (/\p{Zs}/u.test(character)) return " ";
  return /[\p{Cc}\p{Cf}\p{Cs}]/u.test(character) && !"\n\u200c".includes(character) ? "" : character;
}

function normaliseOnce(text) {
  const composed = text.replace(/\r\n?/g, "\n").normalize("NFC");
  const plain = composed.replace(PRESENTATION_FORMS, (form) => form.normalize("NFKC"));
  const folded = [...plain].map(fold).join("").normalize("NFC");
  const lines = folded.split("\n").map((line) => line.split(" ").filter(Boolean).join(" "));
  return lines.join("\n");
}

/** The tokens of a model, as its file describes them. */
export class Tokenizer {
  constructor({ kind, symbols, normalisation }) {
    if (kind !== "characters") throw new Error("Only models of characters can be read here.");
    this.tokens = symbols;
    this.ids = new Map(symbols.map((token, id) => [token, id]));
    this.normalisation = normalisation;
    this.endId = this.ids.get("<end>");
    this.metres = symbols.filter((token) => token.startsWith("<metre:")).map((token) => token.slice(7, -1));
    this.metreIds = this.metres.map((metre) => this.ids.get(`<metre:${metre}>`));
    this.namesRhymes = ["<break>", "<rhyme>", "<both>", "<second>"].every((sign) => this.ids.has(sign));
  }

  formId(form) {
    return this.ids.get(`<${form}>`);
  }

  /** Whether an id is no text, as that of `<end>`. */
  isReserved(id) {
    const token = this.tokens[id];
    return token.length > 2 && token.startsWith("<") && token.endsWith(">");
  }

  /** The ids of a text that `fit` gave. */
  encode(text) {
    return [...text].map((character) => this.ids.get(character) ?? this.ids.get("<unknown>"));
  }

  /** What one id adds to a text; nothing for most reserved tokens. */
  textOf(id) {
    const token = this.tokens[id];
    if (token === "<break>") return "\n";
    if (token === "<unknown>") return REPLACEMENT;
    return this.isReserved(id) ? "" : token;
  }

  decode(ids) {
    return ids.map((id) => this.textOf(id)).join("");
  }

  normalise(text) {
    const normal = normaliseOnce(text);
    if (this.normalisation === "rumi-1") return normal;
    return normaliseOnce(normal.replace(VOWEL_SIGNS, "").replace(STRAY_JOINERS, ""));
  }

  /** What a person typed, on one line and in the characters of the model; `unknown` are those that nothing stands for. */
  fit(text) {
    const characters = [...this.normalise(text).replace(/\n+/g, " ")].map((character) => this.#plainer(character));
    const unknown = characters.filter(({ fitted }) => fitted === null).map(({ character }) => character);
    const fitted = characters.map(({ character, fitted }) => fitted ?? character).join("");
    return { text: this.normalise(fitted), unknown: [...new Set(unknown)] };
  }

  /** The nearest spelling in known characters: the empty string for a mark that can go, null if there is none. */
  #plainer(character) {
    if (this.ids.has(character)) return { character, fitted: character };
    if (/[\p{Mn}\p{Me}]/u.test(character)) return { character, fitted: "" };
    const bare = character.normalize("NFKD").replace(/\p{M}/gu, "");
    const plain = [...bare].map((part) => PLAINER[part] ?? part).join("");
    const spellings = [character.normalize("NFKC"), bare, plain];
    spellings.push(...spellings.map(swapCase));
    const known = (spelling) => spelling && [...spelling].every((part) => this.ids.has(part));
    return { character, fitted: spellings.find(known) ?? null };
  }
}

function swapCase(text) {
  return [...text].map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase())).join("");
}
