/**
 * The operations of a convolutional network on one picture, channels last, as in convexplain.ops.
 *
 * Every array is flat, row after row, in a row column after column, then channels: the number at
 * (row, col, channel) of a map (H, W, C) stands at (row * W + col) * C + channel. Sums are made in
 * doubles and rounded to float32 when they are complete, as the Python core makes them.
 *
 * @import { Window } from "./geometry.js"
 */

import { sumOf } from "./numbers.js";

/**
 * Slide kernels over a map: multiply cell by cell, add up, add the bias.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {Window} window
 * @param {Float32Array} kernels  (kH, kW, C / groups, filters)
 * @param {Float32Array} bias  (filters)
 * @param {number} [groups]  the filters of a group read its channels alone
 * @returns {Float32Array} (H_out, W_out, filters)
 */
export function conv2d(x, window, kernels, bias, groups = 1) {
  return plusBias(sumsOfProducts(x, window, kernels, bias.length, groups), bias);
}

/**
 * The sums of a convolution in doubles, not rounded yet.
 *
 * @param {Float32Array|Float64Array} x
 * @param {Window} window
 * @param {Float32Array} kernels
 * @param {number} filters
 * @param {number} groups
 */
export function sumsOfProducts(x, window, kernels, filters, groups) {
  const padded = surrounded(x, window, 0);
  const channels = x.length / (window.size[0] * window.size[1]);
  const depth = channels / groups;
  const each = filters / groups;
  const sums = new Float64Array(window.outputSize[0] * window.outputSize[1] * filters);
  slide(window, (cell, place, tap) => {
    for (let channel = 0; channel < channels; channel += 1) {
      const value = padded[cell * channels + channel];
      // The innermost loop runs along the kernels' last axis, and a zero, as most of a picture is,
      // costs nothing.
      if (value === 0) continue;
      const group = groups === 1 ? 0 : Math.floor(channel / depth);
      let weight = (tap * depth + channel - group * depth) * filters + group * each;
      const first = place * filters + group * each;
      for (let at = first; at < first + each; at += 1, weight += 1) sums[at] += value * kernels[weight];
    }
  });
  return sums;
}

/**
 * Add a number a channel, and round.
 *
 * @param {Float64Array} sums  (..., filters)
 * @param {Float32Array} bias  (filters)
 */
export function plusBias(sums, bias) {
  return finite(Float32Array.from(sums, (sum, i) => sum + bias[i % bias.length]));
}

/**
 * Keep the largest number of each window, channel by channel; padding never wins.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {Window} window
 */
export function maxPool2d(x, window) {
  const [padded, channels] = [surrounded(x, window, -Infinity), channelsOf(x, window)];
  const output = new Float32Array(window.outputSize[0] * window.outputSize[1] * channels).fill(-Infinity);
  slide(window, (cell, place) => {
    for (let i = 0; i < channels; i += 1) {
      const value = padded[cell * channels + i];
      if (value > output[place * channels + i]) output[place * channels + i] = value;
    }
  });
  return output;
}

/**
 * Average the numbers of each window, channel by channel; padding is not counted.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {Window} window
 */
export function avgPool2d(x, window) {
  const [padded, channels] = [surrounded(x, window, 0), channelsOf(x, window)];
  const [rows, cols] = window.outputSize;
  const sums = new Float64Array(rows * cols * channels);
  slide(window, (cell, place) => {
    for (let i = 0; i < channels; i += 1) sums[place * channels + i] += padded[cell * channels + i];
  });
  const counted = [0, 1].map((axis) => Array.from({ length: window.outputSize[axis] }, (_, position) => (
    window.taps(axis, position).filter((tap) => tap !== null).length
  )));
  return Float32Array.from(sums, (sum, i) => {
    const place = Math.floor(i / channels);
    return sum / (counted[0][Math.floor(place / cols)] * counted[1][place % cols]);
  });
}

/**
 * A map with its padding around it; `x` itself where there is none.
 *
 * @template {Float32Array|Float64Array} Numbers
 * @param {Numbers} x  (H, W, C)
 * @param {Window} window
 * @param {number} value  of the padding
 * @returns {Numbers}
 */
