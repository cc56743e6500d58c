/**
 * Pooling: one number of each window's numbers, channel by channel; and that of a whole map.
 *
 * @import { Kind, Place, Shape, Spec, WindowLayer } from "./layer.js"
 */

import { avgPool2d, maxPool2d } from "../ops.js";
import { AVERAGE, MAXIMUM } from "../pool_panel.js";
import { addendsOf, belowWindow, gather, PLAIN, tapPlace, windowOn } from "./layer.js";

/**
 * How a pooling makes one number of one channel.
 *
 * @param {WindowLayer} layer
 * @param {Float32Array} x  what the layer reads, (H, W, C)
 * @param {Place} place
 * @param {"max"|"average"} kind
 */
function poolStep(layer, x, place, kind) {
  const step = gather(layer, x, place, place.filter, 1);
  const read = [...step.patch.keys()].filter((tap) => !step.padding[tap]);
  const total = read.reduce((sum, tap) => sum + step.patch[tap], 0);
  // The first one in reading order wins a tie.
  const best = read.reduce((a, b) => (step.patch[b] > step.patch[a] ? b : a));
  const max = kind === "max";
  return {
    ...step, kind, channel: place.filter,
    /** How many numbers the window holds, padding left out. */
    count: read.length,
    total: max ? null : total,
    value: max ? step.patch[best] : Math.fround(total / read.length),
    /** Where the maximum stands in the input. */
    winner: max ? tapPlace(step, best) : null,
  };
}

/** @typedef {ReturnType<typeof poolStep>} PoolStep */

const POOLING = {
  ...PLAIN,
  channelwise: true,
  ownScale: false,
  /** @param {Spec} spec @param {Shape} inShape */
  read(spec, inShape) {
    const window = windowOn(spec.pool_size, inShape, spec);
    return { window, outShape: [...window.outputSize, inShape[2]] };
  },
  below: belowWindow,
};

/** @type {Kind} */
export const MaxPooling2D = {
  ...POOLING,
  name: "MaxPooling2D",
  compute: (layer, x) => maxPool2d(x, layer.window),
  step: (layer, x, place) => poolStep(layer, x, place, "max"),
  origin: (layer, x, place) => ({ filter: place.filter, .../** @type {any} */ (poolStep(layer, x, place, "max").winner) }),
  panel: MAXIMUM,
};

/** @type {Kind} */
export const AveragePooling2D = {
  ...POOLING,
  name: "AveragePooling2D",
  compute: (layer, x) => avgPool2d(x, layer.window),
  step: (layer, x, place) => poolStep(layer, x, place, "average"),
  addends(layer, x, place) {
    const step = poolStep(layer, x, place, "average");
    return addendsOf(step, () => 1 / step.count, 0);
  },
  panel: AVERAGE,
};

/** A whole map is one window; what comes out is a vector. */
const GLOBAL = {
  /** @param {Spec} spec @param {Shape} inShape */
  read(spec, inShape) {
    const window = windowOn([inShape[0], inShape[1]], inShape, {});
    return { window, outShape: [1, 1, inShape[2]], vector: true };
  },
};

/** @type {Kind} */
export const GlobalMaxPooling2D = { ...MaxPooling2D, ...GLOBAL, name: "GlobalMaxPooling2D" };

/** @type {Kind} */
export const GlobalAveragePooling2D = { ...AveragePooling2D, ...GLOBAL, name: "GlobalAveragePooling2D" };
