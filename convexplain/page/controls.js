/**
 * What one does to the picture: choose a digit, draw, open a picture, shift it, add noise.
 *
 * @import { App } from "./app.js"
 * @import { Digit } from "./prepare.js"
 * @import { State } from "./state.js"
 */

import { percent } from "./as_text.js";
import { paintOn } from "./colours.js";
import { bundledDigit, DATA, DEPTH, HEIGHT, samplesOf, SIDE, WIDTH } from "./data.js";
import { button, make, makeSvg, radio, roving, setAttributes, write } from "./dom.js";
import { LEVELS, quantised } from "./model.js";
import { digitsOf, PictureError, readPicture } from "./picture.js";
import { largest } from "./prepare.js";
import { gap, languageInUse, say } from "./words.js";

/** Class, sign, right, down, words. @type {[string, string, number, number, string][]} */
const ARROWS = [
  ["up", "↑", 0, -1, "shiftUp"],
  ["left", "←", -1, 0, "shiftLeft"],
  ["down", "↓", 0, 1, "shiftDown"],
  ["right", "→", 1, 0, "shiftRight"],
];

export class Controls {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { actions } = app;
    this.title = make("h2", { id: "choose-title" });
    this.classes = [...new Set(DATA.digits.labels)].sort((a, b) => a - b);
    this.canvases = this.classes.map(() => make("canvas", { width: WIDTH, height: HEIGHT, "aria-hidden": "true" }));
    this.digits = this.classes.map((digit, at) => radio(
      false, () => actions.chooseDigit(digit),
      {
        class: "digit", "data-digit": digit,
        on: {
          keydown: (event) => {
            const next = roving(this.digits, at, event);
            if (next !== null) actions.chooseDigit(this.classes[next]);
          },
        },
      },
      this.canvases[at],
    ));
    this.draw = button(() => app.toggleDrawing(), { class: "draw" });
    this.another = button(() => this.anotherOrClear(), { class: "another" });
    this.open = button(() => this.file.click(), { class: "open" });
    this.rubber = button(() => app.toggleRubber(), { class: "rubber" });
    this.centre = button(() => this.centred(), { class: "centre" }, placeGlyph());
    this.file = make("input", { type: "file", accept: "image/*", class: "aside", tabindex: -1, "aria-hidden": "true" });
    this.file.addEventListener("change", () => this.opened(this.file.files?.[0]));
    this.shiftTitle = make("h3");
    this.shiftValue = make("span", { class: "value" });
    this.noise = make("input", { type: "range", min: 0, max: 0.5, step: 0.05, id: "noise" });
    this.noise.addEventListener("input", () => actions.setNoise(Number(this.noise.value)));
    this.noiseLabel = make("label", { for: "noise" });
    this.keys = ARROWS.map(([name, sign, right, down]) => (
      button(() => actions.shiftBy(right, down), { class: `shift ${name}` }, sign)
    ));
    this.element = make(
      "section", { class: "controls", "aria-labelledby": "choose-title" },
      this.title,
      make("div", { class: "digits", role: "radiogroup", "aria-labelledby": "choose-title" }, this.digits),
      make("div", { class: "pair" }, this.draw, this.another),
      make("div", { class: "pair" }, this.open, this.rubber, this.file),
      make("div", { class: "shift-head" }, this.shiftTitle, this.shiftValue),
      make("div", { class: "shift-keys" }, this.keys, this.centre),
      make("div", { class: "noise-row" }, this.noiseLabel, this.noise),
    );
    this.listen();
  }

  anotherOrClear() {
    if (this.app.store.state.tool) this.clear();
    else this.app.actions.another();
  }

  clear() {
    this.app.drawing.keep();
    this.app.actions.setDrawn(new Uint8Array(this.app.model.pixelCount));
  }

  /** Back to its place; there, a picture of one's own is scaled and centred as MNIST's digits are. */
  centred() {
    const { drawn, shift } = this.app.store.state;
    if (shift[0] || shift[1]) {
      this.app.actions.shiftTo(0, 0);
    } else {
      const ink = Float32Array.from(drawn ?? [], (level) => level / LEVELS);
      this.show(() => digitsOf(ink, SIDE, SIDE));
    }
  }

  /** Pictures also come by pasting and by dropping them anywhere on the page. */
  listen() {
    document.addEventListener("paste", (event) => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
      if (!file) return;
      event.preventDefault();
      this.opened(file);
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      this.opened(event.dataTransfer?.files[0]);
    });
  }

  /** @param {File|undefined} file */
  async opened(file) {
    this.file.value = "";
    if (file) await this.show(() => readPicture(file));
  }

  /**
   * Show a picture once it is prepared, and what was done to it; or say why it cannot be.
   *
   * @param {() => Digit[]|Promise<Digit[]>} prepare
   */
  async show(prepare) {
    try {
      const digits = await prepare();
      const { pixels, steps, doubts } = digits[largest(digits)];
      this.app.actions.setDrawn(quantised(pixels));
      const did = steps.map(({ key, values }) => say(key, values)).join(say("listed"));
      // A doubt is what must be read: it takes the place of what was done.
      this.app.tell(doubts.length ? doubts.map((name) => say(name)).join(gap()) : did);
    } catch (error) {
      if (!(error instanceof PictureError)) throw error;
      this.app.tell(say(error.key));
    }
  }

  /** @param {State} state */
  render(state) {
    const drawing = state.tool !== null;
    write(this.title, say(DATA.digits28 ? "choose" : "choosePicture"));
    this.digits.forEach((choice, at) => {
      const digit = this.classes[at];
      const chosen = digit === state.digit;
      setAttributes(choice, {
        "aria-checked": String(chosen), "aria-label": nameOf(digit), title: DATA.digits28 ? null : nameOf(digit),
        tabindex: chosen || (state.digit === null && at === 0) ? 0 : -1,
      });
      this.drawDigit(this.canvases[at], digit, chosen ? state.sample : 0, state.theme);
    });
    write(this.draw, say(drawing ? "done" : "draw"));
    setAttributes(this.draw, { "aria-pressed": String(drawing) });
    this.draw.hidden = DEPTH !== 1;
    this.rubber.hidden = DEPTH !== 1;
    this.another.hidden = !drawing && samplesOf(state.digit ?? this.classes[0]).length < 2;
    write(this.another, say(drawing ? "clear" : "another"));
    write(this.open, say("picture"));
    this.open.title = say("pictureHint");
    write(this.rubber, say("rubber"));
    setAttributes(this.rubber, { "aria-pressed": String(state.tool === "rubber") });
    write(this.shiftTitle, say("shift"));
    write(this.shiftValue, shiftText(state.shift));
    ARROWS.forEach(([, , , , words], i) => setAttributes(this.keys[i], { "aria-label": say(words) }));
    const shifted = state.shift[0] !== 0 || state.shift[1] !== 0;
    const centre = say(shifted || !state.drawn ? "centre" : "pictureCentre");
    setAttributes(this.centre, {
      "aria-label": centre, title: centre, disabled: !shifted && !(state.drawn && DATA.digits28),
    });
    write(this.noiseLabel, say("noise"));
    if (Number(this.noise.value) !== state.noise) this.noise.value = String(state.noise);
    setAttributes(this.noise, { "aria-valuetext": percent(state.noise, 0) });
  }

  /** @param {HTMLCanvasElement} canvas @param {number} digit @param {number} sample @param {State["theme"]} theme */
  drawDigit(canvas, digit, sample, theme) {
    const wanted = `${sample} ${theme}`;
    if (canvas.dataset.drawn === wanted) return;
    canvas.dataset.drawn = wanted;
    paintOn(canvas, bundledDigit(samplesOf(digit)[sample]).pixels, null, theme);
  }
}

/** A dot in the middle of a frame; ⊙ is a product, cell by cell. */
function placeGlyph() {
  return makeSvg(
    "svg", { class: "glyph place", viewBox: "0 0 16 16", "aria-hidden": "true" },
    makeSvg("path", { d: "M1 5V1h4m6 0h4v4m0 6v4h-4m-6 0H1v-4" }), makeSvg("circle", { cx: 8, cy: 8, r: 2.5 }),
  );
}

/** What a picture to choose is called. @param {number} digit */
function nameOf(digit) {
  return DATA.digits28 ? say("digit", { n: digit }) : DATA.digits.names[digit][languageInUse()];
}

/** "left 3, down 1", or that nothing is shifted. @param {readonly [number, number]} shift */
export function shiftText([right, down]) {
  const parts = [];
  if (right) parts.push(say("shifted", { way: say(right < 0 ? "left" : "right"), n: Math.abs(right) }));
  if (down) parts.push(say("shifted", { way: say(down < 0 ? "up" : "down"), n: Math.abs(down) }));
  return parts.join(languageInUse() === "zh" ? "，" : ", ") || "0, 0";
}
