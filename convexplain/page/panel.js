/**
 * The panel: which cell it is, the way that led here, the arithmetic of this very cell.
 *
 * @import { App } from "./app.js"
 * @import { Layer } from "./layers/layer.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {"output"|"sum"|"product"|"winner"|"answer"} Hideable  what predict mode can hide
 *
 * @typedef {object} Panel  how a cell is explained
 * @property {(app: App, cell: Cell, state: State) => (Node|null)[]} body
 * @property {(app: App, cell: Cell) => string} caption  the line at the bottom
 * @property {(app: App, cell: Cell) => string} [invites]  what it goes on with where one can click
 * @property {(app: App, cell: Cell, state: State) => Cell|null} source  where "walk back" leads: the
 *   cell of the layer before that gave the most to this one; null at the picture
 * @property {(layer: Layer) => Hideable[]} [hideable]  what predict mode can hide, the first one by
 *   default
 * @property {(app: App, what: Hideable, cell: Cell, state: State) => Map<string, number>} [mistakes]  the
 *   right value and the wrong ones by mistake
 * @property {"rounded"|"roundedOnly"} note  whether numbers were added up before they were rounded
 */

import { number } from "./as_text.js";
import { backButton, outputCell, shareButton } from "./cells.js";
import { DATA, DEPTH, INPUT, PLAIN } from "./data.js";
import { button, make, refill } from "./dom.js";
import { inBox } from "./geometry.js";
import { legend } from "./legend.js";
import { focusCell, sameCell } from "./state.js";
import { say } from "./words.js";

/**
 * What a pixel is, and what the network reads of it.
 *
 * @param {number} pixel  0 to 1
 * @param {number} value
 * @param {number} channel
 */
function pixelNotes(pixel, value, channel) {
  const n = number(255 * pixel, 0);
  const about = DEPTH === 1 ? [...(DATA.digits28 ? [say("inkOf")] : []), say("pixelOf", { n })]
    : [say("channelPixel", { colour: say(["red", "green", "blue"][channel]), n })];
  return PLAIN ? about : [...about, say("readAs", { n: number(value) })];
}

/** A pixel: here the way back ends. @type {Panel} */
const PIXEL = {
  body({ model }, cell, state) {
    const value = model.value(cell);
    const first = model.columns.find(({ layer }) => layer?.window);
    const readers = first && [...Array(first.count).keys()].filter((index) => {
      const box = model.field(first.cellAt(index, 0)).get(INPUT);
      return box && inBox(box, cell.row, cell.col);
    }).length;
    return [
      make("div", { class: "pool-output" }, outputCell(value, model.colours(INPUT, cell.filter, state), false)),
      make(
        "ul", { class: "notes" },
        [...pixelNotes(model.pixels[model.trace.indexOf(cell)], value, cell.filter), first && say("readBy", { layer: first.name, n: readers })]
          .map((text) => text && make("li", {}, text)),
      ),
    ];
  },
  caption: () => say("sayPixel"),
  source: () => null,
  note: "roundedOnly",
};

/** How a cell is explained. @param {App} app @param {Cell} cell */
export function panelOf(app, cell) {
  return app.model.layer(cell.layer)?.kind.panel ?? PIXEL;
}

/** Whether any window of a layer lies on a cell. @param {Layer} layer @param {Cell} cell */
function reads({ window, outShape }, { row, col }) {
  return !window || [row, col].every((at, axis) => [...Array(outShape[axis]).keys()].some((stop) => window.taps(axis, stop).includes(at)));
}

/** What the line at the bottom says of a cell: a sentence, and what invites to a click. @param {App} app @param {Cell} cell */
export function captionOf(app, cell) {
  const { model } = app;
  const unread = model.unread.get(cell.layer);
  if (unread?.rows.includes(cell.row) || unread?.cols.includes(cell.col)) {
    const behind = model.columnBehind(cell.layer);
    return [say(behind?.layer && reads(behind.layer, cell) ? "sayUnused" : "sayUnread", { later: behind?.name ?? app.names.alone }), ""];
  }
  const panel = panelOf(app, cell);
  return [panel.caption(app, cell), panel.invites?.(app, cell) ?? ""];
}

/** The panel in the bench. */
export class PanelView {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.element = make("div", { class: "panel", role: "region", "aria-labelledby": "panel-title", id: "panel" });
  }

  /** @param {State} state */
  render(state) {
    const { app } = this;
    const cell = focusCell(state);
    if (!cell) return;
    const panel = panelOf(app, cell);
    const source = panel.source(app, cell, state);
    const column = app.model.column(cell.layer);
    this.element.dataset.answer = String(column.kind === "answer");
    refill(
      this.element,
      make(
        "div", { class: "panel-head" },
        state.preview ? null : crumbs(app, state),
        make("h3", { id: "panel-title" }, column.title(cell)),
        source && !state.preview && !app.secret
          ? button(
            () => app.actions.walkBack(source), { class: "primary walk", "data-key": "walk" },
            source.layer === INPUT ? say("walkToInput") : say("walkTo", { layer: source.layer }),
          )
          : null,
        make("span", { class: "space" }),
        app.mode.tools?.(app, cell) ?? null,
        state.preview
          ? make("span", { class: "hint" }, say("pinHint"))
          : [shareButton(app), backButton(app)],
      ),
      make("div", { class: "panel-body" }, panel.body(app, cell, state)),
      make(
        "div", { class: "note" },
        make("span", {}, say(panel.note)), legend(),
        state.zeroed.some((other) => sameCell(other, cell))
          ? make("b", {}, ` ${say("zeroedHere")}`) : null,
      ),
    );
  }
}

/** The cells from which one walked back here: the last one, and, as three dots, where one began. @param {App} app @param {State} state */
function crumbs({ model, actions }, { trail }) {
  if (!trail.length) return null;
  const crumb = (/** @type {number} */ at, /** @type {string|null} */ text = null) => {
    const column = model.column(trail[at].layer);
    const title = column.title(trail[at]);
    return make("li", {}, button(
      () => actions.unwind(at), { "data-key": `crumb-${at}`, title, "aria-label": text && title }, text ?? column.crumb(trail[at]),
    ));
  };
  return make(
    "nav", { class: "crumbs", "aria-label": say("trail") },
    make("ol", {}, trail.length > 1 && crumb(0, "…"), crumb(trail.length - 1)),
  );
}
