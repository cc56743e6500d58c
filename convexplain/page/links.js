// Windows on the maps and the lines between them: what a cell depends on, layer by layer.

import { makeSvg } from "./dom.js";

/** An overlay over the chain that takes no clicks. */
export class Links {
  constructor() {
    this.lines = makeSvg("g", { class: "lines" });
    this.boxes = makeSvg("g", { class: "boxes" });
    this.svg = makeSvg("svg", { class: "links", "aria-hidden": "true" }, this.lines, this.boxes);
    this.element = this.svg;
    this.marks = new Map();
  }

  /**
   * Show boxes and join neighbours.
   *
   * @param {Array<{name: string, map: DOMRect, box: Object}>} parts  from the input to the cell:
   *     the frame of the map and the box on it, both {x, y, width, height} in the overlay
   */
  show(parts) {
    const seen = new Set();
    for (const { name, box } of parts) {
      seen.add(name);
      if (!this.marks.has(name)) {
        const mark = makeSvg("g", {}, makeSvg("rect", { class: "halo" }), makeSvg("rect", { class: "outline" }));
        this.marks.set(name, mark);
        this.boxes.append(mark);
      }
      const wide = 3.5;
      for (const rect of this.marks.get(name).children) {
        // Drawn outside of its cells, so that it covers none of their colour.
        rect.style.x = `${box.x - wide / 2}px`;
        rect.style.y = `${box.y - wide / 2}px`;
        rect.style.width = `${box.width + wide}px`;
        rect.style.height = `${box.height + wide}px`;
      }
    }
    for (const [name, mark] of this.marks) mark.toggleAttribute("hidden", !seen.has(name));
    const lines = [];
    for (let i = 0; i + 1 < parts.length; i += 1) {
      const [from, to] = [parts[i], parts[i + 1]];
      const sameRow = Math.abs(from.map.y + from.map.height - to.map.y - to.map.height) < to.map.height;
      if (!sameRow || to.map.x < from.map.x) continue; // the chain wraps here
      lines.push(...joined(from, to));
    }
    this.lines.replaceChildren(...lines);
    this.svg.toggleAttribute("hidden", parts.length === 0);
  }

  /** Make the boxes glide from cell to cell, or jump. */
  glide(on) {
    this.svg.classList.toggle("gliding", on);
  }
}

/** Two lines, and between the two maps a tint. */
function joined(from, to) {
  const start = from.box.x + from.box.width;
  const end = to.box.x;
  const edges = [
    [from.box.y, to.box.y],
    [from.box.y + from.box.height, to.box.y + to.box.height],
  ];
  const at = (x, [a, b]) => a + ((b - a) * (x - start)) / Math.max(1, end - start);
  const left = Math.max(start, from.map.x + from.map.width);
  const right = Math.min(end, to.map.x);
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

/** A rectangle relative to a frame. */
export function within(element, frame) {
  const mine = element.getBoundingClientRect();
  const theirs = frame.getBoundingClientRect();
  return { x: mine.left - theirs.left, y: mine.top - theirs.top, width: mine.width, height: mine.height };
}
