/**
 * What all kinds of layers have in common: the form of a kind, and what a window reads.
 *
 * A cell is named by its row, column and filter in a layer's output; a vector of n numbers is a map
 * of one place, so that unit n is the filter n at row 0 and column 0.
 *
 * @import { Box, Pair, Taps } from "../geometry.js"
 * @import { Panel } from "../panel.js"
 *
 * @typedef {[number, number, number]} Shape  rows, columns, channels
 * @typedef {{row: number, col: number, filter: number}} Place
 * @typedef {Record<string, any>} Spec  a layer as its file describes it
 * @typedef {(name: string) => Float32Array} Tensor  a layer's weights by name
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {Kind} kind
 * @property {string[]} inputs  the layers that it reads, one's channels behind the other's; "input" is
 *   the picture
 * @property {Shape} inShape  of what it reads
 * @property {Shape} outShape
 * @property {boolean} vector  whether its output is a vector
 * @property {string} activation
 * @property {Window} [window]  that slides over its input
 *
 * @typedef {object} Addends  a cell as the sum that it is
 * @property {Int32Array} rows  which cells of the input are read, in the order of rows, columns,
 *   channels; padding is left out
 * @property {Int32Array} cols
 * @property {Int32Array} channels
 * @property {Float64Array} weights
 * @property {Float64Array} products  value * weight of each
 * @property {number} bias  with the products it adds up to the value before the activation
 *
 * @typedef {object} Kind  one kind of layer: everything that the page asks of it
 * @property {string} name  what a network's file calls it
 * @property {(spec: Spec, inShape: Shape, tensor: Tensor) => object} read  what a
 *   layer of this kind has beside its name, for an input of this shape
 * @property {(layer: any, x: Float32Array) => Float32Array} compute  the output before the activation
 * @property {(layer: any, x: Float32Array, place: Place) => any} [step]  how one cell is computed;
 *   absent where a cell's number is handed on unchanged
 * @property {(layer: any, x: Float32Array, place: Place) => Addends} [addends]  absent where a cell
 *   is no sum
 * @property {(layer: any, x: Float32Array, place: Place) => Place|null} [origin]  the input cell whose
 *   number a cell is, null in the padding; absent where it is a new number
 * @property {(layer: any, reach: Reach) => Reach} below  the input that some output depends on
 * @property {boolean} [sums]  whether a channel is the sum of the same one of each layer that it reads
 * @property {(layer: any, x: Float32Array, place: Place, wanted: number|null) => number} [channel]
 *   the input channel whose part of the sum is shown: the wanted one if it is read, else the largest;
 *   absent where there is no choice
 * @property {boolean} hidden  whether it only writes its input in another form, and is not shown
 * @property {boolean} convolves  whether its channels are those of kernels that slide
 * @property {boolean} editable  whether the weights of its kernels can be changed
 * @property {boolean} channelwise  whether each channel is made of the same channel alone
 * @property {boolean} ownScale  whether its numbers are new ones, with a colour scale of their own
 * @property {Panel|null} panel  how the page explains a cell; null where no cell is shown
 *
 * @typedef {{box: Box, channel: number|null}} Reach  of one channel, or, null, of all
 */

import { Window, wholeBox } from "../geometry.js";

/** @typedef {Layer & {window: Window}} WindowLayer */

/** Every kind of layer by its name. Each file in this folder adds its own. @type {Record<string, Kind>} */
export const KINDS = {};

/** Add a kind of layer. @param {Kind} kind */
export function register(kind) {
  KINDS[kind.name] = kind;
  return kind;
}

/** What most kinds are like. */
export const PLAIN = {
  hidden: false, convolves: false, editable: false, channelwise: false, ownScale: true,
};

/** A kind whose every number is made of the one in the same place. */
export const CELLWISE = {
  ...PLAIN,
  channelwise: true,
  read: () => ({}),
  /** @param {Layer} _ @param {Reach} reach @returns {Reach} */
  below: (_, reach) => reach,
};

