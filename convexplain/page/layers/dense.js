/**
 * A dense layer: every unit reads every number.
 *
 * @import { Addends, Layer, Place } from "./layer.js"
 *
 * @typedef {Layer & {kernels: Float32Array, bias: Float32Array}} DenseLayer  kernels: (inputs, units)
 */

import { DENSE } from "../dense_panel.js";
import { largestAt } from "../numbers.js";
import { dense } from "../ops.js";
import { biasOf } from "./conv2d.js";
import { belowAll, PLAIN, register } from "./layer.js";

/** @param {DenseLayer} layer @param {Float32Array} x @param {Place} place @returns {Addends} */
function addends({ kernels, bias }, x, { filter }) {
  const weights = Float64Array.from(x, (_, i) => kernels[i * bias.length + filter]);
  return {
    rows: new Int32Array(x.length),
    cols: new Int32Array(x.length),
    channels: Int32Array.from(x.keys()),
    weights,
    products: weights.map((weight, i) => weight * x[i]),
    bias: bias[filter],
  };
}

register({
  ...PLAIN,
  name: "Dense",

  read: (spec, inShape, tensor) => ({
    outShape: [1, 1, spec.units], kernels: tensor("kernel"), bias: biasOf(spec, tensor, spec.units),
  }),
  compute: (layer, x) => dense(x, layer.kernels, layer.bias),
  addends,
  below: belowAll,
  channel(layer, x, place, wanted) {
    if (wanted !== null && wanted < layer.inShape[2]) return wanted;
    return largestAt(addends(layer, x, place).products);
  },
  panel: DENSE,
});
