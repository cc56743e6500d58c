/**
 * How an addition made a cell: the numbers that several layers have at this place, and their sum.
 *
 * @import { Panel } from "./panel.js"
 */

import { number } from "./as_text.js";
import { becomes, numberTable } from "./cells.js";
import { RIGHT } from "./choices.js";
import { make } from "./dom.js";
import { largestAt, sumOf } from "./numbers.js";
import { say } from "./words.js";

/** The cells that are added. @param {import("./model.js").Model} model @param {import("./trace.js").Cell} cell */
function addedCells(model, cell) {
  const { rows, cols, channels } = model.trace.addends(cell);
  return [...channels].map((filter, i) => model.cellBefore(cell.layer, { row: rows[i], col: cols[i], filter }));
}

/** @type {Panel} */
export const SUM = {
  body(app, cell, state) {
    const { model, secret } = app;
    const added = addedCells(model, cell).flatMap((read, i) => {
      const column = model.column(read.layer);
      return [
        i > 0 && make("span", { class: "sign" }, "+"),
        numberTable({
          title: column.mapName(read.filter), kind: "patch", cols: 1,
          cells: [{
            value: model.value(read), limit: model.colours(read.layer, read.filter, state), key: `added-${i}`,
            click: () => app.actions.walkBack(read), label: column.spoken(read, number(model.value(read))),
          }],
        }),
      ];
    });
    return [
      ...added.filter((part) => part !== false),
      make("span", { class: "sign" }, "="),
      make("div", { class: "result value" }, becomes("", model.value(cell), model.limit(cell.layer, cell.filter, state.scale), secret?.what === "output")),
    ];
  },
  caption: ({ model }, cell) => say("sayAdd", { n: model.layer(cell.layer)?.inputs.length }),
  /** The one that gives the most. */
  source({ model }, cell) {
    return addedCells(model, cell)[largestAt(model.trace.addends(cell).products)];
  },
  hideable: () => ["output"],
  mistakes({ model }, _, cell) {
    const numbers = model.trace.addends(cell).products;
    const total = sumOf(numbers);
    return new Map([
      [RIGHT, total], ["lost-layer", numbers[largestAt(numbers)]], ["added-averaged", total / numbers.length],
      ["added-multiplied", numbers.reduce((a, b) => a * b)],
    ]);
  },
  note: "rounded",
};
