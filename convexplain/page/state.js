// All that the page shows follows from one state; only the actions here change it.
//
// A cell is {layer, filter, row, col}, counted from 0; the picture's layer is "input", a dense
// layer's unit is its filter at row 0 and column 0.

/** What the page opens with, before the file's own opening and the address say otherwise. */
export const FIRST_STATE = Object.freeze({
  digit: 5, // the class chosen; null for a picture of one's own: drawn, or what the file opened with
  sample: 0, // which bundled digit of that class
  drawn: null, // 0 to 15 a pixel, row by row, where the picture is one's own
  shift: Object.freeze([0, 0]), // pixels to the right, downwards
  noise: 0, // strength, 0 to 1
  erased: Object.freeze([]), // [row, col, height, width], set to paper
  zeroed: Object.freeze([]), // cells set to 0
  kernels: Object.freeze({}), // "layer.channel.filter" -> weights in place of the trained ones
  maps: Object.freeze({}), // layer -> filter that is shown
  scale: "layer", // one colour scale a "layer", or a "map"
  pinned: null, // the cell that the panel explains
  preview: null, // the cell pointed at, which stands before the pinned one
  channel: null, // the input channel whose products are shown; null is the largest
  trail: Object.freeze([]), // the cells from which one walked back, the first one first
  every: false, // the panel lists all contributions
  editing: null, // the kernel's weight that is typed: its place in the kernel
  mode: "explore",
  playing: false,
  sweeping: false, // since playing began: cells that the window has not reached are not shown yet
  speed: 4, // cells a second
  tool: null, // "draw" while the input is drawn on
  patch: 5, // how many pixels a side take-away mode erases
  axis: 0, // along which compare mode shifts: 0 sideways, 1 up and down
  hidden: "output", // what predict mode hides
  choice: null, // the class's guess: 0, 1, 2
  revealed: false,
  lang: "en",
  theme: "light",
  letters: true, // single letters are shortcuts
  help: false,
  unknown: Object.freeze([]), // keys of the address that are not ours, kept
});

/** Whether two cells, or none, are the same. */
export function sameCell(a, b) {
  if (!a || !b) return a === b;
  return a.layer === b.layer && a.filter === b.filter && a.row === b.row && a.col === b.col;
}

/** The cell that the panel explains now: the one pointed at, or the pinned one. */
export function focusCell(state) {
  return state.preview ?? state.pinned;
}

/** The state, who follows it, and one loop: however many changes, one rendering a frame. */
export class Store {
  constructor(state) {
    this.state = Object.freeze({ ...FIRST_STATE, ...state });
    this.followers = [];
    this.history = "none";
    this.frame = 0;
  }

  /** Call `follower(state, history)` in the frame after a change. */
  follow(follower) {
    this.followers.push(follower);
  }

  /**
   * Change the state.
   *
   * @param {Object} changes
   * @param {"push"|"replace"|"none"} history  what becomes of the address
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
  /** @param {Store} store  @param {import("./model.js").Model} model */
  constructor(store, model) {
    this.store = store;
    this.model = model;
  }

  get state() {
    return this.store.state;
  }

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

  /** Show a picture of one's own: 0 to 15 a pixel. */
  setDrawn(drawn) {
    this.store.change({ ...CALM, ...UNTOLD, digit: null, drawn, shift: [0, 0], erased: [], noise: 0 });
  }

  setTool(tool) {
    this.store.change({ ...CALM, tool }, "none");
  }

  shiftBy(right, down) {
    const [x, y] = this.state.shift;
    this.shiftTo(x + right, y + down);
  }

  shiftTo(right, down) {
    const clip = (n) => Math.max(-6, Math.min(6, n));
    this.store.change({ ...UNTOLD, playing: false, shift: [clip(right), clip(down)] });
  }

  setNoise(noise) {
    this.store.change({ ...UNTOLD, playing: false, noise });
  }

  erase(box) {
    const rest = this.state.erased.filter((other) => String(other) !== String(box));
    this.store.change({ ...UNTOLD, playing: false, erased: [...rest, box].slice(-64) });
  }

  /** Set a cell to zero, or give it back its value. */
  toggleZero(cell) {
    const { zeroed } = this.state;
    const rest = zeroed.filter((other) => !sameCell(other, cell));
    const next = rest.length < zeroed.length ? rest : [...rest, cell].slice(-64);
    this.store.change({ ...UNTOLD, playing: false, zeroed: next });
  }

