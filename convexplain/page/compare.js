/**
 * Two networks, one digit: how sure each is of it while it is shifted.
 *
 * @import { App } from "./app.js"
 * @import { Shifted } from "./data.js"
 * @import { Mode } from "./explore.js"
 * @import { Network } from "./network.js"
 * @import { State } from "./state.js"
 *
 * @typedef {{cnn: Trace, dense: Trace}} Both  what both networks make of a picture
 * @typedef {Both & {by: number, cut: boolean}} Row  of the picture moved by so many pixels; cut: ink
 *   leaves the frame
 * @typedef {{rows: Row[], unmoved: Both}} Rows
 */

import { number, percent, probability } from "./as_text.js";
import { benchHead } from "./cells.js";
import { paintOn } from "./colours.js";
import { shiftText } from "./controls.js";
import { bundledDigit, DATA, HEIGHT, WIDTH } from "./data.js";
import { button, make, makeSvg, radio } from "./dom.js";
import { sumOf } from "./numbers.js";
import { FAR, PICTURE_KEYS } from "./state.js";
import { Trace } from "./trace.js";
import { gap, say } from "./words.js";

const SHIFTS = Array.from({ length: 2 * FAR + 1 }, (_, i) => i - FAR);

/** @type {{key: unknown[], found: Rows|null}} */
const known = { key: [], found: null };

/** Both networks' numbers at every shift along an axis. @param {App} app @param {State} state @returns {Rows} */
function shiftRows({ model }, state) {
  const { shift: [right, down], axis } = state;
  const key = [...PICTURE_KEYS.map((name) => state[name]), axis, axis === 0 ? down : right];
  if (known.found && known.key.every((part, i) => part === key[i])) return known.found;
  /** @param {State["shift"]} shift @returns {Both} */
  const both = (shift) => {
    const pixels = model.picture({ ...state, shift });
    return {
      cnn: model.traceOf(model.network, state.zeroed, pixels),
      dense: new Trace(/** @type {Network} */ (model.beside), pixels),
    };
  };
  const ink = (/** @type {State["shift"]} */ shift) => sumOf(model.picture({ ...state, shift, noise: 0, erased: [] }));
  const whole = ink([0, 0]);
  const rows = SHIFTS.map((by) => {
    /** @type {State["shift"]} */
    const shift = axis === 0 ? [by, down] : [right, by];
    return { by, cut: ink(shift) < whole - 0.5, ...both(shift) };
  });
  known.key = key;
  // In its place: not shifted along the other axis either.
  known.found = { rows, unmoved: both([0, 0]) };
  return known.found;
}

/** The row of the picture as it is shifted now. @param {Row[]} rows @param {State} state */
function rowNow(rows, { shift, axis }) {
  return /** @type {Row} */ (rows.find(({ by }) => by === shift[axis]));
}

/** Neighbouring shifts at which ink leaves the frame, from the first to the last of each run. @param {Row[]} rows */
function cutRuns(rows) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const { by, cut } of rows) {
    if (!cut) continue;
    const last = runs.at(-1);
    if (last?.[1] === by - 1) last[1] = by;
    else runs.push([by, by]);
  }
  return runs;
}

/**
 * The chart in pixels of the screen; its heights and marks follow the size of the text.
 *
 * @param {App} app
 * @param {Row[]} rows
 * @param {number} k  the digit of which the curves tell
 * @param {State} state
 */
