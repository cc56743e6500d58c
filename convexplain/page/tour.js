/**
 * The tour: six steps in which the page itself does what the sentence at the bottom says.
 *
 * @import { App } from "./app.js"
 * @import { Children } from "./dom.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {{name: string, text: (app: App) => string, act: (tour: Tour) => void}} Step
 */

import { number } from "./as_text.js";
import { shiftText } from "./controls.js";
import { DATA, INPUT } from "./data.js";
import { button, make } from "./dom.js";
import { wholeBox } from "./geometry.js";
import { panelOf } from "./panel.js";
import { activationName, className, say, spelled } from "./words.js";

// So long a cell on the way back, or a picture on its way, stands still, in milliseconds.
const PAUSE = 1400;
const QUICK = 12;

/** @type {Step} */
const PICTURE = {
  name: "picture",
  text({ model }) {
    const [rows, cols] = model.trained.inputShape;
    return say(model.label === null || !DATA.digits28 ? "tourPicture" : "tourDigit", { k: model.label, rows, cols });
  },
  act: ({ app }) => app.actions.overview(),
};

/** @type {Step} */
const WINDOW = {
  name: "window",
  text({ model }) {
    const cell = model.suggested();
    const layer = model.layer(cell.layer);
    const [v, n] = [number(model.value(cell)), layer?.window?.count];
    return n ? say("tourWindow", { layer: cell.layer, n: spelled(n), v }) : say("tourUnit", { layer: cell.layer, v });
  },
  act: ({ app }) => app.actions.pin(app.model.suggested()),
};

/** @type {Step} */
const SLIDE = {
  name: "slide",
  text: () => say("tourSlide"),
  act({ app }) {
    app.actions.pin(app.player.firstInk(app.model.suggested()));
    app.player.toggle();
    app.actions.setSpeed(QUICK);
  },
};

/** @type {Step} */
const DEEP = {
  name: "deep",
  text({ model }) {
    const cell = /** @type {Cell} */ (model.deepest());
    const box = model.field(cell).get(INPUT) ?? wholeBox([0, 0]);
    return say("tourDeep", {
      layer: cell.layer, n: model.channelsInto(cell.layer), rows: box.bottom - box.top, cols: box.right - box.left,
    });
  },
  act: ({ app }) => app.actions.pin(/** @type {Cell} */ (app.model.deepest())),
};

/** @type {Step} */
const BACK = {
  name: "back",
  text: () => say("tourBack"),
  act(tour) {
    const { app } = tour;
    app.actions.pin(/** @type {Cell} */ (app.model.deepest()));
    tour.repeat(() => {
      const { state } = app.store;
      const source = state.pinned && panelOf(app, state.pinned).source(app, state.pinned, state);
      if (source) app.actions.walkBack(source);
      return source !== null;
    });
  },
};

/** @type {Step} */
const SHIFT = {
  name: "shift",
  text(app) {
    const { label, prediction, baseline } = app.model;
    const { state } = app.store;
    const [right, down] = app.model.telling() ?? state.shift;
    // On its way there, what is so on the way.
    if (state.shift[0] !== right || state.shift[1] !== down) return app.mode.caption?.(app, state) ?? "";
    return say("tourShift", { way: shiftText(state.shift), name: app.names.within, k: label ?? prediction, j: baseline?.prediction });
  },
  act(tour) {
    const { app } = tour;
    const telling = /** @type {[number, number]} */ (app.model.telling());
    app.actions.compareShifted(telling, 0);
    tour.repeat(() => {
      const [right, down] = app.store.state.shift;
      app.actions.shiftTo(right + Math.sign(telling[0]), down + Math.sign(telling[1]));
      return app.store.state.shift[0] !== telling[0] || app.store.state.shift[1] !== telling[1];
    }, PAUSE / 2);
  },
};

