/**
 * A playground of windows: kernel, stride, padding and dilation on the picture at hand, and what
 * becomes of the map and of its size; forward, or transposed. It asks no network.
 *
 * @import { App } from "./app.js"
 * @import { Children } from "./dom.js"
 * @import { Mode } from "./explore.js"
 * @import { Play, State } from "./state.js"
 */

import { number, TIMES } from "./as_text.js";
import { benchHead, MANY, numberTable, outputCell, sumLines, toldCell } from "./cells.js";
import { DEPTH, HEIGHT, WIDTH } from "./data.js";
import { button, consume, make, makeSvg, select } from "./dom.js";
import { axes, boxOf, Window } from "./geometry.js";
import { term } from "./glossary.js";
import { classicKernels, classicWeights } from "./kernels.js";
import { MapView } from "./map.js";
import { clamp, largestAt, largestOf, sumOf } from "./numbers.js";
import { avgPool2d, conv2d, conv2dTranspose, maxPool2d, surrounded } from "./ops.js";
import { brightness } from "./picture.js";
import { ENLARGING, landing, stampFormula, stamps } from "./stamps.js";
import { OPERATIONS } from "./state.js";
import { gap, languageInUse, say } from "./words.js";

/** What the playground begins with, where the window has its size. */
const FIRST = "sobel-x";
/** What a transposed convolution begins with, as it is chosen. */
const ONES = "ones";
const SIZES = [1, 2, 3, 4, 5, 6, 7];
const STEPS = [1, 2, 3, 4];
/** @type {Play["padding"][]} */
const PADDINGS = ["valid", "same", 1, 2, 3];

/** What the windows slide over: the picture in gray, or one of its rows. @param {App} app @param {Play} play */
function paper({ model }, { row }) {
  const gray = DEPTH === 1 ? model.pixels : brightness(Uint8ClampedArray.from({ length: 4 * HEIGHT * WIDTH }, (_, i) => (
    i % 4 === 3 ? 255 : Math.round(255 * model.pixels[Math.floor(i / 4) * DEPTH + (i % 4)])
  )));
  if (row === null) return { values: gray, rows: HEIGHT, cols: WIDTH };
  return { values: gray.slice(row * WIDTH, (row + 1) * WIDTH), rows: 1, cols: WIDTH };
}

/** The row of a picture with the most ink. @param {App} app */
function fullestRow({ model }) {
  const width = WIDTH * DEPTH;
  return largestAt(Array.from({ length: HEIGHT }, (_, row) => sumOf(model.pixels.subarray(row * width, (row + 1) * width))));
}

/**
 * The window, what it slides over, and what comes of it; null where it does not fit. Of a transposed
 * convolution the window lies on what it makes.
 *
 * @param {App} app
 * @param {Play} play
 */
export function played(app, play) {
  const on = paper(app, play);
  const flat = play.row !== null;
  const kernelSize = /** @type {[number, number]} */ ([flat ? 1 : play.size, play.size]);
  const pads = play.padding;
  /** @type {[number, number]} */
  const size = [on.rows, on.cols];
  /** @type {import("./stamps.js").Options} */
  const options = {
    stride: [flat ? 1 : play.stride, play.stride],
    dilation: [flat ? 1 : play.dilation, play.dilation],
    padding: typeof pads === "number" && flat ? [0, pads] : pads,
  };
  const window = new Window(kernelSize, play.op === ENLARGING ? landing(kernelSize, size, options) : size, options);
  if (Math.min(...window.outputSize, ...window.size) < 1) return null;
  const kernel = kernelOf(play);
  const values = COMPUTED[play.op](on.values, window, Float32Array.from(kernel));
  const at = play.at.map((place, axis) => clamp(place, 0, window.outputSize[axis] - 1));
  return { ...on, window, kernel, map: values, at };
}

/** @typedef {NonNullable<ReturnType<typeof played>>} Played */

/** @type {Record<Play["op"], (x: Float32Array, window: Window, kernel: Float32Array) => Float32Array>} */
const COMPUTED = {
  conv: (x, window, kernel) => conv2d(x, window, kernel, new Float32Array(1)),
  transposed: conv2dTranspose,
  max: maxPool2d,
  average: (x, window) => avgPool2d(x, window),
};

/** Whether an operation has weights. @param {Play} play */
function weighs({ op }) {
  return op === "conv" || op === ENLARGING;
}

