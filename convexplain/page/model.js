/**
 * From the state to numbers: which picture, which weights, and the trace that they give.
 *
 * @import { Column } from "./columns.js"
 * @import { Box } from "./geometry.js"
 * @import { ConvLayer } from "./layers/conv2d.js"
 * @import { Place } from "./layers/layer.js"
 * @import { Network } from "./network.js"
 * @import { PictureState, State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { columnsOf } from "./columns.js";
import { bundledDigit, DATA, DEPTH, fromBase64, INPUT, PLAIN, pixelsOf, samplesOf, scaled } from "./data.js";
import { inBox, wholeBox } from "./geometry.js";
import { depthOf } from "./layers/conv2d.js";
import { tapPlace } from "./layers/layer.js";
import { cellRead, edited, layerNamed, readNetwork, unread } from "./network.js";
import { largestOf } from "./numbers.js";
import { erased, noisy, shifted } from "./picture.js";
import { FIRST_STATE, PICTURE_KEYS, sameCell } from "./state.js";
import { Trace } from "./trace.js";

/** The levels of a pixel of one's own: 4 bits as it is drawn, 8 in a photograph. */
export const LEVELS = DEPTH === 1 ? 15 : 255;

/** The network that is explained, the picture that it reads, and all that follows from both. */
export class Model {
  constructor() {
    const { networks: { cnn, dense }, opening: { picture, sample } } = DATA;
    /** The network as its file has it, and with the kernels that were changed. */
    this.trained = readNetwork(fromBase64(cnn));
    this.network = this.trained;
    /** A dense network beside it, which reads the same pictures. */
    this.beside = dense && dense !== cnn ? readNetwork(fromBase64(dense)) : null;
    if (String(this.beside?.inputShape) !== String(this.trained.inputShape)) this.beside = null;
    this.columns = columnsOf(this.trained);
    /** Rows and columns of each column that no later layer reads. */
    this.unread = unread(this.trained);
    /** The picture that the file opened with. */
    this.own = picture && { ...picture, pixels: pixelsOf(picture) };
    const first = sample ?? DATA.examples.opening;
    const { digit, index } = this.bundled(first);
    /** @type {PictureState} */
    const opening = { ...FIRST_STATE, digit: picture ? null : digit, sample: picture ? 0 : index };
    /** What the numbers are of. */
    this.read = opening;
    /** What the picture is known to be; null for one's own. @type {number|null} */
    this.label = null;
    /** The picture before it is moved or changed, and as the network reads it. @type {Float32Array} */
    this.source = new Float32Array();
    this.pixels = this.source;
    this.trace = this.compute(opening);
    /** Which numbers these are: another number whenever any of them changes. */
    this.version = 0;
    /** @type {Trace|null} */
    this.plain = null;
    /** @type {Trace|null} */
    this.second = null;
    /** Ends of colour scales: of single maps, and of layers with hidden cells. @type {Map<string, number>} */
    this.limits = new Map();
    /** Cells whose numbers are not to be seen: scales are made of the others. @type {Cell[]} */
    this.hidden = [];
    this.opening = { ...opening, maps: this.presets() };
  }

  /** How many numbers a picture has. */
  get pixelCount() {
    return this.trained.inputShape.reduce((a, b) => a * b);
  }

  /** Whether the network that is explained has a convolution, and so is a convnet. */
  get isConvnet() {
    return this.columns.some(({ layer }) => layer?.kind.convolves);
  }

  get prediction() {
    return this.trace.prediction;
  }

  /** How many bundled digits of a class there are. @param {number} digit */
  samplesOf(digit) {
    return samplesOf(digit).length;
  }

  /** A bundled digit's class, and which of that class it is. @param {number} sample */
  bundled(sample) {
    const digit = DATA.digits.labels[sample];
    return { digit, index: samplesOf(digit).indexOf(sample) };
  }

  /**
   * Compute what the state asks for, if it is something else than before; whether any number changed.
   *
   * @param {State} state
   */
  refresh(state) {
    if (PICTURE_KEYS.every((key) => this.read[key] === state[key]) && this.read.shift === state.shift) return false;
    this.trace = this.compute(state);
    this.plain = null;
    this.second = null;
    this.limits = new Map();
    this.version += 1;
    return true;
  }

  /** @param {PictureState} state */
  compute(state) {
    if (this.read.kernels !== state.kernels) this.network = this.edited(state.kernels);
    this.read = state;
    this.label = state.digit !== null ? DATA.digits.classes[samplesOf(state.digit)[state.sample]]
      : state.drawn ? null : this.own?.label ?? null;
    this.source = this.sourceOf(state);
    this.pixels = this.picture(state);
    return this.traceOf(this.network, state.zeroed);
  }

