/**
 * All that the page shows follows from one state; only the actions here change it.
 *
 * @import { Language, ThemeName } from "./data.js"
 * @import { Model } from "./model.js"
 * @import { Hideable } from "./panel.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {[number, number, number, number]} Patch  row, column, height, width
 * @typedef {"explore"|"predict"|"compare"|"erase"|"windows"} ModeName
 *
 * @typedef {object} Play  a window to play with
 * @property {"conv"|"transposed"|"max"|"average"} op
 * @property {number} size  of the window
 * @property {number} stride
 * @property {"valid"|"same"|number} padding
 * @property {number} dilation
 * @property {number|null} row  of the picture, alone; null: the whole picture
 * @property {number[]|null} kernel  weights; null: those that the size begins with
 * @property {[number, number]} at  the output cell that is looked at; of a transposed convolution the
 *   input cell
 * @typedef {"push"|"replace"|"none"} History  what becomes of the address
 *
 * @typedef {object} PictureState  which picture the network reads, and with which weights
 * @property {number|null} digit  the class chosen; null for a picture of one's own: drawn, or what
 *   the file opened with
 * @property {number} sample  which bundled digit of that class
 * @property {ArrayLike<number>|null} drawn  0 to 15 a pixel, row by row, where the picture is one's own
 * @property {readonly [number, number]} shift  pixels to the right, downwards
 * @property {number} noise  strength, 0 to 1
 * @property {readonly Patch[]} erased  set to paper
 * @property {readonly Cell[]} zeroed  cells set to 0
 * @property {Readonly<Record<string, number[]>>} kernels  "layer.channel.filter": weights in place of
 *   the trained ones
 *
 * @typedef {object} ViewState
 * @property {Readonly<Record<string, number>>} maps  layer: filter that is shown
 * @property {"layer"|"map"} scale  one colour scale a layer, or a map
 * @property {Cell|null} pinned  the cell that the panel explains
 * @property {Cell|null} preview  the cell pointed at, which stands before the pinned one
 * @property {number|null} channel  the input channel whose products are shown; null is the largest
 * @property {readonly (Cell & {channel?: number|null})[]} trail  the cells from which one walked back,
 *   the first one first
 * @property {boolean} every  the panel lists all contributions
 * @property {number|null} editing  the kernel's weight that is typed: its place in the kernel
 * @property {ModeName} mode
 * @property {boolean} playing
 * @property {boolean} sweeping  since playing began: cells that the window has not reached are not
 *   shown yet
 * @property {number} speed  cells a second
 * @property {"draw"|"rubber"|null} tool  while the input is drawn on
 * @property {number} patch  how many pixels a side take-away mode erases
 * @property {Readonly<Play>} play  the window of the playground
 * @property {number} axis  along which compare mode shifts: 0 sideways, 1 up and down
 * @property {Hideable} hidden  what predict mode hides
 * @property {number|null} choice  the class's guess: 0, 1, 2
 * @property {boolean} revealed
 * @property {Language} lang
 * @property {ThemeName} theme
 * @property {boolean} letters  single letters are shortcuts
 * @property {boolean} help
 * @property {number|null} tour  which step of the tour is shown
 * @property {readonly string[]} unknown  keys of the address that are not ours, kept
 *
 * @typedef {Readonly<PictureState & ViewState>} State
 */

import { clamp } from "./numbers.js";

/** What of the state says which numbers the networks compute, but for the shift. @type {(keyof PictureState)[]} */
export const PICTURE_KEYS = ["digit", "sample", "drawn", "noise", "erased", "zeroed", "kernels"];
/** How far a picture can be moved. */
export const FAR = 6;
/** What the playground's window can do. @type {Play["op"][]} */
export const OPERATIONS = ["conv", "transposed", "max", "average"];
/** How many patches or cells can be taken away. */
export const MOST_TAKEN = 64;

