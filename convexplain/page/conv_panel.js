/**
 * How a convolution made a cell: window ⊙ kernel = products, their sum, the bias, the activation.
 *
 * @import { App } from "./app.js"
 * @import { ConvStep } from "./layers/conv2d.js"
 * @import { Panel } from "./panel.js"
 * @import { State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { number, TIMES } from "./as_text.js";
import { breakdown, largestPlaces, rows, SHOWN } from "./breakdown.js";
import { becomes, contributionList, MANY, numberTable, restRow, sumLines, toldCell } from "./cells.js";
import { convolutionMistakes, outputIsAsked, RIGHT } from "./choices.js";
import { INPUT } from "./data.js";
import { button, make } from "./dom.js";
import { kernelTable } from "./edit.js";
import { largestAt, largestOf, sumOf } from "./numbers.js";
import { activationName, say, spelled, spelledFirst } from "./words.js";

/**
 * What a convolution's panel shows, in numbers.
 *
 * @param {App} app
 * @param {Cell} cell
 * @param {State} state
 */
export function convolutionOf({ model }, cell, state) {
  /** @type {ConvStep} */
  const step = model.trace.step(cell);
  const channel = /** @type {number} */ (model.chosenChannel(cell, state));
  const depth = step.shape[2];
  /** The window's cells of that channel. */
  const taps = model.cellsRead(cell.layer, step, channel).map((read, tap) => {
    const at = tap * depth + channel - step.firstChannel;
    return {
      padding: read === null, value: step.patch[at], weight: step.kernel[at], product: step.products[at], cell: read,
    };
  });
  /** Which of them is the largest in size. */
  const largest = largestAt(taps.map(({ product }) => product));
  return { step, channel, ...model.channelBefore(cell.layer, channel), depth, taps, largest };
}

/** @typedef {ReturnType<typeof convolutionOf>} Convolution */

/** @type {Panel["body"]} */
function body(app, cell, state) {
  const { model, secret } = app;
  const all = convolutionOf(app, cell, state);
  const { step, depth } = all;
  const limit = model.limit(cell.layer, cell.filter, state.scale);
  // A product, the sum of the channel or the value: each of them gives away the others.
  const hidden = secret !== null;
  const single = depth === 1;
  const activation = activationName(step.activation);
  const lines = rows(
    breakdown(step.channelSums, [all.channel - step.firstChannel], step),
    {
      named: single ? say("sumOf", { n: all.taps.length }) : say("channel", { n: all.channel }),
      rest: say("otherChannels", { n: depth - 1 }),
      value: activation ? say("before", { activation }) : say("beforeNothing"),
    },
    { sum: hidden, value: hidden },
  );
  const combined = combinedTable(app, all);
  return [
    single ? null : channelList(app, all, state),
    operands(app, all, cell, state, combined),
    combined,
    make(
      "div", { class: "result" }, sumLines(lines),
      becomes(activation, step.activated, limit, hidden),
    ),
  ];
}

/** @type {Panel["caption"]} */
function caption({ model }, cell) {
  /** @type {ConvStep} */
  const step = model.trace.step(cell);
  const activation = activationName(step.activation);
  const [depth, n] = [step.shape[2], step.padding.length];
  if (depth > 1) {
    return activation ? say("sayChannels", { n: depth, activation }) : say("sayChannelsLinear", { n: depth });
  }
  const counts = { N: spelledFirst(n), n: spelled(n) };
  return activation ? say("sayConv", { ...counts, activation }) : say("sayConvLinear", counts);
}

/** What predict mode can hide: the output only where the wrong ways to it are known. @type {Panel["hideable"]} */
const hideable = (layer) => (outputIsAsked(layer) ? ["output", "sum", "product"] : ["sum", "product"]);

/** @type {Required<Panel>["mistakes"]} */
function mistakes(app, what, cell, state) {
  const { step, taps, largest, depth } = convolutionOf(app, cell, state);
  if (what === "product") {
    const { value, weight, product } = taps[largest];
    return new Map([[RIGHT, product], ["lost-sign", -product], ["added", value + weight]]);
  }
  const shown = taps.map(({ product }) => product);
  const others = step.total - sumOf(shown);
  // What the class adds up is the channel on the screen: that can go wrong.
  const found = new Map([
    [RIGHT, step.total + step.bias], ["no-bias", step.total],
    ["lost-sign", others + sumOf(shown.map(Math.abs)) + step.bias],
  ]);
  if (depth > 1) found.set("lost-channel", others + step.bias).set("lost-others", step.total - others + step.bias);
  if (what !== "output" || step.activation !== "relu") return found;
  for (const [name, value] of found) found.set(name, Math.max(value, 0));
  return new Map([...convolutionMistakes(step.patch, step.kernel, step.shape, step.bias), ...found]);
}

/** @type {Panel} */
export const CONVOLUTION = {
  body,
  caption,
  source(app, cell, state) {
    const { taps, largest } = convolutionOf(app, cell, state);
    return taps[largest].cell;
  },
  invites({ model }, cell) {
    const [, cols, depth] = model.trace.step(cell).shape;
    if (depth === 1) return "";
    return say(cols >= MANY && matchMedia("(hover: none)").matches ? "tapProduct" : "clickProduct");
  },
  hideable,
  mistakes,
  note: "rounded",
};