/** @type {Step} */
const ANSWER = {
  name: "answer",
  text: ({ model }) => say("tourAnswer", { k: className(model.prediction), activation: activationName("softmax") }),
  act({ app }) {
    const { answer, prediction } = app.model;
    if (answer) app.actions.pin(answer.cellAt(prediction, 0));
  },
};

export class Tour {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.timer = 0;
    /** Cells a second, as they were before the tour. */
    this.speed = app.store.state.speed;
    /** @type {Step[]} */
    this.steps = [];
    /** What stands beside the sentence, and for what it was made. @type {{key: string, made: Children}} */
    this.beside = { key: "", made: [] };
    /** The way into it, and in which language. @type {{lang: string, made: HTMLElement}|null} */
    this.invites = null;
  }

  /** The step that is shown; null while there is no tour. */
  get step() {
    const { tour } = this.app.store.state;
    return tour === null ? null : this.steps[tour];
  }

  /** Begin anew, with the picture that the file opened with. */
  start() {
    const { app } = this;
    const { model } = app;
    if (!this.step) this.speed = app.store.state.speed;
    app.actions.showOpening(app.opening);
    app.store.render();
    const deep = model.deepest() !== null;
    this.steps = [
      PICTURE, WINDOW, ...(model.suggestedSlides() ? [SLIDE] : []), ...(deep ? [DEEP, BACK] : []),
      ...(model.telling() ? [SHIFT] : model.answer ? [ANSWER] : []),
    ];
    this.goTo(0);
  }

  /** @param {number} at */
  goTo(at) {
    this.rest();
    if (at >= this.steps.length) return this.end();
    this.app.actions.setSpeed(this.speed);
    this.steps[at].act(this);
    this.app.actions.setTour(at);
    this.app.store.render();
    return this.focus("tour-next");
  }

  end() {
    this.rest();
    const { app } = this;
    app.actions.setTour(null);
    app.actions.setSpeed(this.speed);
    app.actions.showOpening(app.opening);
    app.store.render();
    this.focus("tour-start");
  }

  rest() {
    clearInterval(this.timer);
    this.app.actions.pause();
  }

  /** Do something again and again until it says that there is no more to do. @param {() => boolean} act */
  repeat(act, pause = PAUSE) {
    this.timer = window.setInterval(() => {
      if (!act()) clearInterval(this.timer);
    }, pause);
  }

  /** @param {string} key */
  focus(key) {
    /** @type {HTMLElement|null} */ (document.querySelector(`[data-key="${key}"]`))?.focus({ preventScroll: true });
  }

  /** The way into the tour, where nothing else is to be said. */
  invitation() {
    const { lang } = this.app.store.state;
    if (lang !== this.invites?.lang) {
      this.invites = { lang, made: button(() => this.start(), { class: "primary", "data-key": "tour-start" }, say("tourStart")) };
    }
    return this.invites.made;
  }

  /** What stands beside the sentence: the same buttons as long as a step lasts, so that none is lost under a finger. */
  buttons() {
    const { tour, lang } = this.app.store.state;
    if (tour === null) return [];
    const key = `${lang} ${tour} ${this.steps.length}`;
    if (key !== this.beside.key) this.beside = { key, made: this.buttonsOf(tour) };
    return this.beside.made;
  }

  /** @param {number} tour @returns {Children} */
  buttonsOf(tour) {
    const last = tour + 1 === this.steps.length;
    return [
      make("span", { class: "place" }, say("tourPlace", { n: tour + 1, count: this.steps.length })),
      make(
        "span", { class: "joined" },
        button(() => this.goTo(Math.max(0, tour - 1)), { "data-key": "tour-back", disabled: tour === 0 }, say("tourPrevious")),
        button(() => this.goTo(tour + 1), { class: "primary", "data-key": "tour-next" }, say(last ? "done" : "tourNext")),
      ),
      last ? null : button(() => this.end(), { "data-key": "tour-skip" }, say("tourSkip")),
    ];
  }
}
