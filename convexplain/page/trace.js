/**
 * One picture on its way through a network, forwards and backwards: all that is ever shown.
 *
 * @import { Box } from "./geometry.js"
 * @import { Kind, Layer, Place, Reach } from "./layers/layer.js"
 * @import { Network } from "./network.js"
 *
 * @typedef {{layer: string} & Place} Cell  of a layer's output; the picture is the layer "input"
 */

import { activate } from "./activations.js";
import { INPUT } from "./data.js";
import { around, boxOf } from "./geometry.js";
import { cellRead, layerNamed, shapeOf } from "./network.js";
import { largestOf } from "./numbers.js";

export class Trace {
  /**
   * Compute all layers.
   *
   * @param {Network} network
   * @param {Float32Array} pixels  the picture, flat, values 0 to 1; is kept, and must not change
   * @param {Map<string, Float32Array>} [replaced]  layers whose output is to be something else than
   *   what they compute, such as a copy with cells set to zero
   */
  constructor(network, pixels, replaced = new Map()) {
    this.network = network;
    this.pixels = pixels;
    /** @type {Map<string, number>} */
    this.limits = new Map();
    /** Which layers put out numbers below zero, as far as it was asked. @type {Map<string, boolean>} */
    this.signs = new Map();
    /** @type {Float32Array|null} */
    this.shares = null;
    /** What each layer puts out before its activation: z. @type {Map<string, Float32Array>} */
    this.befores = new Map();
    /** What each layer puts out after its activation. @type {Map<string, Float32Array>} */
    this.outputs = new Map([[INPUT, pixels]]);
    /** What layers read that have several inputs. @type {Map<string, Float32Array>} */
    this.joined = new Map();
    for (const layer of network.layers) {
      if (layer.inputs.length > 1) this.joined.set(layer.name, this.join(layer.inputs));
      const before = layer.kind.compute(layer, this.input(layer.name));
      this.befores.set(layer.name, before);
      this.outputs.set(layer.name, replaced.get(layer.name) ?? activate(layer.activation, before, layer.outShape[2]));
    }
  }

  /** The channels of several layers, one's behind the other's. @param {string[]} names */
  join(names) {
    const parts = names.map((name) => ({ values: this.output(name), channels: this.shape(name)[2] }));
    const depth = parts.reduce((sum, { channels }) => sum + channels, 0);
    const places = parts[0].values.length / parts[0].channels;
    const joined = new Float32Array(places * depth);
    let first = 0;
    for (const { values, channels } of parts) {
      for (let place = 0; place < places; place += 1) {
        joined.set(values.subarray(place * channels, (place + 1) * channels), place * depth + first);
      }
      first += channels;
    }
    return joined;
  }

  /** What a layer puts out, after its activation; "input" is the picture. @param {string} name */
  output(name) {
    return /** @type {Float32Array} */ (this.outputs.get(name));
  }

  /** What a layer puts out before its activation: z. @param {string} name */
  before(name) {
    return /** @type {Float32Array} */ (this.befores.get(name));
  }

  /** What a layer reads. @param {string} name */
  input(name) {
    return this.joined.get(name) ?? this.output(layerNamed(this.network, name).inputs[0]);
  }

  /** @param {string} name */
  shape(name) {
    return shapeOf(this.network, name);
  }

  /** One number of a layer's output. @param {Cell} cell */
  value(cell) {
    return this.output(cell.layer)[this.indexOf(cell)];
  }

  /** Where a cell stands in its layer's output. @param {Cell} cell */
  indexOf({ layer, row, col, filter }) {
    const [, width, channels] = this.shape(layer);
    return (row * width + col) * channels + filter;
  }

  get last() {
    return this.network.layers[this.network.layers.length - 1].name;
  }

  /** The last layer's numbers before its activation, one a class. */
  get logits() {
    return this.before(this.last);
  }

  /**
   * One number a class, adding up to 1: the softmax of the logits, whatever the last layer makes of
   * them; a single logit stands for the second of two classes.
   */
  get probabilities() {
    this.shares ??= this.computeShares();
    return this.shares;
  }

  computeShares() {
    const { logits } = this;
    if (logits.length === 1) {
      const [yes] = activate("sigmoid", logits, 1);
      return Float32Array.of(1 - yes, yes);
    }
    const { activation } = layerNamed(this.network, this.last);
    return activation === "softmax" ? this.output(this.last) : activate("softmax", logits, logits.length);
  }

