/**
 * Networks: layers in a row, with their weights, read from the file that `Network.save` writes.
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {"Conv2D"|"MaxPooling2D"|"AveragePooling2D"|"Flatten"|"Dense"} kind
 * @property {number[]} inShape  [H, W, C] of what it reads; a vector of n numbers is [1, 1, n]
 * @property {number[]} outShape
 * @property {boolean} vector  whether its output is a vector
 * @property {import("./geometry.js").Window} [window]  its padding in numbers
 * @property {Float32Array} [kernels]  (kH, kW, C / groups, filters), or (inputs, units)
 * @property {Float32Array} [bias]  one number a filter or unit
 * @property {number} groups
 * @property {string} activation
 * @property {number} parameters
 * @property {number} multiplications  for one picture, padding included
 *
 * @typedef {{layers: Layer[], inputShape: number[], provenance: object}} Network
 */

import { margins, outputSize } from "./geometry.js";

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
  const tensor = (name) => {
    const { dtype, data_offsets: [start, end] } = header[name];
    // A copy begins where arrays of larger numbers may begin. Every machine with a browser is little
    // endian, as the file is.
    const { buffer } = bytes.slice(8 + length + start, 8 + length + end);
    return dtype === "F16" ? halves(new Uint16Array(buffer)) : new Float32Array(buffer);
  };
  let shape = description.input_shape;
  let vector = false;
  const layers = description.layers.map((spec) => {
    const layer = readLayer(spec, shape, vector, tensor);
    shape = layer.outShape;
    vector = layer.vector;
    return layer;
  });
  return { layers, inputShape: description.input_shape, provenance: description.provenance };
}

/** Make a layer of its description, for an input of `inShape`. @returns {Layer} */
function readLayer(spec, inShape, vector, tensor) {
  const layer = {
    name: spec.name,
    kind: spec.kind,
    inShape,
    outShape: inShape,
    vector,
    groups: spec.groups ?? 1,
    activation: spec.activation ?? "linear",
    parameters: 0,
    multiplications: 0,
  };
  if (spec.kind === "Flatten") {
    layer.outShape = [1, 1, inShape[0] * inShape[1] * inShape[2]];
    layer.vector = true;
    return layer;
  }
  if (spec.kind !== "Dense") {
    const size = inShape.slice(0, 2);
    const window = {
      kernelSize: spec.kernel_size ?? spec.pool_size,
      stride: spec.stride,
      dilation: spec.dilation ?? [1, 1],
    };
    window.padding = margins(spec.padding, window, size);
    layer.window = window;
    layer.outShape = [...outputSize(window, size), spec.filters ?? inShape[2]];
  } else {
    layer.outShape = [1, 1, spec.units];
  }
  if (spec.kind === "Conv2D" || spec.kind === "Dense") {
    layer.kernels = tensor(`${spec.name}/kernel`);
    layer.bias = tensor(`${spec.name}/bias`);
    layer.parameters = layer.kernels.length + layer.bias.length;
    layer.multiplications = layer.outShape[0] * layer.outShape[1] * layer.kernels.length;
  }
  return layer;
}

/** A layer by its name. @returns {Layer} */
export function layerNamed(network, name) {
  const found = network.layers.find((layer) => layer.name === name);
  if (!found) throw new RangeError(`there is no layer ${name}`);
  return found;
}

/** The layer whose output a layer reads; null is the picture. @returns {Layer|null} */
export function layerBefore(network, name) {
  return network.layers[network.layers.indexOf(layerNamed(network, name)) - 1] ?? null;
}

/** The chain of windows from the picture to a layer's output, as `Network.windows`. */
export function windowsTo(network, name) {
  const chain = [];
  let lastMap = network.inputShape;
  let flat = false;
  for (const layer of network.layers) {
    if (layer.window) chain.push(layer.window);
    else if (layer.kind === "Dense" && !flat) {
      // The first dense layer reads a whole map: one window of the map's size.
      chain.push(wholeMap(lastMap));
      flat = true;
    }
    if (!layer.vector) lastMap = layer.outShape;
    if (layer.name === name) break;
  }
  return chain;
}

/** The window that reads all of a map at once. @returns {import("./geometry.js").Window} */
export function wholeMap([height, width]) {
  return { kernelSize: [height, width], stride: [1, 1], dilation: [1, 1], padding: [0, 0, 0, 0] };
}

/** How many channels of its input one filter reads. */
export function depthOf(layer) {
  return layer.inShape[2] / layer.groups;
}

/** The first channel of its input that a filter reads: above 0 only in later groups. */
export function firstChannel(layer, filter) {
  return Math.floor(filter / (layer.bias.length / layer.groups)) * depthOf(layer);
}

/**
 * One filter's weights.
 *
 * @returns {Float32Array} (kH, kW, C / groups), or (inputs) of a dense layer
 */
export function kernelOf(layer, filter) {
  const filters = layer.bias.length;
  const kernel = new Float32Array(layer.kernels.length / filters);
  for (let i = 0; i < kernel.length; i += 1) kernel[i] = layer.kernels[i * filters + filter];
  return kernel;
}

/**
 * The same network with other numbers in one filter's kernel, for one channel of those it reads.
 *
 * @param {Network} network  is left as it is
 * @param {string} name  a convolution layer
 * @param {number} filter
 * @param {number} channel  of the kernel, from 0
 * @param {ArrayLike<number>} weights  (kH, kW)
 * @returns {Network}
 */
export function withKernel(network, name, filter, channel, weights) {
  const layers = network.layers.map((layer) => {
    if (layer.name !== name) return layer;
    const kernels = layer.kernels.slice();
    const filters = layer.bias.length;
    for (let tap = 0; tap < weights.length; tap += 1) {
      kernels[(tap * depthOf(layer) + channel) * filters + filter] = weights[tap];
    }
    return { ...layer, kernels };
  });
  return { ...network, layers };
}

/** float16: a sign, five bits of exponent, ten of fraction; every one of them is a float32. */
function halves(patterns) {
  const numbers = new Float32Array(patterns.length);
  for (let i = 0; i < patterns.length; i += 1) {
    const exponent = (patterns[i] >> 10) & 31;
    const fraction = patterns[i] & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    numbers[i] = patterns[i] >> 15 ? -size : size;
  }
  return numbers;
}
