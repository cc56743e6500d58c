/**
 * Functions that are applied to every number of a layer, or along its channels, as in
 * convexplain.ops.activations: doubles in between, rounded to float32 once.
 */

import { clamp, sumOf } from "./numbers.js";

/**
 * Functions of one number, by name; some have a number of their own.
 *
 * @type {Record<string, (z: number, own?: number) => number>}
 */
const BY_CELL = {
  linear: (z) => z,
  relu: (z) => (z > 0 ? z : 0),
  leaky_relu: (z, slope = 0.01) => (z < 0 ? z * slope : z),
  relu6: (z) => clamp(z, 0, 6),
  elu: (z, alpha = 1) => (z > 0 ? z : alpha * Math.expm1(z)),
  sigmoid,
  tanh: (z) => Math.tanh(z),
  silu: (z) => z * sigmoid(z),
  gelu: (z) => (z * (1 + erf(z / Math.SQRT2))) / 2,
  gelu_tanh: (z) => (z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)))) / 2,
  hard_swish: (z) => (z * clamp(z + 3, 0, 6)) / 6,
};

/**
 * Functions of the numbers of all channels at one place, by name.
 *
 * @type {Record<string, (logits: Float32Array) => Float64Array>}
 */
const ALONG_CHANNELS = {
  softmax(logits) {
    const powers = Float64Array.from(shifted(logits), Math.exp);
    const sum = sumOf(powers);
    return powers.map((power) => power / sum);
  },
  log_softmax(logits) {
    const numbers = shifted(logits);
    const rest = Math.log(sumOf(numbers.map(Math.exp)));
    return numbers.map((number) => number - rest);
  },
};

/** Adding the same number to all logits changes nothing: so no exponential overflows. @param {Float32Array} logits */
function shifted(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  return Float64Array.from(logits, (logit) => logit - largest);
}

/** @param {number} z */
function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

/**
 * The error function, by the series exp(-x^2) * 2 / sqrt(pi) * (x + 2 x^3 / 3 + 4 x^5 / 15 + ...),
 * all of whose terms have one sign.
 *
 * @param {number} x
 */
function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x); // to the last bit of a double
  let [sum, term] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Whether an activation looks at one number at a time. @param {string} name */
export function isByCell(name) {
  return !(name in ALONG_CHANNELS);
}

/**
 * Apply a layer's activation.
 *
 * @param {string} name  as a layer's file has it: "relu", "leaky_relu(0.2)"
 * @param {Float32Array} z
 * @param {number} channels
 * @returns {Float32Array} `z` itself where there is nothing to apply
 */
export function activate(name, z, channels) {
  if (name === "linear") return z;
  if (isByCell(name)) return z.map(byCell(name));
  const output = new Float32Array(z.length);
  for (let start = 0; start < z.length; start += channels) {
    output.set(ALONG_CHANNELS[name](z.subarray(start, start + channels)), start);
  }
  return output;
}

/**
 * Apply an activation to one number; what looks at several leaves it as it is.
 *
 * @param {string} name
 * @param {number} z
 */
export function activateOne(name, z) {
  return Math.fround(isByCell(name) ? byCell(name)(z) : z);
}

/** @param {string} name @returns {(z: number) => number} */
function byCell(name) {
  const [base, own] = name.split(/[()]/);
  return own === undefined ? (z) => BY_CELL[base](z) : (z) => BY_CELL[base](z, Number(own));
}
