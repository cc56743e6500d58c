/**
 * Predict, then reveal: one number is hidden, the class chooses among real mistakes, then it is shown.
 *
 * @import { App } from "./app.js"
 * @import { Mode, Secret } from "./explore.js"
 * @import { Hideable } from "./panel.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {{mistake: string, text: string}} Choice  `mistake` is RIGHT for one, "" where it has no name
 */

import { number } from "./as_text.js";
import { distinct, RIGHT, mistakeWords } from "./choices.js";
import { button, make, radio, select } from "./dom.js";
import { panelOf } from "./panel.js";
import { className, gap, languageInUse, say } from "./words.js";

const LETTERS = ["A", "B", "C"];
// Numbers that are printed with two decimals add up to within this: a nearer choice would be a trap.
const FAIR = 0.05;

/**
 * What can be hidden of a cell, the first one by default.
 *
 * @param {App} app
 * @param {Cell|null} cell
 * @returns {Hideable[]}
 */
function hideable(app, cell) {
  const { model } = app;
  if (!cell || cell.layer === model.answer?.name) return model.answer ? ["answer"] : [];
  const layer = model.layer(cell.layer);
  return (layer && panelOf(app, cell).hideable?.(layer)) ?? [];
}

/** What is asked now; null where nothing can be. @param {App} app @param {State} state @returns {Secret|null} */
function questionOf(app, state) {
  const cell = state.pinned;
  const can = hideable(app, cell);
  if (!can.length) return null;
  const question = { what: can.includes(state.hidden) ? state.hidden : can[0], cell };
  // Where every way leads to the same number there is nothing to choose from.
  return choicesOf(app, question, state).length > 1 ? question : null;
}

/**
 * The choices of a question, two or three, in the order of their numbers.
 *
 * @param {App} app
 * @param {Secret} question
 * @param {State} state
 * @returns {Choice[]}
 */
function choicesOf(app, { what, cell }, state) {
  if (what === "answer" || !cell) {
    const { probabilities, prediction } = app.model.trace;
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
    return order.sort((a, b) => a - b).map((k) => ({ mistake: k === prediction ? RIGHT : "", text: className(k) }));
  }
  const values = panelOf(app, cell).mistakes?.(app, what, cell, state) ?? new Map();
  const far = (/** @type {string} */ mistake) => Math.abs(values.get(mistake) - values.get(RIGHT));
  // What is near the right number is not ruled out by a glance; a forgotten ReLU is always worth asking.
  const rank = (/** @type {string} */ mistake) => (
    mistake === RIGHT ? -2 : mistake === "no-relu" ? -1 : far(mistake) < FAIR ? 1e9 - far(mistake) : far(mistake)
  );
  const sorted = new Map([...values].sort(([a], [b]) => rank(a) - rank(b)));
  return [...distinct(sorted, number)].slice(0, LETTERS.length)
    .map(([mistake, text]) => ({ mistake, text }))
    .sort((a, b) => values.get(a.mistake) - values.get(b.mistake));
}

/** The choices as buttons. @param {App} app @param {State} state */
function choiceButtons(app, state) {
  const question = questionOf(app, state);
  if (!question) return null;
  const choices = choicesOf(app, question, state);
  return make(
    "div", { class: "guess" },
    make("span", { id: "guess-title", class: "aside" }, say("yourGuess")),
    make(
      "div", { class: "choices", role: "radiogroup", "aria-labelledby": "guess-title" },
      choices.map(({ mistake, text }, i) => radio(
        state.choice === i, () => app.actions.guess(i),
        {
          "data-key": `choice-${i}`,
          class: state.revealed ? (mistake === RIGHT ? "choice right" : "choice wrong") : "choice",
          "aria-disabled": state.revealed ? "true" : null,
        },
        make("b", {}, LETTERS[i]), " ", text,
      )),
    ),
  );
}

/** What is said to mistakes that only this page knows. @type {Record<string, string>} */
const REPLIES = {
  added: "addedReply", "lost-channel": "lostChannelReply", "lost-others": "lostOthersReply",
  "lost-layer": "lostLayerReply", "added-averaged": "averagedReply", "added-multiplied": "multipliedReply",
  "kept-largest": "keptLargestReply", undivided: "undividedReply", "halved-ends": "halvedEndsReply", "other-count": "undividedReply",
  "kept-mean": "keptMeanReply", "added-mean": "keptMeanReply", "multiplied-spread": "multipliedSpreadReply",
  "no-gamma": "noGammaReply", "no-beta": "noBetaReply",
  "offset-first": "offsetFirstReply", "no-offset": "noOffsetReply", "no-scale": "noScaleReply",
  "lost-inputs": "lostInputsReply", "lost-rest": "lostRestReply", zeroed: "zeroedReply", "lost-sign-of-one": "zeroedReply",
};

/** What is said after the number is revealed. @param {App} app @param {Secret} question @param {State} state */
function verdict(app, question, state) {
  const choices = choicesOf(app, question, state);
  const right = LETTERS[choices.findIndex(({ mistake }) => mistake === RIGHT)];
  if (state.choice === null || !choices[state.choice]) return say("itIs", { letter: right });
  const { mistake } = choices[state.choice];
  if (mistake === RIGHT) return say("rightGuess", { letter: right });
  const sentence = say("wrongGuess", { letter: right, guess: LETTERS[state.choice] });
  const reply = mistake in REPLIES ? say(REPLIES[mistake]) : mistake ? mistakeWords(mistake).reply[languageInUse()] : "";
  return reply ? sentence + gap() + reply : sentence;
}

/** @type {Record<Hideable, string>} */
const ASKED = {
  output: "askCell", sum: "askSum", product: "askProduct", winner: "askWinner", answer: "askAnswer",
};
/** @type {Record<Hideable, string>} */
const HIDES = {
  output: "hideOutput", sum: "hideSum", product: "hideProduct", winner: "hideWinner", answer: "hideAnswer",
};

/** @param {App} app @param {number} at */
function choose(app, at) {
  const question = questionOf(app, app.store.state);
  if (!question || app.store.state.revealed || at >= choicesOf(app, question, app.store.state).length) return false;
  app.actions.guess(at);
  return true;
}

/** @type {Mode} */
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
    const now = questionOf(app, state)?.what;
    return make(
      "label", { class: "hides" }, say("hide"), " ",
      select(
        (what) => app.actions.hide(/** @type {Hideable} */ (what)), { "data-key": "hides" },
        can.map((what) => make("option", { value: what, selected: what === now }, say(HIDES[what]))),
      ),
    );
  },

  aside(app, state) {
    const question = questionOf(app, state);
    if (!question) return null;
    return [
      choiceButtons(app, state),
      state.revealed
        ? button(() => app.actions.ask(), { "data-key": "again" }, say("again"))
        : button(() => app.actions.reveal(), { class: "primary", "data-key": "reveal" }, say("reveal")),
    ];
  },

  caption(app, state) {
    const question = questionOf(app, state);
    if (!question) return say(state.pinned ? "notAsked" : "pinFirst");
    return state.revealed ? verdict(app, question, state) : say(ASKED[question.what]);
  },

  keys: {
    a: (app) => choose(app, 0),
    b: (app) => choose(app, 1),
    c: (app, event) => event.target instanceof Element && event.target.closest(".choices") !== null && choose(app, 2),
    r: (app) => app.actions.reveal(),
  },
};
