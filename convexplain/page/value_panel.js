/**
 * How a layer that looks at one number at a time made a cell: that number, and what became of it.
 *
 * @import { SumLine } from "./cells.js"
 * @import { Layer } from "./layers/layer.js"
 * @import { Panel } from "./panel.js"
 */

import { isByCell } from "./activations.js";
import { explainsAnswer, softmaxTable } from "./answer.js";
import { number } from "./as_text.js";
import { becomes, numberTable, sumLines } from "./cells.js";
import { outputIsAsked, RIGHT, throughActivation } from "./choices.js";
import { make } from "./dom.js";
import { activationName, say } from "./words.js";

/**
 * A panel of one number.
 *
 * @param {(layer: any, value: number, channel: number) => SumLine[]} lines  what becomes of it
 * @param {Panel["caption"]} caption
 * @param {(layer: any, value: number, channel: number) => Map<string, number>|null} [ways]  to the number
 *   before the activation, right and wrong ones; without, nothing is asked of a cell
 * @param {Panel["note"]} [note]
 * @returns {Panel}
 */
export function valuePanel(lines, caption, ways, note = "rounded") {
  return {
    body(app, cell, state) {
      const { model, secret } = app;
      const layer = /** @type {Layer} */ (model.layer(cell.layer));
      if (explainsAnswer(app, cell)) return [softmaxTable(model.trace, cell.filter, secret?.what === "answer")];
      const { before, number: channel } = model.channelBefore(cell.layer, cell.filter);
      const read = this.source(app, cell, state);
      const value = read ? model.value(read) : 0;
      const hidden = secret !== null;
      const told = lines(layer, value, cell.filter).map((line) => ({ ...line, secret: hidden && !line.given }));
      return [
        numberTable({
          title: before.mapName(channel), kind: "patch", cols: 1,
          cells: [{
            value, padding: read === null, key: "read",
            limit: model.colours(before.name, channel, state),
            click: read && (() => app.actions.walkBack(read)),
            label: read ? before.spoken(read, number(value)) : undefined,
          }],
        }),
        make("span", { class: "sign" }, "→"),
        make(
          "div", { class: "result value" }, told.length > 0 && sumLines(told),
          becomes(activationName(layer.activation), model.value(cell), model.limit(cell.layer, cell.filter, state.scale), hidden),
        ),
      ];
    },
    caption,
    source({ model }, cell) {
      const place = model.layer(cell.layer)?.kind.origin ? model.trace.ask("origin", cell) : cell;
      return place && model.cellBefore(cell.layer, place);
    },
    hideable: (layer) => (ways && outputIsAsked(layer) ? ["output"] : []),
    mistakes(app, _, cell, state) {
      const layer = /** @type {Layer} */ (app.model.layer(cell.layer));
      const read = this.source(app, cell, state);
      const found = ways?.(layer, read ? app.model.value(read) : 0, cell.filter);
      return found ? throughActivation(found, layer.activation) : new Map();
    },
    note,
  };
}

/** A function of the number. */
export const ACTIVATED = valuePanel(() => [], (app, cell) => {
  if (explainsAnswer(app, cell)) return say("sayAnswer");
  const { activation } = /** @type {Layer} */ (app.model.layer(cell.layer));
  return say(isByCell(activation) ? "sayActivation" : "sayActivationAll", { activation: activationName(activation) });
}, (_, value) => new Map([[RIGHT, value], ["zeroed", 0], ["lost-sign-of-one", Math.abs(value)]]), "roundedOnly");

/** The number, or a zero where there is none. */
export const PADDED = valuePanel(
  () => [],
  ({ model }, cell) => say(model.trace.ask("origin", cell) ? "sayPadding" : "sayPaddingZero"),
  undefined, "roundedOnly",
);

/** The number of one of several layers. */
export const JOINED = valuePanel(() => [], ({ model }, cell) => (
  say("sayConcatenate", { n: model.layer(cell.layer)?.inputs.length, layer: model.channelBefore(cell.layer, cell.filter).before.name })
), undefined, "roundedOnly");
