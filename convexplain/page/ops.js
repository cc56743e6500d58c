/**
 * The operations of a convolutional network on one picture, channels last, as in ops.py.
 *
 * Every array is flat, row after row, in a row column after column, then channels: the number at
 * (row, col, channel) of a map (H, W, C) stands at (row * W + col) * C + channel. Sums are made in
 * doubles and rounded to float32 when they are complete, as the Python core makes them.
 */

import { outputSize, windowTaps } from "./geometry.js";

/**
 * Slide kernels over a picture: multiply cell by cell, add up, add the bias.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {number[]} shape  [H, W, C]
 * @param {Float32Array} kernels  (kH, kW, C / groups, filters)
 * @param {Float32Array} bias  (filters)
 * @param {import("./geometry.js").Window} window
 * @param {number} groups  the filters of a group read its channels alone
 * @returns {Float32Array} (H_out, W_out, filters)
 */
export function conv2d(x, shape, kernels, bias, window, groups = 1) {
  const [height, width, channels] = shape;
  const filters = bias.length;
  const [rows, cols] = outputSize(window, [height, width]);
  const depth = channels / groups;
  const each = filters / groups;
  const output = new Float32Array(rows * cols * filters);
  // One cell's sums for all filters at a time: the innermost loop runs along the kernels' last
  // axis, and a zero of the picture, most of it, costs nothing.
  const sums = new Float64Array(filters);
  const tapsOfCols = Array.from({ length: cols }, (_, col) =>
    windowTaps(window, [height, width], 1, col),
  );
  for (let row = 0; row < rows; row += 1) {
    const tapsOfRow = windowTaps(window, [height, width], 0, row);
    for (let col = 0; col < cols; col += 1) {
      sums.fill(0);
      for (let i = 0; i < tapsOfRow.length; i += 1) {
        if (tapsOfRow[i] === null) continue;
        for (let j = 0; j < tapsOfCols[col].length; j += 1) {
          if (tapsOfCols[col][j] === null) continue;
          const cell = (tapsOfRow[i] * width + tapsOfCols[col][j]) * channels;
          const tap = (i * window.kernelSize[1] + j) * depth;
          for (let channel = 0; channel < channels; channel += 1) {
            const value = x[cell + channel];
            if (value === 0) continue;
            const group = groups === 1 ? 0 : Math.floor(channel / depth);
            const start = group * each;
            const end = start + each;
            let at = (tap + channel - group * depth) * filters + start;
            for (let n = start; n < end; n += 1, at += 1) sums[n] += value * kernels[at];
          }
        }
      }
      const place = (row * cols + col) * filters;
      for (let n = 0; n < filters; n += 1) output[place + n] = sums[n] + bias[n];
    }
  }
  return finite(output);
}

/** Keep the largest number of each window, channel by channel; padding never wins. */
export function maxPool2d(x, shape, window) {
  return pooled(x, shape, window, (sums, values, start) => {
    for (let i = 0; i < sums.length; i += 1) {
      if (values[start + i] > sums[i]) sums[i] = values[start + i];
    }
  }, -Infinity, (largest) => largest);
}

/** Average the numbers of each window, channel by channel; padding is not counted. */
export function avgPool2d(x, shape, window) {
  return pooled(x, shape, window, (sums, values, start) => {
    for (let i = 0; i < sums.length; i += 1) sums[i] += values[start + i];
  }, 0, (sum, count) => sum / count);
}

/**
 * Make one number of each window's numbers, channel by channel.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {number[]} shape
 * @param {import("./geometry.js").Window} window
 * @param {(kept: Float64Array, x: Float32Array, start: number) => void} take  adds one cell of the
 *   window to what is kept, which are C numbers; the cell's begin at `start`
 * @param {number} begin  what is kept before the first cell
 * @param {(kept: number, count: number) => number} end  the result, of so many cells
 * @returns {Float32Array} (H_out, W_out, C)
 */
function pooled(x, [height, width, channels], window, take, begin, end) {
  const [rows, cols] = outputSize(window, [height, width]);
  const output = new Float32Array(rows * cols * channels);
  const kept = new Float64Array(channels);
  for (let row = 0; row < rows; row += 1) {
    const tapsOfRow = windowTaps(window, [height, width], 0, row).filter((r) => r !== null);
    for (let col = 0; col < cols; col += 1) {
      const tapsOfCol = windowTaps(window, [height, width], 1, col).filter((c) => c !== null);
      kept.fill(begin);
      for (const r of tapsOfRow) for (const c of tapsOfCol) take(kept, x, (r * width + c) * channels);
      const count = tapsOfRow.length * tapsOfCol.length;
      const place = (row * cols + col) * channels;
      for (let i = 0; i < channels; i += 1) output[place + i] = end(kept[i], count);
    }
  }
  return output;
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
  return finite(Float32Array.from(sums, (sum, n) => sum + bias[n]));
}

/** Replace what is negative by zero: max(x, 0). */
export function relu(x) {
  return x.map((value) => (value > 0 ? value : 0));
}

/** Turn logits into probabilities, along the last axis of `size` numbers: exp(x) / sum of exp(x). */
export function softmax(x, size = x.length) {
  const output = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    const logits = x.subarray(start, start + size);
    // Adding the same number to all logits changes nothing: so no exponential overflows.
    const largest = Math.max(...logits);
    const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
    const sum = powers.reduce((a, b) => a + b, 0);
    powers.forEach((power, i) => {
      output[start + i] = power / sum;
    });
  }
  return output;
}

/** The activations that look at one number at a time, by name; double in, double out. */
export const BY_CELL = {
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
  if (name === "relu") return relu(z);
  return name === "softmax" ? softmax(z, channels) : z.map((value) => BY_CELL[name](value));
}

/** Refuse numbers that have grown beyond float32. */
function finite(values) {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) throw new RangeError("the numbers grow beyond float32");
  }
  return values;
}
