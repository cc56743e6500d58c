/**
 * The last column: a bar for each class, and the table from logits to probabilities.
 *
 * @import { App } from "./app.js"
 * @import { Cell, Trace } from "./trace.js"
 */

import { MINUS, number, probability } from "./as_text.js";
import { DATA } from "./data.js";
import { button, make, refill, roving, setAttributes, write } from "./dom.js";
import { term } from "./glossary.js";
import { clamp, sumOf } from "./numbers.js";
import { className, say } from "./words.js";

// So many classes have room.
const MOST = 10;

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
    this.rows = Array.from({ length: Math.min(count, MOST) }, (_, k) => {
      const fill = make("span", { class: "fill" });
      const share = make("span", { class: "share" });
      const name = make("span", { class: "class" });
      const row = { bar: button(null), fill, share, name, k };
      row.bar = button(
        () => pin(row.k),
        {
          class: "bar", tabindex: k === 0 ? 0 : -1, "data-key": `bar-${k}`,
          on: {
            pointerenter: () => point(row.k),
            pointerleave: () => leave(),
            keydown: (event) => {
              const next = roving(this.rows.map((row) => row.bar), k, event);
              if (next !== null) this.stop(next);
            },
          },
        },
        name, make("span", { class: "track" }, fill), share,
      );
      return row;
    });
    this.element = make("ul", { class: "bars" }, this.rows.map(({ bar }) => make("li", {}, bar)));
  }

  /** The bar of a class; null where it is not among those that are shown. @param {number} k */
  barOf(k) {
    return this.rows.find((row) => row.k === k)?.bar ?? null;
  }

  /** Choose the bar that Tab reaches. @param {number} at */
  stop(at) {
    this.rows.forEach(({ bar }, i) => setAttributes(bar, { tabindex: i === at ? 0 : -1 }));
  }

  /**
   * @param {Trace} trace
   * @param {number|null} chosen  the bar that is explained
   * @param {boolean} secret  hide all numbers
   */
  draw({ probabilities, prediction }, chosen, secret) {
    const shown = shownClasses(probabilities, secret);
    const longest = Math.max(...shown.map((k) => emsOf(className(k))));
    setAttributes(this.element, { style: { "--name": `${longest}em` } });
    this.rows.forEach((row, at) => {
      const { bar, fill, share, name } = row;
      const k = shown[at];
      row.k = k;
      const p = probabilities[k];
      write(name, className(k));
      fill.style.width = secret ? "0" : `${100 * clamp(p, 0, 1)}%`;
      write(share, secret ? "?" : probability(p));
      bar.classList.toggle("best", !secret && k === prediction);
      setAttributes(bar, { title: className(k), "aria-label": barName(k, p, secret), "aria-current": k === chosen ? "true" : false });
    });
    this.stop(Math.max(0, shown.indexOf(chosen ?? (secret ? 0 : prediction))));
  }
}

/** About how wide a name is, in ems: a Chinese character has one. @param {string} name */
function emsOf(name) {
  return [...name].reduce((sum, character) => sum + (character > "\u2e80" ? 1 : 0.56), 0.3);
}

/**
 * Which classes are shown: all of a few, else the most probable ones.
 *
 * @param {Float32Array} probabilities
 * @param {boolean} [secret]  then the order must not tell
 */
export function shownClasses(probabilities, secret = false) {
  const all = [...probabilities.keys()];
  if (all.length <= MOST) return all;
  const best = all.sort((a, b) => probabilities[b] - probabilities[a]).slice(0, MOST);
  return secret ? best.sort((a, b) => a - b) : best;
}

/** A bar as it is read aloud. @param {number} k @param {number} p @param {boolean} secret */
function barName(k, p, secret) {
  return say("barName", { k: className(k), p: secret ? say("hiddenNumber") : spoken(p) });
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
  const heads = [DATA.digits28 ? "unit" : "classWord", "logit", "lessMax", "power", "probability"].map((key) => (
    make("th", { scope: "col" }, key === "power" ? ["e", make("sup", {}, say("lessMax"))]
      : key in EXPLAINED ? term(EXPLAINED[key], say(key)) : say(key))
  ));
  const shown = shownClasses(probabilities, secret);
  if (!shown.includes(chosen)) shown[shown.length - 1] = chosen;
  const rows = shown.map((k) => [k, logits[k]]).map(([k, z]) => make(
    "tr",
    { class: k === chosen ? "chosen" : false },
    make("th", { scope: "row", title: className(k) }, className(k)),
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
      "p", { class: "tiles-title" }, make("b", {}, `${say("answer")}: ${secret ? "?" : className(prediction)}`),
      make("b", {}, secret ? "?" : probability(probabilities[prediction])),
    ),
    make("ul", { class: "tiles" }, shownClasses(probabilities, secret).map((k) => [k, probabilities[k]]).map(([k, p]) => make("li", {}, button(
      () => pin(k),
      {
        class: !secret && k === prediction ? "tile best" : "tile", "data-key": `tile-${k}`,
        title: className(k), "aria-label": barName(k, p, secret),
      },
      make("span", { class: "well" }, make("span", { class: "fill", style: { height: secret ? "0" : `${100 * p}%` } })),
      make("span", { class: "class" }, className(k)),
    )))),
  );
}
