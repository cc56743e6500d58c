/** A convolution of each channel by itself. */

import { Conv2D } from "./conv2d.js";
import { register } from "./layer.js";

register({
  ...Conv2D,
  name: "DepthwiseConv2D",
  read(spec, inShape, tensor) {
    const filters = inShape[2] * spec.depth_multiplier;
    return Conv2D.read({ ...spec, filters, groups: inShape[2] }, inShape, tensor);
  },
});
