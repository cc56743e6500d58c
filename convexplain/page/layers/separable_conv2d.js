/**
 * A depthwise convolution without bias, and behind it a convolution of 1 x 1.
 *
 * @import { ConvLayer } from "./conv2d.js"
 * @import { Place } from "./layer.js"
 *
 * @typedef {ConvLayer & {depthwise: Float32Array}} SeparableLayer  depthwise: (kH, kW, C, M), kernels:
 *   (1, 1, C * M, filters)
 */

import { Window } from "../geometry.js";
import { largestAt } from "../numbers.js";
import { conv2d } from "../ops.js";
import { biasOf, Conv2D, convStep } from "./conv2d.js";
import { addendsOf, register, windowOn } from "./layer.js";

/**
 * One filter's weights in the one convolution that both steps are, (kH, kW, C).
 *
 * @param {SeparableLayer} layer
 * @param {number} filter
 */
function kernelOfBoth({ window, inShape: [, , channels], depthwise, kernels, bias }, filter) {
  const each = depthwise.length / (window.count * channels);
  const kernel = new Float64Array(window.count * channels);
  depthwise.forEach((weight, at) => {
    const between = at % (channels * each);
    kernel[Math.floor(at / each)] += weight * kernels[between * bias.length + filter];
  });
  return kernel;
}

/** @param {SeparableLayer} layer @param {Float32Array} x @param {Place} place */
function step(layer, x, place) {
  return convStep(layer, x, place, kernelOfBoth(layer, place.filter));
}

register({
  ...Conv2D,
  name: "SeparableConv2D",
  editable: false,

  read(spec, inShape, tensor) {
    const window = windowOn(spec.kernel_size, inShape, spec);
    return {
      window, groups: 1, outShape: [...window.outputSize, spec.filters],
      depthwise: tensor("depthwise_kernel"), kernels: tensor("pointwise_kernel"), bias: biasOf(spec, tensor, spec.filters),
    };
  },
  compute({ window, inShape: [, , channels], depthwise, kernels, bias }, x) {
    const none = new Float32Array(depthwise.length / window.count);
    const between = conv2d(x, window, depthwise, none, channels);
    return conv2d(between, new Window([1, 1], window.outputSize), kernels, bias);
  },
  step,
  addends(layer, x, place) {
    const { kernel, ...found } = step(layer, x, place);
    return addendsOf(found, (at) => kernel[at], found.bias);
  },
  channel: (layer, x, place, wanted) => (
    wanted !== null && wanted < layer.inShape[2] ? wanted : largestAt(step(layer, x, place).channelSums)
  ),
});