function chart(app, rows, k, state) {
  const style = getComputedStyle(app.panel.element);
  const inner = app.panel.element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const font = parseFloat(style.fontSize);
  // A panel that is not shown has no width: its chart is drawn again when it has.
  const width = Math.max(12 * font, inner * parseFloat(style.getPropertyValue("--curves")));
  const runs = cutRuns(rows);
  // Where ink leaves the frame is said over the curves, in a line that is there only if need be.
  const top = (runs.length ? 2 : 0.8) * font;
  const low = top + parseFloat(style.getPropertyValue("--rise")) * font;
  const height = low + 1.8 * font;
  const [start, end] = [3.6 * font, width - font];
  const x = (/** @type {number} */ by) => start + ((by + FAR) / (2 * FAR)) * (end - start);
  const y = (/** @type {number} */ p) => low - p * (low - top);
  const step = x(1) - x(0);
  const mark = 0.3 * font;
  /** @param {string} value @param {Record<string, unknown>} attributes */
  const text = (value, attributes) => makeSvg("text", { "font-size": font, ...attributes }, value);
  const curve = (/** @type {keyof Both} */ name) => makeSvg("polyline", {
    class: `curve ${name}`, points: rows.map((row) => `${x(row.by)},${y(row[name].probabilities[k])}`).join(" "),
  });
  const band = (/** @type {number[]} */ [first, last]) => {
    const [from, to] = [Math.max(start - 0.5 * font, x(first) - step / 2), Math.min(width, x(last) + step / 2)];
    // Centred over its band where that is wide enough, else from the chart's rim inwards.
    const [at, anchor] = to - from > 11 * font ? [(from + to) / 2, "middle"]
      : first === -FAR ? [from + 0.3 * font, "start"] : [to - 0.3 * font, "end"];
    return [
      makeSvg("rect", { class: "cut", x: from, y: 0, width: to - from, height: low + 0.4 * font }),
      text(say("inkCut"), { class: "label", x: at, y: 1.2 * font, "text-anchor": anchor }),
    ];
  };
  const now = x(state.shift[state.axis]);
  return makeSvg(
    "svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": say("howSure", { k }) },
    runs.map(band),
    [0, 0.5, 1].map((p) => [
      makeSvg("line", { class: "rule", x1: start, x2: end, y1: y(p), y2: y(p) }),
      text(percent(p, 0), { class: "label", x: start - 0.8 * font, y: y(p) + 0.35 * font, "text-anchor": "end" }),
    ]),
    SHIFTS.filter((by) => by % 2 === 0).map((by) => (
      text(number(by, 0, true), { class: "label", x: x(by), y: low + 1.45 * font, "text-anchor": "middle" })
    )),
    makeSvg("line", { class: "now", x1: now, x2: now, y1: top - 0.4 * font, y2: low + 0.4 * font }),
    curve("dense"), curve("cnn"),
    rows.map((row) => [
      makeSvg("rect", {
        class: "mark dense", x: x(row.by) - mark, y: y(row.dense.probabilities[k]) - mark, width: 2 * mark, height: 2 * mark,
      }),
      makeSvg("circle", { class: "mark cnn", cx: x(row.by), cy: y(row.cnn.probabilities[k]), r: mark }),
      makeSvg("rect", {
        class: "touch", x: x(row.by) - step / 2, y: 0, width: step, height,
        on: { click: () => app.actions.shiftAlong(row.by) },
      }),
    ]),
  );
}

/** The same numbers for who cannot see the curves. @param {App} app @param {Row[]} rows @param {number} k */
function hiddenTable(app, rows, k) {
  const heads = [say("shift"), app.names.alone, say("denseNetwork")];
  // A table is as large as its cells, whatever its style says: what is around it is not.
  return make("div", { class: "aside" }, make(
    "table", {}, make("caption", {}, say("howSure", { k })),
    make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, rows.map(({ by, cnn, dense }) => make(
      "tr", {}, make("th", { scope: "row" }, number(by, 0, true)),
      make("td", {}, probability(cnn.probabilities[k])), make("td", {}, probability(dense.probabilities[k])),
    ))),
  ));
}

/**
 * What a network says now, and whether that has changed.
 *
 * @param {keyof Both} kind
 * @param {string} name
 * @param {Row} now
 * @param {Both} unmoved
 */
