/**
 * Playing: the window visits every position of the pinned map, row by row.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

/** Speeds to choose from, in cells a second. */
export const SPEEDS = [1, 4, 12];
// Over blank paper: milliseconds a jump, and jumps a run of blanks.
const HURRY = 40;
const JUMPS = 8;

export class Player {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.frame = 0;
    this.due = 0;
    /** Blank cells that are still to be jumped over, and how many at once. */
    this.run = { left: 0, jump: 0 };
  }

  get state() {
    return this.app.store.state;
  }

  toggle() {
    if (this.state.playing) return this.app.actions.pause();
    const pinned = this.ensurePinned();
    this.run = { left: 0, jump: 0 };
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

  /** The pinned cell; with nothing pinned, the first cell of the first map whose window holds ink. */
  ensurePinned() {
    if (this.state.pinned) return this.state.pinned;
    const first = this.app.model.columns[1];
    const cell = this.firstInk(first.cellAt(0, this.app.chain.filterOf(first)));
    this.app.actions.pin(cell);
    return cell;
  }

  /** The first cell of a cell's map that sees more than blank paper. @param {Cell} cell */
  firstInk(cell) {
    const column = this.columnOf(cell);
    const cells = Array.from({ length: column.count }, (_, index) => column.cellAt(index, cell.filter));
    return cells.find((other) => !this.app.model.isBlank(other)) ?? cells[0];
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

  /** How many blank cells to jump over at once: a run of them takes `JUMPS` jumps. @param {Cell} cell */
  blanksAhead(cell) {
    if (this.run.left <= 0) {
      let [count, next] = [0, this.next(cell, 1)];
      while (next && this.app.model.isBlank(next)) {
        count += 1;
        next = this.next(next, 1);
      }
      this.run = { left: count, jump: Math.ceil(count / JUMPS) };
    }
    const jump = Math.min(this.run.jump, this.run.left);
    this.run.left -= jump;
    return jump;
  }

  /** @param {number} now */
  tick(now) {
    this.frame = 0;
    const { state } = this;
    if (!state.playing || !state.pinned) return;
    if (now >= this.due) {
      this.due = Math.max(now, this.due) + 1000 / state.speed;
      let next = this.next(state.pinned, 1);
      // Over a run of blanks it hurries, in a few jumps: there is nothing to see.
      for (let jump = this.blanksAhead(state.pinned); jump > 1 && next; jump -= 1) next = this.next(next, 1) ?? next;
      if (!next) {
        this.app.store.change({ playing: false, sweeping: false });
        return;
      }
      if (this.app.model.isBlank(next)) this.due = now + HURRY;
      this.goTo(next, true);
    }
    this.frame = requestAnimationFrame((later) => this.tick(later));
  }
}