/**
 * The window of a layer on its input.
 *
 * @param {Pair} kernelSize
 * @param {Shape} shape  of the input
 * @param {Spec} spec
 */
export function windowOn(kernelSize, [height, width], { stride, dilation, padding, ceil_mode: ceilMode }) {
  return new Window(kernelSize, [height, width], { stride, dilation, padding, ceilMode });
}

/**
 * What a window reads for one output cell.
 *
 * @param {WindowLayer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {Place} place
 * @param {number} first  the first channel that is read
 * @param {number} depth  how many channels are read
 * @returns {{row: number, col: number, filter: number, box: Box, inputRows: Taps, inputCols: Taps,
 *   padding: boolean[], firstChannel: number, shape: Shape, patch: Float32Array}}
 *   padding: (kH, kW), true where the patch holds padding, which reads as 0; patch: (kH, kW, depth)
 */
export function gather({ window, inShape: [, width, channels] }, x, { row, col, filter }, first, depth) {
  const inputRows = window.taps(0, row);
  const inputCols = window.taps(1, col);
  const patch = new Float32Array(window.count * depth);
  const padding = inputRows.flatMap((r, i) => inputCols.map((c, j) => {
    if (r === null || c === null) return true;
    const at = (r * width + c) * channels + first;
    patch.set(x.subarray(at, at + depth), (i * inputCols.length + j) * depth);
    return false;
  }));
  return {
    row, col, filter,
    box: window.below({ top: row, left: col, bottom: row + 1, right: col + 1 }),
    inputRows, inputCols, padding, firstChannel: first,
    shape: [inputRows.length, inputCols.length, depth], patch,
  };
}

/**
 * The cell that one tap of a gathered window reads; null in the padding.
 *
 * @param {{inputRows: Taps, inputCols: Taps}} step
 * @param {number} tap  counted row by row
 */
export function tapPlace({ inputRows, inputCols }, tap) {
  const row = inputRows[Math.floor(tap / inputCols.length)];
  const col = inputCols[tap % inputCols.length];
  return row === null || col === null ? null : { row, col };
}

/**
 * The addends of a gathered window.
 *
 * @param {ReturnType<typeof gather>} step
 * @param {(at: number) => number} weight  of the number at a place of the patch
 * @param {number} bias
 * @returns {Addends}
 */
export function addendsOf(step, weight, bias) {
  const depth = step.shape[2];
  const read = [...step.patch.keys()].filter((at) => !step.padding[Math.floor(at / depth)]);
  const places = read.map((at) => tapPlace(step, Math.floor(at / depth)));
  return {
    rows: Int32Array.from(places, (place) => place?.row ?? 0),
    cols: Int32Array.from(places, (place) => place?.col ?? 0),
    channels: Int32Array.from(read, (at) => step.firstChannel + (at % depth)),
    weights: Float64Array.from(read, weight),
    products: Float64Array.from(read, (at) => step.patch[at] * weight(at)),
    bias,
  };
}

/** Through a window that keeps channels apart. @param {WindowLayer} layer @param {Reach} reach @returns {Reach} */
export function belowWindow({ window }, { box, channel }) {
  return { box: window.below(box), channel };
}

/**
 * The number in the same place, of a layer that reads maps.
 *
 * @param {Layer} layer
 * @param {Float32Array} x
 * @param {Place} place
 */
export function valueAt({ inShape: [, width, channels] }, x, { row, col, filter }) {
  return x[(row * width + col) * channels + filter];
}

/**
 * A cell that is another one, times a weight.
 *
 * @param {Place} place
 * @param {number} value
 * @param {number} weight
 * @param {number} bias
 * @returns {Addends}
 */
export function oneAddend({ row, col, filter }, value, weight, bias) {
  return {
    rows: Int32Array.of(row), cols: Int32Array.of(col), channels: Int32Array.of(filter),
    weights: Float64Array.of(weight), products: Float64Array.of(value * weight), bias,
  };
}

/** All of the input. @param {Layer} layer @returns {Reach} */
export function belowAll({ inShape }) {
  return { box: wholeBox(inShape), channel: null };
}
