/**
 * All maps of a layer as small pictures, on one canvas: one stop for Tab, arrows choose.
 *
 * @typedef {{first: number, weights: number[]}} Share  the first cell that a pixel lies on, and its
 *   shares of that and the next ones; they add up to 1
 */

import { contextOf, paint } from "./colours.js";
import { consume, isModified, make, setAttributes, write } from "./dom.js";

/** The thumbnails of one layer. */
export class Thumbs {
  /**
   * @param {{name: string, rows: number, cols: number, filters: number}} column
   * @param {(filter: number) => void} choose
   */
  constructor({ name, rows, cols, filters }, choose) {
    this.rows = rows;
    this.cols = cols;
    this.filters = filters;
    this.choose = choose;
    this.current = 0;
    /** Whether they are on the screen. */
    this.visible = false;
    this.side = 0; // CSS pixels a side of a map
    this.across = 0; // maps in a row
    this.ratio = 1; // device pixels a CSS pixel
    this.step = [0, 0]; // CSS pixels from map to map: to the right, downwards
    /** What the pixels of a map lie on. @type {{across: Share[], down: Share[]}} */
    this.shares = { across: [], down: [] };
    /** What is drawn, and rows of cells as wide as on it: kept, for each stroke draws anew. */
    this.sheet = new ImageData(1, 1);
    this.narrow = new Float32Array();
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.frame = make("span", { class: "thumb-frame", "aria-hidden": "true" });
    this.option = make("span", { role: "option", id: `thumb-${name}`, "aria-selected": "true", "aria-setsize": filters });
    this.element = make(
      "div",
      {
        class: "thumbs", role: "listbox", tabindex: 0, "aria-activedescendant": `thumb-${name}`,
        "data-layer": name,
        on: {
          click: (event) => {
            const filter = this.under(event);
            if (filter !== null) choose(filter);
          },
          keydown: (event) => this.pressed(event),
        },
      },
      this.canvas,
      this.frame,
      make("span", { class: "aside" }, this.option),
    );
  }

  /** The map under the pointer; null between them. @param {MouseEvent} event */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left) / this.step[0]);
    const row = Math.floor((event.clientY - box.top) / this.step[1]);
    const filter = row * this.across + col;
    return col >= 0 && col < this.across && row >= 0 && filter < this.filters ? filter : null;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    /** @type {Record<string, number|undefined>} */
    const places = {
      ArrowLeft: this.current - 1, ArrowRight: this.current + 1, Home: 0, End: this.filters - 1,
      ArrowUp: this.current - this.across, ArrowDown: this.current + this.across,
    };
    const next = places[event.key];
    if (next === undefined || isModified(event)) return;
    consume(event);
    if (next < 0 || next >= this.filters) return;
    this.current = next; // at once, for the next key may come before the next frame
    this.choose(next);
  }

  /** Arrange the maps in a box: as many across as make them largest. @param {number} width @param {number} height */
  fit(width, height) {
    const gap = Math.max(2, Math.round(width / 40));
    let best = { side: 0, across: 1 };
    for (let across = 1; across <= this.filters; across += 1) {
      const down = Math.ceil(this.filters / across);
      const side = Math.floor(Math.min((width + gap) / across, (height + gap) / down) - gap);
      if (side > best.side) best = { side, across };
    }
    this.side = Math.max(4, best.side);
    this.across = best.across;
    this.ratio = window.devicePixelRatio || 1;
    const down = Math.ceil(this.filters / this.across);
    // What is left over goes between the maps, so that they fill the box.
    const spaced = (/** @type {number} */ length, /** @type {number} */ count) => (
      count > 1 ? Math.floor((length - this.side) / (count - 1)) : this.side
    );
    this.step = [spaced(width, this.across), Math.min(spaced(height, down), this.side + 4 * gap)];
    const size = [(this.across - 1) * this.step[0] + this.side, (down - 1) * this.step[1] + this.side];
    this.canvas.width = Math.round(size[0] * this.ratio);
    this.canvas.height = Math.round(size[1] * this.ratio);
    this.canvas.style.width = `${size[0]}px`;
    this.canvas.style.height = `${size[1]}px`;
    // A map that is not square stands in the middle of its square.
    const pixels = (/** @type {number} */ cells) => (
      Math.max(1, Math.round((Math.round(this.side * this.ratio) * cells) / Math.max(this.rows, this.cols)))
    );
    this.shares = { across: shares(pixels(this.cols), this.cols), down: shares(pixels(this.rows), this.rows) };
    this.sheet = new ImageData(this.canvas.width, this.canvas.height);
    this.narrow = new Float32Array(4 * this.rows * this.shares.across.length);
  }

  /**
   * Draw all maps.
   *
   * @param {(filter: number) => ArrayLike<number>} mapOf
   * @param {(filter: number) => number} limitOf
   */
  draw(mapOf, limitOf) {
    const { rows, cols, ratio, sheet, narrow } = this;
    const side = Math.round(this.side * ratio);
    const cells = new Uint8ClampedArray(4 * rows * cols);
    const { across, down } = this.shares;
    for (let filter = 0; filter < this.filters; filter += 1) {
      paint(cells, mapOf(filter), limitOf(filter));
      const left = Math.round((filter % this.across) * this.step[0] * ratio);
      const top = Math.round(Math.floor(filter / this.across) * this.step[1] * ratio);
      lay(sheet, left + ((side - across.length) >> 1), top + ((side - down.length) >> 1), cells, cols, across, down, narrow);
    }
    contextOf(this.canvas).putImageData(sheet, 0, 0);
  }

  /** Frame the chosen map and name it. @param {number} filter @param {string} name @param {string} label */
  select(filter, name, label) {
    this.current = filter;
    this.frame.style.left = `${(filter % this.across) * this.step[0]}px`;
    this.frame.style.top = `${Math.floor(filter / this.across) * this.step[1]}px`;
    this.frame.style.width = `${this.side}px`;
    this.frame.style.height = `${this.side}px`;
    setAttributes(this.option, { "aria-posinset": filter + 1 });
    write(this.option, name);
    setAttributes(this.element, { "aria-label": label });
  }
}

