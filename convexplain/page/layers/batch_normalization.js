/**
 * Batch normalization: each channel less its running mean, over its spread, then scaled and shifted.
 *
 * @import { Layer } from "./layer.js"
 *
 * @typedef {Layer & {epsilon: number, mean: Float32Array, variance: Float32Array,
 *   gamma: Float32Array|null, beta: Float32Array|null}} NormLayer
 */

import { number, TIMES } from "../as_text.js";
import { RIGHT } from "../choices.js";
import { channelwise } from "../ops.js";
import { valuePanel } from "../value_panel.js";
import { say } from "../words.js";
import { CELLWISE, oneAddend, register, valueAt } from "./layer.js";

/** What a channel's numbers go through. @param {NormLayer} layer @param {number} channel */
function numbersOf({ epsilon, mean, variance, gamma, beta }, channel) {
  const spread = Math.sqrt(variance[channel] + epsilon);
  return { mean: mean[channel], spread, gamma: gamma ? gamma[channel] : 1, beta: beta ? beta[channel] : 0 };
}

register({
  ...CELLWISE,
  name: "BatchNormalization",
  read: (spec, inShape, tensor) => ({
    epsilon: spec.epsilon, mean: tensor("moving_mean"), variance: tensor("moving_variance"),
    gamma: spec.scale ? tensor("gamma") : null, beta: spec.center ? tensor("beta") : null,
  }),
  compute: (layer, x) => channelwise(x, layer.inShape[2], (value, channel) => {
    const { mean, spread, gamma, beta } = numbersOf(layer, channel);
    return (value - mean) * (gamma / spread) + beta;
  }),
  addends(layer, x, place) {
    const { mean, spread, gamma, beta } = numbersOf(layer, place.filter);
    return oneAddend(place, valueAt(layer, x, place), gamma / spread, beta - mean * (gamma / spread));
  },
  panel: valuePanel((layer, value, channel) => {
    const { mean, spread, gamma, beta } = numbersOf(layer, channel);
    const normalised = (value - mean) / spread;
    return [
      { name: say("lessMean", { n: number(mean) }), value: value - mean },
      { name: say("overSpread", { n: number(spread) }), value: normalised },
      ...(layer.gamma ? [{ name: `${TIMES} γ = ${number(gamma)}`, value: normalised * gamma }] : []),
      ...(layer.beta ? [{ name: "+ β", value: beta, given: true }] : []),
      { name: say("beforeNothing"), value: normalised * gamma + beta, total: true },
    ];
  }, () => say("sayNormalization"), (layer, value, channel) => {
    const { mean, spread, gamma, beta } = numbersOf(layer, channel);
    return new Map([
      [RIGHT, (value - mean) / spread * gamma + beta],
      ["kept-mean", value / spread * gamma + beta],
      ["added-mean", (value + mean) / spread * gamma + beta],
      ["multiplied-spread", (value - mean) * spread * gamma + beta],
      ["no-gamma", (value - mean) / spread + beta],
      ["no-beta", (value - mean) / spread * gamma],
    ]);
  }),
});
