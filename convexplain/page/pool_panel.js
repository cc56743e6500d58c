/**
 * How a pool made a cell: the numbers in its window, and the one that it hands on.
 *
 * @import { PoolStep } from "./layers/pooling.js"
 * @import { Panel } from "./panel.js"
 */

import { number } from "./as_text.js";
import { invitation, numberTable, outputCell, toldCell } from "./cells.js";
import { poolingMistakes, RIGHT } from "./choices.js";
import { INPUT } from "./data.js";
import { make } from "./dom.js";
import { term } from "./glossary.js";
import { sumOf } from "./numbers.js";
import { sameCell } from "./state.js";
import { say, spelled } from "./words.js";

/** @type {Panel["body"]} */
function body(app, cell, state) {
  const { model, secret } = app;
  /** @type {PoolStep} */
  const step = model.trace.step(cell);
  const { before, number: channel } = model.channelBefore(cell.layer, cell.filter);
  const limit = model.limit(cell.layer, cell.filter, state.scale);
  const hidden = secret !== null && ["output", "winner"].includes(secret.what);
  const cols = step.inputCols.length;
  const winner = step.winner && model.cellBefore(cell.layer, { ...step.winner, filter: cell.filter });
  const cells = model.cellsRead(cell.layer, step, cell.filter).map((source, tap) => {
    const value = step.patch[tap];
    const wins = source !== null && sameCell(source, winner);
    return {
      value, limit: before.name === INPUT ? model.colours(INPUT, channel, state) : limit, padding: source === null, framed: wins && !hidden,
      key: `pooled-${tap}`, label: source ? before.spoken(source, number(value)) : undefined,
      click: source ? () => app.actions.walkBack(source) : null,
    };
  });
  const pooled = numberTable({
    title: before.name === INPUT ? say("window") : say("windowOn", { layer: before.name, n: channel }),
    kind: "patch pooled", cols, cells, term: "window",
  });
  return [
    pooled,
    pooled.matches(".bare") ? toldCell([pooled], Math.max(0, cells.findIndex(({ framed }) => framed)), (at) => [
      cells[at].label ?? say("padding"), "",
    ]) : null,
    make("span", { class: "sign" }, "→"),
    make(
      "div", { class: "pool-output" },
      make("h4", {}, term("pooling", say(step.winner ? "largestWins" : "averageOf"))), outputCell(model.value(cell), limit, hidden),
    ),
    make("ul", { class: "notes" }, notes(step, hidden).map((note) => make("li", {}, note))),
  ];
}

/** @param {PoolStep} step @param {boolean} hidden */
function notes(step, hidden) {
  if (step.total !== null) {
    const divided = hidden ? [] : [say("divided", { sum: number(step.total), n: step.count })];
    return [say("noParametersAverage"), ...divided, say("channelsAlone")];
  }
  const told = [say("noParameters"), say("channelsAlone")];
  if (hidden) return told;
  const values = read(step);
  const tied = values.filter((value) => value === step.value).length > 1;
  if (values.every((value) => value === 0)) told.push(say("allZero", { n: values.length }));
  else told.push(tied ? say("tie") : say("dropped", { n: values.length - 1 }));
  return [...told, [say("winner"), invitation(say("clickWinner"))]];
}

/** The numbers that the window reads, padding left out. @param {PoolStep} step */
function read(step) {
  return step.patch.filter((_, tap) => !step.padding[tap]);
}

/** @type {Panel} */
export const MAXIMUM = {
  body,
  caption: (app, cell) => say("sayMaxPool", { n: spelled(app.model.trace.step(cell).padding.length) }),
  source: ({ model }, cell) => model.cellBefore(cell.layer, model.trace.ask("origin", cell)),
  hideable: () => ["winner"],
  mistakes: ({ model }, _, cell) => poolingMistakes(read(model.trace.step(cell))),
  note: "roundedOnly",
};

/** @type {Panel} */
export const AVERAGE = {
  body,
  caption: (app, cell) => say("sayAveragePool", { n: spelled(app.model.trace.step(cell).padding.length) }),
  /** The first of the cells that are averaged. */
  source({ model }, cell) {
    const { rows: [row], cols: [col] } = model.trace.addends(cell);
    return model.cellBefore(cell.layer, { row, col, filter: cell.filter });
  },
  hideable: () => ["output"],
  mistakes({ model }, _, cell) {
    /** @type {PoolStep} */
    const step = model.trace.step(cell);
    const values = read(step);
    const total = sumOf(values);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return new Map([
      [RIGHT, total / step.count], ["kept-largest", most], ["undivided", total], ["halved-ends", (least + most) / 2],
      ["other-count", total / (step.count === values.length ? step.padding.length : values.length)],
    ]);
  },
  note: "rounded",
};
