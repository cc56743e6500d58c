/**
 * A map written as one vector: row after row, in a row column after column, then channels.
 *
 * @import { Kind, Layer, Place } from "./layer.js"
 */

import { boxOf } from "../geometry.js";
import { belowAll, PLAIN } from "./layer.js";

/** Where number `filter` of the vector stands in the map. @param {Layer} layer @param {number} filter @returns {Place} */
function placeIn({ inShape: [, width, depth] }, filter) {
  return { row: Math.floor(filter / (width * depth)), col: Math.floor(filter / depth) % width, filter: filter % depth };
}

/** @type {Kind} */
export const Flatten = {
  ...PLAIN,
  name: "Flatten",
  hidden: true,
  ownScale: false,

  read: (spec, inShape) => ({ outShape: [1, 1, inShape[0] * inShape[1] * inShape[2]], vector: true }),
  compute: (layer, x) => x,
  origin: (layer, x, { filter }) => placeIn(layer, filter),
  below(layer, { channel }) {
    if (channel === null) return belowAll(layer);
    const place = placeIn(layer, channel);
    return { box: boxOf(place), channel: place.filter };
  },
  panel: null,
};
