// A model file run by onnxruntime-web: ids in, logits out. Knows nothing of text, of forms or of the page.

/** How onnxruntime is to take a file: 8-bit weights become floats once, since wasm multiplies those quicker. */
const OPTIONS = {
  executionProviders: ["wasm"],
  logSeverityLevel: 3,
  extra: { session: { disable_quant_qdq: "1" } },
};

/** One stream of ids through the decode step of a model file in standard operators (docs/models.md). */
export class Decoder {
  #ort;
  #session;
  #config;
  #cache = [];
  #feeds = {};
  #pastPositions;
  #position = 0;

  /** `ort` is onnxruntime-web, `bytes` the file, `config` what it says of its shape. */
  static async load(ort, bytes, config) {
    if (config.positions !== "rotary") throw new Error("Only models whose window slides can be read here.");
    return new Decoder(ort, await ort.InferenceSession.create(bytes, OPTIONS), config);
  }

  constructor(ort, session, config) {
    this.#ort = ort;
    this.#session = session;
    this.#config = config;
    this.startOver();
  }

  /** Forgets all that was read. */
  startOver() {
    const { heads, layers, width, window } = this.#config;
    const places = window - 1;
    const headDim = width / heads;
    this.#position = 0;
    this.#pastPositions = new BigInt64Array(places).fill(BigInt(-window)); // out of sight
    this.#feeds = { past_positions: this.#int64(this.#pastPositions, [places]) };
    this.#cache = [];
    for (let layer = 0; layer < layers; layer++) {
      for (const [kind, dims] of [
        ["key", [1, heads, headDim, places]],
        ["value", [1, heads, places, headDim]],
      ]) {
        const held = new Float32Array(width * places);
        this.#feeds[`past_${kind}.${layer}`] = new this.#ort.Tensor("float32", held, dims);
        this.#cache.push({ output: `new_${kind}.${layer}`, isKey: kind === "key", held });
      }
    }
  }

  /** Reads ids, an array with one at least; gives the logits of what follows each, a Float32Array apiece. */
  async read(ids) {
    const places = this.#pastPositions.length;
    const all = [];
    for (let done = 0; done < ids.length; done += places) {
      all.push(...(await this.#readPiece(ids.slice(done, done + places))));
    }
    return all;
  }

  async #readPiece(ids) {
    const time = ids.length;
    const positions = ids.map((_, index) => BigInt(this.#position + index));
    this.#feeds.ids = this.#int64(BigInt64Array.from(ids, BigInt), [1, time]);
    this.#feeds.positions = this.#int64(BigInt64Array.from(positions), [time]);
    const outputs = await this.#session.run(this.#feeds);
    for (let index = 0; index < time; index++) this.#keep(outputs, index, time);
    this.#position += time;
    const { data } = outputs.logits;
    const size = this.#config.vocab_size;
    return ids.map((_, index) => data.subarray(index * size, (index + 1) * size));
  }

  /** Puts one of the tokens of a step into the cache, in the place of the one that the window leaves behind. */
  #keep(outputs, index, time) {
    const { heads, width } = this.#config;
    const headDim = width / heads;
    const places = this.#pastPositions.length;
    const place = (this.#position + index) % places;
    this.#pastPositions[place] = BigInt(this.#position + index);
    for (const { output, isKey, held } of this.#cache) {
      const { data } = outputs[output];
      for (let row = 0; isKey && row < width; row++) held[row * places + place] = data[row * time + index];
      for (let head = 0; !isKey && head < heads; head++) {
        const from = (head * time + index) * headDim;
        held.set(data.subarray(from, from + headDim), (head * places + place) * headDim);
      }
    }
  }

  #int64(values, dims) {
    return new this.#ort.Tensor("int64", values, dims);
  }
}
