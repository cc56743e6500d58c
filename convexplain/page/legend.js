/** What the colours mean, in one line. */

import { make } from "./dom.js";
import { say } from "./words.js";

/** Signs, ink, and the accent's frame. */
export function legend() {
  const swatch = (/** @type {string} */ kind, /** @type {string} */ key) => [
    make("span", { class: `swatch ${kind}`, "aria-hidden": "true" }), say(key),
  ];
  return make(
    "p", { class: "legend" },
    [["negative", "belowZero"], ["positive", "aboveZero"], ["accent", "windowAndCell"]]
      .map(([kind, key]) => make("span", {}, swatch(kind, key))),
  );
}
