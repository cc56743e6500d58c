// The panel: which cell it is, the way that led here, the arithmetic of this very cell.

import { convolutionBody, convolutionCaption, convolutionSource } from "./conv_panel.js";
import { denseBody, denseCaption, denseSource } from "./dense_panel.js";
import { make, refill } from "./dom.js";
import { number } from "./format.js";
import { inBox } from "./geometry.js";
import { poolBody, poolCaption, poolSource } from "./pool_panel.js";
import { focusCell } from "./state.js";
import { INPUT } from "./trace.js";
import { outputCell } from "./cells.js";
import { say } from "./words.js";

const KINDS = {
  Conv2D: { body: convolutionBody, caption: convolutionCaption, source: convolutionSource },
  MaxPooling2D: { body: poolBody, caption: poolCaption, source: poolSource },
  AveragePooling2D: { body: poolBody, caption: poolCaption, source: poolSource },
  Dense: { body: denseBody, caption: denseCaption, source: denseSource },
  [INPUT]: { body: pixelBody, caption: () => say("sayPixel"), source: () => null },
};

function kindOf(app, cell) {
  return KINDS[app.model.layer(cell.layer)?.kind ?? INPUT];
}

/** The cell of the layer before, that gave the most to this one; null at the picture. */
export function sourceOf(app, cell, state) {
  return kindOf(app, cell).source(app, cell, state);
}

/** What the line at the bottom says of a cell. */
export function captionOf(app, cell) {
  const { rows, cols } = app.model.unread(cell.layer);
  if (rows.includes(cell.row) || cols.includes(cell.col)) {
    return say("sayUnread", { later: cell.layer === INPUT ? app.names.alone : laterOf(app, cell.layer) });
  }
  return kindOf(app, cell).caption(app, cell);
}

function laterOf(app, name) {
  const { columns } = app.model;
  return columns[columns.findIndex((column) => column.name === name) + 1].name;
}

/** A cell's title: "conv1, filter 28: row 22, column 9". */
export function titleOf(app, cell) {
  const { kind } = app.model.column(cell.layer);
  if (kind === "picture") return say("pixelTitle", { row: cell.row, col: cell.col });
  if (kind === "answer") return say("answerTitle", { k: cell.filter });
  if (kind === "vector") return say("unitTitle", { layer: cell.layer, n: cell.filter });
  return say("cellTitle", { map: app.mapName(cell), row: cell.row, col: cell.col });
}

/** The panel in the bench. */
export class Panel {
  constructor(app) {
    this.app = app;
    this.element = make("div", { class: "panel", role: "region", "aria-labelledby": "panel-title", id: "panel" });
  }

  render(state) {
    const { app } = this;
    const cell = focusCell(state);
    if (!cell) return;
    const source = sourceOf(app, cell, state);
    const column = app.model.column(cell.layer);
    this.element.dataset.kind = column.layer?.kind ?? INPUT;
    this.element.dataset.answer = String(column.kind === "answer");
    refill(
      this.element,
      make(
        "div", { class: "panel-head" },
        state.preview ? null : crumbs(app, state),
        make("h3", { id: "panel-title" }, titleOf(app, cell)),
        source && !state.preview && !app.secret
          ? make("button", {
            type: "button", class: "primary walk", "data-key": "walk", on: { click: () => app.actions.walkBack(source) },
          }, source.layer === INPUT ? say("walkToInput") : say("walkTo", { layer: source.layer }))
          : null,
        make("span", { class: "space" }),
        app.mode.tools?.(app, cell) ?? null,
        state.preview
          ? make("span", { class: "hint" }, say("pinHint"))
          : make("button", {
            type: "button", class: "back", "data-key": "back", on: { click: () => app.leavePanel() },
          }, say("back")),
      ),
      make("div", { class: "panel-body" }, kindOf(app, cell).body(app, cell, state)),
      make(
        "p", { class: "note" },
        say(column.layer?.kind === "MaxPooling2D" || cell.layer === INPUT ? "roundedOnly" : "rounded"),
        state.zeroed.some((other) => JSON.stringify(other) === JSON.stringify(cell))
          ? make("b", {}, ` ${say("zeroedHere")}`) : null,
      ),
    );
  }
}

/** The cells from which one walked back here, each a way to return. */
function crumbs(app, state) {
  if (!state.trail.length) return null;
  const last = state.trail.slice(-2);
  const skipped = state.trail.length - last.length;
  return make(
    "nav", { class: "crumbs", "aria-label": say("trail") },
    make("ol", {}, skipped ? make("li", {}, "…") : null, last.map((cell, i) => make("li", {}, make(
      "button",
      {
        type: "button", "data-key": `crumb-${skipped + i}`, title: titleOf(app, cell),
        on: { click: () => app.actions.unwind(skipped + i) },
      },
      app.model.column(cell.layer).kind === "answer"
        ? say("crumbAnswer", { k: cell.filter }) : say("crumb", { layer: cell.layer, n: cell.filter }),
    )))),
  );
}

/** A pixel: here the way back ends. */
function pixelBody(app, cell) {
  const value = app.model.value(cell);
  const first = app.model.columns.find((column) => column.layer?.window);
  let readers = 0;
  if (first) {
    for (let row = 0; row < first.rows; row += 1) {
      for (let col = 0; col < first.cols; col += 1) {
        const box = app.model.field({ layer: first.name, filter: 0, row, col }).get(INPUT);
        if (inBox(box, cell.row, cell.col)) readers += 1;
      }
    }
  }
  return [
    make("div", { class: "pool-output" }, outputCell(value, null, false)),
    make("ul", { class: "notes" }, [
      say("inkOf"), say("pixelOf", { n: number(255 * value, 0) }),
      first ? say("readBy", { layer: first.name, n: readers }) : null,
    ].filter(Boolean).map((text) => make("li", {}, text))),
  ];
}
