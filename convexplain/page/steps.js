/**
 * One output cell at a time: the same arithmetic as ops.js, with all that lies between.
 *
 * What everything rests on: the sum of a step's products, plus its bias, is its value. Patches,
 * kernels and products are flat, (kH, kW, C): rows, then columns, then channels.
 */

import { windowBox, windowTaps } from "./geometry.js";
import { depthOf, firstChannel, kernelOf } from "./network.js";
import { BY_CELL } from "./ops.js";

/**
 * How a convolution makes one number.
 *
 * @param {import("./network.js").Layer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {number} filter
 * @param {number} row
 * @param {number} col
 * @returns {{row: number, col: number, filter: number, box: object,
 *   inputRows: (number|null)[], inputCols: (number|null)[], padding: boolean[],
 *   firstChannel: number, shape: number[], patch: Float32Array, kernel: Float32Array,
 *   products: Float64Array, channelSums: Float64Array, total: number, bias: number,
 *   value: number, activated: number, activation: string}}
 *   padding: (kH, kW), true where the patch holds padding, which reads as 0; shape: [kH, kW, C] of
 *   patch, kernel and products; value: the sum before the activation, rounded to float32
 */
export function convStep(layer, x, filter, row, col) {
  const [height, width, channels] = layer.inShape;
  const depth = depthOf(layer);
  const first = firstChannel(layer, filter);
  const inputRows = windowTaps(layer.window, [height, width], 0, row);
  const inputCols = windowTaps(layer.window, [height, width], 1, col);
  const kernel = kernelOf(layer, filter);
  const patch = new Float32Array(kernel.length);
  const padding = inputRows.flatMap((r) => inputCols.map((c) => r === null || c === null));
  padding.forEach((empty, tap) => {
    if (empty) return;
    const r = inputRows[Math.floor(tap / inputCols.length)];
    const c = inputCols[tap % inputCols.length];
    const at = (r * width + c) * channels + first;
    patch.set(x.subarray(at, at + depth), tap * depth);
  });
  const products = Float64Array.from(patch, (value, i) => value * kernel[i]);
  const channelSums = new Float64Array(depth);
  products.forEach((product, i) => {
    channelSums[i % depth] += product;
  });
  const total = products.reduce((sum, product) => sum + product, 0);
  const bias = layer.bias[filter];
  const value = Math.fround(total + bias);
  // Softmax is not applied cell by cell: such a step ends with the value before it.
  const activation = layer.activation === "softmax" ? "linear" : layer.activation;
  return {
    row,
    col,
    filter,
    box: windowBox(layer.window, row, col),
    inputRows,
    inputCols,
    padding,
    firstChannel: first,
    shape: [inputRows.length, inputCols.length, depth],
    patch,
    kernel,
    products,
    channelSums,
    total,
    bias,
    value,
    activated: Math.fround(BY_CELL[activation](value)),
    activation,
  };
}

/**
 * How a pooling makes one number of one channel.
 *
 * @param {import("./network.js").Layer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {number} channel
 * @param {number} row
 * @param {number} col
 * @returns {{kind: "max"|"average", row: number, col: number, channel: number, box: object,
 *   inputRows: (number|null)[], inputCols: (number|null)[], padding: boolean[],
 *   patch: Float32Array, count: number, total: number|null, value: number,
 *   winner: [number, number]|null}}
 *   patch: (kH, kW), 0 in the padding; winner: row and column of the maximum in the input, the first
 *   one in reading order in a tie; total: the sum of an average
 */
export function poolStep(layer, x, channel, row, col) {
  const [height, width, channels] = layer.inShape;
  const inputRows = windowTaps(layer.window, [height, width], 0, row);
  const inputCols = windowTaps(layer.window, [height, width], 1, col);
  const kind = layer.kind === "MaxPooling2D" ? "max" : "average";
  const patch = new Float32Array(inputRows.length * inputCols.length);
  const padding = [];
  let winner = null;
  let largest = -Infinity;
  let total = 0;
  let count = 0;
  inputRows.forEach((r, i) => {
    inputCols.forEach((c, j) => {
      const empty = r === null || c === null;
      padding.push(empty);
      if (empty) return;
      const cell = x[(r * width + c) * channels + channel];
      patch[i * inputCols.length + j] = cell;
      total += cell;
      count += 1;
      if (winner === null || cell > largest) {
        largest = cell;
        winner = [r, c];
      }
    });
  });
  const max = kind === "max";
  return {
    kind,
    row,
    col,
    channel,
    box: windowBox(layer.window, row, col),
    inputRows,
    inputCols,
    padding,
    patch,
    count,
    total: max ? null : total,
    value: max ? largest : Math.fround(total / count),
    winner: max ? winner : null,
  };
}
