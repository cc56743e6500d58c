/**
 * Networks: layers with what each of them reads, and their weights, from the file that `Network.save`
 * writes.
 *
 * @import { Layer, Place, Shape } from "./layers/layer.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {{layers: Layer[], inputShape: Shape}} Network
 */

import { INPUT } from "./data.js";
import { axes } from "./geometry.js";
import { withKernel } from "./layers/conv2d.js";
import { KINDS } from "./layers/layer.js";

const METADATA_KEY = "convexplain";

/**
 * Read a network.
 *
 * @param {Uint8Array} bytes  a safetensors file: 8 bytes little-endian length, JSON, tensors
 * @returns {Network}
 */
export function readNetwork(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const description = JSON.parse(header.__metadata__[METADATA_KEY]);
  const tensor = (/** @type {string} */ name) => {
    const { dtype, data_offsets: [start, end] } = header[name];
    // A copy begins where arrays of larger numbers may begin. Every machine with a browser is little
    // endian, as the file is.
    const { buffer } = bytes.slice(8 + length + start, 8 + length + end);
    return dtype === "F16" ? halves(new Uint16Array(buffer)) : new Float32Array(buffer);
  };
  /** @type {Layer[]} */
  const layers = [];
  for (const spec of description.layers) {
    /** @type {string[]} */
    const inputs = spec.inputs?.length ? spec.inputs : [layers.at(-1)?.name ?? INPUT];
    const read = layers.filter(({ name }) => inputs.includes(name));
    const shapes = inputs.map((name) => shapeOf({ layers, inputShape: description.input_shape }, name));
    /** @type {Shape} */
    const inShape = [shapes[0][0], shapes[0][1], shapes.reduce((sum, [, , channels]) => sum + channels, 0)];
    const kind = KINDS[spec.kind];
    layers.push({
      name: spec.name, kind, inputs, inShape, outShape: inShape, vector: read.some(({ vector }) => vector),
      activation: spec.activation ?? "linear",
      ...kind.read(spec, inShape, (name) => tensor(`${spec.name}/${name}`)),
    });
  }
  return { layers, inputShape: description.input_shape };
}

/** A layer by its name. @param {Network} network @param {string} name */
export function layerNamed(network, name) {
  const found = network.layers.find((layer) => layer.name === name);
  if (!found) throw new RangeError(`there is no layer ${name}`);
  return found;
}

/** Rows, columns and channels of what a layer puts out; "input" is the picture. @param {Network} network @param {string} name */
export function shapeOf(network, name) {
  return name === INPUT ? network.inputShape : layerNamed(network, name).outShape;
}

/**
 * The cell of an earlier layer that stands at a place of what a layer reads: of several inputs, the
 * channels stand one behind the other.
 *
 * @param {Network} network
 * @param {string} name  of the layer that reads
 * @param {Place} place
 * @returns {Cell}
 */
export function cellRead(network, name, { row, col, filter }) {
  const { inputs } = layerNamed(network, name);
  let channel = filter;
  for (const layer of inputs) {
    const [, , channels] = shapeOf(network, layer);
    if (channel < channels) return { layer, row, col, filter: channel };
    channel -= channels;
  }
  throw new RangeError(`${name} reads no channel ${filter}`);
}

/**
 * Rows and columns of the picture, and of each layer's maps, that no later layer reads.
 *
 * @param {Network} network
 * @returns {Map<string, {rows: number[], cols: number[]}>}
 */
export function unread(network) {
  const names = [INPUT, ...network.layers.map(({ name }) => name)];
  const every = (/** @type {string} */ name) => axes((axis) => [...Array(shapeOf(network, name)[axis]).keys()]);
  /** Of each, the places along both axes that are read. @type {Map<string, Set<number>[]>} */
  const seen = new Map(names.map((name) => [name, [new Set(), new Set()]]));
  const placesOf = (/** @type {string} */ name) => /** @type {Set<number>[]} */ (seen.get(name));
  every(/** @type {string} */ (names.at(-1))).forEach((cells, axis) => {
    for (const cell of cells) placesOf(/** @type {string} */ (names.at(-1)))[axis].add(cell);
  });
  for (const { name, inputs, window, inShape, outShape } of [...network.layers].reverse()) {
    const inPlace = inShape[0] === outShape[0] && inShape[1] === outShape[1];
    const places = axes((axis) => {
      const own = [...placesOf(name)[axis]];
      if (window) return own.flatMap((at) => window.taps(axis, at));
      return inPlace ? own : [...Array(inShape[axis]).keys()];
    });
    for (const input of inputs) {
      places.forEach((cells, axis) => cells.forEach((cell) => cell !== null && placesOf(input)[axis].add(cell)));
    }
  }
  return new Map(names.map((name) => {
    const [rows, cols] = every(name).map((cells, axis) => cells.filter((cell) => !placesOf(name)[axis].has(cell)));
    return [name, { rows, cols }];
  }));
}

/**
 * The same network with other numbers in one filter's kernel, for one channel of those it reads.
 *
 * @param {Network} network  is left as it is
 * @param {string} name  a layer whose kernels can be changed
 * @param {number} filter
 * @param {number} channel  of the kernel, from 0
 * @param {ArrayLike<number>} weights  (kH, kW)
 * @returns {Network}
 */
export function edited(network, name, filter, channel, weights) {
  const changed = /** @type {any} */ (layerNamed(network, name));
  return {
    ...network,
    layers: network.layers.map((layer) => (layer === changed ? withKernel(changed, filter, channel, weights) : layer)),
  };
}

// What a float16's fraction counts in, by its exponent.
const UNITS = Float64Array.from({ length: 32 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/** float16: a sign, five bits of exponent, ten of fraction; every one is a float32. @param {Uint16Array} patterns */
function halves(patterns) {
  const values = new Float32Array(patterns.length);
  for (let i = 0; i < patterns.length; i += 1) {
    const pattern = patterns[i];
    const exponent = (pattern >> 10) & 31;
    const size = ((exponent && 1024) + (pattern & 1023)) * UNITS[exponent];
    values[i] = pattern >> 15 ? -size : size;
  }
  return values;
}
