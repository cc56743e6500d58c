// The chain: the picture, one map of each layer, the answer; windows and links drawn over them.

import { Bars, showTiles } from "./answer.js";
import { make, setAttributes } from "./dom.js";
import { number, shape } from "./format.js";
import { Links, within } from "./links.js";
import { MapView, scaleGradient } from "./map.js";
import { boxOf } from "./model.js";
import { focusCell, sameCell } from "./state.js";
import { INPUT } from "./trace.js";
import { say } from "./words.js";

export class Chain {
  /** @param {Object} app  {model, store, actions, keys, secret} */
  constructor(app) {
    this.app = app;
    this.links = new Links();
    this.element = make("div", { class: "chain" });
    this.tabs = make("div", { class: "tabs", role: "group" });
    this.tiles = make("div", { class: "answer-tiles" });
    this.parts = app.model.columns.map((column) => this.makeColumn(column));
    this.element.append(...this.parts.map((part) => part.element), this.links.element);
    this.leaving = 0;
  }

  makeColumn(column) {
    const { actions } = this.app;
    const name = make("h2", { id: `name-${column.name}` });
    const sizes = make("p", { class: "shape" });
    const feeds = make("span");
    const gap = make("p", { class: "feeds", "aria-hidden": "true" }, feeds);
    const which = make("p", { class: "which" });
    const part = { column, name, sizes, feeds, which };
    if (column.kind === "answer") {
      part.bars = new Bars({
        count: column.shape[2],
        pin: (k) => this.app.clicked(this.unit(column, k)),
        point: (k) => this.point(this.unit(column, k)),
        leave: () => this.leave(),
      });
      part.frame = make("div", { class: "frame" }, gap, part.bars.element);
    } else {
      part.low = make("span");
      part.high = make("span");
      part.strip = make("span", { class: "strip" });
      part.scale = make(
        "button",
        {
          type: "button", class: "scale", disabled: column.kind === "picture",
          on: { click: () => actions.setScale(this.app.store.state.scale === "map" ? "layer" : "map") },
        },
        part.low, part.strip, part.high,
      );
      part.view = new MapView({
        name: column.name, rows: column.rows, cols: column.cols,
        on: {
          point: (row, col) => this.point(this.cell(part, row, col)),
          leave: () => this.leave(),
          pin: (row, col) => this.app.clicked(this.cell(part, row, col)),
          key: (event) => this.app.keys.onMap(event, part),
        },
      });
      part.frame = make("div", { class: "frame" }, gap, part.view.element);
      part.tab = make(
        "button",
        { type: "button", class: "tab", on: { click: () => this.openTab(part) } },
        (part.small = make("canvas", { width: column.cols, height: column.rows, "aria-hidden": "true" })), (part.tabName = make("span")),
      );
      this.tabs.append(part.tab);
    }
    part.element = make(
      "section",
      { class: `column of-${column.kind}`, "aria-labelledby": `name-${column.name}`, "data-layer": column.name },
      name, sizes, part.frame, which, part.scale ?? null,
    );
    return part;
  }

  /** The cell of a column's place; null where a folded vector has none. */
  cell({ column }, row, col) {
    const { model, store } = this.app;
    if (column.kind === "vector") {
      const filter = Math.min(row * column.cols + col, column.shape[2] - 1);
      return { layer: column.name, filter, row: 0, col: 0 };
    }
    return { layer: column.name, filter: model.shown(store.state)[column.name] ?? 0, row, col };
  }

  unit(column, k) {
    return { layer: column.name, filter: k, row: 0, col: 0 };
  }

  /** The place of a cell in its column. */
  placeOf(column, cell) {
    if (column.kind !== "vector") return [cell.row, cell.col];
    return [Math.floor(cell.filter / column.cols), cell.filter % column.cols];
  }

  point(cell) {
    clearTimeout(this.leaving);
    if (this.app.pointable(cell)) this.app.actions.point(cell);
  }

  /** Leaving one map for the next does not flash the overview in between. */
  leave() {
    clearTimeout(this.leaving);
    this.leaving = setTimeout(() => this.app.actions.point(null), 80);
  }

  /** On a phone: look at a layer, where nothing is pinned at its strongest cell. */
  openTab({ column }) {
    const { model, store, actions } = this.app;
    if (column.name === INPUT) return actions.overview();
    const filter = model.shown(store.state)[column.name] ?? 0;
    const values = model.map(column.name, filter);
    const best = values.indexOf(values.reduce((a, b) => Math.max(a, b)));
    return actions.pin(this.cell({ column }, Math.floor(best / column.cols), best % column.cols));
  }

  /** Fit all maps to the room that the style sheet gives them. */
  fit() {
    for (const { view, frame } of this.parts) {
      if (frame.clientWidth) view?.fit(Math.min(frame.clientWidth, frame.clientHeight));
    }
  }

  /** Say which columns are read and written, by which a phone shows them; true if that changes any. */
  mark(state) {
    const cell = focusCell(state);
    const source = cell && cell.layer !== INPUT ? this.app.model.columnBefore(cell.layer).name : INPUT;
    this.element.classList.toggle("linked", Boolean(cell));
    for (const { column, element } of this.parts) {
      element.classList.toggle("current", cell?.layer === column.name);
      element.classList.toggle("source", Boolean(cell) && source === column.name && cell.layer !== column.name);
    }
    const widths = this.parts.map(({ frame }) => frame.clientWidth).join();
    const changed = widths !== this.widths;
    this.widths = widths;
    return changed;
  }

