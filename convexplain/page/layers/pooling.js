/**
 * Pooling: one number of each window's numbers, channel by channel; and that of a whole map.
 *
 * @import { Place, Shape, Spec, WindowLayer } from "./layer.js"
 *
 * @typedef {WindowLayer & {includePad: boolean}} PoolLayer  includePad: padding counts as zeros
 */

import { avgPool2d, maxPool2d } from "../ops.js";
import { AVERAGE, MAXIMUM } from "../pool_panel.js";
import { addendsOf, belowWindow, gather, PLAIN, register, tapPlace, windowOn } from "./layer.js";

/** What a window of one channel reads. @param {WindowLayer} layer @param {Float32Array} x @param {Place} place */
function readChannel(layer, x, place) {
  const step = gather(layer, x, place, place.filter, 1);
  const taps = [...step.patch.keys()].filter((tap) => !step.padding[tap]);
  return { step: { ...step, channel: place.filter }, taps };
}

/**
 * How a pooling keeps the largest number: the first one in reading order wins a tie.
 *
 * @param {WindowLayer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {Place} place
 */
function maxStep(layer, x, place) {
  const { step, taps } = readChannel(layer, x, place);
  const best = taps.reduce((a, b) => (step.patch[b] > step.patch[a] ? b : a));
  return { ...step, kind: "max", count: taps.length, total: null, value: step.patch[best], winner: tapPlace(step, best) };
}

/**
 * How a pooling averages.
 *
 * @param {PoolLayer} layer
 * @param {Float32Array} x
 * @param {Place} place
 */
function averageStep(layer, x, place) {
  const { step, taps } = readChannel(layer, x, place);
  const [rows, cols] = [place.row, place.col].map((at, axis) => layer.window.counted(axis, at, layer.includePad));
  const total = taps.reduce((sum, tap) => sum + step.patch[tap], 0);
  return { ...step, kind: "average", count: rows * cols, total, value: Math.fround(total / (rows * cols)), winner: null };
}

/** @typedef {ReturnType<typeof maxStep>|ReturnType<typeof averageStep>} PoolStep */

const POOLING = {
  ...PLAIN,
  channelwise: true,
  ownScale: false,
  /** @param {Spec} spec @param {Shape} inShape */
  read(spec, inShape) {
    const window = windowOn(spec.pool_size, inShape, spec);
    return { window, includePad: spec.count_include_pad ?? false, outShape: [...window.outputSize, inShape[2]] };
  },
  below: belowWindow,
};

const MaxPooling2D = register({
  ...POOLING,
  name: "MaxPooling2D",
  compute: (layer, x) => maxPool2d(x, layer.window),
  step: maxStep,
  origin(layer, x, place) {
    const { winner } = maxStep(layer, x, place);
    return winner && { ...winner, filter: place.filter };
  },
  panel: MAXIMUM,
});

const AveragePooling2D = register({
  ...POOLING,
  name: "AveragePooling2D",
  compute: (layer, x) => avgPool2d(x, layer.window, layer.includePad),
  step: averageStep,
  addends(layer, x, place) {
    const step = averageStep(layer, x, place);
    return addendsOf(step, () => 1 / step.count, 0);
  },
  panel: AVERAGE,
});

/** A whole map is one window. */
const GLOBAL = {
  /** @param {Spec} spec @param {Shape} inShape */
  read(spec, inShape) {
    const window = windowOn([inShape[0], inShape[1]], inShape, {});
    return { window, includePad: false, outShape: [1, 1, inShape[2]], vector: !spec.keepdims };
  },
};

register({ ...MaxPooling2D, ...GLOBAL, name: "GlobalMaxPooling2D" });

register({ ...AveragePooling2D, ...GLOBAL, name: "GlobalAveragePooling2D" });
