/**
 * The help: the tour, words, keys, what is counted how, a link to this cell, and letters as shortcuts on or off.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 */

import { share } from "./cells.js";
import { button, make } from "./dom.js";
import { say } from "./words.js";

const KEYS = [
  ["← ↑ ↓ →", "keyArrows"], ["Enter", "keyEnter"], ["Esc", "keyEsc"], ["Backspace", "keyBackspace"],
  ["Space", "keySpace"], [", .", "keyComma"], ["PageUp PageDown", "keyPage"], ["Home End", "keyHome"],
  ["Shift + ← ↑ ↓ →", "keyShift"], ["0–9", "keyDigits"], ["V P C X W", "keyModes"], ["E", "keyEdit"],
  ["R", "keyReveal"], ["L T S", "keyLook"], ["?", "keyHelp"],
];

/** A dialog that the browser itself keeps the focus in. */
export class Help {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.letters = make("input", { type: "checkbox", id: "letters" });
    this.letters.addEventListener("change", () => app.actions.setLetters(this.letters.checked));
    this.element = make("dialog", {
      class: "help-dialog", "aria-labelledby": "help-title", on: { close: () => app.actions.setHelp(false) },
    });
    this.lang = "";
  }

  /** @param {State} state */
  render(state) {
    if (state.help && this.lang !== state.lang) this.fill(state);
    this.letters.checked = state.letters;
    if (state.help && !this.element.open) this.element.showModal();
    if (!state.help && this.element.open) this.element.close();
  }

  /** @param {State} state */
  fill(state) {
    this.lang = state.lang;
    const { actions } = this.app;
    const told = make("span", { role: "status" });
    this.element.replaceChildren(
      make("h2", { id: "help-title" }, say("helpTitle")),
      make(
        "p", { class: "pair" },
        button(() => this.app.tour.start(), { autofocus: true }, say("tourTake")),
        button(() => {
          actions.setHelp(false);
          this.app.glossary.open();
        }, {}, say("glossary")),
      ),
      make("dl", { class: "keys" }, KEYS.map(([keys, words]) => make(
        "div", {}, make("dt", {}, make("kbd", {}, keys)), make("dd", {}, say(words)),
      ))),
      make("p", {}, say("countsFrom")),
      make("p", { class: "keys" }, this.letters, make("label", { for: "letters" }, say("letters"))),
      make(
        "p", { class: "pair" },
        button(() => this.copy(told), {}, say("copyLink")),
        button(() => actions.setHelp(false), { class: "primary" }, say("close")),
      ),
      told,
    );
  }

  /** Hand the link on, and say so. @param {HTMLElement} told */
  async copy(told) {
    told.textContent = await share();
  }
}
