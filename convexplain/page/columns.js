/**
 * The columns of the chain: the picture, the layers that are shown, the answer.
 *
 * @import { Box } from "./geometry.js"
 * @import { Layer, Shape } from "./layers/layer.js"
 * @import { Network } from "./network.js"
 * @import { Cell } from "./trace.js"
 */

import { shape as sizes } from "./as_text.js";
import { INPUT } from "./data.js";
import { boxOf, wholeBox } from "./geometry.js";
import { className, say } from "./words.js";

/** A layer whose output is maps: one of them is shown. */
export class Column {
  /** Names the style of the column. */
  kind = "map";
  /** In the grid, as on a page of 1920 pixels. */
  width = "minmax(calc(165 * var(--u)), 208.8fr)";

  /** @param {string} name @param {Shape} shape  of what it shows @param {Layer|null} layer */
  constructor(name, shape, layer) {
    this.name = name;
    this.shape = shape;
    this.layer = layer;
    this.rows = shape[0];
    this.cols = shape[1];
    this.filters = shape[2];
  }

  /** How many cells one walks through. */
  get count() {
    return this.rows * this.cols;
  }

  /** Which of the cells one walks through a cell is. @param {{row: number, col: number, filter: number}} cell */
  indexOf({ row, col }) {
    return row * this.cols + col;
  }

  /**
   * A cell that one walks through.
   *
   * @param {number} index
   * @param {number} filter  of the map that is shown
   * @returns {Cell}
   */
  cellAt(index, filter) {
    return { layer: this.name, filter, row: Math.floor(index / this.cols), col: index % this.cols };
  }

  /** Row and column at which the column shows a cell. @param {{row: number, col: number, filter: number}} cell */
  placeOf(cell) {
    const index = this.indexOf(cell);
    return [Math.floor(index / this.cols), index % this.cols];
  }

  /**
   * Whether a cell is among those that are shown.
   *
   * @param {Cell} cell
   * @param {number} filter  of the map that is shown
   */
  shows(cell, filter) {
    return cell.layer === this.name && cell.filter === filter;
  }

  /**
   * Where the column shows a box of its layer.
   *
   * @param {Box} box
   * @param {Cell} _  for which the box is read
   * @returns {Box}
   */
  placeOfBox(box, _) {
    return box;
  }

  /** The numbers that are shown, of all. @param {Float32Array} data @param {number} filter @returns {Float32Array} */
  values(data, filter) {
    const found = new Float32Array(this.count); // many maps are asked for at each stroke
    for (let i = 0, at = filter; i < found.length; i += 1, at += this.filters) found[i] = data[at];
    return found;
  }

  /** What stands over the column. */
  get heading() {
    return this.name;
  }

  get sizes() {
    return sizes(this.shape);
  }

  /**
   * Which of the maps is shown: what it is called, and the range of all.
   *
   * @param {number} filter
   * @returns {[string, string]}
   */
  which(filter) {
    return [say(this.layer?.kind.convolves ? "filter" : "channel", { n: filter }), say("range", { last: this.filters - 1 })];
  }

  /** What the column reads of the one before it. @param {Column} before */
  feeds(before) {
    const layer = /** @type {Layer & {groups?: number}} */ (this.layer);
    const read = layer.kind.convolves ? layer.inShape[2] / (layer.groups ?? 1) : 1;
    if (layer.kind.convolves && before.filters === 1) return say("feedsPicture");
    return read === 1 ? say("feedsOne") : say("feedsAll", { n: read });
  }

  /** "conv1, filter 28" @param {number} filter */
  mapName(filter) {
    return say(this.layer?.kind.convolves ? "mapName" : "channelName", { layer: this.name, n: filter });
  }

  /** What its map is called for who cannot see it. @param {number} filter */
  label(filter) {
    return this.mapName(filter);
  }

  /** A cell's title: "conv1, filter 28: row 22, column 9". @param {Cell} cell */
  title({ filter, row, col }) {
    return say("cellTitle", { map: this.mapName(filter), row, col });
  }

  /**
   * A cell's name as it is read aloud, with its number or what stands for it.
   *
   * @param {Cell} cell
   * @param {string} value
   */
  spoken({ filter, row, col }, value) {
    return say("cellName", { map: this.mapName(filter), row, col, value });
  }

  /** A cell on the way back. @param {Cell} cell */
  crumb({ layer, filter }) {
    return say("crumb", { layer, n: filter });
  }

  /** A cell as one of many inputs. @param {Cell} cell */
  inputName({ layer, filter, row, col }) {
    return say("inputName", { layer, n: filter, row, col });
  }
}

class PictureColumn extends Column {
  kind = "picture";
  width = "calc(224 * var(--u))";