function network(kind, name, { [kind]: trace }, unmoved) {
  const sample = makeSvg(
    "svg", { class: "key", viewBox: "0 0 60 20", "aria-hidden": "true" },
    makeSvg("polyline", { class: `curve ${kind}`, points: "0,10 60,10" }),
    kind === "cnn" ? makeSvg("circle", { class: "mark cnn", cx: 30, cy: 10, r: 7 })
      : makeSvg("rect", { class: "mark dense", x: 23, y: 3, width: 14, height: 14 }),
  );
  return make(
    "div", { class: `network ${kind}` }, make("h4", {}, sample, name),
    make("p", { class: "verdict" }, make("b", {}, trace.prediction), probability(trace.probabilities[trace.prediction])),
    make("p", { class: "held" }, say(trace.prediction === unmoved[kind].prediction ? "sameAnswer" : "changedAnswer")),
  );
}

/** Digits to try: where the convnet holds, and where it fails, too. @param {App} app */
function suggestions(app) {
  const { steady, failing } = DATA.examples;
  const group = (/** @type {string} */ title, /** @type {Shifted[]} */ list) => list.length > 0 && make(
    "span", { class: "try", role: "group", "aria-label": title }, title, " ",
    list.map(({ sample, shift }) => {
      const canvas = make("canvas", { width: WIDTH, height: HEIGHT, "aria-hidden": "true" });
      const { pixels, label } = bundledDigit(sample);
      paintOn(canvas, pixels, null);
      return button(() => app.actions.chooseShifted(sample, shift), {
        class: "digit", "data-key": `try-${sample}`, "aria-label": `${say("digit", { n: label })}, ${shiftText(shift)}`,
      }, canvas);
    }),
  );
  return [
    group(say("tryDense", { name: app.names.within }), steady),
    group(say("tryBoth", { name: app.names.within }), failing),
  ];
}

/**
 * What stored experiments say of this many pixels, where the shift goes along one axis.
 *
 * @param {State["shift"]} shift
 */
function onTestDigits([right, down]) {
  const n = Math.abs(right || down);
  if (right && down) return null;
  const [a, b] = ["cnn", "dense"].map((name) => (
    DATA.facts.shift.find((row) => row.pixels === n && row.network === name)?.accuracy
  ));
  if (a === undefined || b === undefined || DATA.model !== "cnn") return null;
  return say("onTest", { n, a: percent(a), b: percent(b) });
}

/** @type {Mode} */
export const COMPARE = {
  name: "compare",
  available: (app) => app.model.beside !== null,

  bench(app, state) {
    const { rows, unmoved } = shiftRows(app, state);
    // The digit that it is, else what the convnet takes it for in its place.
    const k = app.model.label ?? unmoved.cnn.prediction;
    const now = rowNow(rows, state);
    const axis = (/** @type {number} */ value, /** @type {string} */ words) => (
      radio(state.axis === value, () => app.actions.setAxis(value), { "data-key": `axis-${value}` }, say(words))
    );
    return [
      benchHead(app, say("howSure", { k }), make(
        "div", { class: "joined", role: "radiogroup", "aria-label": say("shift") },
        axis(0, "horizontally"), axis(1, "vertically"),
      )),
      make(
        "div", { class: "panel-body" },
        make(
          "div", { class: "curves" }, chart(app, rows, k, state), hiddenTable(app, rows, k),
          make("p", { class: "tries" }, suggestions(app)),
        ),
        make(
          "div", { class: "networks" }, network("cnn", app.names.alone, now, unmoved),
          network("dense", say("denseNetwork"), now, unmoved),
        ),
      ),
      make("p", { class: "note" }, onTestDigits(state.shift)),
    ];
  },

  /** In its place the digit shows no difference: a shift that does is offered. */
  aside(app, { shift }) {
    const telling = shift[0] || shift[1] ? null : app.model.telling();
    return telling && button(
      () => app.actions.compareShifted(telling), { class: "primary", "data-key": "compare-shift" },
      say("shiftIt", { way: shiftText(telling) }),
    );
  },

  caption(app, state) {
    const now = rowNow(shiftRows(app, state).rows, state);
    const still = !state.shift[0] && !state.shift[1];
    const where = still ? say("unmoved") : say("movedBy", { way: shiftText(state.shift) });
    const [k, j] = [now.cnn.prediction, now.dense.prediction];
    return where + gap() + (k === j ? say("saySame", { k }) : say("sayBoth", { name: app.names.within, k, j }));
  },
};
