// Two networks, one digit: how sure each is of it while it is shifted.

import { bundledDigit, DATA, SIDE } from "./data.js";
import { make, makeSvg } from "./dom.js";
import { number, percent, probability } from "./format.js";
import { paint } from "./theme.js";
import { Trace } from "./trace.js";
import { shiftText } from "./controls.js";
import { languageInUse, say } from "./words.js";

const FAR = 6;
const SHIFTS = Array.from({ length: 2 * FAR + 1 }, (_, i) => i - FAR);

const known = { key: null, rows: null };

/** Both networks' numbers at every shift along an axis (0 is sideways, 1 up and down). */
function shiftRows(app, state) {
  const { model } = app;
  const { shift, axis } = state;
  const parts = ["digit", "sample", "drawn", "noise", "erased", "zeroed", "kernels"].map((key) => state[key]);
  const key = [...parts, axis, shift[1 - axis]];
  if (known.key?.every((part, i) => part === key[i])) return known.rows;
  const ink = (pixels) => pixels.reduce((sum, value) => sum + value, 0);
  const whole = ink(model.picture({ ...state, shift: [0, 0], noise: 0, erased: [] }));
  known.key = key;
  known.rows = SHIFTS.map((by) => {
    const moved = [...shift];
    moved[axis] = by;
    const pixels = model.picture({ ...state, shift: moved });
    const bare = model.picture({ ...state, shift: moved, noise: 0, erased: [] });
    return {
      by, cut: ink(bare) < whole - 0.5,
      cnn: model.traceOf(model.network, state.zeroed, pixels), dense: new Trace(model.beside, pixels),
    };
  });
  // In its place: not shifted along the other axis either.
  const still = model.picture({ ...state, shift: [0, 0] });
  known.rows.unmoved = { cnn: model.traceOf(model.network, state.zeroed, still), dense: new Trace(model.beside, still) };
  return known.rows;
}

/** Of which digit the curves tell: the one it is, else what the CNN takes it for in its place. */
function digitOf(app, rows) {
  return app.model.label ?? rows.unmoved.cnn.prediction;
}

/** Neighbouring shifts at which ink leaves the frame, from the first to the last of each run. */
export function cutRuns(rows) {
  const runs = [];
  for (const { by, cut } of rows) {
    if (!cut) continue;
    if (runs.at(-1)?.[1] === by - 1) runs.at(-1)[1] = by;
    else runs.push([by, by]);
  }
  return runs;
}

