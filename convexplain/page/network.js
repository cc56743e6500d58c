/**
 * Networks: layers in a row, with their weights, read from the file that `Network.save` writes.
 *
 * @import { Layer, Shape } from "./layers/layer.js"
 *
 * @typedef {{layers: Layer[], inputShape: Shape}} Network
 */

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
    const before = layers.at(-1);
    const inShape = before?.outShape ?? description.input_shape;
    const kind = KINDS[spec.kind];
    layers.push({
      name: spec.name, kind, inShape, outShape: inShape, vector: before?.vector ?? false,
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

/** The layer whose output a layer reads; null is the picture. @param {Network} network @param {string} name */
export function layerBefore(network, name) {
  return network.layers[network.layers.indexOf(layerNamed(network, name)) - 1] ?? null;
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

/** float16: a sign, five bits of exponent, ten of fraction; every one is a float32. @param {Uint16Array} patterns */
function halves(patterns) {
  return Float32Array.from(patterns, (pattern) => {
    const exponent = (pattern >> 10) & 31;
    const fraction = pattern & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    return pattern >> 15 ? -size : size;
  });
}
