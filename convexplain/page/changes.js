/**
 * What the class has changed, with a way to take it all back: it changes every number that is shown.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 */

import { button, make } from "./dom.js";
import { languageInUse, say } from "./words.js";

/** "changed: 1 kernel, 2 cells", and Reset; null where nothing is. @param {App} app @param {State} state */
export function changes(app, { kernels, zeroed, erased }) {
  const counted = [
    [Object.keys(kernels).length, "oneKernel", "manyKernels"],
    [zeroed.length, "oneCell", "manyCells"],
    [erased.length, "onePatch", "manyPatches"],
  ];
  const what = counted.filter(([n]) => n).map(([n, one, many]) => say(String(n === 1 ? one : many), { n }));
  if (!what.length) return null;
  return make(
    "p", { class: "changes" },
    make("span", {}, say("changed", { what: what.join(languageInUse() === "zh" ? "、" : ", ") })), " ",
    button(() => app.actions.reset(), { "data-key": "reset-all" }, say("reset")),
  );
}
