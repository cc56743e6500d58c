/** A convolution of each channel by itself. @import { Kind } from "./layer.js" */

import { Conv2D } from "./conv2d.js";

/**
 * Each channel is a group of its own: kernels (kH, kW, C, filters a channel) lie in memory as
 * (kH, kW, 1, C * filters a channel).
 *
 * @type {Kind}
 */
export const DepthwiseConv2D = {
  ...Conv2D,
  name: "DepthwiseConv2D",
  read(spec, inShape, tensor) {
    const filters = inShape[2] * (spec.depth_multiplier ?? 1);
    return Conv2D.read({ ...spec, filters, groups: inShape[2] }, inShape, tensor);
  },
};
