/**
 * One picture on its way through a network, forwards and backwards: all that is ever shown.
 *
 * A cell is named as [row, col, channel] in a layer's output; a vector of n numbers is a map of one
 * place, so that unit n is [0, 0, n]. The picture is the layer "input".
 */

import { boxBelow, windowTaps } from "./geometry.js";
import { depthOf, firstChannel, kernelOf, layerBefore, layerNamed, wholeMap } from "./network.js";
import { activate, avgPool2d, conv2d, dense, maxPool2d } from "./ops.js";
import { convStep, poolStep } from "./steps.js";

/** Stands for the picture where a layer's name is wanted. */
export const INPUT = "input";

/** One layer's output before its activation, from what it reads. @returns {Float32Array} */
export function computeLayer(layer, x) {
  switch (layer.kind) {
    case "Conv2D":
      return conv2d(x, layer.inShape, layer.kernels, layer.bias, layer.window, layer.groups);
    case "MaxPooling2D":
      return maxPool2d(x, layer.inShape, layer.window);
    case "AveragePooling2D":
      return avgPool2d(x, layer.inShape, layer.window);
    case "Dense":
      return dense(x, layer.kernels, layer.bias);
    default:
      return x;
  }
}

export class Trace {
  /**
   * Compute all layers.
   *
   * @param {import("./network.js").Network} network
   * @param {Float32Array} pixels  the picture, flat, values 0 to 1; is kept, and must not change
   * @param {Map<string, Float32Array>} [replaced]  layers whose output is to be something else than
   *   what they compute, such as a copy with cells set to zero
   */
  constructor(network, pixels, replaced = new Map()) {
    this.network = network;
    this.pixels = pixels;
    this.limits = new Map();
    this.befores = new Map();
    this.outputs = new Map();
    let x = pixels;
    for (const layer of network.layers) {
      const before = computeLayer(layer, x);
      x = replaced.get(layer.name) ?? activate(layer.activation, before, layer.outShape[2]);
      this.befores.set(layer.name, before);
      this.outputs.set(layer.name, x);
    }
  }

  /** What a layer puts out, after its activation; "input" is the picture. */
  output(name) {
    if (name === INPUT) return { data: this.pixels, shape: this.network.inputShape };
    const layer = layerNamed(this.network, name);
    return { data: this.outputs.get(name), shape: layer.outShape };
  }

  /** What a layer reads. */
  input(name) {
    return this.output(layerBefore(this.network, name)?.name ?? INPUT);
  }

  /** What a layer puts out before its activation: z; for the last layer, the logits. */
  before(name) {
    const layer = layerNamed(this.network, name);
    return { data: this.befores.get(name), shape: layer.outShape };
  }

  /** One number of a layer's output. */
  value(name, row, col, channel) {
    const { data, shape } = this.output(name);
    return data[(row * shape[1] + col) * shape[2] + channel];
  }

  /** The last layer's numbers before its activation, one a class. */
  get logits() {
    return this.befores.get(this.network.layers.at(-1).name);
  }

  /** The softmax of the logits, one a class. */
  get probabilities() {
    return this.outputs.get(this.network.layers.at(-1).name);
  }

  /** The class of the largest logit, the first one in a tie. */
  get prediction() {
    const { logits } = this;
    return logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
  }

  /** The largest |x| of a layer's output; a pooling layer has that of the layer that it pools. */
  limit(name) {
    let layer = layerNamed(this.network, name);
    while (layer.kind === "MaxPooling2D" || layer.kind === "AveragePooling2D") {
      const before = layerBefore(this.network, layer.name);
      if (before === null) return 1;
      layer = before;
    }
    if (!this.limits.has(layer.name)) {
      this.limits.set(layer.name, largestOf(this.outputs.get(layer.name)));
    }
    return this.limits.get(layer.name);
  }

  /** The single step that computes one cell of a convolution or pooling layer. */
  step(name, filter, row, col) {
    const layer = layerNamed(this.network, name);
    const make = layer.kind === "Conv2D" ? convStep : poolStep;
    return make(layer, this.input(name).data, filter, row, col);
  }

