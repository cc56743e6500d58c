/**
 * Numbers as the text that people see, by the rules of format.py: halves away from zero on the exact
 * value of the double, U+2212 for minus, no sign on what prints as zero.
 */

import { clamp } from "./numbers.js";

/** The minus sign. */
export const MINUS = "\u2212";
/** The multiplication sign. */
export const TIMES = "\u00d7";

/**
 * Print a value with a fixed number of decimals.
 *
 * @param {number} value
 * @param {number} [decimals]
 * @param {boolean} [sign]  whether a positive number carries a plus sign
 */
export function number(value, decimals = 2, sign = false) {
  // toFixed rounds the exact value of the double, halves away from zero, as format.py does.
  const text = Math.abs(value).toFixed(decimals);
  if (!/[1-9]/.test(text)) return text;
  return (value < 0 ? MINUS : sign ? "+" : "") + text;
}

/**
 * Print a share of one as a percentage that claims no certainty it has not: a share below 1 never
 * prints as 100% but as ">99.9%", and one above 0 never as 0% but as "<0.1%".
 *
 * @param {number} share
 */
export function percent(share, decimals = 1) {
  const smallest = decimals ? `0.${"1".padStart(decimals, "0")}` : "1";
  const text = hundredfold(Math.abs(share), decimals);
  if (share > 0 && !/[1-9]/.test(text)) return `<${smallest}%`;
  if (share < 1 && Number(text) === 100 && share > 0) {
    return `>${decimals ? `99.${"9".repeat(decimals)}` : "99"}%`;
  }
  return `${share < 0 && /[1-9]/.test(text) ? MINUS : ""}${text}%`;
}

/** Print a softmax's number: never 100% nor 0%, even where float32 has rounded it to that. @param {number} p */
export function probability(p, decimals = 1) {
  return percent(clamp(p, 1e-12, 1 - 1e-12), decimals);
}

/** Print a whole number with a comma between groups of three digits. @param {number} n */
export function count(n) {
  const text = String(Math.abs(n)).replace(/\B(?=(\d{3})+$)/g, ",");
  return n < 0 ? MINUS + text : text;
}

/** Print the shape of a tensor: "26 × 26 × 32". @param {number[]} sizes */
export function shape(sizes) {
  return sizes.join(` ${TIMES} `);
}

/**
 * 100 times a share, rounded once: the point is moved in the text, where a product would round.
 *
 * @param {number} share
 * @param {number} decimals
 */
function hundredfold(share, decimals) {
  const [whole, fraction] = share.toFixed(decimals + 2).split(".");
  const digits = (whole + fraction.slice(0, 2)).replace(/^0+(?=\d)/, "");
  return decimals ? `${digits}.${fraction.slice(2)}` : digits;
}
