// Playing: the window visits every position of the pinned map, row by row.

import { INPUT } from "./trace.js";

/** Speeds to choose from, in cells a second. */
export const SPEEDS = [1, 4, 12];

export class Player {
  constructor(app) {
    this.app = app;
    this.frame = 0;
    this.due = 0;
  }

  get state() {
    return this.app.store.state;
  }

  toggle() {
    if (this.state.playing) return this.app.actions.pause();
    this.ensurePinned();
    const { pinned } = this.state;
    const column = this.app.model.column(pinned.layer);
    // At the end it begins anew.
    if (this.next(pinned, column, 1) === null) this.goTo(this.at(pinned, column, 0), true);
    this.app.store.change({ playing: true, sweeping: true, preview: null }, "none");
    return undefined;
  }

  /** One cell on or back, in reading order. */
  step(by) {
    if (!this.state.pinned) return this.ensurePinned();
    const { pinned } = this.state;
    const next = this.next(pinned, this.app.model.column(pinned.layer), by);
    if (next) this.goTo(next, false);
    else this.app.actions.pause();
    return undefined;
  }

  goTo(cell, playing) {
    const { pinned } = this.state;
    if (cell.filter === pinned.filter) this.app.actions.move(cell.row, cell.col, playing);
    else this.app.store.change({ pinned: cell, preview: null, channel: null, playing });
  }

  /** With nothing pinned, the first map's first cell. */
  ensurePinned() {
    if (this.state.pinned) return;
    const { model, actions } = this.app;
    const first = model.columns.find((column) => column.name !== INPUT);
    const filter = model.shown(this.state)[first.name] ?? 0;
    actions.pin({ layer: first.name, filter, row: 0, col: 0 });
  }

  /** The cell after or before one; null beyond the ends. */
  next(cell, column, by) {
    const vector = column.layer?.vector;
    const index = vector ? cell.filter : cell.row * column.cols + cell.col;
    const count = vector ? column.shape[2] : column.rows * column.cols;
    const next = index + by;
    return next >= 0 && next < count ? this.at(cell, column, next) : null;
  }

  at(cell, column, index) {
    if (column.layer?.vector) return { ...cell, filter: index };
    return { ...cell, row: Math.floor(index / column.cols), col: index % column.cols };
  }

  /** Keep the clock running while the state says so. */
  render(state) {
    if (!state.playing) {
      cancelAnimationFrame(this.frame);
      this.frame = 0;
    } else if (!this.frame) {
      this.due = performance.now() + 1000 / state.speed;
      this.frame = requestAnimationFrame((now) => this.tick(now));
    }
  }

  tick(now) {
    this.frame = 0;
    const { state } = this;
    if (!state.playing || !state.pinned) return;
    if (now >= this.due) {
      this.due = Math.max(now, this.due) + 1000 / state.speed;
      const next = this.next(state.pinned, this.app.model.column(state.pinned.layer), 1);
      if (!next) {
        this.app.store.change({ playing: false, sweeping: false });
        return;
      }
      this.goTo(next, true);
    }
    this.frame = requestAnimationFrame((later) => this.tick(later));
  }
}
