/**
 * The page: one state, what shows it, what changes it. Nothing here computes a number.
 *
 * @import { Mode, Secret } from "./explore.js"
 * @import { History, State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { number, probability } from "./as_text.js";
import { invitation } from "./cells.js";
import { Chain } from "./chain.js";
import { changes } from "./changes.js";
import { tokens, useTheme } from "./colours.js";
import { COMPARE } from "./compare.js";
import { Controls } from "./controls.js";
import { DATA, INPUT } from "./data.js";
import { make, refill, setAttributes, write } from "./dom.js";
import { Drawing } from "./draw.js";
import { ERASE } from "./erase.js";
import { EXPLORE } from "./explore.js";
import { Glossary } from "./glossary.js";
import { Help } from "./help.js";
import { Keyboard } from "./keyboard.js";
import { fragmentOf, readFragment } from "./link.js";
import { Model } from "./model.js";
import { Overview } from "./overview.js";
import { captionOf, PanelView } from "./panel.js";
import { Player } from "./play.js";
import { PLAYGROUND } from "./playground.js";
import { PREDICT } from "./predict.js";
import { Slides } from "./slides.js";
import { Actions, FIRST_STATE, focusCell, sameCell, Store } from "./state.js";
import { Toolbar } from "./toolbar.js";
import { Tour } from "./tour.js";
import { className, gap, say, useLanguage } from "./words.js";

// The address is written so long after a stroke, in milliseconds.
const WRITTEN_AFTER = 250;
// The live region speaks at most this often, in milliseconds.
const SPOKEN_EVERY = 500;

// "?embed" in the address: the page stands in a frame.
const EMBEDDED = /^\?(.*&)?embed\b/;
// As in style_widths.css: screens on which not everything is in view at once.
const SMALL = "(max-width: 879px), (max-height: 559px)";
// More columns do not fit beside one another: one scrolls to them.
const MOST_COLUMNS = 9;

export class App {
  /** @param {Mode[]} modes */
  constructor(modes) {
    this.modes = modes;
    this.model = new Model();
    /** @type {State} */
    this.opening = {
      ...FIRST_STATE, ...this.model.opening,
      lang: DATA.opening.lang ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en"),
      theme: DATA.opening.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
    };
    this.store = new Store({ ...this.opening, ...readFragment(window.location.hash, this.model) });
    this.actions = new Actions(this.store, this.model);
    this.player = new Player(this);
    this.keys = new Keyboard(this);
    /** @type {Secret|null} */
    this.secret = null;
    /** A remark, and what has to stay for it to stay. @type {{text: string, state: string}|null} */
    this.told = null;
    /** What is shown. @type {State|null} */
    this.shown = null;
    /** The fragment of the address. @type {string|undefined} */
    this.written = undefined;
    this.speaking = 0;
    this.writing = 0;
    this.toSay = "";
    this.fitted = "";
    /** Whether the window is small, so that not all columns are shown. */
    this.small = false;
    /** Whether the maps must be fitted to their room. */
    this.fit = true;
    this.printing = false;
    this.fontsIn = false;
    this.overviewStale = false;
    this.toolbar = new Toolbar(this);
    this.controls = new Controls(this);
    this.chain = new Chain(this);
    this.overview = new Overview(this);
    this.panel = new PanelView(this);
    this.help = new Help(this);
    this.glossary = new Glossary(this);
    this.tour = new Tour(this);
    this.drawing = new Drawing(this, this.chain.picture);
    this.caption = make("p", { class: "caption-text" });
    this.said = make("p", { class: "caption-answer" });
    this.changes = make("div", { class: "caption-changes" });
    this.spoken = make("p", { class: "aside", role: "status" });
    this.captionAside = make("span", { class: "caption-aside" });
    this.slides = DATA.lesson && new Slides(DATA.lesson, () => this.toolbar.slides?.focus());
    this.build();
    this.store.follow((state, history) => this.render(state, history));
    this.store.render();
    this.listen();
    this.slides?.open();
  }

  /** The chosen mode; one that this file cannot have is the plain one. */
  get mode() {
    const chosen = this.modes.find(({ name }) => name === this.store.state.mode);
    return chosen?.available(this) ? chosen : this.modes[0];
  }

  build() {
    this.chain.element.prepend(this.controls.element);
    this.chain.element.append(this.overview.card, this.panel.element);
    const { columns } = this.model;
    setAttributes(this.chain.element, {
      style: { "--columns": columns.map(({ width }) => width).join(" "), "--left": 4 - ((columns.length - 1) % 4) },
    });
    document.getElementById("page")?.replaceChildren(
      this.toolbar.element,
      make(
        "main", { class: this.model.columns.length > MOST_COLUMNS ? "many" : false }, this.chain.tabs, this.chain.element, this.chain.tiles,
        make("div", { class: "caption" }, this.changes, this.caption, this.said, this.captionAside), this.spoken,
      ),
      this.help.element, this.glossary.element,
    );
  }

  listen() {
    new ResizeObserver(() => this.resized()).observe(this.chain.element);
    window.addEventListener("resize", () => this.resized());
    window.addEventListener("beforeprint", () => this.print(true));
    window.addEventListener("afterprint", () => this.print(false));
    document.fonts?.ready.then(() => this.resized());
    window.addEventListener("popstate", () => this.followAddress());
    window.addEventListener("hashchange", () => this.followAddress());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
      if (!DATA.opening.theme) this.actions.setTheme(event.matches ? "dark" : "light");
    });
  }

  /** The address changed by other hands: Back, Forward, or a link that was typed. */
  followAddress() {
    if (window.location.hash.slice(1) === this.written) return;
    const { lang, theme, letters, speed } = this.store.state;
    const read = readFragment(window.location.hash, this.model);
    this.written = window.location.hash.slice(1);
    this.store.state = Object.freeze({
      ...new Store({ ...this.opening, lang, theme, letters, speed, ...read }).state,
    });
    this.store.change({}, "none");
    requestAnimationFrame(() => this.keys.focusMap(this.store.state.pinned));
  }

  resized() {
    this.small = matchMedia(SMALL).matches;
    const key = `${window.innerWidth} ${this.chain.element.clientWidth} ${this.chain.element.dataset.bench} ${devicePixelRatio}`;
    if (key === this.fitted && document.fonts?.status !== "loading" && this.fontsIn) return;
    this.fitted = key;
    this.fontsIn = document.fonts?.status !== "loading";
    this.fit = true;
    this.store.change({}, "none");
  }

  /** Paper has room for maps that a small screen leaves out; how large they are there, the style sheet says. @param {boolean} printing */
  print(printing) {
    this.printing = printing;
    this.fit = true;
    this.store.render();
  }

  /** @param {State} state @param {History} history */
  render(state, history) {
    if (this.printing) state = { ...state, theme: "light" }; // a black sheet wastes ink
    const changed = this.model.refresh(state);
    const before = this.shown;
    const restyled = before?.theme !== state.theme || before?.lang !== state.lang || before?.scale !== state.scale;
    this.shown = state;
    if (restyled) this.dress(state);
    this.secret = this.mode.secret?.(this, state) ?? null;
    // Whatever of a cell is asked, its own number would give away.
    this.model.hide(this.secret && this.secret.what !== "answer" ? this.secret.cell : null);
    const cell = this.mode.bench ? null : focusCell(state);
    const bench = this.mode.bench ? "mode" : cell ? "panel" : "overview";
    const root = this.chain.element;
    // Maps that were not to be seen have the size that they had before.
    if (root.dataset.bench !== bench || root.dataset.mode !== this.mode.name) this.fit = true;
    setAttributes(root, { "data-bench": bench, "data-mode": this.mode.name });
    this.panel.element.hidden = bench === "overview";
    const benched = this.mode.bench?.(this, state); // in the panel as it is laid out now
    setAttributes(document.documentElement, {
      "data-embed": DATA.opening.embed || EMBEDDED.test(window.location.search) ? "true" : null,
      "data-asks": this.mode.name === "predict" ? "true" : null, "data-tool": state.tool, "data-tour": this.tour.step?.name ?? null,
      "data-playing": state.playing ? "true" : null,
    });
    if (this.chain.mark(state) || this.fit || restyled) {
      this.chain.fit(this.printing);
      this.overview.fit(this.printing);
      this.fit = false;
    }
    this.chain.render(state);
    if (state.pinned && state.pinned.layer !== before?.pinned?.layer) this.chain.bringIn();
    this.controls.render(state);
    this.toolbar.render(state);
    if (bench === "overview") this.overview.render(state, changed || this.overviewStale || restyled);
    this.overviewStale = bench !== "overview" && (this.overviewStale || changed || restyled);
    if (benched) refill(this.panel.element, benched);
    else if (cell) this.panel.render(state);
    this.help.render(state);
    this.renderCaption(state, cell);
    this.player.render(state);
    this.writeAddress(state, history);
    this.keepFocus(before, state);
  }

  /** Colours of the theme for the style sheet, language for everyone. @param {State} state */
  dress(state) {
    useTheme(state.theme);
    useLanguage(state.lang);
    const root = document.documentElement;
    for (const [token, colour] of Object.entries(tokens(state.theme))) {
      if (token !== "name") root.style.setProperty(`--${token}`, colour);
    }
    setAttributes(root, { lang: state.lang === "zh" ? "zh-Hans" : "en", "data-theme": state.theme });
    root.style.colorScheme = state.theme;
    document.title = say("title");
  }

  /** The sentence at the bottom; on the overview the three steps. @param {State} state @param {Cell|null} cell */
  renderCaption(state, cell) {
    const told = this.told && this.told.state === stateKey(state) ? this.told.text : null;
    const said = this.tour.step?.text(this) ?? told ?? this.mode.caption?.(this, state) ?? (state.tool ? say("drawHint") : null);
    const [text, invites] = said === null && cell ? captionOf(this, cell) : [said ?? (this.printing ? this.result() : null), ""];
    if (text === null) {
      const steps = [DATA.digits28 ? "step1" : "step1Picture", matchMedia("(hover: none)").matches ? "step2Touch" : "step2", "step3"].map((key, i) => make(
        "span", { class: "step" }, make("b", { "aria-hidden": "true" }, i + 1), say(key), " ",
      ));
      if (this.caption.textContent !== steps.map(({ textContent }) => textContent).join("")) refill(this.caption, steps);
    } else if (this.caption.textContent !== [text, ...(invites ? [invites] : [])].join(gap())) {
      refill(this.caption, text, invites ? invitation(invites) : null);
    }
    refill(this.changes, changes(this, state));
    refill(this.captionAside, this.tour.buttons(), state.tool && this.drawing.buttons(), (this.tour.step ? null : this.mode.aside?.(this, state)) ?? [], text === null && this.tour.invitation());
    // Where the answer's column is out of sight, the bar at the bottom has it.
    refill(this.said, this.model.answer && this.secret?.what !== "answer" ? answerLine(this.model) : "");
    const title = cell && !state.playing ? this.spokenName(cell) : "";
    this.speak(state.playing ? "" : [title, this.caption.textContent].filter(Boolean).join(". "));
  }

  /** Whether a cell's number is nowhere to be seen. @param {Cell} cell */
  hides(cell) {
    return this.model.hidden.some((other) => sameCell(other, cell));
  }

  /** A cell with its number, as it is read aloud. @param {Cell} cell */
  spokenName(cell) {
    const value = this.hides(cell) ? say("hiddenNumber") : number(this.model.value(cell));
    return this.model.column(cell.layer).spoken(cell, value);
  }

  /** Tell screen readers, politely: the last thing to say, not all that was shown on the way. @param {string} text */
  speak(text) {
    this.toSay = text;
    if (this.speaking) return;
    this.speaking = window.setTimeout(() => {
      this.speaking = 0;
      write(this.spoken, this.toSay);
    }, SPOKEN_EVERY);
  }

  /** Say something about what was just done, until the next thing is done. @param {string} text */
  tell(text) {
    if (!text) return;
    this.told = { text, state: stateKey(this.store.state) };
    this.store.change({}, "none");
  }

  /** @param {State} state @param {History} history */
  writeAddress(state, history) {
    // Inside of a notebook the page has no address of its own.
    if (history === "none" || window.location.protocol === "about:") return;
    // While a stroke is drawn the address waits: each change of it costs as much as a layer.
    clearTimeout(this.writing);
    if (this.drawing.last) {
      this.writing = window.setTimeout(() => this.writeAddress(this.store.state, history), WRITTEN_AFTER);
      return;
    }
    const fragment = fragmentOf(state, this.opening);
    if (fragment === this.written) return;
    const first = this.written === undefined && window.location.hash === "";
    this.written = fragment;
    const write = history === "push" && !first ? "pushState" : "replaceState";
    window.history[write](null, "", `#${fragment}`);
  }

  /**
   * After walking along the trail the new cell's map has the focus; Back returns to the pinned cell.
   *
   * @param {State|null} before
   * @param {State} state
   */
  keepFocus(before, state) {
    if (!before || sameCell(before.pinned, state.pinned) || state.playing || state.tour !== null) return;
    const walked = before.trail.length !== state.trail.length;
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (state.pinned === null && before.pinned) this.keys.focusMap(before.pinned);
    else if (walked || lost) this.keys.focusMap(state.pinned);
  }

  /** Whether pointing at a cell shows it. */
  pointable() {
    const { state } = this.store;
    return !state.tool && (this.mode.bench?.(this, state) ?? null) === null && !this.secret;
  }

  /** A cell was clicked, tapped, or Enter pressed on it. @param {Cell} cell */
  clicked(cell) {
    if (this.store.state.tool && cell.layer === INPUT) return;
    if (this.mode.clicked?.(this, cell)) return;
    this.actions.pin(cell);
    this.store.render();
    this.bringIn(this.panel.element.querySelector(".output-cell") ?? this.panel.element);
  }

  /** On a small screen: bring what was asked for into view. @param {Element} element */
  bringIn(element) {
    if (this.small) element.scrollIntoView({ block: "nearest" });
  }

  /** Lay a blank sheet, or end drawing. */
  toggleDrawing() {
    if (this.store.state.tool === null) this.drawing.lay();
    else this.actions.setTool(null);
  }

  toggleRubber() {
    this.actions.setTool(this.store.state.tool === "rubber" ? null : "rubber");
  }

  /**
   * Begin to type a weight of the kernel that is shown, or end it and go back to weight `at`.
   *
   * @param {number|null} editing
   * @param {number} at
   */
  editWeight(editing, at) {
    this.actions.edit(editing);
    this.store.render();
    const field = this.focusKey(`weight-${at}`);
    if (field instanceof HTMLInputElement) field.select();
  }

  /** Give the focus to what has a key in the panel. @param {string} key */
  focusKey(key) {
    const found = /** @type {HTMLElement|null} */ (this.panel.element.querySelector(`[data-key="${key}"]`));
    found?.focus();
    return found;
  }

  /** What the network makes of the picture, in a sentence: on paper it stands where the screen says what to do. */
  result() {
    const { answer, prediction, trace } = this.model;
    return answer && say("networkSays", { name: this.names.alone, k: className(prediction), p: probability(trace.probabilities[prediction]) });
  }

  /** What the explained network is called, alone and in a sentence. */
  get names() {
    return this.model.isConvnet
      ? { alone: say("thisNetwork"), within: say("theCnn") } : { alone: say("otherNetwork"), within: say("theOther") };
  }
}

/** "9: >99.9%" @param {Model} model */
function answerLine({ trace, prediction }) {
  return [make("b", {}, className(prediction)), " ", probability(trace.probabilities[prediction])];
}

/** What has to stay for a remark to stay. @param {State} state */
function stateKey(state) {
  return JSON.stringify([state.digit, state.sample, state.pinned, state.preview, state.mode, state.lang, state.tool, state.shift]);
}

new App([EXPLORE, PREDICT, COMPARE, ERASE, PLAYGROUND]);