/** What each pixel along a side lies on. @param {number} pixels @param {number} cells @returns {Share[]} */
function shares(pixels, cells) {
  const length = cells / pixels;
  return Array.from({ length: pixels }, (_, pixel) => {
    const [start, stop] = [pixel * length, (pixel + 1) * length];
    const first = Math.floor(start + 1e-9);
    const weights = [];
    for (let cell = first; cell < stop - 1e-9; cell += 1) {
      weights.push((Math.min(stop, cell + 1) - Math.max(start, cell)) / length);
    }
    return { first, weights };
  });
}

/**
 * Scale one map's colours to a part of the sheet: each pixel is the mean of what it lies on.
 *
 * @param {ImageData} sheet
 * @param {number} left
 * @param {number} top
 * @param {Uint8ClampedArray} cells  RGBA
 * @param {number} cols
 * @param {Share[]} across
 * @param {Share[]} down
 * @param {Float32Array} narrow  room for the cells scaled along the rows
 */
function lay(sheet, left, top, cells, cols, across, down, narrow) {
  const { data, width } = sheet;
  // First along the rows, then along the columns: the many rows of cells are done once.
  for (let row = 0, at = 0; row * cols * 4 < cells.length; row += 1) {
    for (const { first, weights } of across) {
      const from = 4 * (row * cols + first);
      if (weights.length === 1) {
        for (let channel = 0; channel < 4; channel += 1, at += 1) narrow[at] = cells[from + channel];
        continue;
      }
      for (let channel = 0; channel < 4; channel += 1, at += 1) {
        let sum = 0;
        for (let i = 0; i < weights.length; i += 1) {
          sum += weights[i] * cells[from + 4 * i + channel];
        }
        narrow[at] = sum;
      }
    }
  }
  const length = 4 * across.length;
  for (let y = 0; y < down.length; y += 1) {
    const { first, weights } = down[y];
    const start = 4 * ((top + y) * width + left);
    const at = first * length;
    if (weights.length === 1) {
      // A row that lies on the same cells as the one above is that row.
      const above = y > 0 && down[y - 1].weights.length === 1 && down[y - 1].first === first;
      if (above) data.copyWithin(start, start - 4 * width, start - 4 * width + length);
      else for (let i = 0; i < length; i += 1) data[start + i] = narrow[at + i];
      continue;
    }
    for (let i = 0; i < length; i += 1) {
      let sum = 0;
      for (let k = 0; k < weights.length; k += 1) sum += weights[k] * narrow[at + k * length + i];
      data[start + i] = sum;
    }
  }
}
