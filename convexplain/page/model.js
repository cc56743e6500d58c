// From the state to numbers: which picture, which weights, and the trace that they give.

import { bundledDigit, DATA, fractions, fromBase64, samplesOf } from "./data.js";
import { unseen } from "./geometry.js";
import { depthOf, firstChannel, layerBefore, layerNamed, readNetwork, withKernel } from "./network.js";
import { erased, noisy, shifted } from "./picture.js";
import { INPUT, largestOf, Trace } from "./trace.js";

/** The levels of a pixel that was drawn: 4 bits. */
export const LEVELS = 15;

/**
 * @typedef {object} Column
 * @property {string} name  the layer's, or "input"
 * @property {"picture"|"map"|"vector"|"answer"} kind
 * @property {number} rows  as the column shows them; a vector is folded
 * @property {number} cols
 * @property {number} filters  how many maps; 1 for a vector
 * @property {object|null} layer
 */

/** The network that is explained, the picture that it reads, and all that follows from both. */
export class Model {
  constructor() {
    this.trained = readNetwork(fromBase64(DATA.networks.cnn));
    this.network = this.trained;
    this.beside = DATA.networks.dense ? readNetwork(fromBase64(DATA.networks.dense)) : null;
    if (String(this.beside?.inputShape) !== String(this.trained.inputShape)) this.beside = null;
    if (DATA.networks.dense === DATA.networks.cnn) this.beside = null;
    this.columns = columnsOf(this.trained);
    this.read = null;
    const { picture, sample } = DATA.opening;
    const label = picture ? null : DATA.digits.labels[sample ?? samplesOf(5)[0]];
    this.own = picture ? { ...picture, pixels: fractions(fromBase64(picture.pixels)) } : null;
    const first = {
      digit: label,
      sample: picture ? 0 : Math.max(0, samplesOf(label).indexOf(sample)),
      drawn: null,
      shift: [0, 0], noise: 0, erased: [], zeroed: [], kernels: {},
    };
    this.refresh(first);
    this.opening = { ...first, maps: this.presets() };
  }

  get pixelCount() {
    const [height, width] = this.trained.inputShape;
    return height * width;
  }

  /** Whether the network that is explained has a convolution, and so is a CNN. */
  get isConvnet() {
    return this.columns.some(({ layer }) => layer?.kind === "Conv2D");
  }

  get prediction() {
    return this.trace.prediction;
  }

  /** How many bundled digits of a class there are. */
  samplesOf(digit) {
    return samplesOf(digit).length;
  }

  /** A bundled digit's class, and which of that class it is. */
  bundled(sample) {
    const digit = DATA.digits.labels[sample];
    return { digit, index: samplesOf(digit).indexOf(sample) };
  }

  /**
   * Compute what the state asks for, if it is something else than before.
   *
   * @returns {boolean} whether any number changed
   */
  refresh(state) {
    const same = this.read && ["digit", "sample", "drawn", "shift", "noise", "erased", "zeroed", "kernels"]
      .every((key) => this.read[key] === state[key]);
    if (same) return false;
    if (this.read?.kernels !== state.kernels) this.network = this.edited(state.kernels);
    this.read = state;
    // What the picture is known to be; null for one's own.
    this.label = state.digit ?? (state.drawn ? null : this.own.label);
    this.source = this.sourceOf(state);
    this.pixels = this.picture(state);
    this.trace = this.traceOf(this.network, state.zeroed);
    this.plain = null;
    this.second = null;
    this.limits = new Map();
    return true;
  }

  /** The picture before it is moved or changed. */
  sourceOf({ digit, sample, drawn }) {
    if (drawn) return Float32Array.from(drawn, (level) => level / LEVELS);
    if (digit === null) return this.own.pixels;
    return bundledDigit(samplesOf(digit)[sample]).pixels;
  }

  /** The picture as the network reads it: moved, with noise, with patches of paper. */
  picture({ shift, noise, erased: boxes }) {
    let pixels = this.source;
    if (shift[0] || shift[1]) pixels = shifted(pixels, shift[0], shift[1]);
    if (noise) pixels = noisy(pixels, noise);
    for (const [top, left, height, width] of boxes) {
      pixels = erased(pixels, { top, left, bottom: top + height, right: left + width });
    }
    return pixels;
  }

  /** The trace of the picture with some cells set to zero, each after its layer is computed. */
  traceOf(network, zeroed, pixels = this.pixels) {
    const replaced = new Map();
    let trace = new Trace(network, pixels);
    for (const { name } of network.layers) {
      const cells = zeroed.filter((cell) => cell.layer === name);
      if (!cells.length) continue;
      const { data, shape } = trace.output(name);
      const copy = data.slice();
      for (const { filter, row, col } of cells) copy[(row * shape[1] + col) * shape[2] + filter] = 0;
      replaced.set(name, copy);
      trace = new Trace(network, pixels, replaced);
    }
    return trace;
  }