  /** The class of the largest logit, the first one in a tie; of one logit, whether it is above 0. */
  get prediction() {
    const { logits } = this;
    if (logits.length === 1) return logits[0] > 0 ? 1 : 0;
    return logits.indexOf(logits.reduce((a, b) => Math.max(a, b)));
  }

  /**
   * The largest |x| of a layer's output. A layer that only hands on has the limit of the layer
   * before it; at the picture it is 1 at least.
   *
   * @param {string} name
   */
  limit(name) {
    const scaled = this.scaledAs(name);
    const limit = this.limits.get(scaled) ?? Math.max(largestOf(this.output(scaled)), scaled === INPUT ? 1 : 0);
    this.limits.set(scaled, limit);
    return limit;
  }

  /** Whether any number of a layer's output is below zero. @param {string} name */
  signed(name) {
    const signed = this.signs.get(name) ?? (this.maySign(name) && this.output(name).some((value) => value < 0));
    this.signs.set(name, signed);
    return signed;
  }

  /** Whether a layer could put out a number below zero, as ReLU and what hands its numbers on cannot. @param {string} name */
  maySign(name) {
    const home = this.scaledAs(name);
    return home !== INPUT && layerNamed(this.network, home).activation !== "relu";
  }

  /** The layer whose colour scale a layer has; "input" is the picture. @param {string} name */
  scaledAs(name) {
    let scaled = name;
    while (scaled !== INPUT) {
      const { kind, inputs } = layerNamed(this.network, scaled);
      if (kind.ownScale || inputs.length > 1) break;
      [scaled] = inputs;
    }
    return scaled;
  }

  /** How one cell is computed, in the form of its layer's kind. @param {Cell} cell @returns {any} */
  step(cell) {
    return this.ask("step", cell);
  }

  /** A cell as the sum that it is. @param {Cell} cell @returns {import("./layers/layer.js").Addends} */
  addends(cell) {
    return this.ask("addends", cell);
  }

  /**
   * Ask a cell's layer about it.
   *
   * @param {"step"|"addends"|"origin"|"channel"} what
   * @param {Cell} cell
   * @param {number|null} [wanted]
   */
  ask(what, cell, wanted = null) {
    const layer = layerNamed(this.network, cell.layer);
    const answer = layer.kind[what];
    if (!answer) throw new TypeError(`${cell.layer} (${layer.kind.name}) has no ${what}`);
    return answer(layer, this.input(cell.layer), cell, wanted);
  }

  /**
   * Where a cell's number was computed: back through layers that only hand on.
   *
   * @param {Cell} cell
   * @param {(kind: Kind) => boolean} [past]  which of those to go through; all by default
   * @returns {Cell}
   */
  source(cell, past = () => true) {
    let at = cell;
    while (at.layer !== INPUT) {
      const { kind } = layerNamed(this.network, at.layer);
      const origin = kind.origin && past(kind) ? this.ask("origin", at) : null;
      if (!origin) break;
      at = cellRead(this.network, at.layer, origin);
    }
    return at;
  }

  /**
   * The boxes that a cell depends on, by layer, and on the picture; they may reach into the padding.
   *
   * @param {Cell} cell
   * @returns {Map<string, Box>} the cell's own layer first, the picture last
   */
  receptiveField(cell) {
    /** @type {Map<string, Reach>} */
    const reaches = new Map([[cell.layer, { box: boxOf(cell), channel: cell.filter }]]);
    const { layers } = this.network;
    /** @type {Map<string, Box>} */
    const boxes = new Map();
    for (let i = layers.findIndex(({ name }) => name === cell.layer); i >= 0; i -= 1) {
      const reach = reaches.get(layers[i].name);
      if (!reach) continue; // of a branch that the cell does not depend on
      boxes.set(layers[i].name, reach.box);
      for (const [name, below] of this.reachesBelow(layers[i], reach)) {
        const known = reaches.get(name);
        reaches.set(name, known ? {
          box: around(known.box, below.box), channel: known.channel === below.channel ? below.channel : null,
        } : below);
      }
    }
    const picture = reaches.get(INPUT);
    return picture ? boxes.set(INPUT, picture.box) : boxes;
  }

  /**
   * What of each layer that a layer reads some of its output depends on.
   *
   * @param {Layer} layer
   * @param {Reach} reach
   * @returns {[string, Reach][]}
   */
  reachesBelow(layer, reach) {
    const below = layer.kind.below(layer, reach);
    if (layer.kind.sums || below.channel === null) return layer.inputs.map((name) => [name, below]);
    const { layer: name, filter } = cellRead(this.network, layer.name, { row: 0, col: 0, filter: below.channel });
    return [[name, { ...below, channel: filter }]];
  }
}