  /** The picture before it is moved or changed. @param {PictureState} state */
  sourceOf({ digit, sample, drawn }) {
    if (drawn) return Float32Array.from(drawn, (level) => level / LEVELS);
    if (digit !== null) return bundledDigit(samplesOf(digit)[sample]).pixels;
    return this.own?.pixels ?? new Float32Array(this.pixelCount);
  }

  /** The picture as the network reads it: moved, with noise, with patches of paper. @param {PictureState} state */
  picture({ shift, noise, erased: boxes }) {
    let pixels = this.source;
    if (shift[0] || shift[1]) pixels = shifted(pixels, shift[0], shift[1]);
    if (noise) pixels = noisy(pixels, noise);
    for (const [top, left, height, width] of boxes) {
      pixels = erased(pixels, { top, left, bottom: top + height, right: left + width });
    }
    return pixels;
  }

  /**
   * The trace of the picture with some cells set to zero, each after its layer is computed.
   *
   * @param {Network} network
   * @param {State["zeroed"]} zeroed
   * @param {Float32Array} [pixels]
   */
  traceOf(network, zeroed, pixels = this.pixels) {
    const replaced = new Map();
    const numbers = scaled(pixels);
    let trace = new Trace(network, numbers);
    for (const { name } of network.layers) {
      const cells = zeroed.filter((cell) => cell.layer === name);
      if (!cells.length) continue;
      const [, width, channels] = trace.shape(name);
      const copy = trace.output(name).slice();
      for (const { filter, row, col } of cells) copy[(row * width + col) * channels + filter] = 0;
      replaced.set(name, copy);
      trace = new Trace(network, numbers, replaced);
    }
    return trace;
  }

  /** What the network says of the whole digit with no cell set to zero. */
  get untouched() {
    this.plain ??= this.read.erased.length || this.read.zeroed.length
      ? new Trace(this.network, scaled(this.picture({ ...this.read, erased: [] }))) : this.trace;
    return this.plain;
  }

  /** The dense network's trace of the same picture; null where there is no such network. */
  get baseline() {
    if (this.beside) this.second ??= new Trace(this.beside, this.pixels);
    return this.second;
  }

  /** The trained network with other kernels. @param {State["kernels"]} kernels */
  edited(kernels) {
    let network = this.trained;
    for (const [key, weights] of Object.entries(kernels)) {
      const { layer, channel, filter } = kernelKey(key);
      network = edited(network, layer, filter, channel, weights);
    }
    return network;
  }

  /** A layer by its name; null is the picture. @param {string} name */
  layer(name) {
    return name === INPUT ? null : layerNamed(this.network, name);
  }

  /** A column by its name. @param {string} name @returns {Column} */
  column(name) {
    return /** @type {Column} */ (this.columns.find((column) => column.name === name));
  }

  get answer() {
    return this.columns.find((column) => column.kind === "answer") ?? null;
  }

  /** The columns that a layer reads, past layers that are not shown. @param {string} name @returns {Column[]} */
  columnsBefore(name) {
    return layerNamed(this.network, name).inputs.flatMap((input) => (
      this.layer(input)?.kind.hidden ? this.columnsBefore(input) : [this.column(input)]
    ));
  }

  /** The first column that reads a layer, past layers that are not shown. @param {string} name @returns {Column|null} */
  columnBehind(name) {
    const reader = this.network.layers.find(({ inputs }) => inputs.includes(name));
    if (!reader) return null;
    return reader.kind.hidden ? this.columnBehind(reader.name) : this.column(reader.name);
  }

  /**
   * The cell of a column that a cell's layer reads at some place, past layers that are not shown.
   *
   * @param {string} name
   * @param {Place} place  in what the layer reads
   * @returns {Cell}
   */
  cellBefore(name, { row, col, filter }) {
    return this.trace.source(cellRead(this.network, name, { row, col, filter }), ({ hidden }) => hidden);
  }

  /**
   * The column whose channel a channel of what a layer reads is, and that channel's number there.
   *
   * @param {string} name
   * @param {number} filter  the channel that is read
   */
  channelBefore(name, filter) {
    const read = this.cellBefore(name, { row: 0, col: 0, filter });
    return { before: this.column(read.layer), number: read.filter };
  }

  /**
   * The cells of a column that a window reads, tap by tap; null in the padding.
   *
   * @param {string} name  of the layer whose window it is
   * @param {Parameters<typeof tapPlace>[0] & {padding: boolean[]}} step
   * @param {number} filter  the channel that is read
   */
  cellsRead(name, step, filter) {
    return step.padding.map((_, tap) => {
      const place = tapPlace(step, tap);
      return place && this.cellBefore(name, { ...place, filter });
    });
  }

