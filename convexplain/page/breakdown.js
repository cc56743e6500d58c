/**
 * A number as named addends: parts + rest + bias = value, as `convexplain.ops.breakdown` has it.
 *
 * @import { SumLine } from "./cells.js"
 *
 * @typedef {Object} Breakdown
 * @property {Array<{place: number, value: number}>} parts  the addends that are named
 * @property {number} named  these together
 * @property {number} rest  all others together
 * @property {number} restCount  how many these are
 * @property {number} bias
 * @property {number} value  before the activation
 */

import { bySize, sumOf } from "./numbers.js";
import { say } from "./words.js";

/** So many addends are named before a list is opened. */
export const SHOWN = 5;

/** The places of the addends of the largest size. @param {ArrayLike<number>} addends @param {number} [shown] */
export function largestPlaces(addends, shown = SHOWN) {
  return bySize(addends).slice(0, shown);
}

/**
 * Name some of the addends of a number, and take the others together.
 *
 * @param {ArrayLike<number>} addends
 * @param {number[]} places  which are named, in this order
 * @param {{bias: number, value: number}} made  of them
 * @returns {Breakdown}
 */
export function breakdown(addends, places, { bias, value }) {
  const parts = places.map((place) => ({ place, value: addends[place] }));
  const named = sumOf(parts.map((part) => part.value));
  return {
    parts, named, rest: sumOf(addends) - named, restCount: addends.length - places.length, bias, value,
  };
}

/**
 * The lines of its sum: what is named, the rest, the bias, the value.
 *
 * @param {Breakdown} account
 * @param {{named: string, rest: string, value: string}} names
 * @param {{sum: boolean, value: boolean}} secret  what is hidden: the sum of what is named, the value
 * @returns {SumLine[]}
 */
export function rows({ named, rest, restCount, bias, value }, names, secret) {
  return [
    { name: names.named, value: named, secret: secret.sum },
    ...(restCount > 0 ? [{ name: `+ ${names.rest}`, value: rest }] : []),
    { name: `+ ${say("bias")}`, value: bias, term: "bias" },
    { name: names.value, value, total: true, secret: secret.value },
  ];
}
