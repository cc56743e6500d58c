/**
 * Playing: the window visits every position of the pinned map, row by row.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

/** Speeds to choose from, in cells a second. */
export const SPEEDS = [1, 4, 12];

export class Player {
  /** @param {App} app */
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
    const pinned = this.ensurePinned();
    // At the end it begins anew.
    if (this.next(pinned, 1) === null) this.goTo(this.columnOf(pinned).cellAt(0, pinned.filter), true);
    this.app.store.change({ playing: true, sweeping: true, preview: null }, "none");
    return undefined;
  }

  /** One cell on or back, in reading order. @param {number} by */
  step(by) {
    const { pinned } = this.state;
    if (!pinned) return this.ensurePinned();
    const next = this.next(pinned, by);
    if (next) this.goTo(next, false);
    else this.app.actions.pause();
    return undefined;
  }

  /** Explain another cell of the pinned one's column. @param {Cell} cell @param {boolean} playing */
  goTo(cell, playing) {
    if (cell.filter === this.state.pinned?.filter) this.app.actions.move(cell.row, cell.col, playing);
    else this.app.store.change({ pinned: cell, preview: null, channel: null, playing });
  }

  /** The pinned cell; with nothing pinned, the first map's first cell. */
  ensurePinned() {
    if (this.state.pinned) return this.state.pinned;
    const first = this.app.model.columns[1];
    const cell = first.cellAt(0, this.app.chain.filterOf(first));
    this.app.actions.pin(cell);
    return cell;
  }

  /** @param {Cell} cell */
  columnOf(cell) {
    return this.app.model.column(cell.layer);
  }

  /** The cell after or before one; null beyond the ends. @param {Cell} cell @param {number} by */
  next(cell, by) {
    const column = this.columnOf(cell);
    const index = column.indexOf(cell) + by;
    return index >= 0 && index < column.count ? column.cellAt(index, cell.filter) : null;
  }

  /** Keep the clock running while the state says so. @param {State} state */
  render(state) {
    if (!state.playing) {
      cancelAnimationFrame(this.frame);
      this.frame = 0;
    } else if (!this.frame) {
      this.due = performance.now() + 1000 / state.speed;
      this.frame = requestAnimationFrame((now) => this.tick(now));
    }
  }

  /** @param {number} now */
  tick(now) {
    this.frame = 0;
    const { state } = this;
    if (!state.playing || !state.pinned) return;
    if (now >= this.due) {
      this.due = Math.max(now, this.due) + 1000 / state.speed;
      const next = this.next(state.pinned, 1);
      if (!next) {
        this.app.store.change({ playing: false, sweeping: false });
        return;
      }
      this.goTo(next, true);
    }
    this.frame = requestAnimationFrame((later) => this.tick(later));
  }
}