/** The weights that are chosen; until somebody types some, a classic kernel, a mean, or ones to stamp. @param {Play} play */
function kernelOf({ op, size, row, kernel }) {
  const height = row === null ? size : 1;
  if (kernel && kernel.length === height * size) return kernel;
  if (op === ENLARGING) return Array(height * size).fill(1);
  const classics = classicKernels(height, size);
  const classic = classics.find(({ name }) => name === FIRST) ?? classics[0];
  return classic ? Array.from(classicWeights(classic.name)) : Array(height * size).fill(1 / (height * size));
}

/** How large the map is, axis by axis, with all numbers put in. @param {Played} found @param {Play} play */
function formula({ window }, play) {
  if (play.op === ENLARGING) return stampFormula(window, play);
  const axes = play.row !== null ? [1] : window.outputSize[0] === window.outputSize[1] && window.size[0] === window.size[1] ? [0] : [0, 1];
  return axes.map((axis) => {
    const [before, after] = window.margins.slice(2 * axis, 2 * axis + 2);
    const span = (window.kernelSize[axis] - 1) * window.dilation[axis] + 1;
    const exact = (window.size[axis] + before + after - span) / window.stride[axis] + 1;
    return make(
      "p", { class: "formula" }, say("outputSize"), " = (", window.size[axis], ` + ${before} + ${after} − `,
      window.dilation[axis] > 1 ? `((${window.kernelSize[axis]} − 1) ${TIMES} ${window.dilation[axis]} + 1)` : span,
      `) / ${window.stride[axis]} + 1 = `,
      Number.isInteger(exact) ? null : say("roundedDown", { n: number(exact) }), make("b", {}, window.outputSize[axis]),
    );
  });
}

/**
 * A map to point at.
 *
 * @param {App} app
 * @param {string} name
 * @param {string} label
 * @param {{rows: number, cols: number, values: ArrayLike<number>, limit: number|null, window: Window}} shown
 * @param {(row: number, col: number) => void} choose
 * @param {[number, number]} at
 */
function grid(app, name, label, { rows, cols, values, limit, window }, choose, at) {
  const view = new MapView({ name, rows, cols }, {
    point: () => {}, hover: () => {}, leave: () => {}, pin: choose,
    key: (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step || event.shiftKey || event.ctrlKey || event.altKey) return;
      consume(event);
      const [row, col] = app.store.state.play.at; // keys may come before the next frame
      const [high, wide] = window.outputSize;
      app.actions.play({ at: [clamp(row + step[0], 0, high - 1), clamp(col + step[1], 0, wide - 1)] });
    },
  });
  const style = getComputedStyle(app.panel.element); // as it is laid out now
  const font = parseFloat(style.fontSize);
  const share = (/** @type {string} */ way) => parseFloat(style.getPropertyValue(`--play-${way}`));
  view.fit(Math.min(app.panel.element.clientWidth * share("wide"), Math.max(8.8 * font, globalThis.innerHeight * share("tall"))));
  view.element.classList.toggle("in-row", rows === 1);
  view.element.style.setProperty("--share", String(cols / Math.max(rows, cols))); // of the longer side
  view.draw(values, limit, { font, family: style.fontFamily });
  view.element.dataset.key = name;
  view.element.setAttribute("aria-label", label);
  view.announce(at[0], at[1], `${label}, ${say("cellAt", { row: at[0], col: at[1] })}: ${number(values[at[0] * cols + at[1]])}`);
  return view;
}

/** Picture and map, the window on one, its cell on the other. @param {App} app @param {Played} found @param {Play} play */
function maps(app, { values, rows, cols, window, map, at }, play) {
  const [top, , left] = window.margins;
  const [high, wide] = window.padded;
  const padded = surrounded(values, window, 0);
  const set = (/** @type {number} */ row, /** @type {number} */ col) => app.actions.play({ at: [row, col] });
  const place = window.below({ top: at[0], left: at[1], bottom: at[0] + 1, right: at[1] + 1 });
  const [row, col] = [place.top + top, place.left + left];
  const on = grid(app, "play-input", say("input"), { rows: high, cols: wide, values: padded, limit: null, window }, (r, c) => {
    set(clamp(Math.floor(r / window.stride[0]), 0, window.outputSize[0] - 1), clamp(Math.floor(c / window.stride[1]), 0, window.outputSize[1] - 1));
  }, [clamp(row, 0, high - 1), clamp(col, 0, wide - 1)]);
  // The picture's rim, where there is padding around it.
  const rim = high > rows || wide > cols ? make("span", {
    class: "rim", style: { left: `${(100 * left) / wide}%`, top: `${(100 * top) / high}%`, width: `${(100 * cols) / wide}%`, height: `${(100 * rows) / high}%` },
  }) : null;
  on.mark({ top: row, left: col, bottom: row + window.span[0], right: col + window.span[1] });
  on.element.append(...(rim ? [rim] : []), ...dots(window, [row, col], [high, wide]));
  const out = grid(
    app, "play-output", say("outputMap"), { rows: window.outputSize[0], cols: window.outputSize[1], values: map, limit: limitOf(map, play), window }, set,
    /** @type {[number, number]} */ (at),
  );
  out.mark(boxOf({ row: at[0], col: at[1] }));
  return sideBySide(on, [rows, cols], out, window.outputSize);
}

