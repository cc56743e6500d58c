/**
 * One map on the chain: a canvas that is a grid of cells for mouse, finger, keyboard, screen reader.
 *
 * @import { Box } from "./geometry.js"
 * @import { Rectangle } from "./links.js"
 * @import { Patch } from "./state.js"
 *
 * @typedef {number[]} At  row, column
 */

import { number } from "./as_text.js";
import { colourOf, contextOf, css, paintOn, textOn, tokens } from "./colours.js";
import { make, setAttributes, write } from "./dom.js";
import { clamp } from "./numbers.js";

// A cell of a map is drawn with its grid line from 7 px on.
const GRID_FROM = 7;
// Numbers are written into the cells of maps of at most so many.
const MOST_NUMBERS = 49;

/** A map of rows x cols cells. */
export class MapView {
  /**
   * @param {{name: string, rows: number, cols: number}} column
   * @param {object} on
   * @param {(row: number, col: number) => void} on.point  by the focus
   * @param {(row: number, col: number) => void} on.hover  by a mouse or a pen
   * @param {() => void} on.leave
   * @param {(row: number, col: number) => void} on.pin
   * @param {(event: KeyboardEvent) => void} on.key
   */
  constructor({ name, rows, cols }, on) {
    this.rows = rows;
    this.cols = cols;
    /** The current cell. @type {At} */
    this.at = [rows >> 1, cols >> 1];
    this.ratio = 1; // device pixels a CSS pixel
    this.dots = 1; // device pixels a cell
    this.size = 0; // CSS pixels a cell
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.small = make("canvas", { width: cols, height: rows }); // one dot a cell
    /** Frames the cells that are read. */
    this.window = make("span", { class: "window", hidden: true, "aria-hidden": "true" });
    /** Whether it is on the screen. */
    this.visible = false;
    /** What is drawn, to draw nothing twice. */
    this.drawn = "";
    // One real cell stands for the current one; the canvas cannot be read aloud.
    this.cell = make("span", { role: "gridcell", id: `cell-${name}` });
    this.element = make(
      "div",
      {
        class: "map", role: "grid", tabindex: 0, "aria-rowcount": rows, "aria-colcount": cols,
        "aria-activedescendant": `cell-${name}`, "data-layer": name,
        on: {
          // A finger that moves scrolls the page; its tap comes as a click.
          pointermove: (event) => {
            if (event.pointerType !== "touch") this.pointed(event, (row, col) => on.hover(row, col));
          },
          pointerleave: () => on.leave(),
          click: (event) => this.pointed(event, (row, col) => on.pin(row, col)),
          keydown: (event) => on.key(event),
          focus: () => {
            if (this.element.matches(":focus-visible")) on.point(this.at[0], this.at[1]);
          },
          blur: () => on.leave(),
        },
      },
      this.canvas,
      this.window,
      make("span", { role: "row", class: "aside" }, this.cell),
    );
  }