/** The chart in pixels of the screen; its heights and marks follow the size of the text. */
function chart(app, rows, k, state) {
  const style = getComputedStyle(app.panel.element);
  const inner = app.panel.element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const width = inner * parseFloat(style.getPropertyValue("--curves"));
  const font = parseFloat(style.fontSize);
  const runs = cutRuns(rows);
  // Where ink leaves the frame is said over the curves, in a line that is there only if need be.
  const top = (runs.length ? 2 : 0.8) * font;
  const low = top + 6.8 * font;
  const height = low + 1.8 * font;
  const [start, end] = [3.6 * font, width - font];
  const x = (by) => start + ((by + FAR) / (2 * FAR)) * (end - start);
  const y = (p) => low - p * (low - top);
  const step = x(1) - x(0);
  const mark = 0.3 * font;
  const text = (value, attributes) => makeSvg("text", { "font-size": font, ...attributes }, value);
  const curve = (name) => makeSvg("polyline", {
    class: `curve ${name}`, points: rows.map((row) => `${x(row.by)},${y(row[name].probabilities[k])}`).join(" "),
  });
  const band = ([first, last]) => {
    const [from, to] = [Math.max(start - 0.5 * font, x(first) - step / 2), Math.min(width, x(last) + step / 2)];
    // Centred over its band where that is wide enough, else from the chart's rim inwards.
    const [at, anchor] = to - from > 11 * font ? [(from + to) / 2, "middle"] : first === -FAR ? [from + 0.3 * font, "start"] : [to - 0.3 * font, "end"];
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

/** The same numbers for who cannot see the curves. */
function hiddenTable(app, rows, k) {
  const heads = [say("shift"), app.names.alone, say("denseNetwork")];
  return make(
    "table", { class: "aside" }, make("caption", {}, say("howSure", { k })),
    make("thead", {}, make("tr", {}, heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, rows.map(({ by, cnn, dense }) => make(
      "tr", {}, make("th", { scope: "row" }, number(by, 0, true)),
      make("td", {}, probability(cnn.probabilities[k])), make("td", {}, probability(dense.probabilities[k])),
    ))),
  );
}

function network(kind, name, trace, unmoved) {
  const sample = makeSvg(
    "svg", { class: "key", viewBox: "0 0 60 20", "aria-hidden": "true" },
    makeSvg("polyline", { class: `curve ${kind}`, points: "0,10 60,10" }),
    kind === "cnn" ? makeSvg("circle", { class: "mark cnn", cx: 30, cy: 10, r: 7 })
      : makeSvg("rect", { class: "mark dense", x: 23, y: 3, width: 14, height: 14 }),
  );
  return make(
    "div", { class: `network ${kind}` }, make("h4", {}, sample, name),
    make("p", { class: "verdict" }, make("b", {}, trace.prediction), probability(trace.probabilities[trace.prediction])),
    make("p", { class: "held" }, say(trace.prediction === unmoved.prediction ? "sameAnswer" : "changedAnswer")),
  );
}

/** Digits to try: where the CNN holds, and where it fails, too. */
function suggestions(app) {
  const { steady, failing } = DATA.telling;
  const group = (title, list) => list.length > 0 && make(
    "span", { class: "try", role: "group", "aria-label": title }, title, " ",
    list.map(({ sample, shift }) => {
      const canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
      const image = new ImageData(SIDE, SIDE);
      const { pixels, label } = bundledDigit(sample);
      paint(image.data, pixels, null);
      canvas.getContext("2d").putImageData(image, 0, 0);
      return make("button", {
        type: "button", class: "digit", "data-key": `try-${sample}`,
        "aria-label": `${say("digit", { n: label })}, ${shiftText(shift)}`,
        on: { click: () => app.actions.chooseShifted(sample, shift) },
      }, canvas);
    }),
  );
  return [
    group(say("tryDense", { name: app.names.within }), steady),
    group(say("tryBoth", { name: app.names.within }), failing),
  ];
}

/** What stored experiments say of this many pixels, where the shift goes along one axis. */
function onTestDigits([right, down]) {
  const n = Math.abs(right || down);
  if (right && down) return null;
  const accuracy = (name) => DATA.facts.shift.find((row) => row.pixels === n && row.network === name)?.accuracy;
  const [a, b] = [accuracy("cnn"), accuracy("dense")];
  if (a === undefined || b === undefined || DATA.model !== "cnn") return null;
  return say("onTest", { n, a: percent(a), b: percent(b) });
}

export const COMPARE = {
  name: "compare",
  available: (app) => app.model.beside !== null,

  bench(app, state) {
    const rows = shiftRows(app, state);
    const k = digitOf(app, rows);
    const now = rows.find(({ by }) => by === state.shift[state.axis]);
    const { unmoved } = rows;
    const axis = (value, words) => make("button", {
      type: "button", role: "radio", "aria-checked": String(state.axis === value), "data-key": `axis-${value}`,
      on: { click: () => app.actions.setAxis(value) },
    }, say(words));
    return [
      make(
        "div", { class: "panel-head" }, make("h3", { id: "panel-title" }, say("howSure", { k })),
        make("span", { class: "space" }),
        make("div", { class: "joined", role: "radiogroup", "aria-label": say("shift") }, axis(0, "horizontally"), axis(1, "vertically")),
        make("button", { type: "button", class: "back", "data-key": "back", on: { click: () => app.leavePanel() } }, say("back")),
      ),
      make(
        "div", { class: "panel-body" },
        make(
          "div", { class: "curves" }, chart(app, rows, k, state), hiddenTable(app, rows, k),
          make("p", { class: "tries" }, suggestions(app)),
        ),
        make(
          "div", { class: "networks" }, network("cnn", app.names.alone, now.cnn, unmoved.cnn),
          network("dense", say("denseNetwork"), now.dense, unmoved.dense),
        ),
      ),
      make("p", { class: "note" }, onTestDigits(state.shift)),
    ];
  },

  caption(app, state) {
    const rows = shiftRows(app, state);
    const now = rows.find(({ by }) => by === state.shift[state.axis]);
    const still = !state.shift[0] && !state.shift[1];
    const where = still ? say("unmoved") : say("movedBy", { way: shiftText(state.shift) });
    const gap = languageInUse() === "zh" ? "" : " ";
    const [k, j] = [now.cnn.prediction, now.dense.prediction];
    return where + gap + (k === j ? say("saySame", { k }) : say("sayBoth", { name: app.names.within, k, j }));
  },
};
