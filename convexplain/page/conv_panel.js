// How a convolution made a cell: window ⊙ kernel = products, their sum, the bias, the activation.

import { contributionList, numberTable, outputCell, restRow, sumLines } from "./cells.js";
import { make } from "./dom.js";
import { kernelTable } from "./edit.js";
import { number, TIMES } from "./format.js";
import { largestAt } from "./model.js";
import { INPUT, largestOf } from "./trace.js";
import { activationName, say, spelled, spelledFirst } from "./words.js";

/** How many contributions a list shows before it is opened. */
export const SHOWN = 5;

/** The cell that a tap of the window reads; null in the padding. */
function tapCell(step, tap, layer, channel) {
  const cols = step.inputCols.length;
  const row = step.inputRows[Math.floor(tap / cols)];
  const col = step.inputCols[tap % cols];
  return row === null || col === null ? null : { layer, filter: channel, row, col };
}

/**
 * What a convolution's panel shows, in numbers.
 *
 * @returns {Object} step, channel, before (the column that is read), taps: [{value, weight, product,
 *     cell}] of that channel, largest: which of them is the largest in size
 */
export function convolutionOf(app, cell, state) {
  const { model } = app;
  const step = model.trace.step(cell.layer, cell.filter, cell.row, cell.col);
  const channel = model.chosenChannel(cell, state);
  const before = model.columnBefore(cell.layer);
  const depth = step.shape[2];
  const taps = step.padding.map((padding, tap) => {
    const at = tap * depth + channel - step.firstChannel;
    return {
      padding, value: step.patch[at], weight: step.kernel[at], product: step.products[at],
      cell: tapCell(step, tap, before.name, channel),
    };
  });
  const largest = largestAt(taps.map(({ product }) => product));
  return { step, channel, before, depth, taps, largest };
}

/** Where "walk back" leads. */
export function convolutionSource(app, cell, state) {
  const { taps, largest } = convolutionOf(app, cell, state);
  return taps[largest].cell;
}

/** The body of the panel. */
export function convolutionBody(app, cell, state) {
  const { model, secret } = app;
  const all = convolutionOf(app, cell, state);
  const { step, depth } = all;
  const limit = model.limit(cell.layer, cell.filter, state.scale);
  const hides = (...what) => secret !== null && what.includes(secret.what);
  const single = depth === 1;
  const here = step.channelSums[all.channel - step.firstChannel];
  const activation = activationName(step.activation);
  const lines = single
    ? [{ name: say("sumOf", { n: all.taps.length }), value: step.total, secret: hides("sum") }]
    : [
      { name: say("channel", { n: all.channel }), value: here },
      { name: `+ ${say("otherChannels", { n: depth - 1 })}`, value: step.total - here, secret: hides("sum") },
    ];
  lines.push(
    { name: `+ ${say("bias")}`, value: step.bias },
    {
      name: activation ? say("before", { activation }) : say("beforeNothing"), value: step.value, total: true,
      secret: hides("sum", "output"),
    },
  );
  return [
    single ? null : channelList(app, all, state),
    operands(app, all, cell, state),
    combinedTable(app, all),
    make(
      "div", { class: "result" }, sumLines(lines),
      make(
        "div", { class: "becomes" },
        make("p", {}, make("b", {}, activation), activation === "ReLU" ? make("i", {}, "max(0, z)") : null),
        outputCell(step.activated, limit, hides("sum", "output")),
      ),
      app.mode.extra?.(app, cell) ?? null,
    ),
  ];
}

/** The caption under everything. */
export function convolutionCaption(app, cell) {
  const { model } = app;
  const layer = model.layer(cell.layer);
  const activation = activationName(layer.activation === "softmax" ? "linear" : layer.activation);
  const depth = layer.inShape[2] / layer.groups;
  if (depth > 1) {
    return activation ? say("sayChannels", { n: depth, activation }) : say("sayChannelsLinear", { n: depth });
  }
  const n = layer.window.kernelSize[0] * layer.window.kernelSize[1];
  const counts = { N: spelledFirst(n), n: spelled(n) };
  return activation ? say("sayConv", { ...counts, activation }) : say("sayConvLinear", counts);
}