/** What the page opens with, before the file's own opening and the address say otherwise. @type {State} */
export const FIRST_STATE = {
  digit: 5,
  sample: 0,
  drawn: null,
  shift: [0, 0],
  noise: 0,
  erased: [],
  zeroed: [],
  kernels: {},
  maps: {},
  scale: "layer",
  pinned: null,
  preview: null,
  channel: null,
  trail: [],
  every: false,
  editing: null,
  mode: "explore",
  playing: false,
  sweeping: false,
  speed: 4,
  tool: null,
  patch: 5,
  play: { op: "conv", size: 3, stride: 1, padding: "valid", dilation: 1, row: null, kernel: null, at: [9, 12] },
  axis: 0,
  hidden: "output",
  choice: null,
  revealed: false,
  lang: "en",
  theme: "light",
  letters: true,
  help: false,
  tour: null,
  unknown: [],
};

/** Whether two cells, or none, are the same. @param {Cell|null|undefined} a @param {Cell|null|undefined} b */
export function sameCell(a, b) {
  if (!a || !b) return a === b;
  return a.layer === b.layer && a.filter === b.filter && a.row === b.row && a.col === b.col;
}

/** The cell that the panel explains now: the one pointed at, or the pinned one. @param {State} state */
export function focusCell(state) {
  return state.preview ?? state.pinned;
}

/** The state, who follows it, and one loop: however many changes, one rendering a frame. */
export class Store {
  /** @param {Partial<State>} state */
  constructor(state) {
    /** @type {State} */
    this.state = Object.freeze({ ...FIRST_STATE, ...state });
    /** @type {((state: State, history: History) => void)[]} */
    this.followers = [];
    /** @type {History} */
    this.history = "none";
    this.frame = 0;
  }

  /**
   * Call `follower(state, history)` in the frame after a change.
   *
   * @param {(state: State, history: History) => void} follower
   */
  follow(follower) {
    this.followers.push(follower);
  }

  /**
   * Change the state.
   *
   * @param {Partial<State>} changes
   * @param {History} history
   */
  change(changes, history = "replace") {
    this.state = Object.freeze({ ...this.state, ...changes });
    const rank = { none: 0, replace: 1, push: 2 };
    if (rank[history] > rank[this.history]) this.history = history;
    if (!this.frame) this.frame = requestAnimationFrame(() => this.render());
  }

  /** Render at once, where someone waits for it. */
  render() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const { history } = this;
    this.history = "none";
    for (const follower of this.followers) follower(this.state, history);
  }
}

// What another cell, digit or mode always ends.
const CALM = { playing: false, sweeping: false, preview: null, editing: null };
const UNTOLD = { choice: null, revealed: false };

/** Everything that can be done, each in one place. */
export class Actions {
  /** @param {Store} store @param {Model} model */
  constructor(store, model) {
    this.store = store;
    this.model = model;
  }

  get state() {
    return this.store.state;
  }

  /** @param {number} digit */
  chooseDigit(digit, sample = 0) {
    this.store.change({
      ...CALM, ...UNTOLD, digit, sample, drawn: null, erased: [], noise: 0, tool: null,
    });
  }

  /** The next bundled digit of the class. */
  another() {
    const { digit, sample } = this.state;
    const chosen = digit ?? this.model.prediction;
    const count = this.model.samplesOf(chosen);
    this.chooseDigit(chosen, digit === null ? 0 : (sample + 1) % count);
  }

  /** Show a picture of one's own: 0 to 15 a pixel. @param {Uint8Array} drawn */
  setDrawn(drawn) {
    this.store.change({ ...CALM, ...UNTOLD, digit: null, drawn, shift: [0, 0], erased: [], noise: 0 });
  }

  /** @param {State["tool"]} tool */
  setTool(tool) {
    this.store.change({ ...CALM, tool }, "none");
  }

  /** @param {number} right @param {number} down */
  shiftBy(right, down) {
    const [x, y] = this.state.shift;
    this.shiftTo(x + right, y + down);
  }

