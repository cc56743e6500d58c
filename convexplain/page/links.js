/**
 * The lines between windows on neighbouring maps: what a cell depends on, layer by layer.
 *
 * The windows themselves lie in their maps, in shares of these, so that they fit at any size and in print.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Rectangle  in the overlay
 * @typedef {{map: Rectangle, box: Rectangle}} Joined  a map's frame, and a box on it
 * @typedef {{from: Joined, to: Joined, around: boolean}} Link  around: other maps stand between the two
 */

import { makeSvg } from "./dom.js";

/** An overlay over the chain that takes no clicks. */
export class Links {
  constructor() {
    this.element = makeSvg("svg", { class: "links", "aria-hidden": "true" });
  }

  /** Join boxes, each with what it is made of. @param {Link[]} links */
  show(links) {
    this.element.replaceChildren(...links.flatMap(({ from, to, around }) => {
      const sameRow = Math.abs(from.map.y + from.map.height - to.map.y - to.map.height) < to.map.height;
      if (!sameRow || to.map.x < from.map.x) return []; // the chain wraps here
      return around ? [arched(from, to)] : joined(from, to);
    }));
  }
}

/** A line over the maps that stand between two. @param {Joined} from @param {Joined} to */
function arched(from, to) {
  const [start, end] = [from, to].map(({ box }) => ({ x: box.x + box.width / 2, y: box.y }));
  const top = Math.min(from.map.y, to.map.y);
  return makeSvg("path", { d: `M${start.x},${start.y} C${start.x},${top} ${end.x},${top} ${end.x},${end.y}` });
}

/** Two lines, and between the two maps a tint. @param {Joined} from @param {Joined} to @returns {SVGElement[]} */
function joined(from, to) {
  const start = from.box.x + from.box.width;
  const end = to.box.x;
  const edges = [
    [from.box.y, to.box.y],
    [from.box.y + from.box.height, to.box.y + to.box.height],
  ];
  const at = (/** @type {number} */ x, /** @type {number[]} */ [a, b]) => a + ((b - a) * (x - start)) / Math.max(1, end - start);
  const left = Math.max(start, from.map.x + from.map.width);
  const right = Math.min(end, to.map.x);
  /** @type {SVGElement[]} */
  const made = edges.map(([y1, y2]) => makeSvg("line", { x1: start, y1, x2: end, y2 }));
  if (right > left) {
    const [top, bottom] = edges;
    const points = [
      [left, at(left, top)], [right, at(right, top)], [right, at(right, bottom)], [left, at(left, bottom)],
    ];
    made.unshift(makeSvg("polygon", { points: points.map((point) => point.join(",")).join(" ") }));
  }
  return made;
}

/**
 * An element's rectangle relative to a frame.
 *
 * @param {Element} element
 * @param {Element} frame
 * @returns {Rectangle}
 */
export function within(element, frame) {
  const mine = element.getBoundingClientRect();
  const theirs = frame.getBoundingClientRect();
  return { x: mine.left - theirs.left, y: mine.top - theirs.top, width: mine.width, height: mine.height };
}
