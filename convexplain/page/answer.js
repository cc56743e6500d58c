// The last column: a bar for each class, and the table from logits to probabilities.

import { make, refill, roving, setAttributes } from "./dom.js";
import { number, probability } from "./format.js";
import { say } from "./words.js";

/** The bars of the classes; one stop for Tab, arrows go from bar to bar, Enter explains one. */
export class Bars {
  /** @param {Object} options  {count, pin(k), point(k), leave()} */
  constructor({ count, pin, point, leave }) {
    this.current = 0;
    this.rows = Array.from({ length: count }, (_, k) => {
      const fill = make("span", { class: "fill" });
      const share = make("span", { class: "share" });
      const button = make(
        "button",
        {
          type: "button", class: "bar", tabindex: k === 0 ? 0 : -1, "data-key": `bar-${k}`,
          on: {
            click: () => pin(k),
            pointerenter: () => point(k),
            pointerleave: () => leave(),
            keydown: (event) => {
              const next = roving(this.rows.map((row) => row.button), k, event);
              if (next !== null) this.stop(next);
            },
          },
        },
        make("span", { class: "class" }, k), make("span", { class: "track" }, fill), share,
      );
      return { button, fill, share };
    });
    this.element = make("ul", { class: "bars" }, this.rows.map(({ button }) => make("li", {}, button)));
  }

  /** Which bar Tab reaches. */
  stop(k) {
    this.rows.forEach(({ button }, i) => setAttributes(button, { tabindex: i === k ? 0 : -1 }));
  }

  /**
   * @param {ArrayLike<number>} probabilities
   * @param {number} prediction  the bar that stands out
   * @param {number|null} chosen  the bar that is explained
   * @param {boolean} secret  hide all numbers
   */
  draw(probabilities, prediction, chosen, secret) {
    this.rows.forEach(({ button, fill, share }, k) => {
      const p = probabilities[k];
      fill.style.width = secret ? "0" : `${100 * Math.max(0, Math.min(1, p))}%`;
      share.textContent = secret ? "?" : probability(p);
      button.classList.toggle("best", !secret && k === prediction);
      setAttributes(button, {
        "aria-label": say("barName", { k, p: secret ? say("hiddenNumber") : spoken(p) }),
        "aria-current": k === chosen ? "true" : false,
      });
    });
    this.stop(chosen ?? (secret ? 0 : prediction));
  }
}

/** A probability as it is read aloud: "over 99.9 percent". */
export function spoken(p) {
  const text = probability(p);
  const words = say("percentWord", { n: text.replace(/[<>%]/g, "") });
  if (text.startsWith(">")) return say("over", { p: words });
  if (text.startsWith("<")) return say("under", { p: words });
  return words;
}

/** The softmax, written out: z, z - max, its power of e, and the probability of each class. */
export function softmaxTable(logits, probabilities, chosen, secret) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (z) => Math.exp(z - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const heads = ["unit", "logit", "lessMax", "power", "probability"].map((key) => (
    make("th", { scope: "col" }, key === "power" ? ["e", make("sup", {}, say("lessMax"))] : say(key))
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
    make("td", {}, secret ? "?" : number(total)), make("td", {}, secret ? "?" : "100%"),
  );
  return make(
    "table", { class: "softmax" }, make("caption", { class: "aside" }, say("softmax")),
    make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows), make("tfoot", {}, foot),
  );
}

/** A power of e, which two decimals would often print as 0.00. */
function small(value) {
  if (value >= 0.005) return number(value);
  const [digits, exponent] = value.toExponential(0).split("e");
  return [`${digits} × 10`, make("sup", {}, exponent.replace("-", "\u2212"))];
}

/** The bars of the classes as a row of tiles, for a phone. */
export function tiles(probabilities, prediction, secret, pin) {
  return make("ul", { class: "tiles" }, Array.from(probabilities, (p, k) => {
    const fill = make("span", { class: "fill" });
    fill.style.height = secret ? "0" : `${100 * p}%`;
    return make("li", {}, make(
      "button",
      {
        type: "button", class: !secret && k === prediction ? "tile best" : "tile", "data-key": `tile-${k}`,
        "aria-label": say("barName", { k, p: secret ? say("hiddenNumber") : spoken(p) }),
        on: { click: () => pin(k) },
      },
      make("span", { class: "well" }, fill), make("span", { class: "class" }, k),
    ));
  }));
}

/** Put the tiles, with the answer over them, into an element. */
export function showTiles(element, trace, secret, pin) {
  const { probabilities, prediction } = trace;
  refill(
    element,
    make(
      "p", { class: "tiles-title" }, make("b", {}, `${say("answer")}: ${secret ? "?" : prediction}`),
      make("b", {}, secret ? "?" : probability(probabilities[prediction])),
    ),
    tiles(probabilities, prediction, secret, pin),
  );
}