  /**
   * A cell of a convolution, dense or averaging layer as the sum that it is.
   *
   * @returns {{rows: Int32Array, cols: Int32Array, channels: Int32Array, weights: Float64Array,
   *   products: Float64Array, bias: number}}
   *   which cells of the layer's input are read (padding is left out), in the order of rows, columns,
   *   channels; activation * weight of each; with the bias they add up to the value before the
   *   activation
   */
  contributions(name, filter, row, col) {
    const layer = layerNamed(this.network, name);
    const { data, shape: [height, width, depth] } = this.input(name);
    const cells = [];
    const weights = [];
    let bias = 0;
    if (layer.kind === "Dense") {
      kernelOf(layer, filter).forEach((weight, i) => {
        cells.push([0, 0, i]);
        weights.push(weight);
      });
      bias = layer.bias[filter];
    } else if (layer.kind === "Conv2D" || layer.kind === "AveragePooling2D") {
      const conv = layer.kind === "Conv2D";
      const kernel = conv ? kernelOf(layer, filter) : null;
      const count = conv ? depthOf(layer) : 1;
      const first = conv ? firstChannel(layer, filter) : filter;
      const rows = windowTaps(layer.window, [height, width], 0, row);
      const cols = windowTaps(layer.window, [height, width], 1, col);
      const present = (taps) => taps.filter((tap) => tap !== null).length;
      const share = 1 / (present(rows) * present(cols));
      rows.forEach((r, i) => cols.forEach((c, j) => {
        if (r === null || c === null) return;
        for (let k = 0; k < count; k += 1) {
          cells.push([r, c, first + k]);
          weights.push(conv ? kernel[(i * cols.length + j) * count + k] : share);
        }
      }));
      bias = conv ? layer.bias[filter] : 0;
    } else {
      throw new TypeError(`a cell of ${name} (${layer.kind}) is not a sum: see source()`);
    }
    return {
      rows: Int32Array.from(cells, (cell) => cell[0]),
      cols: Int32Array.from(cells, (cell) => cell[1]),
      channels: Int32Array.from(cells, (cell) => cell[2]),
      weights: Float64Array.from(weights),
      products: Float64Array.from(weights, (weight, i) => {
        const [r, c, channel] = cells[i];
        return weight * data[(r * width + c) * depth + channel];
      }),
      bias,
    };
  }

  /**
   * Where a value was computed: back through max pools and flatten.
   *
   * @param {string} name  the layer whose output holds the cell; "input" is the picture
   * @param {[number, number, number]} cell  row, column, channel
   * @returns {{layer: string, cell: [number, number, number]}}
   */
  source(name, cell) {
    let at = { layer: name, cell };
    while (at.layer !== INPUT) {
      const layer = layerNamed(this.network, at.layer);
      if (layer.kind !== "MaxPooling2D" && layer.kind !== "Flatten") break;
      at = { layer: layerBefore(this.network, at.layer)?.name ?? INPUT, cell: this.under(at.layer, at.cell) };
    }
    return at;
  }

  /** The cell that a max pool or flatten hands on, in the layer before it. */
  under(name, [row, col, channel]) {
    const layer = layerNamed(this.network, name);
    if (layer.kind === "MaxPooling2D") return [...this.step(name, channel, row, col).winner, channel];
    const [, width, depth] = layer.inShape;
    return [Math.floor(channel / (width * depth)), Math.floor(channel / depth) % width, channel % depth];
  }

  /**
   * What a cell depends on, on every layer before it and on the picture.
   *
   * @param {string} name
   * @param {number} row
   * @param {number} col
   * @param {number} [channel]  only matters for a flattened map, whose cells lie at places of it
   * @returns {{input: object, layers: Map<string, object>}}
   *   boxes; they may reach into the padding; `layers` holds the cell's own layer, too
   */
  receptiveField(name, row, col, channel = 0) {
    let box = { top: row, left: col, bottom: row + 1, right: col + 1 };
    let flat = null;
    const layers = new Map();
    const { layers: chain } = this.network;
    for (let i = chain.findIndex((layer) => layer.name === name); i >= 0; i -= 1) {
      const layer = chain[i];
      layers.set(layer.name, box);
      if (layer.window) {
        box = boxBelow(layer.window, box);
      } else if (layer.kind === "Dense") {
        flat = "all";
      } else if (layer.kind === "Flatten" && layer.inShape[0] * layer.inShape[1] > 1) {
        const place = this.under(layer.name, [0, 0, channel]);
        const cell = { top: place[0], left: place[1], bottom: place[0] + 1, right: place[1] + 1 };
        box = flat === "all" ? boxBelow(wholeMap(layer.inShape), oneCell()) : cell;
      }
    }
    return { input: box, layers };
  }
}

function oneCell() {
  return { top: 0, left: 0, bottom: 1, right: 1 };
}

/** The largest |x|, at which a signed scale ends. */
export function largestOf(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
