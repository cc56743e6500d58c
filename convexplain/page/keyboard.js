// Every key: on a map, and anywhere. Letters do nothing in text fields, or when switched off in help.

import { isTyping } from "./dom.js";
import { INPUT } from "./trace.js";

const ARROW_STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Keyboard {
  constructor(app) {
    this.app = app;
    document.addEventListener("keydown", (event) => this.anywhere(event));
  }

  /** A key on a map that has the focus. */
  onMap(event, part) {
    if (event.shiftKey || event.altKey || event.metaKey) return;
    const { app } = this;
    const { column, view } = part;
    const [row, col] = view.at;
    const far = event.ctrlKey;
    const moves = {
      Home: [far ? 0 : row, 0],
      End: [far ? column.rows - 1 : row, column.cols - 1],
    };
    if (event.key in ARROW_STEPS && !far) {
      const [down, right] = ARROW_STEPS[event.key];
      moves[event.key] = [
        Math.max(0, Math.min(column.rows - 1, row + down)), Math.max(0, Math.min(column.cols - 1, col + right)),
      ];
    }
    if (event.key in moves) {
      this.moveTo(part, ...moves[event.key]);
    } else if (event.key === "Enter" && !far && app.store.state.tool && column.name === INPUT) {
      app.drawing.dot(row, col);
    } else if (event.key === "Enter" && !far) {
      app.clicked(app.chain.cell(part, row, col));
    } else if (event.key === " " && !far) {
      app.player.toggle();
    } else if ((event.key === "PageUp" || event.key === "PageDown") && !far && column.filters > 1) {
      const now = app.model.shown(app.store.state)[column.name] ?? 0;
      const next = now + (event.key === "PageUp" ? -1 : 1);
      if (next >= 0 && next < column.filters) app.actions.showMap(column.name, next);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Arrows move the pinned cell of this map, or show what a cell would say. */
  moveTo(part, row, col) {
    const { app } = this;
    const { pinned } = app.store.state;
    const cell = app.chain.cell(part, row, col);
    part.view.at = [row, col];
    if (app.store.state.tool && part.column.name === INPUT) return app.store.change({}, "none"); // the pen moves
    if (pinned?.layer !== part.column.name) app.chain.point(cell);
    else if (part.column.kind === "vector") app.store.change({ pinned: cell, preview: null, channel: null, playing: false });
    else app.actions.move(row, col);
    return undefined;
  }

  /** A key that no control took. */
  anywhere(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (isTyping(event.target)) return;
    const { app } = this;
    const { state } = app.store;
    if (event.key in ARROW_STEPS) {
      if (!event.shiftKey || event.target.matches?.("input")) return;
      const [down, right] = ARROW_STEPS[event.key];
      app.actions.shiftBy(right, down);
    } else if (event.key === "Escape") {
      this.escape(state);
    } else if (event.key === "Backspace") {
      app.actions.unwind();
    } else if (!this.letter(event, state)) {
      return;
    }
    event.preventDefault();
  }

  escape(state) {
    const { actions } = this.app;
    if (state.help) actions.setHelp(false);
    else if (state.playing) actions.pause();
    else if (state.tool) actions.setTool(null);
    else this.app.leavePanel();
  }

  /** A single character; true if it meant something. */
  letter(event, state) {
    const { app } = this;
    const { actions, player } = app;
    if (!state.letters || event.key.length !== 1) return false;
    const key = event.key.toLowerCase();
    const own = app.mode.keys?.[key];
    if (own && own(app, event) !== false) return true;
    const modeKeys = { p: "predict", c: "compare", x: "erase", v: "explore" };
    if (key >= "0" && key <= "9") actions.chooseDigit(Number(key));
    else if (key in modeKeys && app.modes.some((mode) => mode.name === modeKeys[key] && mode.available(app))) {
      actions.setMode(modeKeys[key]);
    } else if (key === ",") player.step(-1);
    else if (key === ".") player.step(1);
    else if (key === "e") app.editWeight(0, 0);
    else if (key === "l") actions.setLanguage(state.lang === "zh" ? "en" : "zh");
    else if (key === "t") actions.setTheme(state.theme === "dark" ? "light" : "dark");
    else if (key === "s") actions.setScale(state.scale === "map" ? "layer" : "map");
    else if (key === "?") actions.setHelp(!state.help);
    else return false;
    return true;
  }

  /** The map of a cell gets the focus, as after walking back. */
  focusMap(cell) {
    const part = this.app.chain.parts.find(({ column }) => column.name === (cell?.layer ?? INPUT));
    const target = part?.view?.element ?? part?.bars?.rows[cell.filter].button;
    target?.focus({ preventScroll: true });
    // With nothing kept all maps are shown, until an arrow key or the pointer points again.
    if (!this.app.store.state.pinned) this.app.actions.point(null);
  }
}
