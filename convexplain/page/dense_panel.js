/**
 * How a dense layer made a unit: every input times its own weight; in the last layer, the softmax.
 *
 * @import { App } from "./app.js"
 * @import { Panel } from "./panel.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { explainsAnswer, softmaxTable } from "./answer.js";
import { number, TIMES } from "./as_text.js";
import { breakdown, largestPlaces, rows, SHOWN } from "./breakdown.js";
import { becomes, contributionList, restRow, sumLines } from "./cells.js";
import { outputIsAsked, RIGHT, throughActivation } from "./choices.js";
import { make } from "./dom.js";
import { sumOf } from "./numbers.js";
import { activationName, className, say } from "./words.js";

// A list that is opened holds this many.
const MOST_SHOWN = 60;

/**
 * The cell that input `i` of a dense layer is, in the column that it reads.
 *
 * @param {App} app
 * @param {string} layer
 * @param {number} i
 */
function inputCell(app, layer, i) {
  return app.model.cellBefore(layer, { row: 0, col: 0, filter: i });
}

/**
 * A unit as the sum that it is, and which of its addends the list names.
 *
 * @param {App} app
 * @param {Cell} cell
 * @param {State} state
 */
function accountOf({ model: { trace } }, cell, state) {
  const { products, weights, bias } = trace.addends(cell);
  const account = breakdown(products, largestPlaces(products, state.every ? MOST_SHOWN : SHOWN), {
    bias, value: trace.before(cell.layer)[cell.filter],
  });
  return { products, weights, account };
}

/** @type {Panel["body"]} */
function body(app, cell, state) {
  const { model, secret } = app;
  const name = cell.layer;
  const { products, weights, account } = accountOf(app, cell, state);
  const values = model.trace.input(name);
  const others = say("otherInputs", { n: account.restCount });
  const activation = activationName(model.layer(name)?.activation ?? "");
  const hides = secret !== null && ["sum", "output", "answer"].includes(secret.what);
  const total = name === model.answer?.name ? say("logitOf", { k: className(cell.filter) })
    : activation ? say("before", { activation }) : say("beforeNothing");
  return [
    make(
      "div", { class: "dense-sum" },
      contributionList({
        title: say("largestInputs", { n: products.length }),
        limit: Math.abs(account.parts[0].value),
        rows: account.parts.map(({ place, value }) => {
          const source = inputCell(app, name, place);
          return {
            key: `input-${place}`, name: model.column(source.layer).inputName(source),
            detail: `${number(values[place])} ${TIMES} ${number(weights[place])}`, value,
            click: () => app.actions.walkBack(source),
          };
        }),
        rest: restRow(others, account.rest, state.every, () => app.actions.setEvery(!state.every)),
      }),
      sumLines(rows(
        account, { named: say("theseFew", { n: account.parts.length }), rest: others, value: total },
        { sum: hides, value: hides },
      )),
    ),
    explainsAnswer(app, cell)
      ? softmaxTable(model.trace, cell.filter, secret?.what === "answer")
      : make("div", { class: "result" }, becomes(activation, model.value(cell), model.limit(name, 0, state.scale), hides)),
  ];
}

/** @type {Panel} */
export const DENSE = {
  body,
  caption: (app, cell) => (
    explainsAnswer(app, cell) ? say("sayAnswer") : say("sayDense", { n: app.model.channelsInto(cell.layer) })
  ),
  source: (app, cell, state) => inputCell(app, cell.layer, app.model.chosenChannel(cell, state) ?? 0),
  hideable: (layer) => (layer.activation === "linear" ? ["output"] : outputIsAsked(layer) ? ["output", "sum"] : ["sum"]),
  mistakes(app, what, cell, state) {
    const { account: { parts, named, rest, bias, value } } = accountOf(app, cell, state);
    const found = new Map([
      [RIGHT, value], ["no-bias", value - bias], ["lost-inputs", rest + bias],
      ["lost-sign", sumOf(parts.map((part) => Math.abs(part.value))) + rest + bias],
    ]);
    if (rest !== 0) found.set("lost-rest", named + bias);
    return what === "output" ? throughActivation(found, app.model.layer(cell.layer)?.activation ?? "") : found;
  },
  note: "rounded",
};
