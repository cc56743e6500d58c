/**
 * A transposed convolution's stamps: each number of a map paints its kernel onto a larger one.
 *
 * The window lies on the output: where a convolution with it would read for a cell, that cell paints.
 *
 * @import { Children } from "./dom.js"
 * @import { Padding, Pair } from "./geometry.js"
 * @import { Play } from "./state.js"
 *
 * @typedef {{stride: Pair, dilation: Pair, padding: Padding}} Options
 */

import { TIMES } from "./as_text.js";
import { make } from "./dom.js";
import { axes, Window } from "./geometry.js";
import { languageInUse, say } from "./words.js";

/** The playground's operation that paints. */
export const ENLARGING = "transposed";

/**
 * Rows and columns of the output: padding takes cells away, and "same" gives stride times as many.
 *
 * @param {Pair} kernelSize
 * @param {Pair} size  of what paints
 * @param {Options} options
 * @returns {Pair}
 */
export function landing(kernelSize, size, options) {
  const { stride, padding } = options;
  if (padding === "same") return axes((axis) => size[axis] * stride[axis]);
  const { span, margins } = new Window(kernelSize, size, options);
  return axes((axis) => (size[axis] - 1) * stride[axis] + span[axis] - margins[2 * axis] - margins[2 * axis + 1]);
}

/** How many stamps reach each cell along an axis. @param {Window} window @param {0|1} axis */
function meeting(window, axis) {
  const counts = Array(window.size[axis]).fill(0);
  for (let place = 0; place < window.outputSize[axis]; place += 1) {
    for (const cell of window.taps(axis, place)) if (cell !== null) counts[cell] += 1;
  }
  return counts;
}

/**
 * Which cells a number paints, null outside of the output; and of these the one where most stamps meet.
 *
 * @param {Window} window
 * @param {number[]} at  the number's row and column
 */
export function stamps(window, at) {
  const [rows, cols] = axes((axis) => window.taps(axis, at[axis]));
  const [down, across] = axes((axis) => meeting(window, axis));
  const reached = rows.flatMap((row) => cols.map((col) => (row === null || col === null ? null : /** @type {Pair} */ ([row, col]))));
  const inside = reached.filter((cell) => cell !== null);
  const countOf = (/** @type {Pair} */ [row, col]) => down[row] * across[col];
  const framed = inside.reduce((a, b) => (countOf(b) > countOf(a) ? b : a), inside[0]);
  return { reached, framed: framed ?? null, count: framed ? countOf(framed) : 0 };
}

/** How many stamps a cell can get away from the border, least first. @param {Window} window */
export function countsInside(window) {
  const [down, across] = axes((axis) => {
    const counts = meeting(window, axis);
    // Canvas cells between the first stamp's last and the last stamp's first: all that could reach do.
    const before = window.margins[2 * axis];
    const inside = counts.slice(Math.max(0, window.span[axis] - 1 - before), (window.outputSize[axis] - 1) * window.stride[axis] + 1 - before);
    return inside.length ? inside : counts;
  });
  return [...new Set(down.flatMap((a) => across.map((b) => a * b)))].sort((a, b) => a - b);
}

/** How large the output is, with all numbers put in; and how many stamps meet. @param {Window} window @param {Play} play @returns {Children} */
export function stampFormula(window, play) {
  const { outputSize, size, stride, span, kernelSize, dilation, margins } = window;
  const alone = play.row !== null ? [1] : size[0] === size[1] && outputSize[0] === outputSize[1] ? [0] : [0, 1];
  const lines = alone.map((axis) => make(
    "p", { class: "formula" }, say("outputSize"), " = ",
    play.padding === "same" ? `${outputSize[axis]} ${TIMES} ${stride[axis]}` : [
      `(${outputSize[axis]} − 1) ${TIMES} ${stride[axis]} + `,
      dilation[axis] > 1 ? `((${kernelSize[axis]} − 1) ${TIMES} ${dilation[axis]} + 1)` : span[axis],
      ` − ${margins[2 * axis]} − ${margins[2 * axis + 1]}`,
    ],
    " = ", make("b", {}, size[axis]),
  ));
  const counts = countsInside(window).join(languageInUse() === "zh" ? "、" : ", ");
  return [...lines, make("p", { class: "counts" }, say("stampsACell", { n: counts }))];
}