  giveBack() {
    this.store.change({ ...UNTOLD, erased: [], zeroed: [] });
  }

  setKernel(key, weights) {
    const kernels = { ...this.state.kernels };
    if (weights) kernels[key] = weights;
    else delete kernels[key];
    this.store.change({ ...UNTOLD, playing: false, kernels });
  }

  edit(editing) {
    this.store.change({ editing, playing: false }, "none");
  }

  setScale(scale) {
    this.store.change({ scale });
  }

  /** Show a map of a layer, and the same channel in its pool or convolution. */
  showMap(layer, filter) {
    const maps = { ...this.state.maps };
    for (const name of this.model.family(layer)) maps[name] = filter;
    const { pinned } = this.state;
    const moved = pinned && this.model.family(layer).includes(pinned.layer);
    this.store.change({
      ...CALM, ...UNTOLD, maps, channel: moved ? null : this.state.channel,
      pinned: moved ? { ...pinned, filter } : pinned,
    });
  }

  point(cell) {
    const { pinned, preview, playing } = this.state;
    const next = sameCell(cell, pinned) ? null : cell;
    if (!playing && !sameCell(next, preview)) this.store.change({ preview: next }, "none");
  }

  /** Keep a cell: the panel stays, a new trail begins. */
  pin(cell) {
    this.store.change({
      ...CALM, ...UNTOLD, pinned: cell, channel: null, trail: [], every: false,
      maps: this.mapsWith(cell),
    }, "push");
  }

  /** Move the kept cell within its map. */
  move(row, col, playing = false) {
    const { pinned } = this.state;
    if (!pinned) return;
    this.store.change({ ...UNTOLD, preview: null, pinned: { ...pinned, row, col }, playing });
  }

  /** Go to a cell that the pinned one was made of. */
  walkBack(cell) {
    const { pinned, trail, channel } = this.state;
    if (!pinned) return this.pin(cell);
    this.store.change({
      ...CALM, ...UNTOLD, pinned: cell, channel: null, every: false,
      trail: [...trail, { ...pinned, channel }], maps: this.mapsWith(cell),
    }, "push");
  }

  /** Go back along the trail to one of its cells, by default the last. */
  unwind(index = this.state.trail.length - 1) {
    const { trail } = this.state;
    if (!trail[index]) return;
    const { channel, ...cell } = trail[index];
    this.store.change({
      ...CALM, ...UNTOLD, pinned: cell, channel: channel ?? null, every: false,
      trail: trail.slice(0, index), maps: this.mapsWith(cell),
    }, "push");
  }

  chooseChannel(channel) {
    this.store.change({ channel }, "replace");
  }

  setEvery(every) {
    this.store.change({ every }, "none");
  }

  /** Back to all maps. */
  overview() {
    this.store.change({
      ...CALM, ...UNTOLD, pinned: null, channel: null, trail: [], every: false, mode: "explore",
    }, "push");
  }

  setMode(mode) {
    this.store.change({ ...CALM, ...UNTOLD, mode, tool: null }, "push");
  }

  hide(hidden) {
    this.store.change({ ...UNTOLD, hidden });
  }

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

  setPatch(patch) {
    this.store.change({ patch }, "none");
  }

  setAxis(axis) {
    this.store.change({ axis });
  }

  /** Shift along the axis that is compared. */
  shiftAlong(by) {
    const shift = [...this.state.shift];
    shift[this.state.axis] = by;
    this.shiftTo(...shift);
  }

  /** A bundled digit by its number, moved. */
  chooseShifted(sample, shift) {
    const { digit, index } = this.model.bundled(sample);
    this.chooseDigit(digit, index);
    this.store.change({ axis: shift[1] ? 1 : 0 });
    this.shiftTo(...shift);
  }

  setSpeed(speed) {
    this.store.change({ speed }, "none");
  }

  pause() {
    if (this.state.playing) this.store.change({ playing: false });
  }

  setLanguage(lang) {
    this.store.change({ lang });
  }

  setTheme(theme) {
    this.store.change({ theme });
  }

  setHelp(help) {
    this.store.change({ help, playing: false }, "none");
  }

  setLetters(letters) {
    this.store.change({ letters }, "none");
  }

  mapsWith(cell) {
    const maps = { ...this.state.maps };
    for (const name of this.model.family(cell.layer)) maps[name] = cell.filter;
    return maps;
  }
}
