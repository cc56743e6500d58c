/**
 * The glossary: what a layer does, what the words mean, and which lesson shows it.
 *
 * @import { App } from "./app.js"
 * @import { Column } from "./columns.js"
 * @import { Term } from "./data.js"
 */

import { DATA } from "./data.js";
import { button, make, refill } from "./dom.js";
import { languageInUse, say } from "./words.js";

/** What a word dispatches to the document when it is clicked; its detail is a term's key. */
const ASKED = "explain";

/** A word that explains itself when it is clicked. @param {string} key  of a term @param {string} text */
export function term(key, text) {
  return button(() => document.dispatchEvent(new CustomEvent(ASKED, { detail: key })), {
    class: "term", "data-key": `term-${key}`, title: say("explainWord", { word: text.replace(/^\+ /, "") }),
  }, text);
}

/**
 * Where the lessons' pages are; null where no link would lead there, as in a file that was downloaded
 * without them.
 */
function lessonsAt() {
  if (DATA.lessons === null || !URL.canParse(DATA.lessons, DATA.url ?? window.location.href)) return null;
  const { protocol, href } = new URL(DATA.lessons, DATA.url ?? window.location.href);
  return protocol.startsWith("http") ? href : null;
}

/** A dialog that the browser itself keeps the focus in. */
export class Glossary {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.element = make("dialog", { class: "help-dialog glossary", "aria-labelledby": "glossary-title" });
    document.addEventListener(ASKED, (event) => this.open(null, /** @type {CustomEvent} */ (event).detail));
  }

  /**
   * Open at a layer, at a word, or at the beginning.
   *
   * @param {Column|null} [column]
   * @param {string|null} [key]
   */
  open(column = null, key = null) {
    const kind = column?.layer?.kind.name;
    const chosen = DATA.glossary.find((one) => (column ? kind ? one.kinds.includes(kind) : one.key === "input" : one.key === key));
    // Of a layer, what it does comes first.
    const ordered = column && chosen ? [chosen, ...DATA.glossary.filter((one) => one !== chosen)] : DATA.glossary;
    const lessons = lessonsAt();
    const items = ordered.map((one) => entry(one, one === chosen, lessons));
    this.app.actions.pause();
    refill(
      this.element,
      make(
        "header", {},
        make("h2", { id: "glossary-title" }, column ? column.heading : say("glossary")),
        button(() => this.element.close(), { autofocus: true }, say("close")),
      ),
      column && facts(column),
      make("dl", { class: "words" }, items),
      lessons === null && make("p", {}, say("lessonHint"), " ", make("code", {}, "convexplain render NAME")),
    );
    this.element.showModal();
    if (!column) items[ordered.indexOf(/** @type {Term} */ (chosen))]?.scrollIntoView({ block: "center" });
  }
}

/** What there is to know of a layer. @param {Column} column */
function facts({ name, sizes, layer }) {
  const lang = languageInUse();
  const lines = layer ? [[say("kind"), layer.kind.name], ...DATA.layers[name].map(([words, value]) => [words[lang], value])]
    : [[say("size"), sizes]];
  return make("dl", { class: "facts" }, lines.map(([words, value]) => make(
    "div", {}, make("dt", {}, words), make("dd", {}, value),
  )));
}

/** @param {Term} one @param {boolean} chosen @param {string|null} lessons  where their pages are */
function entry({ name, text, lesson }, chosen, lessons) {
  const lang = languageInUse();
  const title = say("lessonNamed", { name: lesson });
  return make(
    "div", { class: chosen ? "chosen" : false },
    make("dt", {}, name[lang]),
    make("dd", {}, text[lang], " ", lessons === null ? make("span", {}, title)
      : make("a", { href: `${lessons}${lesson}.html`, target: "_blank", rel: "noopener" }, title)),
  );
}