/** The largest sums a channel, or all of them. */
function channelList(app, { step, channel, depth }, state) {
  const order = [...step.channelSums.keys()]
    .sort((a, b) => Math.abs(step.channelSums[b]) - Math.abs(step.channelSums[a]));
  const open = state.every || depth <= SHOWN + 1;
  const shown = open ? order : order.slice(0, SHOWN);
  const rest = step.total - shown.reduce((sum, k) => sum + step.channelSums[k], 0);
  return contributionList({
    title: say(open ? "everyOf" : "largest", { n: depth }),
    limit: Math.abs(step.channelSums[order[0]]),
    rows: shown.map((k) => ({
      key: `channel-${k}`, name: say("channel", { n: k + step.firstChannel }), value: step.channelSums[k],
      chosen: k + step.firstChannel === channel,
      click: () => app.actions.chooseChannel(k + step.firstChannel),
    })),
    rest: depth <= SHOWN + 1 ? null : restRow(
      say("others", { n: depth - SHOWN }), rest, state.every, () => app.actions.setEvery(!state.every),
    ),
  });
}

/** Window ⊙ kernel = products. */
function operands(app, all, cell, state) {
  const { model, secret } = app;
  const { step, channel, before, depth, taps, largest } = all;
  const cols = step.inputCols.length;
  const picture = before.name === INPUT;
  const patchLimit = picture ? null : model.limit(before.name, channel, state.scale);
  const kernelLimit = largestOf(taps.map(({ weight }) => weight));
  const productLimit = depth === 1
    ? Math.max(kernelLimit, largestOf(taps.map(({ product }) => product))) : largestOf(step.products);
  const walk = (tap) => tap.cell && (() => app.actions.walkBack(tap.cell));
  return make(
    "div", { class: "operands" },
    numberTable({
      title: picture && depth === 1 ? say("window") : say("windowOn", { layer: before.name, n: channel }),
      kind: "patch", cols,
      cells: taps.map((tap, i) => ({
        value: tap.value, limit: patchLimit, padding: tap.padding, framed: i === largest && depth > 1,
      })),
    }),
    make("span", { class: "sign", title: say("cellByCell") }, "⊙", make("small", {}, say("cellByCell"))),
    kernelTable(app, cell, all, kernelLimit),
    make("span", { class: "sign" }, "="),
    numberTable({
      title: say("products"), kind: "products", cols,
      cells: taps.map((tap, i) => ({
        value: tap.product, limit: productLimit, framed: i === largest, key: `product-${i}`, click: walk(tap),
        secret: secret?.what === "product" && i === largest,
        label: say("productName", {
          patch: number(tap.value), weight: number(tap.weight), product: number(tap.product),
        }),
      })),
    }),
  );
}

/** For narrow screens: each cell holds its product under "value × weight". */
function combinedTable(app, { step, taps, depth }) {
  const limit = depth === 1
    ? Math.max(...["weight", "product"].map((key) => largestOf(taps.map((tap) => tap[key])))) : largestOf(step.products);
  const hidden = app.secret?.what === "product" ? largestAt(taps.map(({ product }) => product)) : -1;
  return numberTable({
    title: say("combined"), kind: "combined", cols: step.inputCols.length,
    cells: taps.map((tap, i) => {
      const lines = [
        make("small", {}, `${number(tap.value)} ${TIMES} ${number(tap.weight)}`),
        make("b", {}, i === hidden ? "?" : number(tap.product)),
      ];
      return {
        value: tap.product, limit, padding: tap.padding, secret: i === hidden,
        content: tap.cell && i !== hidden
          ? make("button", {
            type: "button", "data-key": `combined-${i}`, on: { click: () => app.actions.walkBack(tap.cell) },
          }, lines)
          : make("span", {}, lines),
      };
    }),
  });
}
