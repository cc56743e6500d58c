/**
 * A map written as one vector: row after row, in a row column after column, then channels; or channel
 * after channel, as PyTorch does.
 *
 * @import { Layer, Place } from "./layer.js"
 *
 * @typedef {Layer & {channelsFirst: boolean}} FlattenLayer
 */

import { boxOf } from "../geometry.js";
import { belowAll, PLAIN, register, valueAt } from "./layer.js";

/** Where a number of the vector stands in the map. @param {FlattenLayer} layer @param {number} at @returns {Place} */
function placeIn({ inShape: [height, width, channels], channelsFirst }, at) {
  const [place, filter] = channelsFirst
    ? [at % (height * width), Math.floor(at / (height * width))] : [Math.floor(at / channels), at % channels];
  return { row: Math.floor(place / width), col: place % width, filter };
}

register({
  ...PLAIN,
  name: "Flatten",
  hidden: true,
  ownScale: false,

  read: (spec, inShape) => ({
    channelsFirst: spec.order === "channels_first", outShape: [1, 1, inShape[0] * inShape[1] * inShape[2]], vector: true,
  }),
  compute: (layer, x) => (layer.channelsFirst ? x.map((_, at) => valueAt(layer, x, placeIn(layer, at))) : x),
  origin: (layer, x, { filter }) => placeIn(layer, filter),
  below(layer, { channel }) {
    if (channel === null) return belowAll(layer);
    const place = placeIn(layer, channel);
    return { box: boxOf(place), channel: place.filter };
  },
  panel: null,
});