  /** The columns whose channels are the same, as those of a convolution and its pool. @param {string} name */
  family(name) {
    /** @type {Map<string, Set<string>>} */
    const families = new Map([[INPUT, new Set([INPUT])]]);
    for (const { name: own, kind, inputs } of this.network.layers) {
      const kin = kind.channelwise && (kind.sums || inputs.length === 1)
        ? inputs.flatMap((input) => [.../** @type {Set<string>} */ (families.get(input))]) : [];
      const family = new Set([...kin, own]);
      for (const member of family) families.set(member, family);
    }
    const found = /** @type {Set<string>} */ (families.get(name));
    return this.columns.map((column) => column.name).filter((column) => found.has(column));
  }

  /** How many channels a layer reads. @param {string} name */
  channelsInto(name) {
    return this.layer(name)?.inShape[2] ?? 0;
  }

  /** Whether there is a cell. @param {Cell} cell */
  hasCell(cell) {
    const column = this.columns.find(({ name }) => name === cell.layer);
    if (!column) return false;
    const [rows, cols, filters] = column.shape;
    return [[cell.row, rows], [cell.col, cols], [cell.filter, filters]]
      .every(([n, end]) => Number.isInteger(n) && n >= 0 && n < end);
  }

  /** Whether numbers are a patch of the picture. @param {number[]} patch */
  hasPatch([row, col, height, width, ...more]) {
    const [rows, cols] = this.trained.inputShape;
    return [row, col, height, width].every((n) => Number.isInteger(n) && n >= 0) && !more.length
      && height > 0 && width > 0 && row + height <= rows && col + width <= cols;
  }

  /**
   * Whether a key names a kernel that can be changed, and weights can be its.
   *
   * @param {string} key
   * @param {number[]} weights
   */
  hasKernel(key, weights) {
    const { layer: name, channel, filter } = kernelKey(key);
    const layer = /** @type {ConvLayer|undefined} */ (this.columns.find((column) => column.name === name)?.layer);
    if (!layer?.kind.editable) return false;
    return channel >= 0 && channel < depthOf(layer) && filter >= 0 && filter < layer.outShape[2]
      && weights.length === layer.window.count && weights.every((w) => Math.abs(w) <= 10);
  }

  /** The number of a cell after its activation. @param {Cell} cell */
  value(cell) {
    return this.trace.value(cell);
  }

  /** One map of a layer, flat; a vector as it is folded. @param {string} name @param {number} filter */
  map(name, filter) {
    return this.column(name).values(this.trace.output(name), filter);
  }

  /**
   * The value at the end of the colour scale that a map is shown with.
   *
   * @param {string} name
   * @param {number} filter
   * @param {State["scale"]} scale
   */
  limit(name, filter, scale) {
    const home = this.trace.scaledAs(name);
    const hidden = this.hidden.filter((cell) => cell.layer === home);
    if (scale !== "map" && !hidden.length) return this.trace.limit(name);
    const key = scale === "map" ? `${name}.${filter}` : home;
    const known = this.limits.get(key);
    if (known !== undefined) return known;
    const seen = this.trace.output(home).slice();
    for (const cell of hidden) seen[this.trace.indexOf(cell)] = 0;
    const limit = largestOf(scale !== "map" ? seen : this.column(home).values(seen, filter));
    this.limits.set(key, limit);
    return limit;
  }

  /**
   * The end of the scale of numbers in a panel; null where they are those of a gray picture.
   *
   * @param {string} name  of the layer whose numbers they are
   * @param {number} filter
   * @param {State} state
   */
  colours(name, filter, { scale }) {
    return name === INPUT && PLAIN ? null : this.limit(name, filter, scale);
  }

  /**
   * Hide a cell, and all that hand its number on or follow from it alone; null hides none.
   *
   * @param {Cell|null} cell
   */
  hide(cell) {
    if (sameCell(cell, this.hidden[0] ?? null)) return;
    this.limits = new Map();
    this.hidden = cell ? [cell] : [];
    if (!cell || cell.layer === INPUT) return;
    const family = this.family(cell.layer);
    for (const name of family.slice(family.indexOf(cell.layer) + 1)) {
      const column = this.column(name);
      for (let index = 0; index < column.count; index += 1) {
        const other = column.cellAt(index, cell.filter);
        const box = other.filter === cell.filter && this.field(other).get(cell.layer);
        if (box && inBox(box, cell.row, cell.col)) this.hidden.push(other);
      }
    }
  }