  get heading() {
    return say("input");
  }

  get sizes() {
    return sizes(this.filters === 1 ? this.shape.slice(0, 2) : this.shape);
  }

  /** @returns {[string, string]} */
  which() {
    return [say("pixels", { n: this.count }), ""];
  }

  /** @param {number} filter */
  mapName(filter) {
    return this.filters === 1 ? say("input") : say("channelName", { layer: say("input"), n: filter });
  }

  label() {
    return say("input");
  }

  /** All channels are shown at once. @param {Cell} cell */
  shows({ layer }) {
    return layer === this.name;
  }

  /** @param {Cell} cell */
  title(cell) {
    return this.filters === 1 ? say("pixelTitle", cell) : super.title(cell);
  }

  /** @param {Cell} cell @param {string} value */
  spoken(cell, value) {
    return this.filters === 1 ? say("pixelName", { ...cell, value }) : super.spoken(cell, value);
  }

  /** @param {Cell} cell */
  inputName(cell) {
    return this.filters === 1 ? say("pixelAt", cell) : super.inputName(cell);
  }
}

/** A vector, folded into rows of `cols` numbers. */
class VectorColumn extends Column {
  kind = "vector";

  /** @param {string} name @param {Shape} shape @param {Layer} layer @param {number} [cols] */
  constructor(name, shape, layer, cols = Math.ceil(Math.sqrt(shape[2]))) {
    super(name, shape, layer);
    this.rows = Math.ceil(shape[2] / cols);
    this.cols = cols;
    this.filters = 1;
  }

  get count() {
    return this.shape[2];
  }

  /** @param {{filter: number}} cell */
  indexOf({ filter }) {
    return filter;
  }

  /** @param {number} index @returns {Cell} */
  cellAt(index) {
    return { layer: this.name, filter: Math.min(index, this.count - 1), row: 0, col: 0 };
  }

  /** @param {Cell} cell */
  shows({ layer }) {
    return layer === this.name;
  }

  /** @param {Box} _ @param {Cell} cell */
  placeOfBox(_, cell) {
    if (cell.layer !== this.name) return wholeBox([this.rows, this.cols]);
    const [row, col] = this.placeOf(cell);
    return boxOf({ row, col });
  }

  /** @param {Float32Array} data */
  values(data) {
    return data;
  }

  get sizes() {
    const { inShape } = /** @type {Layer} */ (this.layer);
    return `${sizes(inShape[0] * inShape[1] > 1 ? inShape : [inShape[2]])} → ${this.count}`;
  }

  /** @returns {[string, string]} */
  which() {
    return [say("unitsOf", { last: this.count - 1 }), ""];
  }

  /** @param {Column} before */
  feeds(before) {
    const { kind, inShape } = /** @type {Layer} */ (this.layer);
    if (!kind.channelwise) return say("feedsNumbers", { n: inShape[2] });
    return say(before instanceof VectorColumn ? "feedsEach" : "feedsOne");
  }

  /** @param {number} filter */
  mapName(filter) {
    return say("unitTitle", { layer: this.name, n: filter });
  }

  label() {
    return this.heading;
  }

  /** @param {Cell} cell */
  title({ filter }) {
    return this.mapName(filter);
  }

  /** @param {Cell} cell @param {string} value */
  spoken(cell, value) {
    return `${this.title(cell)}: ${value}`;
  }

  /** @param {Cell} cell */
  inputName({ filter }) {
    return say("unitName", { n: filter });
  }
}

class AnswerColumn extends VectorColumn {
  kind = "answer";
  width = "minmax(calc(var(--answer, 250) * var(--u)), 280fr)";

  get heading() {
    return say("answer");
  }

  get sizes() {
    return `${this.name}: ${super.sizes}`; // which the heading does not say
  }

  /** @returns {[string, string]} */
  which() {
    return ["", ""];
  }

  /** @param {Cell} cell */
  title({ filter }) {
    return say("answerTitle", { k: className(filter) });
  }

  /** @param {Cell} cell */
  crumb({ filter }) {
    return say("crumbAnswer", { k: className(filter) });
  }
}

/** The columns of a network. @param {Network} network @returns {Column[]} */
export function columnsOf({ layers, inputShape }) {
  const last = layers[layers.length - 1];
  const shown = layers.filter(({ kind }) => !kind.hidden).map((layer) => {
    if (!layer.vector) return new Column(layer.name, layer.outShape, layer);
    if (layer === last) return new AnswerColumn(layer.name, layer.outShape, layer, 1);
    return new VectorColumn(layer.name, layer.outShape, layer);
  });
  return [new PictureColumn(INPUT, inputShape, null), ...shown];
}