  /**
   * Call `then` with the cell under the pointer, the nearest one at the rim.
   *
   * @param {MouseEvent} event
   * @param {(row: number, col: number) => void} then
   */
  pointed(event, then) {
    const box = this.canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.rows);
    const col = Math.floor(((event.clientX - box.left) / box.width) * this.cols);
    this.at = [clamp(row, 0, this.rows - 1), clamp(col, 0, this.cols - 1)];
    then(this.at[0], this.at[1]);
  }

  /** Make the largest cells of whole device pixels that fit a square of `side` CSS pixels. @param {number} side */
  fit(side) {
    const ratio = window.devicePixelRatio || 1;
    const cell = Math.max(1, Math.floor((side * ratio) / Math.max(this.rows, this.cols)));
    const [width, height] = [cell * this.cols, cell * this.rows];
    this.ratio = ratio;
    this.dots = cell;
    this.size = cell / ratio;
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
    this.drawn = "";
  }

  /**
   * Draw the cells.
   *
   * @param {ArrayLike<number>} values  (rows, cols), fewer where a vector does not fill its fold
   * @param {number|null} limit  the end of the signed scale; null is a gray picture
   * @param {object} extra
   * @param {{rows: number[], cols: number[]}} [extra.unread]
   * @param {At[]} [extra.zeroed]
   * @param {At[]} [extra.hidden]
   * @param {readonly Patch[]} [extra.erased]
   * @param {number} [extra.until]  how many cells are computed
   * @param {number} [extra.font]  CSS pixels
   * @param {string} [extra.family]  of the font
   */
  draw(values, limit, { unread = { rows: [], cols: [] }, zeroed = [], hidden = [], erased = [], until = Infinity, font = 24, family = "sans-serif" } = {}) {
    const { rows, cols, dots } = this;
    const context = contextOf(this.canvas);
    paintOn(this.small, values, limit);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
    if (this.size >= GRID_FROM) this.drawGrid(context);
    this.hatch(context, unread);
    for (const at of hidden) this.cover(context, at);
    if (values.length <= rows * cols && rows * cols <= MOST_NUMBERS) {
      const digits = Math.max(...Array.from(values, (value) => number(value).length), 0);
      if (this.size >= 0.53 * font * digits + 2) this.drawNumbers(context, values, limit, `${font * this.ratio}px ${family}`, hidden);
    }
    if (until < rows * cols) this.dotFrom(context, until);
    context.strokeStyle = tokens().ink;
    context.lineWidth = Math.max(1, this.ratio);
    context.setLineDash([4 * this.ratio, 3 * this.ratio]);
    for (const [row, col, height, width] of erased) {
      context.strokeRect(col * dots + 0.5, row * dots + 0.5, width * dots - 1, height * dots - 1);
    }
    context.setLineDash([]);
    for (const [row, col] of zeroed) {
      context.beginPath();
      context.moveTo(col * dots + 2, row * dots + 2);
      context.lineTo((col + 1) * dots - 2, (row + 1) * dots - 2);
      context.moveTo((col + 1) * dots - 2, row * dots + 2);
      context.lineTo(col * dots + 2, (row + 1) * dots - 2);
      context.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  drawGrid(context) {
    const line = Math.max(1, Math.round(this.ratio));
    context.fillStyle = tokens().line;
    context.globalAlpha = 0.55;
    for (let col = 1; col < this.cols; col += 1) context.fillRect(col * this.dots, 0, line, this.canvas.height);
    for (let row = 1; row < this.rows; row += 1) context.fillRect(0, row * this.dots, this.canvas.width, line);
    context.globalAlpha = 1;
  }

  /**
   * Hatch the rows and columns that no later layer reads.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {{rows: number[], cols: number[]}} unread
   */
  hatch(context, { rows, cols }) {
    if (!rows.length && !cols.length) return;
    const { dots } = this;
    context.save();
    context.beginPath();
    for (const row of rows) context.rect(0, row * dots, this.canvas.width, dots);
    for (const col of cols) context.rect(col * dots, 0, dots, this.canvas.height);
    context.clip();
    context.strokeStyle = tokens().muted;
    context.globalAlpha = 0.7;
    context.lineWidth = Math.max(1, this.ratio);
    const step = 7 * this.ratio;
    context.beginPath();
    for (let x = -this.canvas.height; x < this.canvas.width; x += step) {
      context.moveTo(x, this.canvas.height);
      context.lineTo(x + this.canvas.height, 0);
    }
    context.stroke();
    context.restore();
  }

  /**
   * Dots where nothing is computed yet: an empty cell would look like a zero.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number} until
   */
  dotFrom(context, until) {
    const { cols, dots } = this;
    const row = Math.floor(until / cols);
    const left = (until % cols) * dots;
    context.fillStyle = tokens().background;
    context.fillRect(left, row * dots, this.canvas.width - left, dots);
    context.fillRect(0, (row + 1) * dots, this.canvas.width, this.canvas.height);
    context.fillStyle = tokens().muted;
    const radius = Math.max(0.5 * this.ratio, Math.min(0.12 * dots, 3 * this.ratio));
    for (let i = until; i < this.rows * cols; i += 1) {
      context.beginPath();
      context.arc(((i % cols) + 0.5) * dots, (Math.floor(i / cols) + 0.5) * dots, radius, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** Take a cell's colour away. @param {CanvasRenderingContext2D} context @param {At} at */
  cover(context, [row, col]) {
    context.fillStyle = tokens().background;
    context.fillRect(col * this.dots, row * this.dots, this.dots, this.dots);
    const small = contextOf(this.small);
    small.fillStyle = tokens().background;
    small.fillRect(col, row, 1, 1);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {ArrayLike<number>} values
   * @param {number|null} limit
   * @param {string} font
   * @param {At[]} hidden
   */
  drawNumbers(context, values, limit, font, hidden) {
    const { dots } = this;
    context.font = font;
    context.textAlign = "center";
    context.textBaseline = "middle";
    Array.from(values).forEach((value, i) => {
      const secret = hidden.some(([row, col]) => row * this.cols + col === i);
      context.fillStyle = secret ? tokens().ink : textOn(colourOf(value, limit));
      context.fillText(secret ? "?" : number(value), ((i % this.cols) + 0.5) * dots, (Math.floor(i / this.cols) + 0.53) * dots);
    });
  }

  /** Say which cell is the current one. @param {number} row @param {number} col @param {string} text */
  announce(row, col, text) {
    this.at = [row, col];
    setAttributes(this.cell, { "aria-rowindex": row + 1, "aria-colindex": col + 1 });
    write(this.cell, text);
  }

  /** Frame a box of cells, clipped to the map; null takes the frame away. @param {Box|null} box */
  mark(box) {
    this.window.hidden = box === null;
    if (box === null) return;
    const { x, y, width, height } = this.shares(box);
    const { style } = this.window;
    [style.left, style.top, style.width, style.height] = [x, y, width, height].map((share) => `${100 * share}%`);
  }

  /**
   * Where a box of cells lies, given where the map lies; clipped to the map.
   *
   * @param {Box} box
   * @param {Rectangle} map
   * @returns {Rectangle}
   */
  place(box, map) {
    const { x, y, width, height } = this.shares(box);
    return { x: map.x + x * map.width, y: map.y + y * map.height, width: width * map.width, height: height * map.height };
  }

  /** The same in shares of the map's sides. @param {Box} box @returns {Rectangle} */
  shares(box) {
    const [top, bottom] = [box.top, box.bottom].map((row) => clamp(row, 0, this.rows) / this.rows);
    const [left, right] = [box.left, box.right].map((col) => clamp(col, 0, this.cols) / this.cols);
    return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
  }
}

/** A strip of a scale's colours as a CSS gradient. @param {number|null} limit @param {boolean} signed */
export function scaleGradient(limit, signed) {
  const stops = 24;
  const colours = Array.from({ length: stops + 1 }, (_, i) => {
    const share = i / stops;
    return css(limit === null ? colourOf(share, null) : colourOf(signed ? 2 * share - 1 : share, 1));
  });
  return `linear-gradient(to right, ${colours.join(", ")})`;
}
