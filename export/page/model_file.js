// What a model file says of itself: the strings that stand in an ONNX file beside its graph. Knows nothing of the graph.

const METADATA_PROPS = (14 << 3) | 2; // field 14 of onnx.ModelProto, a message
const LENGTH_DELIMITED = 2;

/** The metadata of an ONNX file, given as Uint8Array: what stands in it by its name. Throws where it is cut off. */
export function metadataOf(bytes) {
  const decoder = new TextDecoder();
  const found = {};
  let at = 0;
  const pass = (length) => {
    at += length;
    if (at > bytes.length) throw new Error("The model did not come whole: load the page again.");
  };
  const number = () => {
    let value = 0;
    for (let place = 1; ; place *= 128) {
      pass(1);
      const byte = bytes[at - 1];
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
  };
  const string = () => {
    pass(1); // the tag: key and value are fields 1 and 2 of each entry
    const length = number();
    pass(length);
    return decoder.decode(bytes.subarray(at - length, at));
  };
  while (at < bytes.length) {
    const tag = number();
    const lengthOrValue = number();
    if (tag === METADATA_PROPS) {
      const name = string();
      found[name] = string();
    } else if ((tag & 7) === LENGTH_DELIMITED) {
      pass(lengthOrValue);
    }
  }
  return found;
}

/** The shape, the tokenizer, the card and the rhyme schemes of a model file in standard operators. Throws where it is none. */
export function describe(bytes) {
  const { "rumi.graph": graph, ...strings } = metadataOf(bytes);
  const { operators, schemes } = JSON.parse(graph ?? "{}");
  if (operators !== "standard") {
    throw new Error("This is no model file in standard operators: make one with rumi-export --operators standard.");
  }
  const [config, tokenizer, card] = ["config", "tokenizer", "card"].map((name) => JSON.parse(strings[`rumi.${name}`]));
  return { config, tokenizer, card, schemes };
}
