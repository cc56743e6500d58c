/**
 * The operations of a convolutional network on one picture, channels last, as in convexplain.ops.
 *
 * Every array is flat, row after row, in a row column after column, then channels: the number at
 * (row, col, channel) of a map (H, W, C) stands at (row * W + col) * C + channel. Sums are made in
 * doubles and rounded to float32 when they are complete, as the Python core makes them.
 *
 * @import { Window } from "./geometry.js"
 */

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
  const filters = bias.length;
  const [padded, channels] = [surrounded(x, window, 0), channelsOf(x, window)];
  const depth = channels / groups;
  const each = filters / groups;
  const reads = cellsRead(window);
  const output = new Float32Array(window.outputSize[0] * window.outputSize[1] * filters);
  // One output cell's sums for all filters at a time: the innermost loop runs along the kernels' last
  // axis, and a zero, as most of a picture is, costs nothing.
  const sums = new Float64Array(filters);
  for (let place = 0; place < output.length / filters; place += 1) {
    sums.fill(0);
    for (let tap = 0; tap < reads.length; tap += 1) {
      const cell = reads[tap][place] * channels;
      for (let channel = 0; channel < channels; channel += 1) {
        const value = padded[cell + channel];
        if (value === 0) continue;
        const group = groups === 1 ? 0 : Math.floor(channel / depth);
        let weight = (tap * depth + channel - group * depth) * filters + group * each;
        for (let n = group * each; n < (group + 1) * each; n += 1, weight += 1) sums[n] += value * kernels[weight];
      }
    }
    for (let n = 0; n < filters; n += 1) output[place * filters + n] = sums[n] + bias[n];
  }
  return finite(output);
}

/**
 * Stamp a kernel onto a larger map: each number adds the kernel times itself where the window that it
 * stands for would read. One channel; what falls outside of the map is lost.
 *
 * @param {Float32Array} x  (H, W)
 * @param {Window} window  on the output; it has H x W places there
 * @param {Float32Array} kernel  (kH, kW)
 * @returns {Float32Array} (H_out, W_out)
 */
export function conv2dTranspose(x, window, kernel) {
  const { margins: [top, , left], size: [rows, cols], padded: [, wide] } = window;
  const canvas = new Float64Array(window.padded[0] * wide);
  cellsRead(window).forEach((cells, tap) => {
    for (let place = 0; place < cells.length; place += 1) canvas[cells[place]] += x[place] * kernel[tap];
  });
  return finite(Float32Array.from({ length: rows * cols }, (_, i) => (
    canvas[(top + Math.floor(i / cols)) * wide + left + (i % cols)]
  )));
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
  for (const cells of cellsRead(window)) {
    for (let place = 0; place < cells.length; place += 1) {
      for (let i = 0; i < channels; i += 1) {
        const value = padded[cells[place] * channels + i];
        if (value > output[place * channels + i]) output[place * channels + i] = value;
      }
    }
  }
  return output;
}

/**
 * Average the numbers of each window, channel by channel.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {Window} window
 * @param {boolean} [includePad]  whether padding counts as zeros; else it does not count at all
 */
export function avgPool2d(x, window, includePad = false) {
  const [padded, channels] = [surrounded(x, window, 0), channelsOf(x, window)];
  const [rows, cols] = window.outputSize;
  const sums = new Float64Array(rows * cols * channels);
  for (const cells of cellsRead(window)) {
    for (let place = 0; place < cells.length; place += 1) {
      for (let i = 0; i < channels; i += 1) sums[place * channels + i] += padded[cells[place] * channels + i];
    }
  }
  const counts = [0, 1].map((axis) => Array.from({ length: window.outputSize[axis] }, (_, position) => (
    window.counted(axis, position, includePad)
  )));
  return Float32Array.from(sums, (sum, i) => {
    const place = Math.floor(i / channels);
    return sum / (counts[0][Math.floor(place / cols)] * counts[1][place % cols]);
  });
}

/**
 * A map with its padding around it; `x` itself where there is none.
 *
 * @param {Float32Array} x  (H, W, C)
 * @param {Window} window
 * @param {number} value  of the padding
 */
export function surrounded(x, window, value) {
  const { margins: [top, , left], size: [height, width], padded } = window;
  if (padded[0] === height && padded[1] === width) return x;
  const row = x.length / height;
  const channels = row / width;
  const output = new Float32Array(padded[0] * padded[1] * channels).fill(value);
  for (let r = 0; r < height; r += 1) {
    output.set(x.subarray(r * row, (r + 1) * row), ((top + r) * padded[1] + left) * channels);
  }
  return output;
}

/** What was found of the windows of layers, which do not change. @type {WeakMap<Window, Int32Array[]>} */
const READ = new WeakMap();

/**
 * For each cell of the window, which cells of the padded map it reads, output by output.
 *
 * @param {Window} window
 */
function cellsRead(window) {
  const known = READ.get(window);
  if (known) return known;
  const read = Array.from(window.slices(), ([rows, cols]) => (
    Int32Array.from(rows.flatMap((row) => cols.map((col) => row * window.padded[1] + col)))
  ));
  READ.set(window, read);
  return read;
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
  return finite(Float32Array.from(sums, (sum, n) => sum + bias[n]));
}

/**
 * Change every number by the channel that it is in.
 *
 * @param {Float32Array} x  (..., C)
 * @param {number} channels
 * @param {(value: number, channel: number) => number} change
 */
export function channelwise(x, channels, change) {
  return finite(x.map((value, i) => change(value, i % channels)));
}

/** Refuse numbers that have grown beyond float32. @param {Float32Array} values */
function finite(values) {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) throw new RangeError("the numbers grow beyond float32");
  }
  return values;
}
