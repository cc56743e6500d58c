/**
 * The last column: a bar for each class, and the table from logits to probabilities.
 *
 * @import { App } from "./app.js"
 * @import { Cell, Trace } from "./trace.js"
 */

import { button, make, refill, roving, setAttributes } from "./dom.js";
import { MINUS, number, probability } from "./format.js";
import { term } from "./glossary.js";
import { clamp, sumOf } from "./numbers.js";
import { say } from "./words.js";

/** The bars of the classes; one stop for Tab, arrows go from bar to bar, Enter explains one. */
export class Bars {
  /**
   * @param {object} options
   * @param {number} options.count
   * @param {(k: number) => void} options.pin
   * @param {(k: number) => void} options.point
   * @param {() => void} options.leave
   */
  constructor({ count, pin, point, leave }) {
    this.rows = Array.from({ length: count }, (_, k) => {
      const fill = make("span", { class: "fill" });
      const share = make("span", { class: "share" });
      const bar = button(
        () => pin(k),
        {
          class: "bar", tabindex: k === 0 ? 0 : -1, "data-key": `bar-${k}`,
          on: {
            pointerenter: () => point(k),
            pointerleave: () => leave(),
            keydown: (event) => {
              const next = roving(this.rows.map((row) => row.bar), k, event);
              if (next !== null) this.stop(next);
            },
          },
        },
        make("span", { class: "class" }, k), make("span", { class: "track" }, fill), share,
      );
      return { bar, fill, share };
    });
    this.element = make("ul", { class: "bars" }, this.rows.map(({ bar }) => make("li", {}, bar)));
  }

  /** Choose the bar that Tab reaches. @param {number} k */
  stop(k) {
    this.rows.forEach(({ bar }, i) => setAttributes(bar, { tabindex: i === k ? 0 : -1 }));
  }

  /**
   * @param {Trace} trace
   * @param {number|null} chosen  the bar that is explained
   * @param {boolean} secret  hide all numbers
   */
  draw({ probabilities, prediction }, chosen, secret) {
    this.rows.forEach(({ bar, fill, share }, k) => {
      const p = probabilities[k];
      fill.style.width = secret ? "0" : `${100 * clamp(p, 0, 1)}%`;
      share.textContent = secret ? "?" : probability(p);
      bar.classList.toggle("best", !secret && k === prediction);
      setAttributes(bar, { "aria-label": barName(k, p, secret), "aria-current": k === chosen ? "true" : false });
    });
    this.stop(chosen ?? (secret ? 0 : prediction));
  }
}

/** A bar as it is read aloud. @param {number} k @param {number} p @param {boolean} secret */
function barName(k, p, secret) {
  return say("barName", { k, p: secret ? say("hiddenNumber") : spoken(p) });
}

/** A probability as it is read aloud: "over 99.9 percent". @param {number} p */
function spoken(p) {
  const text = probability(p);
  const words = say("percentWord", { n: text.replace(/[<>%]/g, "") });
  if (text.startsWith(">")) return say("over", { p: words });
  if (text.startsWith("<")) return say("under", { p: words });
  return words;
}

/** Whether a cell is a class whose probability is the softmax of its layer. @param {App} app @param {Cell} cell */
export function explainsAnswer({ model }, cell) {
  return cell.layer === model.answer?.name && model.layer(cell.layer)?.activation === "softmax";
}

/** Heads of the table that the glossary knows. @type {Record<string, string>} */
const EXPLAINED = { logit: "logit", probability: "softmax" };

/**
 * The softmax, written out: z, z - max, its power of e, and the probability of each class.
 *
 * @param {Trace} trace
 * @param {number} chosen
 * @param {boolean} secret
 */
export function softmaxTable({ logits, probabilities }, chosen, secret) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (z) => Math.exp(z - largest));
  const heads = ["unit", "logit", "lessMax", "power", "probability"].map((key) => (
    make("th", { scope: "col" }, key === "power" ? ["e", make("sup", {}, say("lessMax"))]
      : key in EXPLAINED ? term(EXPLAINED[key], say(key)) : say(key))
  ));
  const rows = Array.from(logits, (z, k) => make(
    "tr",
    { class: k === chosen ? "chosen" : false },
    make("th", { scope: "row" }, k),
    [number(z), number(z - largest), small(powers[k]), probability(probabilities[k])]
      .map((shown) => make("td", {}, secret ? "?" : shown)),
  ));
  const foot = make(
    "tr", {}, make("th", { scope: "row" }, say("sum")), make("td"), make("td"),
    make("td", {}, secret ? "?" : number(sumOf(powers))), make("td", {}, secret ? "?" : "100%"),
  );
  return make(
    "table", { class: "softmax" }, make("caption", { class: "aside" }, say("softmax")),
    make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows), make("tfoot", {}, foot),
  );
}

/** A power of e, which two decimals would often print as 0.00. @param {number} value */
function small(value) {
  if (value >= 0.005) return number(value);
  const [digits, exponent] = value.toExponential(0).split("e");
  return [`${digits} × 10`, make("sup", {}, exponent.replace("-", MINUS))];
}

/**
 * Put the bars of the classes as a row of tiles, for a phone, with the answer over them, into an element.
 *
 * @param {Element} element
 * @param {Trace} trace
 * @param {boolean} secret
 * @param {(k: number) => void} pin
 */
export function showTiles(element, { probabilities, prediction }, secret, pin) {
  refill(
    element,
    make(
      "p", { class: "tiles-title" }, make("b", {}, `${say("answer")}: ${secret ? "?" : prediction}`),
      make("b", {}, secret ? "?" : probability(probabilities[prediction])),
    ),
    make("ul", { class: "tiles" }, Array.from(probabilities, (p, k) => make("li", {}, button(
      () => pin(k),
      {
        class: !secret && k === prediction ? "tile best" : "tile", "data-key": `tile-${k}`,
        "aria-label": barName(k, p, secret),
      },
      make("span", { class: "well" }, make("span", { class: "fill", style: { height: secret ? "0" : `${100 * p}%` } })),
      make("span", { class: "class" }, k),
    )))),
  );
}