  /**
   * Which channel of its input a cell's panel shows: the chosen one, or the largest in size.
   *
   * @param {Cell} cell
   * @param {State} state
   * @returns {number|null} of the input; of a flattened map the number in the vector; null where
   *   there is no choice
   */
  chosenChannel(cell, state) {
    if (!this.layer(cell.layer)?.kind.channel) return null;
    return this.trace.ask("channel", cell, state.preview ? null : state.channel);
  }

  /**
   * Which map of each layer is shown: the chosen ones, and those that the explained cell needs.
   *
   * @param {State} state
   */
  shown(state) {
    /** @type {Record<string, number>} */
    const maps = { ...state.maps };
    const cell = state.preview ?? state.pinned;
    if (!cell || cell.layer === INPUT) return maps;
    for (const name of this.family(cell.layer)) maps[name] = cell.filter;
    const channel = this.chosenChannel(cell, state);
    if (channel === null) return maps;
    const { before, number } = this.channelBefore(cell.layer, channel);
    for (const name of this.family(before.name)) maps[name] = number;
    return maps;
  }

  /** Whether a cell depends on pixels that are all alike, as those of blank paper are. @param {Cell} cell */
  isBlank(cell) {
    const box = this.field(cell).get(INPUT) ?? wholeBox([0, 0]);
    const [rows, cols, channels] = this.trained.inputShape;
    let seen = NaN;
    for (let row = Math.max(0, box.top); row < Math.min(rows, box.bottom); row += 1) {
      const from = (row * cols + Math.max(0, box.left)) * channels;
      const end = (row * cols + Math.min(cols, box.right)) * channels;
      for (let at = from; at < end; at += 1) {
        if (seen !== this.pixels[at] && !Number.isNaN(seen)) return false;
        seen = this.pixels[at];
      }
    }
    return true;
  }

  /**
   * The boxes of all columns that a cell depends on, itself included, by column.
   *
   * @param {Cell} cell
   * @returns {Map<string, Box>}
   */
  field(cell) {
    return this.trace.receptiveField(cell);
  }

  /**
   * The cell of the largest number in a column's map.
   *
   * @param {Column} column
   * @param {number} filter
   */
  strongest(column, filter) {
    const values = this.map(column.name, filter);
    return column.cellAt(values.indexOf(values.reduce((a, b) => Math.max(a, b))), filter);
  }

  /** The cell to look at first: the strongest one of the first layer's map that is shown at first. */
  suggested() {
    const [, first] = this.columns;
    return this.strongest(first, this.opening.maps[first.name] ?? 0);
  }

  /** Whether a window slides over the picture for the first layer. */
  suggestedSlides() {
    return Boolean(this.columns[1].layer?.window) && this.columns[1].count > 1;
  }

  /** The strongest cell of the last convolution; null where there is none but the first layer. */
  deepest() {
    const last = this.columns.filter(({ layer }) => layer?.kind.convolves).at(-1);
    if (!last || last === this.columns[1]) return null;
    return this.strongest(last, this.opening.maps[last.name] ?? 0);
  }

  /**
   * The shift at which only the explained network keeps its answer, right and down; null where none
   * is known, as of a picture that was drawn.
   */
  telling() {
    const { digit, sample, drawn } = this.read;
    if (!this.beside || drawn) return null;
    return digit === null ? DATA.opening.shift : DATA.examples.telling[samplesOf(digit)[sample]];
  }

  /** The maps shown at first: in each layer the one with the largest spread, no number twice. */
  presets() {
    /** @type {Record<string, number>} */
    const maps = {};
    const taken = new Set();
    for (const { name, kind } of this.columns) {
      if (kind !== "map") continue;
      const family = this.family(name);
      if (family[0] in maps) {
        maps[name] = maps[family[0]];
        continue;
      }
      const spreads = Array.from({ length: this.column(name).filters }, (_, filter) => spread(this.map(name, filter)));
      const order = [...spreads.keys()].sort((a, b) => spreads[b] - spreads[a]);
      maps[name] = order.find((filter) => !taken.has(filter)) ?? order[0];
      taken.add(maps[name]);
    }
    return maps;
  }
}

/** "conv1.0.28": the kernel of conv1's filter 28 for the channel 0 of those that it reads. @param {string} key */
function kernelKey(key) {
  const at = /^(.+)\.(\d+)\.(\d+)$/.exec(key);
  return at ? { layer: at[1], channel: Number(at[2]), filter: Number(at[3]) } : { layer: "", channel: -1, filter: -1 };
}

/** Pixels 0 to 1 as 4-bit levels. @param {Float32Array} pixels */
export function quantised(pixels) {
  return Uint8Array.from(pixels, (value) => Math.round(value * LEVELS));
}

/** How far values lie from their mean: the variance. @param {Float32Array} values */
function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
