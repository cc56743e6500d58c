/**
 * Drawing on the input: strokes of a round pen, or of a rubber, in 16 levels of ink.
 *
 * @import { App } from "./app.js"
 * @import { MapView } from "./map.js"
 *
 * @import { PictureState, State } from "./state.js"
 *
 * @typedef {[number, number]} Point  x, y in pixels of the picture
 * @typedef {Pick<PictureState, "digit"|"sample"|"drawn"|"shift"|"noise"|"erased">} Picture
 */

import { HEIGHT, WIDTH } from "./data.js";
import { button, make } from "./dom.js";
import { LEVELS, quantised } from "./model.js";
import { clamp } from "./numbers.js";
import { say } from "./words.js";

// Half the pen's width in pixels, and the soft rim around it, as MNIST's digits have it.
const RADIUS = 1.1;
const RIM = 0.9;

/** @param {State} state @returns {Picture} */
function pictureOf({ digit, sample, drawn, shift, noise, erased }) {
  return { digit, sample, drawn, shift, noise, erased };
}

/** Let mouse or finger draw on the input's map while a tool is chosen. */
export class Drawing {
  /** @param {App} app @param {MapView} view  the input's map */
  constructor(app, view) {
    this.app = app;
    this.view = view;
    /** Where the stroke is. @type {Point|null} */
    this.last = null;
    /** The pictures before each stroke, the first one first. @type {Picture[]} */
    this.before = [];
    /** The buttons beside the sentence, and for what they were made. @type {{key: string, made: HTMLElement}|null} */
    this.beside = null;
    const { element } = view;
    element.addEventListener("pointerdown", (event) => this.began(event));
    element.addEventListener("pointermove", (event) => this.moved(event));
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => {
        if (this.last) this.app.store.change({}); // now the address is written
        this.last = null;
      });
    }
  }

  /** Begin with blank paper; one step back is the picture that was there. */
  lay() {
    const { state } = this.app.store;
    this.before = [pictureOf(state)];
    this.app.actions.setTool("draw");
    this.app.actions.setDrawn(new Uint8Array(this.app.model.pixelCount));
  }

  /** Keep the picture as it is, for `undo`. */
  keep() {
    this.before.push(pictureOf(this.app.store.state));
  }

  undo() {
    const last = this.before.pop();
    if (last) this.app.store.change(last);
  }

  /** What stands beside the sentence while one draws: the same buttons from stroke to stroke. */
  buttons() {
    const key = `${this.app.store.state.lang} ${this.before.length > 0}`;
    if (key !== this.beside?.key) this.beside = { key, made: this.makeButtons() };
    return this.beside.made;
  }

  makeButtons() {
    const { app } = this;
    return make(
      "span", { class: "joined" },
      button(() => this.undo(), { "data-key": "undo", disabled: !this.before.length }, say("undo")),
      button(() => app.controls.clear(), { "data-key": "clear" }, say("clear")),
      button(() => app.actions.setTool(null), { class: "primary", "data-key": "done" }, say("done")),
    );
  }

  /** @param {PointerEvent} event */
  began(event) {
    if (!this.app.store.state.tool) return;
    event.preventDefault();
    this.view.element.setPointerCapture(event.pointerId);
    this.last = this.place(event);
    this.keep();
    this.stroke(this.last, this.last);
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (!this.last || !this.app.store.state.tool) return;
    // All that the pointer did since the last event, so that fast strokes stay round.
    for (const part of event.getCoalescedEvents?.() ?? [event]) {
      const next = this.place(part);
      this.stroke(this.last, next);
      this.last = next;
    }
  }

  /** Where the pointer is. @param {PointerEvent} event @returns {Point} */
  place(event) {
    const box = this.view.canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT,
    ];
  }

  /** A dot in the middle of a pixel, for who draws with the keyboard. @param {number} row @param {number} col */
  dot(row, col) {
    this.keep();
    this.stroke([col + 0.5, row + 0.5], [col + 0.5, row + 0.5]);
  }

  /** @param {Point} from @param {Point} to */
  stroke(from, to) {
    const { state } = this.app.store;
    const now = state.drawn && !state.shift[0] && !state.shift[1] && !state.noise && !state.erased.length
      ? Uint8Array.from(state.drawn) : quantised(this.app.model.picture(state));
    this.app.actions.setDrawn(inked(now, from, to, state.tool === "rubber"));
  }
}

/**
 * Lay a stroke onto a picture.
 *
 * @param {Uint8Array} levels  0 to 15, row by row
 * @param {Point} from
 * @param {Point} to
 * @param {boolean} rubber  take ink away instead
 * @returns {Uint8Array} a new one
 */
function inked(levels, from, to, rubber) {
  const out = Uint8Array.from(levels);
  for (let row = 0; row < HEIGHT; row += 1) {
    for (let col = 0; col < WIDTH; col += 1) {
      const distance = distanceTo(col + 0.5, row + 0.5, from, to);
      const strength = clamp(1 - (distance - RADIUS) / RIM, 0, 1);
      const level = Math.round(strength * LEVELS);
      const at = row * WIDTH + col;
      out[at] = rubber ? Math.min(out[at], LEVELS - level) : Math.max(out[at], level);
    }
  }
  return out;
}

/**
 * Distance of a point from a piece of a line.
 *
 * @param {number} x
 * @param {number} y
 * @param {Point} a
 * @param {Point} b
 */
function distanceTo(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length ? clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
