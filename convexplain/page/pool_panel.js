// How a pool made a cell: the numbers in its window, and the one that it hands on.

import { numberTable, outputCell } from "./cells.js";
import { make } from "./dom.js";
import { number } from "./format.js";
import { INPUT } from "./trace.js";
import { say, spelled } from "./words.js";

/** Where "walk back" leads: to the winner; from an average to its first cell. */
export function poolSource(app, cell) {
  const step = app.model.trace.step(cell.layer, cell.filter, cell.row, cell.col);
  const before = app.model.columnBefore(cell.layer);
  const [row, col] = step.winner ?? [step.inputRows, step.inputCols].map((taps) => taps.find((tap) => tap !== null));
  return { layer: before.name, filter: cell.filter, row, col };
}

/** The body of the panel. */
export function poolBody(app, cell, state) {
  const { model, secret } = app;
  const step = model.trace.step(cell.layer, cell.filter, cell.row, cell.col);
  const before = model.columnBefore(cell.layer);
  const max = step.kind === "max";
  const limit = model.limit(cell.layer, cell.filter, state.scale);
  const hidden = secret !== null && ["output", "winner"].includes(secret.what);
  const cols = step.inputCols.length;
  const cells = Array.from(step.patch, (value, tap) => {
    const row = step.inputRows[Math.floor(tap / cols)];
    const col = step.inputCols[tap % cols];
    const wins = max && step.winner[0] === row && step.winner[1] === col;
    const source = { layer: before.name, filter: cell.filter, row, col };
    return {
      value, limit: before.name === INPUT ? null : limit, padding: step.padding[tap], framed: wins && !hidden,
      key: `pooled-${tap}`, label: app.nameOf(source, number(value)),
      click: step.padding[tap] ? null : () => app.actions.walkBack(source),
    };
  });
  return [
    numberTable({
      title: before.name === INPUT ? say("window") : say("windowOn", { layer: before.name, n: cell.filter }),
      kind: "patch pooled", cols, cells,
    }),
    make("span", { class: "sign" }, "→"),
    make(
      "div", { class: "pool-output" },
      make("h4", {}, say(max ? "largestWins" : "averageOf")), outputCell(model.value(cell), limit, hidden),
    ),
    make("ul", { class: "notes" }, notes(step, max, hidden).map((text) => make("li", {}, text))),
    max && app.mode.extra ? make("div", { class: "result" }, app.mode.extra(app, cell)) : null,
  ];
}

function notes(step, max, hidden) {
  if (!max) {
    return [
      say("noParametersAverage"), hidden ? null : say("divided", { sum: number(step.total), n: step.count }),
      say("channelsAlone"),
    ].filter(Boolean);
  }
  const values = Array.from(step.patch).filter((_, tap) => !step.padding[tap]);
  const tied = values.filter((value) => value === step.value).length > 1;
  const told = [say("noParameters"), say("channelsAlone")];
  if (hidden) return told;
  if (values.every((value) => value === 0)) told.push(say("allZero", { n: values.length }));
  else told.push(tied ? say("tie") : say("dropped", { n: values.length - 1 }));
  told.push(say("winner"));
  return told;
}

/** The caption under everything. */
export function poolCaption(app, cell) {
  const layer = app.model.layer(cell.layer);
  const n = layer.window.kernelSize[0] * layer.window.kernelSize[1];
  return say(layer.kind === "MaxPooling2D" ? "sayMaxPool" : "sayAveragePool", { n: spelled(n) });
}