/** One number of the picture, and the patch that it paints. @param {App} app @param {Played} found @param {Play} play */
function stampMaps(app, { values, rows, cols, window, map, at }, play) {
  const [row, col] = at;
  const place = window.below(boxOf({ row, col }));
  const set = (/** @type {number} */ r, /** @type {number} */ c) => app.actions.play({ at: [r, c] });
  const on = grid(app, "play-input", say("input"), { rows, cols, values, limit: null, window }, set, [row, col]);
  on.mark(boxOf({ row, col }));
  const { framed } = stamps(window, at);
  const out = grid(
    app, "play-output", say("outputMap"), { rows: window.size[0], cols: window.size[1], values: map, limit: limitOf(map, play), window },
    // The number whose patch lies most nearly around the cell.
    (r, c) => set(...axes((axis) => clamp(
      Math.round(([r, c][axis] + window.margins[2 * axis] - (window.span[axis] - 1) / 2) / window.stride[axis]), 0, window.outputSize[axis] - 1,
    ))), framed ?? [0, 0],
  );
  out.mark(place);
  out.element.append(...dots(window, [place.top, place.left], window.size));
  return sideBySide(on, [rows, cols], out, window.size);
}

/** The end of the output's scale. @param {Float32Array} map @param {Play} play */
function limitOf(map, play) {
  return weighs(play) ? largestOf(map) : null;
}

/** @param {MapView} on @param {number[]} from @param {MapView} out @param {number[]} to */
function sideBySide(on, from, out, to) {
  const titled = (/** @type {string} */ name, /** @type {number[]} */ size, /** @type {MapView} */ view) => make(
    "div", { class: "play-map" }, make("p", { class: "play-title" }, `${say(name)}: ${size.join(` ${TIMES} `)}`), view.element,
  );
  return [titled("input", from, on), make("span", { class: "sign" }, "→"), titled("outputMap", to, out)];
}

/** With gaps in the window, a dot on each cell that it reads. @param {Window} window @param {number[]} from @param {number[]} size */
function dots({ kernelSize, dilation }, [row, col], [high, wide]) {
  if (dilation[0] === 1 && dilation[1] === 1) return [];
  const marks = Array.from({ length: kernelSize[0] * kernelSize[1] }, (_, tap) => makeSvg("circle", {
    cx: col + (tap % kernelSize[1]) * dilation[1] + 0.5, cy: row + Math.floor(tap / kernelSize[1]) * dilation[0] + 0.5, r: 0.28,
  }));
  return [makeSvg("svg", { class: "taps", viewBox: `0 0 ${wide} ${high}`, preserveAspectRatio: "none", "aria-hidden": "true" }, marks)];
}

/**
 * By what the numbers before it are multiplied, in words: the weights stand among what one chooses.
 *
 * @param {string} by
 * @param {string} [kind]  a class
 */
function operator(by, kind = "") {
  return make("span", { class: `sign worded ${kind}` }, TIMES, make("small", {}, say(by)), "=");
}

/** What the window reads, and what it makes of it. @param {Played} found @param {Play} play */
function arithmetic({ values, cols, window, kernel, map, at }, play) {
  const [rows, columns] = at.map((position, axis) => window.taps(axis, position));
  const taps = rows.flatMap((r) => columns.map((c) => (r === null || c === null ? null : values[r * cols + c])));
  const patch = taps.map((value) => value ?? 0);
  const result = map[at[0] * window.outputSize[1] + at[1]];
  const limit = limitOf(map, play);
  const products = patch.map((value, i) => value * Math.fround(kernel[i]));
  const largest = play.op === "max" ? taps.indexOf(taps.reduce((a, b) => ((b ?? -1) > (a ?? -1) ? b : a))) : -1;
  const cells = patch.map((value, i) => ({ value, limit: null, padding: taps[i] === null, framed: i === largest }));
  const counted = taps.filter((value) => value !== null).length;
  const wide = columns.length;
  const spare = play.op === "conv" && wide >= MANY ? `spare of-${wide}` : "";
  const read = numberTable({ title: say("readHere"), kind: `patch ${spare}`, cols: wide, cells });
  const made = play.op === "conv" ? numberTable({
    title: say("products"), kind: "products", cols: wide, cells: products.map((value) => ({ value, limit: largestOf(products) })),
  }) : null;
  return [
    read,
    made && [operator("timesKernel", spare), made],
    made && spare && toldCell([read, made], largestAt(products), (tap) => [
      "", `${number(patch[tap])} ${TIMES} ${number(Math.fround(kernel[tap]))} = ${number(products[tap])}`,
    ]),
    make(
      "div", { class: "result" },
      play.op === "conv" ? sumLines([{ name: say("sumOf", { n: products.length }), value: sumOf(products), total: true }])
        : make("p", {}, play.op === "max" ? say("largestWins") : say("divided", { sum: number(sumOf(patch)), n: counted })),
      outputCell(result, limit, false),
    ),
  ].flat();
}

