// Take it away: erase patches of the digit, set cells to zero, and see what becomes of the answer.

import { make } from "./dom.js";
import { probability, TIMES } from "./format.js";
import { INPUT } from "./trace.js";
import { say } from "./words.js";

const SIZES = [1, 3, 5, 7, 9];
// Longer lists end in "and n more".
const LISTED = 4;

/** A patch of some size around a pixel, moved into the picture where it would leave it. */
export function patchAround({ row, col }, size, [height, width]) {
  const within = (at, end) => Math.max(0, Math.min(end - size, at - (size >> 1)));
  return [within(row, height), within(col, width), size, size];
}

function takenList(app, state) {
  const items = [
    ...state.erased.map(([top, left, height, width]) => say("takenPatch", {
      top, left, bottom: top + height - 1, right: left + width - 1,
    })),
    ...state.zeroed.map((cell) => say("takenCell", { map: app.mapName(cell), row: cell.row, col: cell.col })),
  ];
  if (!items.length) return make("p", { class: "notes-line" }, say("nothingTaken"));
  const rest = items.length - LISTED;
  return make("ul", {}, items.slice(-LISTED).map((text) => make("li", {}, text)), rest > 0 ? make("li", {}, say("takenMore", { n: rest })) : null);
}

/** All classes, before and now. */
function beforeAndNow(before, now) {
  const bar = (p, kind) => {
    const fill = make("span", { class: `fill ${kind}` });
    fill.style.width = `${100 * p}%`;
    return make("td", { class: "share-bar" }, make("span", { class: "track" }, fill));
  };
  const row = (k) => make(
    "tr", { class: [k === before.prediction ? "was" : "", k === now.prediction ? "is" : ""].join(" ") },
    make("th", { scope: "row" }, k),
    bar(before.probabilities[k], "before"), make("td", {}, probability(before.probabilities[k])),
    bar(now.probabilities[k], "now"), make("td", {}, probability(now.probabilities[k])),
  );
  return make(
    "table", { class: "shares" },
    make("thead", {}, make(
      "tr", {}, make("td"), make("th", { scope: "col", colspan: 2 }, say("withIt")), make("th", { scope: "col", colspan: 2 }, say("withoutIt")),
    )),
    make("tbody", {}, Array.from(now.probabilities, (_, k) => row(k))),
  );
}

export const ERASE = {
  name: "erase",
  available: () => true,

  bench(app, state) {
    const { untouched, trace } = app.model;
    const taken = state.erased.length + state.zeroed.length;
    return [
      make(
        "div", { class: "panel-head" }, make("h3", { id: "panel-title" }, say("erase")),
        make("span", { class: "space" }),
        make(
          "label", { class: "hides" }, say("patchSize"), " ",
          make(
            "select", { "data-key": "patch", on: { change: (event) => app.actions.setPatch(Number(event.target.value)) } },
            SIZES.map((size) => make("option", { value: size, selected: size === state.patch }, `${size} ${TIMES} ${size}`)),
          ),
        ),
        make("button", { type: "button", "data-key": "give", disabled: !taken, on: { click: () => app.actions.giveBack() } }, say("giveBack")),
        make("button", { type: "button", class: "back", "data-key": "back", on: { click: () => app.leavePanel() } }, say("back")),
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
    if (!state.erased.length && !state.zeroed.length) return say("sayErase");
    const [k, j] = [untouched.prediction, trace.prediction];
    if (k === j) return say("answerKept", { k, a: probability(untouched.probabilities[k]), b: probability(trace.probabilities[k]) });
    return say("answerChanged", { k, j, a: probability(untouched.probabilities[k]), b: probability(trace.probabilities[j]) });
  },
};
