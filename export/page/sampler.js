// From logits to one id. Knows nothing of text or of where the logits come from.

/** Random numbers from 0 to 1 that a seed decides (mulberry32, by Tommy Ettinger). */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The natural logarithm of the sum of exp(logits). */
export function logSumExp(logits) {
  let highest = -Infinity;
  for (const logit of logits) highest = Math.max(highest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - highest);
  return highest + Math.log(sum);
}

/** Draws one id, of those that are allowed; temperature 0 takes the likeliest. */
export function choose(logits, allowed, temperature, random) {
  let likeliest = -1;
  for (let id = 0; id < logits.length; id++) {
    if (allowed[id] && (likeliest < 0 || logits[id] > logits[likeliest])) likeliest = id;
  }
  const drawn = random();
  if (temperature === 0) return likeliest;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    if (allowed[id]) total += weights[id] = Math.exp((logits[id] - logits[likeliest]) / temperature);
  }
  let left = drawn * total;
  for (let id = 0; id < logits.length; id++) {
    left -= weights[id];
    if (left < 0) return id;
  }
  return likeliest;
}
