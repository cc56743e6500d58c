/**
 * A convolution: kernels slide over the maps.
 *
 * @import { Place, Spec, Tensor, WindowLayer } from "./layer.js"
 *
 * @typedef {WindowLayer & {groups: number, kernels: Float32Array, bias: Float32Array}} ConvLayer
 *   kernels: (kH, kW, C / groups, filters), bias: one number a filter
 */

import { activateOne, isByCell } from "../activations.js";
import { CONVOLUTION } from "../conv_panel.js";
import { largestAt } from "../numbers.js";
import { conv2d } from "../ops.js";
import { addendsOf, belowWindow, gather, PLAIN, register, windowOn } from "./layer.js";

/** The biases of a layer; zeros where it has none. @param {Spec} spec @param {Tensor} tensor @param {number} count */
export function biasOf(spec, tensor, count) {
  return spec.use_bias === false ? new Float32Array(count) : tensor("bias");
}

/** How many channels of its input one filter reads. @param {ConvLayer} layer */
export function depthOf(layer) {
  return layer.inShape[2] / layer.groups;
}

/**
 * The first channel of its input that a filter reads: above 0 only in later groups.
 *
 * @param {ConvLayer} layer
 * @param {number} filter
 */
export function firstChannel(layer, filter) {
  return Math.floor(filter / (layer.bias.length / layer.groups)) * depthOf(layer);
}

/**
 * One filter's weights, (kH, kW, C / groups).
 *
 * @param {ConvLayer} layer
 * @param {number} filter
 */
export function kernelOf({ kernels, bias }, filter) {
  return Float32Array.from({ length: kernels.length / bias.length }, (_, i) => kernels[i * bias.length + filter]);
}

/**
 * The same layer with other numbers in one filter's kernel, for one channel of those it reads.
 *
 * @param {ConvLayer} layer  is left as it is
 * @param {number} filter
 * @param {number} channel  of the kernel, from 0
 * @param {ArrayLike<number>} weights  (kH, kW)
 * @returns {ConvLayer}
 */
export function withKernel(layer, filter, channel, weights) {
  const kernels = layer.kernels.slice();
  for (let tap = 0; tap < weights.length; tap += 1) {
    kernels[(tap * depthOf(layer) + channel) * layer.bias.length + filter] = weights[tap];
  }
  return { ...layer, kernels };
}

/**
 * How a convolution makes one number: the sum of the products, plus the bias, is the value.
 *
 * @param {ConvLayer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {Place} place
 * @param {Float32Array|Float64Array} [kernel]  of the filter
 */
export function convStep(layer, x, place, kernel = kernelOf(layer, place.filter)) {
  const depth = depthOf(layer);
  const read = gather(layer, x, place, firstChannel(layer, place.filter), depth);
  const products = Float64Array.from(read.patch, (value, i) => value * kernel[i]);
  /** What each channel's products add up to. */
  const channelSums = new Float64Array(depth);
  products.forEach((product, i) => {
    channelSums[i % depth] += product;
  });
  const total = products.reduce((sum, product) => sum + product, 0);
  const bias = layer.bias[place.filter];
  /** The sum before the activation, rounded to float32. */
  const value = Math.fround(total + bias);
  return {
    ...read, kernel, products, channelSums, total, bias, value,
    activated: activateOne(layer.activation, value),
    // What looks at all channels is not applied cell by cell: such a step ends with the value before it.
    activation: isByCell(layer.activation) ? layer.activation : "linear",
  };
}

/** @typedef {ReturnType<typeof convStep>} ConvStep */

export const Conv2D = register({
  ...PLAIN,
  name: "Conv2D",
  convolves: true,
  editable: true,

  read(spec, inShape, tensor) {
    const window = windowOn(spec.kernel_size, inShape, spec);
    return {
      window, groups: spec.groups ?? 1, outShape: [...window.outputSize, spec.filters],
      kernels: tensor("kernel"), bias: biasOf(spec, tensor, spec.filters),
    };
  },
  compute: (layer, x) => conv2d(x, layer.window, layer.kernels, layer.bias, layer.groups),
  step: (layer, x, place) => convStep(layer, x, place),
  addends(layer, x, place) {
    const step = convStep(layer, x, place);
    return addendsOf(step, (at) => step.kernel[at], step.bias);
  },
  below: (layer, reach) => ({ ...belowWindow(layer, reach), channel: null }),
  channel(layer, x, place, wanted) {
    const first = firstChannel(layer, place.filter);
    if (wanted !== null && wanted >= first && wanted < first + depthOf(layer)) return wanted;
    return first + largestAt(convStep(layer, x, place).channelSums);
  },
  panel: CONVOLUTION,
});