  /** What the network says of the whole digit with no cell set to zero. */
  get untouched() {
    this.plain ??= this.read.erased.length || this.read.zeroed.length
      ? new Trace(this.network, this.picture({ ...this.read, erased: [] })) : this.trace;
    return this.plain;
  }

  /** The dense network's trace of the same picture; null where there is no such network. */
  get baseline() {
    if (this.beside) this.second ??= new Trace(this.beside, this.pixels);
    return this.second;
  }

  edited(kernels) {
    let network = this.trained;
    for (const [key, weights] of Object.entries(kernels)) {
      const { layer, channel, filter } = kernelKey(key);
      network = withKernel(network, layer, filter, channel, weights);
    }
    return network;
  }

  /** A layer by its name; null is the picture. */
  layer(name) {
    return name === INPUT ? null : layerNamed(this.network, name);
  }

  column(name) {
    return this.columns.find((column) => column.name === name);
  }

  get answer() {
    return this.columns.find((column) => column.kind === "answer") ?? null;
  }

  /** The column that a layer reads: flatten only writes a map as a vector, so it has none. */
  columnBefore(name) {
    let before = layerBefore(this.network, name);
    while (before && before.kind === "Flatten") before = layerBefore(this.network, before.name);
    return this.column(before?.name ?? INPUT);
  }

  /** The layers whose channels are the same: a convolution and the pools right after it. */
  family(name) {
    const families = [];
    for (const column of this.columns) {
      if (column.layer?.kind.endsWith("Pooling2D")) families.at(-1).push(column.name);
      else families.push([column.name]);
    }
    return families.find((names) => names.includes(name)) ?? [name];
  }

  channelsInto(name) {
    return this.layer(name)?.inShape[2] ?? 0;
  }

  hasCell(cell) {
    const column = cell && this.columns.find(({ name }) => name === cell.layer);
    if (!column) return false;
    const [rows, cols, filters] = column.shape;
    return [[cell.row, rows], [cell.col, cols], [cell.filter, filters]]
      .every(([n, end]) => Number.isInteger(n) && n >= 0 && n < end);
  }

  hasBox(box) {
    const [height, width] = this.trained.inputShape;
    if (box.length !== 4 || !box.every((n) => Number.isInteger(n) && n >= 0)) return false;
    return box[2] > 0 && box[3] > 0 && box[0] + box[2] <= height && box[1] + box[3] <= width;
  }

  hasKernel(key, weights) {
    const { layer: name, channel, filter } = kernelKey(key ?? "");
    const layer = this.columns.find((column) => column.name === name)?.layer;
    if (layer?.kind !== "Conv2D") return false;
    const taps = layer.window.kernelSize[0] * layer.window.kernelSize[1];
    return channel >= 0 && channel < depthOf(layer) && filter >= 0 && filter < layer.outShape[2]
      && weights.length === taps && weights.every((w) => Math.abs(w) <= 10);
  }

  /** The number of a cell after its activation. */
  value({ layer, filter, row, col }) {
    return this.trace.value(layer, row, col, filter);
  }