/** The largest sums a channel, or all of them. @param {App} app @param {Convolution} all @param {State} state */
function channelList({ actions, secret }, { step, channel, depth }, state) {
  const { channelSums: sums, firstChannel } = step;
  const open = state.every || depth <= SHOWN + 1;
  const { parts, rest } = breakdown(sums, largestPlaces(sums, open ? depth : SHOWN), step);
  const isHidden = (/** @type {number} */ place) => secret !== null && place + firstChannel === channel;
  return contributionList({
    title: say(open ? "everyOf" : "largest", { n: depth }),
    limit: largestOf(parts.filter(({ place }) => !isHidden(place)).map(({ value }) => value)),
    rows: parts.map(({ place, value }) => ({
      key: `channel-${place}`, name: say("channel", { n: place + firstChannel }), value,
      chosen: place + firstChannel === channel, secret: isHidden(place),
      click: () => actions.chooseChannel(place + firstChannel),
    })),
    rest: depth <= SHOWN + 1 ? null : restRow(
      say("others", { n: depth - SHOWN }), rest, state.every, () => actions.setEvery(!state.every),
    ),
  });
}

/**
 * Window ⊙ kernel = products. Of a large kernel each product is told on pointing, where three tables have no room
 * for their numbers.
 *
 * @param {App} app
 * @param {Convolution} all
 * @param {Cell} cell
 * @param {State} state
 * @param {HTMLElement} combined  the table that narrow screens have
 */
function operands(app, all, cell, state, combined) {
  const { model, secret } = app;
  const { step, before, depth, taps, largest } = all;
  const cols = step.inputCols.length;
  const picture = before.name === INPUT;
  const patchLimit = model.colours(before.name, all.number, state);
  const kernelLimit = largestOf(taps.map(({ weight }) => weight));
  const productLimit = depth === 1
    ? largestOf(taps.flatMap(({ weight, product }) => [weight, product])) : largestOf(step.products);
  const isHidden = (/** @type {number} */ at) => secret?.what === "product" && at === largest;
  const patch = numberTable({
    title: picture && depth === 1 ? say("window") : say("windowOn", { layer: before.name, n: all.number }),
    kind: "patch", cols, term: "window",
    cells: taps.map((tap, i) => ({
      value: tap.value, limit: patchLimit, padding: tap.padding, framed: i === largest && depth > 1,
    })),
  });
  const kernel = kernelTable(app, cell, all, kernelLimit);
  const products = numberTable({
    title: say("products"), kind: "products", cols, term: "products",
    cells: taps.map((tap, i) => ({
      value: tap.product, limit: productLimit, framed: i === largest, key: `product-${i}`, click: walkTo(app, tap.cell),
      secret: isHidden(i),
      label: say("productName", {
        patch: number(tap.value), weight: number(tap.weight), product: number(tap.product),
      }),
    })),
  });
  return make(
    "div", { class: `operands ${cols >= MANY ? `large of-${Math.min(cols, 8)}` : ""} ${depth > 1 ? "deep" : ""}` },
    patch,
    make("span", { class: "sign", title: say("cellByCell") }, "⊙", make("small", {}, say("cellByCell"))),
    kernel,
    make("span", { class: "sign" }, "="),
    products,
    cols >= MANY && toldCell([patch, kernel, products, combined], largest, (at) => [
      taps[at].cell ? say("cellAt", { row: taps[at].cell.row, col: taps[at].cell.col }) : say("padding"),
      `${timesOf(taps[at])} = ${isHidden(at) ? "?" : number(taps[at].product)}`,
    ]),
  );
}

/** "0.50 × −0.12" @param {{value: number, weight: number}} tap */
function timesOf({ value, weight }) {
  return `${number(value)} ${TIMES} ${number(weight)}`;
}

/** Walk back, where there is something to walk to. @param {App} app @param {Cell|null} cell */
function walkTo(app, cell) {
  return cell && (() => app.actions.walkBack(cell));
}

/**
 * For narrow screens: each cell holds its product, and of a small kernel "value × weight" over it.
 *
 * @param {App} app
 * @param {Convolution} all
 */
function combinedTable(app, { step, taps, depth, largest }) {
  const limit = depth === 1
    ? largestOf(taps.flatMap(({ weight, product }) => [weight, product])) : largestOf(step.products);
  const hidden = app.secret?.what === "product" ? largest : -1;
  const cols = step.inputCols.length;
  return numberTable({
    title: say(cols < MANY ? "combined" : "products"), kind: "combined", cols,
    cells: taps.map((tap, i) => {
      const lines = [
        make("small", {}, timesOf(tap)),
        make("b", {}, i === hidden ? "?" : number(tap.product)),
      ];
      return {
        value: tap.product, limit, padding: tap.padding, secret: i === hidden,
        content: tap.cell && i !== hidden
          ? button(walkTo(app, tap.cell), { "data-key": `combined-${i}` }, lines)
          : make("span", {}, lines),
      };
    }),
  });
}
