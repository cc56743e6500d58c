// Predict, then reveal: one number is hidden, the class chooses among real slips, then it is shown.

import { make } from "./dom.js";
import { convolutionOf } from "./conv_panel.js";
import { number } from "./format.js";
import { convolutionSlips, distinct, poolingSlips, RIGHT, slipWords } from "./slips.js";
import { languageInUse, say } from "./words.js";

const LETTERS = ["A", "B", "C"];
// Which slips are offered first: those that more people make.
const ORDER = ["no-relu", "matrix-product", "average", "lost-sign", "sum", "added", "no-bias", "averaged-channels"];

/** What can be hidden of a cell, the first one by default. */
function hideable(app, cell) {
  if (!cell) return app.model.answer ? ["answer"] : [];
  const column = app.model.column(cell.layer);
  if (column.kind === "answer") return ["answer"];
  if (column.layer?.kind === "Conv2D") {
    const known = ["relu", "linear"].includes(column.layer.activation);
    return known ? ["output", "sum", "product"] : ["sum", "product"];
  }
  return column.layer?.kind === "MaxPooling2D" ? ["winner"] : [];
}

/** What is asked now; null where nothing can be. */
function questionOf(app, state) {
  const cell = state.pinned;
  const can = hideable(app, cell);
  if (!can.length) return null;
  return { what: can.includes(state.hidden) ? state.hidden : can[0], cell };
}

/** The right value and the wrong ones by slip. */
function valuesOf(app, { what, cell }, state) {
  const { model } = app;
  if (what === "winner") {
    const step = model.trace.step(cell.layer, cell.filter, cell.row, cell.col);
    return poolingSlips(step.patch.filter((_, tap) => !step.padding[tap]));
  }
  const { step, taps, largest } = convolutionOf(app, cell, state);
  if (what === "product") {
    const { value, weight, product } = taps[largest];
    return new Map([[RIGHT, product], ["lost-sign", -product], ["added", value + weight]]);
  }
  const all = convolutionSlips(step.patch, step.kernel, step.shape, step.bias);
  if (what === "output" && step.activation === "relu") return all;
  const lost = step.products.reduce((sum, product) => sum + Math.abs(product), 0);
  return new Map([
    [RIGHT, step.total + step.bias], ["no-bias", step.total], ["lost-sign", lost + step.bias],
  ]);
}

/**
 * The choices of a question, in the order of their numbers.
 *
 * @returns {Array<{slip: string, text: string}>} two or three; `slip` is RIGHT for one
 */
export function choicesOf(app, question, state) {
  if (question.what === "answer") {
    const { probabilities, prediction } = app.model.trace;
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
    return order.sort((a, b) => a - b).map((k) => ({ slip: k === prediction ? RIGHT : "", text: String(k) }));
  }
  const values = valuesOf(app, question, state);
  const sorted = new Map([...values].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  const shown = [...distinct(sorted, number)].slice(0, LETTERS.length);
  return shown
    .map(([slip, text]) => ({ slip, text, value: values.get(slip) }))
    .sort((a, b) => a.value - b.value);
}

/** The choices as buttons. */
function choiceButtons(app, state) {
  const question = questionOf(app, state);
  if (!question) return null;
  const choices = choicesOf(app, question, state);
  return make(
    "div", { class: "guess" },
    make("h4", { id: "guess-title" }, say("yourGuess")),
    make(
      "div", { class: "choices", role: "radiogroup", "aria-labelledby": "guess-title" },
      choices.map(({ slip, text }, i) => make(
        "button",
        {
          type: "button", role: "radio", "aria-checked": String(state.choice === i), "data-key": `choice-${i}`,
          class: state.revealed ? (slip === RIGHT ? "choice right" : "choice wrong") : "choice",
          "aria-disabled": state.revealed ? "true" : null,
          on: { click: () => app.actions.guess(i) },
        },
        make("b", {}, LETTERS[i]), " ", text,
      )),
    ),
  );
}

/** What is said after the number is revealed. */
function verdict(app, question, state) {
  const choices = choicesOf(app, question, state);
  const right = LETTERS[choices.findIndex(({ slip }) => slip === RIGHT)];
  if (state.choice === null || !choices[state.choice]) return say("itIs", { letter: right });
  const { slip } = choices[state.choice];
  if (slip === RIGHT) return say("rightGuess", { letter: right });
  const sentence = say("wrongGuess", { letter: right, guess: LETTERS[state.choice] });
  const reply = slip === "added" ? say("addedReply") : slip ? slipWords(slip).reply[languageInUse()] : "";
  return reply ? `${sentence}${languageInUse() === "zh" ? "" : " "}${reply}` : sentence;
}

const ASKED = {
  output: "askCell", sum: "askSum", product: "askProduct", winner: "askWinner", answer: "askAnswer",
};
const HIDES = {
  output: "hideOutput", sum: "hideSum", product: "hideProduct", winner: "hideWinner", answer: "hideAnswer",
};

function choose(app, at) {
  const question = questionOf(app, app.store.state);
  if (!question || app.store.state.revealed || at >= choicesOf(app, question, app.store.state).length) return false;
  app.actions.guess(at);
  return true;
}

export const PREDICT = {
  name: "predict",
  available: () => true,

  secret(app, state) {
    return state.revealed ? null : questionOf(app, state);
  },

  /** Which number is hidden. */
  tools(app, cell) {
    const { state } = app.store;
    const can = hideable(app, cell);
    if (can.length < 2 || state.preview) return null;
    const now = questionOf(app, state).what;
    return make(
      "label", { class: "hides" }, say("hide"), " ",
      make(
        "select", { "data-key": "hides", on: { change: (event) => app.actions.hide(event.target.value) } },
        can.map((what) => make("option", { value: what, selected: what === now }, say(HIDES[what]))),
      ),
    );
  },

  extra: (app) => (app.store.state.preview ? null : choiceButtons(app, app.store.state)),

  aside(app, state) {
    const question = questionOf(app, state);
    if (!question) return null;
    return [
      question.what === "answer" ? choiceButtons(app, state) : null,
      state.revealed
        ? make("button", { type: "button", "data-key": "again", on: { click: () => app.actions.ask() } }, say("again"))
        : make("button", {
          type: "button", class: "primary", "data-key": "reveal", on: { click: () => app.actions.reveal() },
        }, say("reveal")),
    ].filter(Boolean);
  },

  caption(app, state) {
    const question = questionOf(app, state);
    if (!question) return say("pinFirst");
    return state.revealed ? verdict(app, question, state) : say(ASKED[question.what]);
  },

  keys: {
    a: (app) => choose(app, 0),
    b: (app) => choose(app, 1),
    c: (app, event) => Boolean(event.target.closest?.(".choices")) && choose(app, 2),
    r: (app) => app.actions.reveal(),
  },
};
