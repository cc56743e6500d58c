/**
 * Rescaling: every number times a scale, plus an offset, one for all channels or one for each.
 *
 * @import { Layer } from "./layer.js"
 *
 * @typedef {Layer & {scale: number|number[], offset: number|number[]}} RescalingLayer
 */

import { RIGHT } from "../choices.js";
import { channelwise } from "../ops.js";
import { valuePanel } from "../value_panel.js";
import { say } from "../words.js";
import { CELLWISE, oneAddend, register, valueAt } from "./layer.js";

/** @param {RescalingLayer} layer @param {number} channel */
function numbersOf({ scale, offset }, channel) {
  return [scale, offset].map((number) => (typeof number === "number" ? number : number[channel]));
}

register({
  ...CELLWISE,
  name: "Rescaling",
  read: ({ scale, offset }) => ({ scale, offset }),
  compute: (layer, x) => channelwise(x, layer.inShape[2], (value, channel) => {
    const [scale, offset] = numbersOf(layer, channel);
    return value * scale + offset;
  }),
  addends(layer, x, place) {
    const [scale, offset] = numbersOf(layer, place.filter);
    return oneAddend(place, valueAt(layer, x, place), scale, offset);
  },
  panel: valuePanel((layer, value, channel) => {
    const [scale, offset] = numbersOf(layer, channel);
    return [
      { name: say("timesScale", { n: Number(scale.toPrecision(3)) }), value: value * scale },
      { name: `+ ${say("offset")}`, value: offset, given: true },
      { name: say("beforeNothing"), value: value * scale + offset, total: true },
    ];
  }, () => say("sayRescaling"), (layer, value, channel) => {
    const [scale, offset] = numbersOf(layer, channel);
    return new Map([
      [RIGHT, value * scale + offset], ["offset-first", (value + offset) * scale], ["no-offset", value * scale], ["no-scale", value + offset],
    ]);
  }),
});