  /** @param {number} right @param {number} down */
  shiftTo(right, down) {
    this.store.change({ ...UNTOLD, playing: false, shift: [clamp(right, -FAR, FAR), clamp(down, -FAR, FAR)] });
  }

  /** @param {number} noise */
  setNoise(noise) {
    this.store.change({ ...UNTOLD, playing: false, noise });
  }

  /** @param {Patch} patch */
  erase(patch) {
    const rest = this.state.erased.filter((other) => String(other) !== String(patch));
    this.store.change({ ...UNTOLD, playing: false, erased: [...rest, patch].slice(-MOST_TAKEN) });
  }

  /** Set a cell to zero, or give it back its value. @param {Cell} cell */
  toggleZero(cell) {
    const { zeroed } = this.state;
    const rest = zeroed.filter((other) => !sameCell(other, cell));
    const next = rest.length < zeroed.length ? rest : [...rest, cell].slice(-MOST_TAKEN);
    this.store.change({ ...UNTOLD, playing: false, zeroed: next });
  }

  giveBack() {
    this.store.change({ ...UNTOLD, erased: [], zeroed: [] });
  }

  /** The trained weights, and nothing taken away. */
  reset() {
    this.store.change({ ...UNTOLD, playing: false, editing: null, erased: [], zeroed: [], kernels: {} });
  }

  /** @param {string} key @param {number[]|null} weights  null: those that were trained */
  setKernel(key, weights) {
    const kernels = { ...this.state.kernels };
    if (weights) kernels[key] = weights;
    else delete kernels[key];
    this.store.change({ ...UNTOLD, playing: false, kernels });
  }

  /** @param {number|null} editing */
  edit(editing) {
    this.store.change({ editing, playing: false }, "none");
  }

  /** One colour scale a layer, or one a map. @param {State["scale"]} [scale]  the other one by default */
  setScale(scale = this.state.scale === "map" ? "layer" : "map") {
    this.store.change({ scale });
  }

  /**
   * Show a map of a layer, and the same channel in its pool or convolution.
   *
   * @param {string} layer
   * @param {number} filter
   */
  showMap(layer, filter) {
    const { pinned } = this.state;
    const moved = pinned !== null && this.model.family(layer).includes(pinned.layer);
    this.store.change({
      ...CALM, ...UNTOLD, maps: this.mapsWith({ layer, filter }), channel: moved ? null : this.state.channel,
      pinned: moved ? { ...pinned, filter } : pinned,
    });
  }

  /** @param {Cell|null} cell */
  point(cell) {
    const { pinned, preview, playing } = this.state;
    const next = sameCell(cell, pinned) ? null : cell;
    if (!playing && !sameCell(next, preview)) this.store.change({ preview: next }, "none");
  }

  /** Keep a cell: the panel stays, a new trail begins. @param {Cell} cell */
  pin(cell) {
    this.explain(cell, []);
  }

  /**
   * Explain a cell.
   *
   * @param {Cell} cell
   * @param {State["trail"]} trail
   * @param {number|null} [channel]
   */
  explain(cell, trail, channel = null) {
    this.store.change({
      ...CALM, ...UNTOLD, pinned: cell, channel, trail, every: false, maps: this.mapsWith(cell),
    }, "push");
  }

  /** Move the kept cell within its map. @param {number} row @param {number} col */
  move(row, col, playing = false) {
    const { pinned } = this.state;
    if (!pinned) return;
    this.store.change({ ...UNTOLD, preview: null, pinned: { ...pinned, row, col }, playing });
  }

  /** Go to a cell that the pinned one was made of. @param {Cell} cell */
  walkBack(cell) {
    const { pinned, trail, channel } = this.state;
    this.explain(cell, pinned ? [...trail, { ...pinned, channel }] : []);
  }