  render(state) {
    const { model, secret } = this.app;
    const maps = model.shown(state);
    const cell = focusCell(state);
    const font = parseFloat(getComputedStyle(this.element).fontSize);
    for (const part of this.parts) {
      const { column } = part;
      this.label(part, maps);
      if (part.bars) {
        const chosen = cell?.layer === column.name ? cell.filter : null;
        part.bars.draw(model.trace.probabilities, model.trace.prediction, chosen, secret?.what === "answer");
      } else {
        this.drawMap(part, maps[column.name] ?? 0, state, font);
      }
    }
    this.drawLinks(cell ?? this.penCell(state));
    this.links.glide(state.playing);
    setAttributes(this.tabs, { "aria-label": say("network") });
    if (model.answer) {
      showTiles(this.tiles, model.trace, secret?.what === "answer", (k) => (
        this.app.clicked(this.unit(model.answer, k))
      ));
    }
  }

  drawMap(part, filter, state, font) {
    const { model, secret } = this.app;
    const { column, view } = part;
    const picture = column.kind === "picture";
    const values = picture ? model.pixels : model.map(column.name, filter);
    const limit = picture ? null : model.limit(column.name, filter, state.scale);
    const cell = focusCell(state);
    const mine = (other) => other.layer === column.name && other.filter === filter;
    view.draw(values, limit, {
      font,
      unread: cell?.layer === column.name ? model.unread(column.name) : undefined,
      zeroed: state.zeroed.filter(mine).map((other) => this.placeOf(column, other)),
      erased: picture ? state.erased : [],
      until: state.sweeping && cell?.layer === column.name ? this.reached(column, cell) : Infinity,
      hidden: ["output", "winner", "sum"].includes(secret?.what) && secret.cell && mine(secret.cell) ? [secret.cell.row, secret.cell.col] : null,
    });
    const [row, col] = cell?.layer === column.name ? this.placeOf(column, cell) : view.at;
    const shown = this.cell(part, row, col);
    const hidden = ["output", "winner", "sum"].includes(secret?.what) && sameCell(shown, secret.cell);
    view.announce(row, col, this.app.nameOf(shown, hidden ? say("hiddenNumber") : number(model.value(shown))));
    this.drawScale(part, limit, picture ? false : model.signed(column.name));
    part.small.getContext("2d").drawImage(view.small, 0, 0);
    setAttributes(part.tab, { "aria-current": (cell?.layer ?? INPUT) === column.name ? "true" : false });
  }

  /** While one draws with the keyboard: the pixel that Enter inks. */
  penCell(state) {
    const { view } = this.parts[0];
    if (!state.tool || !view.element.matches(":focus-visible")) return null;
    return { layer: INPUT, filter: 0, row: view.at[0], col: view.at[1] };
  }

  /** How many cells of a column come before a cell, itself included. */
  reached(column, cell) {
    const [row, col] = this.placeOf(column, cell);
    return row * column.cols + col + 1;
  }

  drawScale(part, limit, signed) {
    const [low, high] = limit === null ? ["0", "1"] : [signed ? number(-limit) : "0", number(limit)];
    part.low.textContent = low;
    part.high.textContent = high;
    part.strip.style.background = scaleGradient(limit, signed);
    setAttributes(part.scale, {
      "aria-label": say("scaleHint", { layer: part.name.textContent, low, high }),
    });
  }

  /** Names, shapes and what feeds a column, in the language in use. */
  label(part, maps) {
    const { model } = this.app;
    const { column } = part;
    const { kind, layer } = column;
    const title = { picture: say("input"), answer: say("answer") }[kind] ?? column.name;
    part.name.textContent = title;
    const [height, width, depth] = column.shape;
    part.sizes.textContent = layer?.vector
      ? `${column.name}: ${layer.inShape[2]} → ${depth}`
      : shape(kind === "picture" && depth === 1 ? [height, width] : column.shape);
    const last = depth - 1;
    if (kind === "map") {
      part.which.replaceChildren(
        say(layer.kind === "Conv2D" ? "filter" : "channel", { n: maps[column.name] ?? 0 }),
        make("span", { class: "range" }, say("range", { last })),
      );
    } else {
      part.which.textContent = {
        picture: say("pixels", { n: height * width }), vector: say("unitsOf", { last }), answer: "",
      }[kind];
    }
    part.view?.element.setAttribute("aria-label", kind === "map"
      ? say(layer.kind === "Conv2D" ? "mapName" : "channelName", { layer: column.name, n: maps[column.name] ?? 0 })
      : title);
    if (part.tabName) part.tabName.textContent = title;
    if (!layer) return;
    const before = model.columnBefore(column.name);
    const n = before.filters;
    if (layer.vector) part.feeds.textContent = say("feedsNumbers", { n: layer.inShape[2] });
    else if (layer.kind !== "Conv2D") part.feeds.textContent = say("feedsOne");
    else part.feeds.textContent = n === 1 ? say("feedsPicture") : say("feedsAll", { n: layer.inShape[2] / layer.groups });
  }

  /** Draw the windows that a cell depends on, from the picture to the cell. */
  drawLinks(cell) {
    if (!cell) return this.links.show([]);
    const field = this.app.model.field(cell);
    const seen = [];
    for (const { column, view, frame, bars, element } of this.parts) {
      const box = field.get(column.name);
      if (!box || !element.offsetWidth) continue;
      if (bars) {
        const bar = within(bars.rows[cell.filter].button, this.element);
        seen.push({ name: column.name, map: within(frame, this.element), box: bar });
      } else {
        const [row, col] = this.placeOf(column, cell);
        const own = column.kind === "vector"
          ? column.name === cell.layer ? boxOf({ row, col }) : { top: 0, left: 0, bottom: column.rows, right: column.cols }
          : box;
        seen.push({ name: column.name, map: within(view.canvas, this.element), box: view.place(own, this.element) });
      }
    }
    return this.links.show(seen);
  }
}
