/**
 * Wrong ways to compute one number of a layer that people really take, as mistakes.py has them: choices
 * are made of these, so that a wrong answer tells what went wrong.
 */

import { DATA } from "./data.js";
import { sumOf } from "./numbers.js";

/** The name under which the right number stands among the wrong ones. */
export const RIGHT = "right";

/**
 * What was done and what to say to it, in both languages.
 *
 * @param {string} name  of a mistake
 */
export function mistakeWords(name) {
  return DATA.mistakes[name];
}

/**
 * One cell of a convolution with ReLU, rightly and wrongly.
 *
 * @param {ArrayLike<number>} patch  (kH, kW, C)
 * @param {ArrayLike<number>} kernel  (kH, kW, C)
 * @param {number[]} shape  [kH, kW, C]
 * @param {number} bias
 * @returns {Map<string, number>} `RIGHT` first, then by mistake, those that this case allows
 */
export function convolutionMistakes(patch, kernel, shape, bias) {
  const [height, width, channels] = shape;
  const products = Float64Array.from(patch, (value, i) => value * kernel[i]);
  const total = sumOf(products);
  const found = new Map([[RIGHT, positive(total + bias)]]);
  if (height === width) {
    found.set("matrix-product", positive(matrixProducts(patch, kernel, height, channels) + bias));
  }
  found.set("no-bias", positive(total));
  if (channels > 1) found.set("averaged-channels", positive(total / channels + bias));
  found.set("no-relu", total + bias);
  found.set("lost-sign", positive(sumOf(products.map(Math.abs)) + bias));
  return found;
}

/**
 * Ways to the number before the activation as ways to the one behind it.
 *
 * @param {Map<string, number>} found
 * @param {string} activation  linear, or ReLU, which can be forgotten
 */
export function throughActivation(found, activation) {
  if (activation !== "relu") return found;
  const through = new Map([...found].map(([name, value]) => [name, positive(value)]));
  return through.set("no-relu", /** @type {number} */ (found.get(RIGHT)));
}

/** Whether all ways to a cell's output are known: those of other activations nobody has in the head. @param {{activation: string}} layer */
export function outputIsAsked({ activation }) {
  return ["relu", "linear"].includes(activation);
}

/** One cell of a max pooling, rightly and wrongly. @param {Float32Array} patch */
export function poolingMistakes(patch) {
  const total = sumOf(patch);
  return new Map([
    [RIGHT, Math.max(...patch)],
    ["average", total / patch.length],
    ["sum", total],
  ]);
}

/**
 * Print values, and drop every mistake that looks like the right number or an earlier mistake.
 *
 * @param {Map<string, number>} values
 * @param {(value: number) => string} text
 * @returns {Map<string, string>} `RIGHT` first; no two texts are the same
 */
export function distinct(values, text) {
  const shown = new Map([[RIGHT, text(/** @type {number} */ (values.get(RIGHT)))]]);
  for (const [name, value] of values) {
    const printed = text(value);
    if (![...shown.values()].includes(printed)) shown.set(name, printed);
  }
  return shown;
}

/** @param {number} value */
function positive(value) {
  return Math.max(value, 0);
}

/**
 * All cells of the matrix products of each channel's window and kernel, added up.
 *
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} w
 * @param {number} side
 * @param {number} channels
 */
function matrixProducts(x, w, side, channels) {
  let sum = 0;
  for (let row = 0; row < side; row += 1) {
    for (let k = 0; k < side; k += 1) {
      for (let col = 0; col < side; col += 1) {
        for (let c = 0; c < channels; c += 1) {
          sum += x[(row * side + k) * channels + c] * w[(k * side + col) * channels + c];
        }
      }
    }
  }
  return sum;
}