  /** One map of a layer, flat; a vector as it is folded. */
  map(name, filter) {
    const { data, shape } = this.trace.output(name);
    const column = this.column(name);
    if (column.kind === "vector") return data;
    return Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => data[i * shape[2] + filter]);
  }

  /** The value at the end of the colour scale that a map is shown with. */
  limit(name, filter, scale) {
    if (name === INPUT) return 1;
    if (scale !== "map") return this.trace.limit(name);
    const key = `${name}.${filter}`;
    if (!this.limits.has(key)) {
      const [first] = this.family(name);
      const base = first === INPUT ? name : first;
      this.limits.set(key, largestOf(this.map(base, filter)));
    }
    return this.limits.get(key);
  }

  /** Whether a layer's numbers fall below zero, so that its scale has both halves. */
  signed(name) {
    return this.trace.output(name).data.some((value) => value < 0);
  }

  /** Rows and columns of a layer that no later layer reads: {rows, cols}. */
  unread(name) {
    if (name === INPUT) {
      const windows = this.network.layers.flatMap((layer) => layer.window ?? []);
      return unseen(windows, this.network.inputShape);
    }
    const at = this.network.layers.findIndex((layer) => layer.name === name);
    const windows = this.network.layers.slice(at + 1).flatMap((layer) => layer.window ?? []);
    return windows.length ? unseen(windows, this.layer(name).outShape) : { rows: [], cols: [] };
  }

  /**
   * Which channel of its input a cell's panel shows: the chosen one, or the largest in size.
   *
   * @returns {number|null} of the input; of a flattened map the number in the vector; null for a
   *   pixel and a pool, which reads the one channel that it writes
   */
  chosenChannel(cell, state) {
    const layer = this.layer(cell.layer);
    if (!layer || layer.window && layer.kind !== "Conv2D") return null;
    const chosen = state.preview ? null : state.channel;
    if (layer.kind === "Dense") {
      if (chosen !== null && chosen < layer.inShape[2]) return chosen;
      return largestAt(this.trace.contributions(cell.layer, cell.filter, 0, 0).products);
    }
    const first = firstChannel(layer, cell.filter);
    if (chosen !== null && chosen >= first && chosen < first + depthOf(layer)) return chosen;
    return first + largestAt(this.trace.step(cell.layer, cell.filter, cell.row, cell.col).channelSums);
  }

  /** Which map of each layer is shown: the chosen ones, and those that the explained cell needs. */
  shown(state) {
    const maps = { ...state.maps };
    const cell = state.preview ?? state.pinned;
    if (!cell || cell.layer === INPUT) return maps;
    for (const name of this.family(cell.layer)) maps[name] = cell.filter;
    const channel = this.chosenChannel(cell, state);
    if (channel === null) return maps;
    const before = this.columnBefore(cell.layer);
    if (before.kind === "vector") return maps;
    for (const name of this.family(before.name)) maps[name] = channel % before.shape[2];
    return maps;
  }

  /** The boxes of all columns that a cell depends on, itself included, by column. */
  field(cell) {
    if (cell.layer === INPUT) return new Map([[INPUT, boxOf(cell)]]);
    const { input, layers } = this.trace.receptiveField(cell.layer, cell.row, cell.col, cell.filter);
    return new Map([[INPUT, input], ...[...layers].filter(([name]) => this.column(name))]);
  }

  /** The maps shown at first: in each layer the one with the largest spread, no number twice. */
  presets() {
    const maps = {};
    const taken = new Set();
    for (const { name, kind } of this.columns) {
      if (kind !== "map") continue;
      const family = this.family(name);
      if (family[0] in maps) {
        maps[name] = maps[family[0]];
        continue;
      }
      const [, , filters] = this.trace.output(name).shape;
      const spreads = Array.from({ length: filters }, (_, filter) => spread(this.map(name, filter)));
      const order = [...spreads.keys()].sort((a, b) => spreads[b] - spreads[a]);
      maps[name] = order.find((filter) => !taken.has(filter)) ?? order[0];
      taken.add(maps[name]);
    }
    return maps;
  }
}

/** "conv1.0.28": the kernel of conv1's filter 28 for the channel 0 of those that it reads. */
export function kernelKey(key) {
  const at = /^(.+)\.(\d+)\.(\d+)$/.exec(key);
  return at ? { layer: at[1], channel: Number(at[2]), filter: Number(at[3]) } : { layer: "", channel: -1, filter: -1 };
}

/** The key of the kernel with which a cell's layer reads an input channel. */
export function keyOfKernel(layer, filter, channel) {
  return `${layer.name}.${channel - firstChannel(layer, filter)}.${filter}`;
}

/** Pixels 0 to 1 as 4-bit levels. */
export function quantised(pixels) {
  return Uint8Array.from(pixels, (value) => Math.round(value * LEVELS));
}

/** A cell as a box of one. */
export function boxOf({ row, col }) {
  return { top: row, left: col, bottom: row + 1, right: col + 1 };
}

/** Where the number of the largest size stands, the first one in a tie. */
export function largestAt(values) {
  let best = 0;
  values.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(values[best])) best = i;
  });
  return best;
}

function columnsOf(network) {
  const [height, width, depth] = network.inputShape;
  const columns = [{
    name: INPUT, kind: "picture", rows: height, cols: width, filters: depth, shape: network.inputShape, layer: null,
  }];
  network.layers.forEach((layer, i) => {
    if (layer.kind === "Flatten") return;
    const [rows, cols, filters] = layer.outShape;
    const common = { name: layer.name, layer, shape: layer.outShape };
    if (!layer.vector) columns.push({ ...common, kind: "map", rows, cols, filters });
    else if (i === network.layers.length - 1) columns.push({ ...common, kind: "answer", rows: filters, cols: 1, filters: 1 });
    else {
      const across = Math.ceil(Math.sqrt(filters));
      columns.push({ ...common, kind: "vector", rows: Math.ceil(filters / across), cols: across, filters: 1 });
    }
  });
  return columns;
}

function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}
