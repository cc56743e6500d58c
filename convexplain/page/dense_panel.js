// How a dense layer made a unit: every input times its own weight; in the last layer, the softmax.

import { softmaxTable } from "./answer.js";
import { contributionList, outputCell, restRow, sumLines } from "./cells.js";
import { SHOWN } from "./conv_panel.js";
import { make } from "./dom.js";
import { number, TIMES } from "./format.js";
import { INPUT } from "./trace.js";
import { activationName, say } from "./words.js";

/** The cell that input `i` of a dense layer is, in the column that it reads. */
export function inputCell(app, layer, i) {
  const before = app.model.columnBefore(layer);
  if (before.kind === "vector") return { layer: before.name, filter: i, row: 0, col: 0 };
  const [, width, depth] = before.shape;
  return {
    layer: before.name, filter: i % depth, row: Math.floor(i / (width * depth)), col: Math.floor(i / depth) % width,
  };
}

function inputName({ layer, filter, row, col }, kind) {
  if (kind === "vector") return say("unitName", { n: filter });
  if (layer === INPUT) return say("pixelAt", { row, col });
  return say("inputName", { layer, n: filter, row, col });
}

/** Where "walk back" leads. */
export function denseSource(app, cell, state) {
  return inputCell(app, cell.layer, app.model.chosenChannel(cell, state));
}

/** The body of the panel. */
export function denseBody(app, cell, state) {
  const { model, secret } = app;
  const { name, kind, layer } = model.column(cell.layer);
  const parts = model.trace.contributions(name, cell.filter, 0, 0);
  const values = model.trace.input(name).data;
  const order = [...parts.products.keys()].sort((a, b) => Math.abs(parts.products[b]) - Math.abs(parts.products[a]));
  const shown = order.slice(0, state.every ? 60 : SHOWN);
  const sum = (indices) => indices.reduce((total, i) => total + parts.products[i], 0);
  const z = model.trace.before(name).data[cell.filter];
  const last = kind === "answer";
  const few = sum(shown);
  const before = model.columnBefore(name);
  const activation = activationName(layer.activation);
  const hides = secret !== null && ["sum", "output", "answer"].includes(secret.what);
  const total = last ? say("logitOf", { k: cell.filter })
    : activation ? say("before", { activation }) : say("beforeNothing");
  return [
    make(
      "div", { class: "dense-sum" },
      contributionList({
        title: say("largestInputs", { n: order.length }),
        limit: Math.abs(parts.products[order[0]]),
        rows: shown.map((i) => {
          const source = inputCell(app, name, i);
          return {
            key: `input-${i}`, name: inputName(source, before.kind),
            detail: `${number(values[i])} ${TIMES} ${number(parts.weights[i])}`, value: parts.products[i],
            click: () => app.actions.walkBack(source),
          };
        }),
        rest: restRow(
          say("otherInputs", { n: order.length - shown.length }), sum(order.slice(shown.length)), state.every,
          () => app.actions.setEvery(!state.every),
        ),
      }),
      sumLines([
        { name: say("theseFew", { n: shown.length }), value: few },
        { name: `+ ${say("otherInputs", { n: order.length - shown.length })}`, value: sum(order) - few, secret: hides },
        { name: `+ ${say("bias")}`, value: parts.bias },
        { name: total, value: z, total: true, secret: hides },
      ]),
    ),
    last && layer.activation === "softmax"
      ? softmaxTable(model.trace.logits, model.trace.probabilities, cell.filter, secret?.what === "answer")
      : make(
        "div", { class: "result" },
        make(
          "div", { class: "becomes" }, make("p", {}, make("b", {}, activation)),
          outputCell(model.value(cell), model.limit(name, 0, state.scale), hides),
        ),
      ),
  ];
}

/** The caption under everything. */
export function denseCaption(app, cell) {
  const { kind, layer } = app.model.column(cell.layer);
  if (kind === "answer" && layer.activation === "softmax") return say("sayAnswer");
  return say("sayDense", { n: layer.inShape[2] });
}