  /** Go back along the trail to one of its cells, by default the last. */
  unwind(index = this.state.trail.length - 1) {
    const { trail } = this.state;
    if (!trail[index]) return;
    const { channel, ...cell } = trail[index];
    this.explain(cell, trail.slice(0, index), channel ?? null);
  }

  /** @param {number} channel */
  chooseChannel(channel) {
    this.store.change({ channel }, "replace");
  }

  /** @param {boolean} every */
  setEvery(every) {
    this.store.change({ every }, "none");
  }

  /** Back to all maps. */
  overview() {
    this.store.change({
      ...CALM, ...UNTOLD, pinned: null, channel: null, trail: [], every: false, mode: "explore",
    }, "push");
  }

  /** @param {ModeName} mode */
  setMode(mode) {
    this.store.change({ ...CALM, ...UNTOLD, mode, tool: null }, "push");
  }

  /** @param {Hideable} hidden */
  hide(hidden) {
    this.store.change({ ...UNTOLD, hidden });
  }

  /** @param {number} choice */
  guess(choice) {
    if (!this.state.revealed) this.store.change({ choice }, "none");
  }

  reveal() {
    this.store.change({ revealed: true }, "none");
  }

  /** In predict mode, the next question: the cell stays, the number is hidden again. */
  ask() {
    this.store.change(UNTOLD, "none");
  }

  /** @param {number} patch */
  setPatch(patch) {
    this.store.change({ patch }, "none");
  }

  /** Change the playground's window. @param {Partial<Play>} changes */
  play(changes) {
    // Other sizes have other weights.
    const kernel = "size" in changes ? { kernel: null } : {};
    this.store.change({ play: { ...this.state.play, ...kernel, ...changes } });
  }

  /** @param {number} axis */
  setAxis(axis) {
    this.store.change({ axis });
  }

  /** Shift along the axis that is compared. @param {number} by */
  shiftAlong(by) {
    const { axis, shift: [right, down] } = this.state;
    this.shiftTo(axis === 0 ? by : right, axis === 1 ? by : down);
  }

  /** A bundled digit by its number, moved. @param {number} sample @param {[number, number]} shift */
  chooseShifted(sample, shift) {
    const { digit, index } = this.model.bundled(sample);
    this.chooseDigit(digit, index);
    this.store.change({ axis: shift[1] ? 1 : 0 });
    this.shiftTo(...shift);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.store.change({ speed }, "none");
  }

  pause() {
    if (this.state.playing) this.store.change({ playing: false });
  }

  switchLanguage() {
    this.store.change({ lang: this.state.lang === "zh" ? "en" : "zh" });
  }

  /** @param {ThemeName} [theme]  the other one by default */
  setTheme(theme = this.state.theme === "dark" ? "light" : "dark") {
    this.store.change({ theme });
  }

  /** @param {boolean} help */
  setHelp(help) {
    this.store.change({ help, playing: false }, "none");
  }

  /** @param {number|null} tour */
  setTour(tour) {
    this.store.change({ tour, help: false }, "none");
  }

  /** All as at first, but for language and theme. @param {State} opening */
  showOpening({ digit, sample, maps }) {
    const { lang, theme, letters, speed, tour } = this.state;
    this.store.change({ ...FIRST_STATE, digit, sample, maps, lang, theme, letters, speed, tour });
  }

  /** Compare both networks along the axis of a shift, and shift. @param {readonly [number, number]} shift */
  compareShifted([right, down], by = 1) {
    this.setMode("compare");
    this.store.change({ axis: down ? 1 : 0 });
    this.shiftTo(by * right, by * down);
  }

  /** @param {boolean} letters */
  setLetters(letters) {
    this.store.change({ letters }, "none");
  }

  /**
   * The maps that are shown, with one of a layer and of all that have the same channels.
   *
   * @param {{layer: string, filter: number}} cell
   */
  mapsWith({ layer, filter }) {
    const maps = { ...this.state.maps };
    for (const name of this.model.family(layer)) maps[name] = filter;
    return maps;
  }
}