/** What one number paints, and what it meets there. @param {Played} found */
function stamping({ values, cols, window, kernel, map, at }) {
  const { reached, framed, count } = stamps(window, at);
  const painter = values[at[0] * cols + at[1]];
  const painted = kernel.map((weight) => painter * Math.fround(weight));
  const limit = largestOf(painted);
  const isFramed = (/** @type {number} */ tap) => framed !== null && String(reached[tap]) === String(framed);
  const here = painted[reached.findIndex((_, tap) => isFramed(tap))];
  const value = framed && map[framed[0] * window.size[1] + framed[1]];
  return [
    make("div", { class: "painter" }, make("p", { class: "play-title" }, say("oneNumber")), outputCell(painter, null, false)),
    operator("timesWeights"),
    numberTable({
      title: say("painted"), kind: "products", cols: window.kernelSize[1],
      cells: painted.map((value, tap) => ({ value, limit, padding: reached[tap] === null, framed: isFramed(tap) })),
    }),
    make(
      "div", { class: "result" },
      value !== null && [
        sumLines([
          { name: say("thisStamp"), value: here },
          ...(count > 1 ? [{ name: say("otherStamps", { n: count - 1 }), value: value - here }] : []),
          { name: say("framedCell"), value, total: true },
        ]),
        outputCell(value, largestOf(map), false),
      ],
      reached.includes(null) && make("p", {}, say("lost")),
    ),
  ];
}

/**
 * Change the window, and let it stay where it lies on the picture.
 *
 * @param {App} app
 * @param {Partial<Play>} changes
 */
function change(app, changes) {
  const { play } = app.store.state;
  const next = { ...play, ...changes };
  const [before, after] = [played(app, play), played(app, next)];
  app.actions.play(before && after ? {
    ...changes, at: axes((axis) => placeOf(after, next, axis, middleOf(before, play, axis))),
  } : changes);
}

/** Where the middle of the window is on the picture. @param {Played} found @param {Play} play @param {number} axis */
function middleOf({ window, at }, { op, row }, axis) {
  if (row !== null && axis === 0) return row;
  return op === ENLARGING ? at[axis] : at[axis] * window.stride[axis] + (window.span[axis] - 1) / 2 - window.margins[2 * axis];
}

/** The stop whose middle is nearest to a place on the picture. @param {Played} found @param {Play} play @param {number} axis @param {number} middle */
function placeOf({ window }, { op }, axis, middle) {
  const stop = op === ENLARGING ? middle : (middle + window.margins[2 * axis] - (window.span[axis] - 1) / 2) / window.stride[axis];
  return clamp(Math.round(stop), 0, window.outputSize[axis] - 1);
}

/**
 * A choice among numbers.
 *
 * @param {App} app
 * @param {"size"|"stride"|"dilation"|"padding"} what
 * @param {(number|string)[]} options
 * @param {Play} play
 */
function choice(app, what, options, play) {
  const names = { size: term("window", say("windowSize")), stride: say("stride"), dilation: say("dilation"), padding: say("padding") };
  return make(
    "label", {}, names[what], " ",
    select((value) => change(app, { [what]: /^\d/.test(value) ? Number(value) : value }), { "data-key": `play-${what}`, "aria-label": what === "size" ? say("windowSize") : null }, options.map((value) => (
      make("option", { value, selected: play[what] === value }, what === "size" ? (play.row === null ? `${value} ${TIMES} ${value}` : value) : value)
    ))),
  );
}

