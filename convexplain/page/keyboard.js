/**
 * Every key: on a map, and anywhere. Letters do nothing in text fields, or when switched off in help.
 *
 * @import { App } from "./app.js"
 * @import { MapPart } from "./chain.js"
 * @import { ModeName, State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { INPUT } from "./data.js";
import { consume, isTyping } from "./dom.js";
import { clamp } from "./numbers.js";

/** @type {Record<string, ModeName>} */
const MODE_KEYS = { p: "predict", c: "compare", x: "erase", w: "windows", v: "explore" };
/** Down, right. @type {Record<string, number[]>} */
const ARROW_STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Keyboard {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    document.addEventListener("keydown", (event) => this.anywhere(event));
  }

  /** A key on a map that has the focus. @param {KeyboardEvent} event @param {MapPart} part */
  onMap(event, part) {
    if (event.shiftKey || event.altKey || event.metaKey) return;
    const { app } = this;
    const { column, view } = part;
    const [row, col] = view.at;
    const far = event.ctrlKey;
    if (event.key in ARROW_STEPS && !far) {
      const [down, right] = ARROW_STEPS[event.key];
      this.moveTo(part, clamp(row + down, 0, column.rows - 1), clamp(col + right, 0, column.cols - 1));
    } else if (event.key === "Home") {
      this.moveTo(part, far ? 0 : row, 0);
    } else if (event.key === "End") {
      this.moveTo(part, far ? column.rows - 1 : row, column.cols - 1);
    } else if (event.key === "Enter" && !far && app.store.state.tool && column.name === INPUT) {
      app.drawing.dot(row, col);
    } else if (event.key === "Enter" && !far) {
      app.clicked(app.chain.cell(column, row, col));
    } else if (event.key === " " && !far) {
      app.player.toggle();
    } else if ((event.key === "PageUp" || event.key === "PageDown") && !far && column.filters > 1) {
      const next = app.chain.filterOf(column) + (event.key === "PageUp" ? -1 : 1);
      if (next >= 0 && next < column.filters) app.actions.showMap(column.name, next);
    } else {
      return;
    }
    consume(event);
  }

  /**
   * Arrows move the pinned cell of this map, or show what a cell would say.
   *
   * @param {MapPart} part
   * @param {number} row
   * @param {number} col
   */
  moveTo({ column, view }, row, col) {
    const { app } = this;
    const { pinned, tool } = app.store.state;
    view.at = [row, col];
    if (tool && column.name === INPUT) app.store.change({}, "none"); // the pen moves
    else if (pinned?.layer === column.name) app.player.goTo(app.chain.cell(column, row, col), false);
    else app.chain.point(app.chain.cell(column, row, col));
  }

  /** A key that no control took. @param {KeyboardEvent} event */
  anywhere(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    const { app } = this;
    if (isTyping(event.target) || app.glossary.element.open) return;
    const { state } = app.store;
    if (event.key in ARROW_STEPS) {
      if (!event.shiftKey || event.target instanceof HTMLInputElement) return;
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

  /** @param {State} state */
  escape(state) {
    const { actions } = this.app;
    if (state.help) actions.setHelp(false);
    else if (state.tour !== null) this.app.tour.end();
    else if (state.playing) actions.pause();
    else if (state.tool) actions.setTool(null);
    else actions.overview();
  }

  /** A single character; true if it meant something. @param {KeyboardEvent} event @param {State} state */
  letter(event, state) {
    const { app } = this;
    const { actions, player } = app;
    if (!state.letters || event.key.length !== 1) return false;
    const key = event.key.toLowerCase();
    const own = app.mode.keys?.[key];
    if (own && own(app, event) !== false) return true;
    const mode = MODE_KEYS[key];
    if (key >= "0" && key <= "9" && app.model.samplesOf(Number(key))) actions.chooseDigit(Number(key));
    else if (app.modes.some(({ name, available }) => name === mode && available(app))) actions.setMode(mode);
    else if (key === ",") player.step(-1);
    else if (key === ".") player.step(1);
    else if (key === "e") app.editWeight(0, 0);
    else if (key === "l") actions.switchLanguage();
    else if (key === "t") actions.setTheme();
    else if (key === "s") actions.setScale();
    else if (key === "?") actions.setHelp(!state.help);
    else return false;
    return true;
  }

  /** The map of a cell gets the focus, as after walking back. @param {Cell|null} cell */
  focusMap(cell) {
    const { maps, answer } = this.app.chain;
    const map = maps.find(({ column }) => column.name === (cell?.layer ?? INPUT));
    const target = map?.view.element ?? (answer?.bars.barOf(cell?.filter ?? 0) ?? answer?.bars.rows[0].bar);
    target?.focus({ preventScroll: true });
    // With nothing kept all maps are shown, until an arrow key or the pointer points again.
    if (!this.app.store.state.pinned) this.app.actions.point(null);
  }
}
