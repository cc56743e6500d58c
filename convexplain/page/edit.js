/**
 * The kernel in the panel: its weights can be typed, stepped, or replaced by a classic kernel.
 *
 * @import { App } from "./app.js"
 * @import { Convolution } from "./conv_panel.js"
 * @import { Cell } from "./trace.js"
 */

import { MINUS, number } from "./as_text.js";
import { colourAs, exactly, numberBlock } from "./cells.js";
import { colourOf, textOn } from "./colours.js";
import { button, consume, isRefilling, make, select } from "./dom.js";
import { term } from "./glossary.js";
import { classicKernels, classicWeights } from "./kernels.js";
import { clamp } from "./numbers.js";
import { languageInUse, say } from "./words.js";

// One press of an arrow key, and how far a weight can go.
const STEP = 0.05;
const FARTHEST = 10;

/**
 * The kernel's table.
 *
 * @param {App} app
 * @param {Cell} cell  whose filter it is
 * @param {Convolution} all
 * @param {number} limit  of the colour scale
 */
export function kernelTable(app, cell, { step, channel, depth, taps }, limit) {
  const key = `${cell.layer}.${channel - step.firstChannel}.${cell.filter}`;
  const cols = step.inputCols.length;
  const weights = taps.map(({ weight }) => weight);
  const edited = key in app.store.state.kernels;
  const editable = app.model.layer(cell.layer)?.kind.editable ?? false;
  const cells = weights.map((weight, at) => {
    const field = editable ? weightField(app, key, weights, at, cols, limit) : number(weight);
    const exact = exactly(weight);
    return colourAs(make("td", { title: exact, "data-exact": exact }, field), weight, limit);
  });
  return numberBlock(
    "kernel", cols, weights, cells,
    make("caption", { class: "aside" }, depth === 1 && editable ? say("kernelEdit") : say("kernelFor", { n: channel })),
    make(
      "div", { class: "over" },
      term("kernel", say("kernel")),
      editable && classicChoice(app, key, step.shape, edited),
      edited && button(() => app.actions.setKernel(key, null), { class: "reset", "data-key": "kernel-reset" }, say("reset")),
    ),
  );
}

/**
 * One weight: a value to step through, or, once chosen, a text field.
 *
 * @param {App} app
 * @param {string} key
 * @param {number[]} weights
 * @param {number} at
 * @param {number} cols
 * @param {number} limit
 */
function weightField(app, key, weights, at, cols, limit) {
  const weight = weights[at];
  const set = (/** @type {number} */ value) => {
    const changed = weights.map(Math.fround);
    changed[at] = Math.fround(clamp(value, -FARTHEST, FARTHEST));
    app.actions.setKernel(key, changed);
  };
  const common = { "data-key": `weight-${at}`, "aria-label": say("weightName", { row: Math.floor(at / cols), col: at % cols }) };
  if (app.store.state.editing === at) {
    const input = make("input", {
      ...common, type: "text", inputmode: "decimal", autocomplete: "off", value: plain(number(weight)),
      on: {
        input: () => {
          const text = input.value.trim().replace(MINUS, "-").replace(",", ".");
          if (text !== "" && Number.isFinite(Number(text))) set(Number(text));
        },
        keydown: (event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          consume(event);
          app.editWeight(null, at);
        },
        blur: () => {
          if (!isRefilling()) app.actions.edit(null);
        },
      },
    });
    return input;
  }
  if (app.store.state.preview) return make("span", {}, number(weight));
  return make("span", {
    ...common, role: "spinbutton", tabindex: at === 0 ? 0 : -1,
    "aria-valuenow": plain(number(weight, 4)), "aria-valuetext": number(weight),
    "aria-valuemin": -FARTHEST, "aria-valuemax": FARTHEST,
    style: { "text-decoration-color": textOn(colourOf(weight, limit)) },
    on: {
      click: () => app.editWeight(at, at),
      keydown: (event) => {
        if (event.key === "Enter") {
          event.preventDefault();
          app.editWeight(at, at);
        }
        const by = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
        const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: weights.length - 1 }[event.key];
        if (event.shiftKey || event.ctrlKey || event.altKey || (by === undefined && to === undefined)) return;
        consume(event);
        if (by !== undefined) set(weight + by);
        else app.focusKey(`weight-${to}`);
      },
    },
  }, number(weight));
}

/** A printed number as a machine reads it. @param {string} text */
function plain(text) {
  return text.replace(MINUS, "-");
}

/**
 * Classic kernels of this size to put in the trained one's place.
 *
 * @param {App} app
 * @param {string} key
 * @param {number[]} shape  rows, columns
 * @param {boolean} edited
 */
function classicChoice(app, key, [height, width], edited) {
  const classics = classicKernels(height, width);
  if (!classics.length) return null;
  const now = String(Array.from(app.store.state.kernels[key] ?? [], Math.fround));
  const chosen = edited ? classics.find(({ name }) => String(classicWeights(name)) === now) : null;
  return select(
    (name) => app.actions.setKernel(key, name === "" ? null : Array.from(classicWeights(name))),
    { "aria-label": say("classic"), "data-key": "classic", disabled: app.store.state.preview !== null },
    make("option", { value: "", selected: !edited }, say("trainedKernel")),
    edited && !chosen && make("option", { value: "own", selected: true, disabled: true }, say("edited")),
    classics.map(({ name, finds }) => make("option", {
      value: name, selected: chosen?.name === name, title: finds[languageInUse()],
    }, name)),
  );
}
