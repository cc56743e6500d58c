// The kernel in the panel: its weights can be typed, stepped, or replaced by a classic kernel.

import { colourAs, coloured, exactly } from "./cells.js";
import { isRefilling, make } from "./dom.js";
import { number } from "./format.js";
import { classicKernels, classicWeights } from "./kernels.js";
import { keyOfKernel } from "./model.js";
import { languageInUse, say } from "./words.js";

// One press of an arrow key, and how far a weight can go.
const STEP = 0.05;
const FARTHEST = 10;

/**
 * The kernel's table.
 *
 * @param {Object} app
 * @param {Object} cell  whose filter it is
 * @param {Object} all  what `convolutionOf` found
 * @param {number} limit  of the colour scale
 */
export function kernelTable(app, cell, { step, channel, depth, taps }, limit) {
  const layer = app.model.layer(cell.layer);
  const key = keyOfKernel(layer, cell.filter, channel);
  const cols = step.inputCols.length;
  const weights = taps.map(({ weight }) => weight);
  const edited = key in app.store.state.kernels;
  const rows = [];
  for (let at = 0; at < weights.length; at += cols) {
    rows.push(make("tr", {}, weights.slice(at, at + cols).map((weight, i) => {
      const td = make("td", { title: exactly(weight), "data-exact": exactly(weight) }, weightField(app, key, weights, at + i, cols, limit));
      return colourAs(td, weight, limit);
    })));
  }
  const longest = Math.max(...weights.map((weight) => number(weight).length));
  return make(
    "div", { class: `numbers kernel ${cols > 3 ? "many" : ""}`, style: { "--cols": cols, "--rows": rows.length, "--digits": longest } },
    make(
      "div", { class: "over" },
      make("span", { "aria-hidden": "true" }, say("kernel")),
      classicChoice(app, key, step.shape.slice(0, 2), edited),
      edited ? make("button", {
        type: "button", class: "reset", "data-key": "kernel-reset",
        on: { click: () => app.actions.setKernel(key, null) },
      }, say("reset")) : null,
    ),
    make(
      "table", {},
      make("caption", { class: "aside" }, depth === 1 ? say("kernelEdit") : say("kernelFor", { n: channel })),
      make("tbody", {}, rows),
    ),
  );
}

/** One weight: a value to step through, or, once chosen, a text field. */
function weightField(app, key, weights, at, cols, limit) {
  const weight = weights[at];
  const place = { row: Math.floor(at / cols), col: at % cols };
  const set = (value) => {
    const changed = weights.map(Math.fround);
    changed[at] = Math.fround(Math.max(-FARTHEST, Math.min(FARTHEST, value)));
    app.actions.setKernel(key, changed);
  };
  const common = { "data-key": `weight-${at}`, "aria-label": say("weightName", place) };
  if (app.store.state.editing === at) {
    return make("input", {
      ...common, type: "text", inputmode: "decimal", autocomplete: "off", value: number(weight).replace("\u2212", "-"),
      on: {
        input: (event) => {
          const value = Number(event.target.value.trim().replace("\u2212", "-").replace(",", "."));
          if (event.target.value.trim() !== "" && Number.isFinite(value)) set(value);
        },
        keydown: (event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          event.preventDefault();
          event.stopPropagation();
          app.editWeight(null, at);
        },
        blur: () => {
          if (!isRefilling()) app.actions.edit(null);
        },
      },
    });
  }
  const pinned = app.store.state.preview === null;
  if (!pinned) return make("span", {}, number(weight));
  return make("span", {
    ...common, role: "spinbutton", tabindex: at === 0 ? 0 : -1,
    "aria-valuenow": number(weight, 4).replace("\u2212", "-"), "aria-valuetext": number(weight),
    "aria-valuemin": -FARTHEST, "aria-valuemax": FARTHEST,
    style: { "text-decoration-color": coloured(weight, limit).color },
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
        event.preventDefault();
        event.stopPropagation();
        if (by !== undefined) set(weight + by);
        else event.target.closest("table").querySelector(`[data-key="weight-${to}"]`)?.focus();
      },
    },
  }, number(weight));
}

/** Classic kernels of this size to put in the trained one's place. */
function classicChoice(app, key, [height, width], edited) {
  const classics = classicKernels(height, width);
  if (!classics.length) return null;
  const now = app.store.state.kernels[key];
  const chosen = edited
    ? classics.find(({ name }) => String(Array.from(classicWeights(name))) === String(Array.from(now, Math.fround))) : null;
  return make(
    "select",
    {
      "aria-label": say("classic"), "data-key": "classic", disabled: app.store.state.preview !== null,
      on: {
        change: (event) => {
          const { value } = event.target;
          app.actions.setKernel(key, value === "" ? null : Array.from(classicWeights(value)));
        },
      },
    },
    make("option", { value: "", selected: !edited }, say("trainedKernel")),
    edited && !chosen ? make("option", { value: "own", selected: true, disabled: true }, say("edited")) : null,
    classics.map(({ name, finds }) => make("option", {
      value: name, selected: chosen?.name === name, title: finds[languageInUse()],
    }, name)),
  );
}
