/**
 * Take it away: erase patches of the digit, set cells to zero, and see what becomes of the answer.
 *
 * @import { App } from "./app.js"
 * @import { Mode } from "./explore.js"
 * @import { Patch, State } from "./state.js"
 * @import { Cell, Trace } from "./trace.js"
 */

import { shownClasses } from "./answer.js";
import { number, probability, TIMES } from "./as_text.js";
import { benchHead } from "./cells.js";
import { INPUT } from "./data.js";
import { button, make, select } from "./dom.js";
import { clamp } from "./numbers.js";
import { className, say } from "./words.js";

const SIZES = [1, 3, 5, 7, 9];
// Longer lists end in "and n more".
const LISTED = 4;

/**
 * A patch of some size around a pixel, moved into the picture where it would leave it.
 *
 * @param {Cell} pixel
 * @param {number} size
 * @param {number[]} shape  of the picture
 * @returns {Patch}
 */
function patchAround({ row, col }, size, [height, width]) {
  const before = size >> 1;
  return [clamp(row - before, 0, height - size), clamp(col - before, 0, width - size), size, size];
}

/** @param {App} app @param {State} state */
function takenList(app, state) {
  const items = [
    ...state.erased.map(([top, left, height, width]) => say("takenPatch", {
      top, left, bottom: top + height - 1, right: left + width - 1,
    })),
    ...state.zeroed.map((cell) => app.model.column(cell.layer).title(cell)),
  ];
  if (!items.length) return make("p", { class: "notes-line" }, say("nothingTaken"));
  const rest = items.length - LISTED;
  return make("ul", {}, items.slice(-LISTED).map((text) => make("li", {}, text)), rest > 0 && make("li", {}, say("takenMore", { n: rest })));
}

/** All classes, before and now. @param {Trace} before @param {Trace} now */
function beforeAndNow(before, now) {
  const bar = (/** @type {number} */ p, /** @type {string} */ kind) => make(
    "td", { class: "share-bar" },
    make("span", { class: "track" }, make("span", { class: `fill ${kind}`, style: { width: `${100 * p}%` } })),
  );
  const row = (/** @type {number} */ k) => make(
    "tr", { class: [k === before.prediction ? "was" : "", k === now.prediction ? "is" : ""].join(" ") },
    make("th", { scope: "row", title: className(k) }, className(k)),
    bar(before.probabilities[k], "before"), make("td", {}, probability(before.probabilities[k])),
    bar(now.probabilities[k], "now"), make("td", {}, probability(now.probabilities[k])),
  );
  return make(
    "table", { class: "shares" },
    make("thead", {}, make(
      "tr", {}, make("td"), ["withIt", "withoutIt"].map((key) => make("th", { scope: "col", colspan: 2 }, say(key))),
    )),
    make("tbody", {}, shownClasses(now.probabilities).map(row)),
  );
}

/** How far the largest logit is above the second; a single one stands for the difference of two. @param {Trace} trace */
function lead({ logits }) {
  const [first, second] = logits.length > 1 ? [...logits].sort((a, b) => b - a) : [Math.abs(logits[0]), 0];
  return first - second;
}

/** @type {Mode} */
export const ERASE = {
  name: "erase",
  available: () => true,

  bench(app, state) {
    const { untouched, trace } = app.model;
    const taken = state.erased.length + state.zeroed.length;
    return [
      benchHead(
        app, say("erase"),
        make(
          "label", { class: "hides" }, say("patchSize"), " ",
          select(
            (size) => app.actions.setPatch(Number(size)), { "data-key": "patch" },
            SIZES.map((size) => make("option", { value: size, selected: size === state.patch }, `${size} ${TIMES} ${size}`)),
          ),
        ),
        button(() => app.actions.giveBack(), { "data-key": "give", disabled: !taken }, say("giveBack")),
      ),
      make(
        "div", { class: "panel-body" },
        make("div", { class: "taken" }, make("h4", {}, say("taken")), takenList(app, state)),
        beforeAndNow(untouched, trace),
      ),
    ];
  },

  clicked(app, cell) {
    const { state } = app.store;
    if (cell.layer === app.model.answer?.name) return false;
    if (cell.layer === INPUT) app.actions.erase(patchAround(cell, state.patch, app.model.network.inputShape));
    else app.actions.toggleZero(cell);
    return true;
  },

  caption(app, state) {
    const { untouched, trace } = app.model;
    if (!state.erased.length && !state.zeroed.length) return (app.printing && app.result()) || say("sayErase");
    const [k, j] = [untouched.prediction, trace.prediction];
    const [a, b] = [probability(untouched.probabilities[k]), probability(trace.probabilities[j])];
    if (k !== j) return say("answerChanged", { k: className(k), j: className(j), a, b });
    // Of a very sure answer the printed probability does not move, but its logit does.
    if (a === b) return say("answerLeads", { k: className(k), a, x: number(lead(untouched)), y: number(lead(trace)) });
    return say("answerKept", { k: className(k), a, b });
  },
};