/** Weights to type, and classic ones. @param {App} app @param {Play} play */
function weights(app, play) {
  const kernel = kernelOf(play);
  const set = (/** @type {number} */ at, /** @type {string} */ text) => {
    const weight = Number(text);
    if (text.trim() !== "" && Number.isFinite(weight)) app.actions.play({ kernel: kernel.map((old, i) => (i === at ? clamp(weight, -99, 99) : old)) });
  };
  const classics = classicKernels(play.row === null ? play.size : 1, play.size);
  const chosen = classics.find(({ name }) => String(Array.from(classicWeights(name))) === String(kernel.map(Math.fround)));
  const ones = play.op === ENLARGING && kernel.every((weight) => weight === 1);
  return make(
    "div", { class: "weights" },
    make(
      "div", { class: "over" }, term("kernel", say("kernel")),
      classics.length > 0 && select((name) => app.actions.play({ kernel: name === ONES ? null : Array.from(classicWeights(name)) }), { "data-key": "play-classic", "aria-label": say("classic") },
        !chosen && !ones && make("option", { value: "", selected: true, disabled: true }, say("edited")),
        play.op === ENLARGING && make("option", { value: ONES, selected: ones }, say("ones")),
        classics.map(({ name, finds }) => make("option", { value: name, selected: chosen?.name === name, title: finds[languageInUse()] }, name))),
    ),
    make("div", { class: "weight-grid", style: { "--cols": play.size } }, kernel.map((weight, at) => make("input", {
      type: "text", inputmode: "decimal", value: String(Number(weight.toFixed(3))), "data-key": `play-weight-${at}`,
      "aria-label": say("weightName", { row: Math.floor(at / play.size), col: at % play.size }),
      on: {
        change: (event) => set(at, /** @type {HTMLInputElement} */ (event.target).value),
        keydown: (event) => {
          const by = { ArrowUp: 0.25, ArrowDown: -0.25 }[event.key];
          if (by === undefined) return;
          consume(event);
          set(at, String(weight + by));
          /** @type {HTMLInputElement} */ (event.target).value = String(Number((weight + by).toFixed(3)));
        },
      },
    }))),
  );
}

/** @param {App} app @param {State} state @returns {Children} */
function controls(app, { play }) {
  return make(
    "div", { class: "play-controls" },
    make("label", {}, say("operation"), " ", select(
      (op) => change(app, {
        op: /** @type {Play["op"]} */ (op),
        // With a stride of 1 it would hardly enlarge.
        ...(op === ENLARGING && play.stride === 1 ? { stride: 2 } : {}),
      }), { "data-key": "play-op" },
      OPERATIONS.map((op) => make("option", { value: op, selected: play.op === op }, say(`op-${op}`))),
    )),
    choice(app, "size", SIZES, play), choice(app, "stride", STEPS, play), choice(app, "padding", PADDINGS, play), choice(app, "dilation", STEPS, play),
    button(
      () => change(app, { row: play.row === null ? fullestRow(app) : null, kernel: null }),
      { "data-key": "play-row", "aria-pressed": String(play.row !== null) }, say("oneRow"),
    ),
    weighs(play) && weights(app, play),
  );
}

/** Why there is nothing to show. @param {Play} play */
function refusal({ op }) {
  return say(op === ENLARGING ? "nothingLeft" : "tooLarge");
}

/** @type {Mode} */
export const PLAYGROUND = {
  name: "windows",
  available: () => true,

  bench(app, state) {
    const found = played(app, state.play);
    return [
      benchHead(app, say("playground")),
      make(
        "div", { class: "panel-body playground" }, controls(app, state),
        make(
          "div", { class: "play-shown" },
          found ? [
            make("div", { class: "play-maps" }, state.play.op === ENLARGING ? stampMaps(app, found, state.play) : maps(app, found, state.play)),
            make("div", { class: "play-sum" }, state.play.op === ENLARGING ? stamping(found) : arithmetic(found, state.play)),
          ] : make("p", { class: "none" }, refusal(state.play)),
        ),
      ),
    ];
  },

  caption(app, state) {
    const found = played(app, state.play);
    if (!found) return refusal(state.play);
    const { op } = state.play;
    const { window: { outputSize, size } } = found;
    const [from, to] = op === ENLARGING ? [outputSize, size] : [size, outputSize];
    const does = say(op === "conv" ? "sayPlayConv" : op === ENLARGING ? "sayPlayStamp" : "sayPlayPool");
    return `${does}${gap()}${say("sayPlaySize", { from: from.join(` ${TIMES} `), to: to.join(` ${TIMES} `) })}`;
  },

  aside(app, state) {
    const found = played(app, state.play);
    return found ? make("div", { class: "formulas" }, formula(found, state.play)) : [];
  },
};