export function surrounded(x, window, value) {
  const { margins: [top, bottom, left, right], size: [height, width], padded } = window;
  if (!top && !bottom && !left && !right) return x;
  const row = x.length / height;
  const channels = row / width;
  const Kind = /** @type {new (length: number) => Numbers} */ (x.constructor);
  const output = new Kind(padded[0] * padded[1] * channels);
  output.fill(value);
  for (let r = 0; r < height; r += 1) {
    output.set(x.subarray(r * row, (r + 1) * row), ((top + r) * padded[1] + left) * channels);
  }
  return output;
}

/**
 * Visit each cell of the window at all positions.
 *
 * @param {Window} window
 * @param {(cell: number, place: number, tap: number) => void} visit  with the cell that is read,
 *   counted in the padded map, the output that it belongs to, and which cell of the window it is
 */
function slide(window, visit) {
  let tap = 0;
  for (const [rows, cols] of window.slices()) {
    let place = 0;
    for (const row of rows) {
      for (const col of cols) {
        visit(row * window.padded[1] + col, place, tap);
        place += 1;
      }
    }
    tap += 1;
  }
}

/** @param {Float32Array} x @param {Window} window */
function channelsOf(x, window) {
  return x.length / (window.size[0] * window.size[1]);
}

/**
 * Connect every number to every unit: x @ weights + bias.
 *
 * @param {Float32Array} x  (inputs)
 * @param {Float32Array} weights  (inputs, units)
 * @param {Float32Array} bias  (units)
 * @returns {Float32Array} (units)
 */
export function dense(x, weights, bias) {
  const units = bias.length;
  const sums = new Float64Array(units);
  for (let i = 0; i < x.length; i += 1) {
    const value = x[i];
    if (value === 0) continue;
    for (let n = 0, at = i * units; n < units; n += 1, at += 1) sums[n] += value * weights[at];
  }
  return plusBias(sums, bias);
}

/**
 * Multiply and add a number a channel: `weights * x + bias`.
 *
 * @param {Float32Array} x  (..., C)
 * @param {ArrayLike<number>} weights  (C)
 * @param {ArrayLike<number>} bias  (C)
 */
export function scaled(x, weights, bias) {
  const channels = weights.length;
  return finite(x.map((value, i) => value * weights[i % channels] + bias[i % channels]));
}

/** Turn logits into probabilities, along the last axis of `size` numbers: exp(x) / sum of exp(x).
 *
 * @param {Float32Array} x
 * @param {number} size
 */
function softmax(x, size) {
  const output = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    const logits = x.subarray(start, start + size);
    // Adding the same number to all logits changes nothing: so no exponential overflows.
    const largest = Math.max(...logits);
    const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
    const sum = sumOf(powers);
    powers.forEach((power, i) => {
      output[start + i] = power / sum;
    });
  }
  return output;
}

/** @type {Record<string, (z: number) => number>} */
const BY_CELL = {
  linear: (z) => z,
  relu: (z) => (z > 0 ? z : 0),
  leaky_relu: (z) => (z < 0 ? z * 0.01 : z),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
};

/**
 * Apply a layer's activation.
 *
 * @param {string} name  a key of `BY_CELL`, or "softmax"
 * @param {Float32Array} z
 * @param {number} channels  the length of the last axis, along which softmax runs
 * @returns {Float32Array} `z` itself where there is nothing to apply
 */
export function activate(name, z, channels) {
  if (name === "linear") return z;
  return name === "softmax" ? softmax(z, channels) : z.map(BY_CELL[name]);
}

/** Apply an activation to one number; softmax, which no number has alone, leaves it as it is.
 *
 * @param {string} name
 * @param {number} z
 */
export function activateOne(name, z) {
  return Math.fround((BY_CELL[name] ?? BY_CELL.linear)(z));
}

/** Refuse numbers that have grown beyond float32. @param {Float32Array} values */
function finite(values) {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) throw new RangeError("the numbers grow beyond float32");
  }
  return values;
}
