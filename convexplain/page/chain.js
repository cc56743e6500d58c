/**
 * The chain: the picture, one map of each layer, the answer; windows and links drawn over them.
 *
 * @import { App } from "./app.js"
 * @import { Column } from "./columns.js"
 * @import { Joined, Rectangle } from "./links.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {ReturnType<Chain["makeMap"]>} MapPart  a column with a map
 */

import { Bars, showTiles } from "./answer.js";
import { number } from "./as_text.js";
import { contextOf } from "./colours.js";
import { INPUT } from "./data.js";
import { button, make, setAttributes, write } from "./dom.js";
import { Links, within } from "./links.js";
import { MapView, scaleGradient } from "./map.js";
import { focusCell } from "./state.js";
import { languageInUse, say } from "./words.js";

// So many columns the sheet that one draws on is wide.
const SHEET = 3;
// The side, in CSS pixels, for which a map is drawn that only paper shows.
const ON_PAPER = 112;
// Leaving one map for the next does not flash the overview in between.
const LEAVE_AFTER = 80;

export class Chain {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.links = new Links();
    this.element = make("div", { class: "chain" });
    this.tabs = make("div", { class: "tabs", role: "group" });
    this.tiles = make("div", { class: "answer-tiles" });
    this.columns = app.model.columns.map((column) => this.makeColumn(column));
    this.maps = this.columns.filter(({ column }) => column !== app.model.answer).map((part) => this.makeMap(part));
    this.answer = this.columns.filter(({ column }) => column === app.model.answer).map((part) => this.makeBars(part))[0] ?? null;
    this.element.append(...this.columns.map((part) => part.element), this.links.element);
    this.tabs.append(...this.maps.map(({ tab }) => tab));
    this.leaving = 0;
    /** What decides which columns are shown. */
    this.arranged = "";
    /** Where maps and bars lie, until they are fitted anew. @type {Map<Element, Rectangle>} */
    this.places = new Map();
    this.font = 24; // CSS pixels
    this.family = "";
  }

  /** The picture's map. */
  get picture() {
    return this.maps[0].view;
  }

  /** @param {Column} column */
  makeColumn(column) {
    const about = button(() => this.app.glossary.open(column), { class: "term about", "data-layer": column.name });
    const name = make("h2", { id: `name-${column.name}` }, about);
    const sizes = make("p", { class: "shape" });
    const feeds = make("span");
    const frame = make("div", { class: "frame" }, make("p", { class: "feeds", "aria-hidden": "true" }, feeds));
    const which = make("p", { class: "which" });
    const element = make(
      "section",
      { class: `column of-${column.kind}`, "aria-labelledby": `name-${column.name}`, "data-layer": column.name },
      name, sizes, frame, which,
    );
    return { column, about, sizes, feeds, frame, which, element };
  }

  /** @param {ReturnType<Chain["makeColumn"]>} part */
  makeMap(part) {
    const { column } = part;
    const low = make("span");
    const high = make("span");
    const strip = make("span", { class: "strip" });
    const scale = button(
      () => this.app.actions.setScale(), { class: "scale", disabled: column.name === INPUT, hidden: column.name === INPUT && column.filters > 1 }, low, strip, high,
    );
    const view = new MapView(column, {
      point: (row, col) => this.point(this.cell(column, row, col)),
      hover: (row, col) => this.hover(this.cell(column, row, col)),
      leave: () => this.leave(),
      pin: (row, col) => this.app.clicked(this.cell(column, row, col)),
      key: (event) => this.app.keys.onMap(event, map),
    });
    const small = make("canvas", { width: column.cols, height: column.rows, "aria-hidden": "true" });
    const tabName = make("span");
    const tab = button(() => this.openTab(column), { class: "tab" }, small, tabName);
    const map = { ...part, low, high, strip, scale, view, small, tab, tabName };
    part.frame.append(view.element);
    part.element.append(scale);
    return map;
  }

  /** @param {ReturnType<Chain["makeColumn"]>} part */
  makeBars(part) {
    const { column } = part;
    const unit = (/** @type {number} */ k) => column.cellAt(Math.min(k, column.count - 1), 0);
    const bars = new Bars({
      count: this.app.model.trace.probabilities.length,
      pin: (k) => this.app.clicked(unit(k)),
      point: (k) => this.hover(unit(k)),
      leave: () => this.leave(),
    });
    part.frame.append(bars.element);
    return { ...part, bars };
  }

  /** Which map of a column is shown. @param {Column} column */
  filterOf(column) {
    return this.app.model.shown(this.app.store.state)[column.name] ?? 0;
  }

  /** The cell at a column's place. @param {Column} column @param {number} row @param {number} col */
  cell(column, row, col) {
    return column.cellAt(row * column.cols + col, this.filterOf(column));
  }

  /** @param {Cell} cell */
  point(cell) {
    clearTimeout(this.leaving);
    if (this.app.pointable()) this.app.actions.point(cell);
  }

  /** A pointer is over a cell; in a small window only a click may move the map away from under it. @param {Cell} cell */
  hover(cell) {
    if (!this.app.small || this.app.store.state.pinned?.layer === cell.layer) this.point(cell);
  }

  leave() {
    clearTimeout(this.leaving);
    this.leaving = window.setTimeout(() => this.app.actions.point(null), LEAVE_AFTER);
  }

  /** On a phone: look at a layer, where nothing is pinned at its strongest cell. @param {Column} column */
  openTab(column) {
    const { model, actions } = this.app;
    if (column.name === INPUT) return actions.overview();
    return actions.pin(model.strongest(column, this.filterOf(column)));
  }

  /**
   * Fit all maps to the room that the style sheet gives them.
   *
   * @param {boolean} printed  whether those, too, that this screen has no room for
   */
  fit(printed) {
    const style = getComputedStyle(this.element);
    this.font = parseFloat(style.fontSize);
    this.family = style.fontFamily;
    this.places.clear();
    // First all that is read, then all that is written: the browser lays out once.
    const sides = this.maps.map(({ frame }) => Math.min(frame.clientWidth, frame.clientHeight) || (printed ? ON_PAPER : 0));
    this.maps.forEach(({ view }, i) => {
      view.visible = sides[i] > 0;
      if (view.visible) view.fit(sides[i]);
    });
  }

  /** Where an element lies in the chain. @param {Element} element */
  placeOf(element) {
    const place = this.places.get(element) ?? within(element, this.element);
    this.places.set(element, place);
    return place;
  }

  /**
   * Say which columns are read and written, by which a phone shows them; true if that changes any.
   *
   * @param {State} state
   */
  mark(state) {
    const cell = focusCell(state);
    const sources = cell && cell.layer !== INPUT ? this.app.model.columnsBefore(cell.layer).map(({ name }) => name) : [INPUT];
    this.element.classList.toggle("linked", Boolean(cell));
    // The sheet that one draws on lies over the first maps.
    const covered = this.maps.slice(1, 1 + SHEET).map(({ column }) => column);
    setAttributes(this.element, { style: { "--sheet": Math.max(1, covered.length) } });
    for (const { column, element } of this.columns) {
      element.classList.toggle("current", cell?.layer === column.name);
      element.classList.toggle("covered", state.tool !== null && covered.includes(column));
      element.classList.toggle("source", Boolean(cell) && sources.includes(column.name) && cell?.layer !== column.name);
    }
    const arranged = [state.tool !== null, this.app.small && [cell?.layer, sources]].join();
    const changed = arranged !== this.arranged;
    this.arranged = arranged;
    return changed;
  }

  /** Where the chain, or its tabs, are wider than the window: scroll along them to the chosen cell's column and those that it reads. */
  bringIn() {
    const { tabs } = this;
    const tab = tabs.querySelector('[aria-current="true"]');
    if (tab instanceof HTMLElement && tabs.scrollWidth > tabs.clientWidth) {
      tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.offsetWidth) / 2;
    }
    const room = this.element.parentElement;
    if (!room || room.scrollWidth <= room.clientWidth) return;
    const margin = parseFloat(getComputedStyle(room).paddingLeft);
    const window = room.getBoundingClientRect();
    const boxes = this.columns.filter(({ element }) => element.matches(".current, .source")).map(({ element }) => element.getBoundingClientRect());
    const before = Math.min(...boxes.map(({ left }) => left)) - window.left - margin;
    const behind = Math.max(...boxes.map(({ right }) => right)) - window.right + margin;
    // Where not all of them fit, the cell's own is seen: it is the last.
    if (behind > 0) room.scrollLeft += behind;
    else if (before < 0) room.scrollLeft += Math.max(before, behind);
  }

  /** @param {State} state */
  render(state) {
    const { model, secret } = this.app;
    const maps = model.shown(state);
    const cell = focusCell(state);
    const hidden = secret?.what === "answer";
    for (const part of this.columns) this.label(part, maps[part.column.name] ?? 0);
    for (const part of this.maps) this.drawMap(part, maps[part.column.name] ?? 0, state);
    if (this.answer) {
      const { bars, column } = this.answer;
      bars.draw(model.trace, cell?.layer === column.name ? cell.filter : null, hidden);
      // Only a small screen shows them.
      if (this.app.small) showTiles(this.tiles, model.trace, hidden, (k) => this.app.clicked(column.cellAt(k, 0)));
    }
    this.drawLinks(cell ?? this.penCell(state) ?? this.invitingCell(state));
    this.element.classList.toggle("gliding", state.playing);
    setAttributes(this.tabs, { "aria-label": say("network") });
  }

  /**
   * Names, shapes and what feeds a column, in the language in use.
   *
   * @param {ReturnType<Chain["makeColumn"]>} part
   * @param {number} filter
   */
  label({ column, about, sizes, feeds, which, element }, filter) {
    const key = `${languageInUse()} ${filter}`;
    if (element.dataset.labelled === key) return;
    element.dataset.labelled = key;
    write(about, column.heading);
    setAttributes(about, { title: say("explainWord", { word: column.heading }), style: { "--letters": column.heading.length } });
    write(sizes, column.sizes);
    const [chosen, range] = column.which(filter);
    which.replaceChildren(chosen, ...(range ? [make("span", { class: "range" }, range)] : []));
    if (column.layer) write(feeds, this.feedsOf(column));
  }

  /** What a column reads: it says of what, where that is not the column before it. @param {Column} column */
  feedsOf(column) {
    const { model } = this.app;
    const read = model.columnsBefore(column.name);
    if (read.length > 1) return `${read.map(({ name }) => name).join(" + ")} →`;
    const next = model.columns.indexOf(column) === model.columns.indexOf(read[0]) + 1;
    return next ? column.feeds(read[0]) : `${read[0].heading}: ${column.feeds(read[0])}`;
  }

  /** @param {MapPart} part @param {number} filter @param {State} state */
  drawMap({ column, view, small, tab, tabName, low, high, strip, scale }, filter, state) {
    const { app } = this;
    const { model } = app;
    const picture = column.name === INPUT;
    const limit = picture ? null : model.limit(column.name, filter, state.scale);
    const focus = focusCell(state);
    const cell = focus?.layer === column.name ? focus : null;
    const extra = {
      font: this.font, family: this.family,
      unread: cell ? model.unread.get(column.name) : undefined,
      zeroed: state.zeroed.filter((other) => column.shows(other, filter)).map((other) => column.placeOf(other)),
      erased: picture ? state.erased : [],
      until: state.sweeping && cell ? column.indexOf(cell) + 1 : Infinity,
      hidden: model.hidden.filter((other) => column.shows(other, filter)).map((other) => column.placeOf(other)),
    };
    const drawn = JSON.stringify([model.version, filter, limit, state.theme, Boolean(cell), extra]);
    const fresh = drawn !== view.drawn;
    if (fresh) view.draw(picture ? model.pixels : model.map(column.name, filter), limit, extra);
    view.drawn = drawn;
    const [row, col] = cell ? column.placeOf(cell) : view.at;
    view.announce(row, col, app.spokenName(this.cell(column, row, col)));
    view.element.setAttribute("aria-label", column.label(filter));

    const signed = !picture && model.trace.signed(column.name);
    const ends = limit === null ? ["0", "1"] : [signed ? number(-limit) : "0", number(limit)];
    [low, high].forEach((end, i) => write(end, ends[i]));
    const colours = `${state.theme} ${limit === null} ${signed}`; // wherever the scale ends, they are the same
    if (strip.dataset.colours !== colours) strip.style.background = scaleGradient(limit, signed);
    strip.dataset.colours = colours;
    setAttributes(scale, { "aria-label": say("scaleHint", { layer: column.heading, low: ends[0], high: ends[1] }) });

    if (fresh) contextOf(small).drawImage(view.small, 0, 0);
    write(tabName, column.heading);
    setAttributes(tab, { "aria-current": (focus?.layer ?? INPUT) === column.name ? "true" : false });
  }

  /** While one draws with the keyboard: the pixel that Enter inks. @param {State} state */
  penCell(state) {
    const { picture } = this;
    if (!state.tool || !picture.element.matches(":focus-visible")) return null;
    return { layer: INPUT, filter: 0, row: picture.at[0], col: picture.at[1] };
  }

  /** On the overview a cell is shown with its window, so that others are pointed at. @param {State} state */
  invitingCell(state) {
    return state.mode === "explore" && !state.tool && state.tour !== 0 ? this.app.model.suggested() : null;
  }

  /** Draw the windows that a cell depends on, from the picture to the cell. @param {Cell|null} cell */
  drawLinks(cell) {
    const field = cell ? this.app.model.field(cell) : new Map();
    /** The columns that are seen, each with its box. @type {Map<string, Joined>} */
    const seen = new Map();
    for (const { column, view } of this.maps) {
      const read = field.get(column.name);
      const box = read && cell ? column.placeOfBox(read, cell) : null;
      view.mark(box);
      if (!box || !view.visible) continue;
      const map = this.placeOf(view.canvas);
      if (map.width > 0) seen.set(column.name, { map, box: view.place(box, map) });
    }
    if (this.answer) {
      const { column, frame, bars } = this.answer;
      const explained = cell?.layer === column.name ? bars.barOf(cell.filter) : null;
      for (const { bar } of bars.rows) bar.classList.toggle("explained", bar === explained);
      const map = this.placeOf(frame);
      if (explained && map.width > 0) seen.set(column.name, { map, box: this.placeOf(explained) });
    }
    // What a column reads stands where its link runs.
    for (const { column, element } of this.columns) element.classList.toggle("lit", column.name !== INPUT && seen.has(column.name));
    const visible = new Set(this.maps.filter(({ view }) => view.visible).map(({ column }) => column.name));
    const order = this.columns.map(({ column }) => column.name).filter((name) => visible.has(name) || seen.has(name));
    this.links.show([...seen.keys()].flatMap((name) => [...this.seenBefore(name, seen)].map((before) => ({
      from: /** @type {Joined} */ (seen.get(before)), to: /** @type {Joined} */ (seen.get(name)),
      around: order.indexOf(before) < order.indexOf(name) - 1,
    }))));
  }

  /**
   * The columns that one reads, past those that are not seen.
   *
   * @param {string} name
   * @param {Map<string, Joined>} seen
   * @returns {Set<string>}
   */
  seenBefore(name, seen) {
    if (name === INPUT) return new Set();
    return new Set(this.app.model.columnsBefore(name).flatMap((before) => (
      seen.has(before.name) ? [before.name] : [...this.seenBefore(before.name, seen)]
    )));
  }
}
