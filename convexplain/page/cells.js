/**
 * Pieces of the panels: tables of coloured numbers, bars of contributions, sums, one output cell.
 *
 * @import { App } from "./app.js"
 * @import { Child } from "./dom.js"
 *
 * @typedef {object} NumberCell
 * @property {number} value
 * @property {number|null} limit  of the colour scale; null is a gray picture
 * @property {string} [key]
 * @property {(() => unknown)|null} [click]
 * @property {string} [label]
 * @property {boolean} [framed]
 * @property {boolean} [padding]
 * @property {boolean} [secret]
 * @property {Node} [content]  in place of the number
 *
 * @typedef {{name: string, value: number, total?: boolean, secret?: boolean, given?: boolean, term?: string}} SumLine
 *   given: not computed, and so never hidden; term: of the glossary
 */

import { number } from "./as_text.js";
import { colourOf, css, textOn } from "./colours.js";
import { DATA } from "./data.js";
import { button, make } from "./dom.js";
import { term } from "./glossary.js";
import { gap, say } from "./words.js";

/**
 * Colour an element as a value.
 *
 * @template {HTMLElement} Made
 * @param {Made} element
 * @param {number} value
 * @param {number|null} limit  null is a gray picture
 */
export function colourAs(element, value, limit) {
  const colour = colourOf(value, limit);
  element.style.backgroundColor = css(colour);
  element.style.color = textOn(colour);
  return element;
}

/** Six decimals, for who asks with the mouse. @param {number} value */
export function exactly(value) {
  return number(value, 6);
}

/** @param {number} value @param {boolean} [secret] */
function shown(value, secret) {
  return secret ? "?" : number(value);
}

/**
 * A block of numbers, each on its colour.
 *
 * @param {string} kind  a class
 * @param {number} cols
 * @param {number[]} values  those that are printed
 * @param {HTMLElement[]} cells  one `td` a value
 * @param {Child} caption  the table's
 * @param {Child} [over]  what stands over the table
 */
export function numberBlock(kind, cols, values, cells, caption, over = null) {
  const rows = Array.from({ length: Math.ceil(cells.length / cols) }, (_, row) => (
    make("tr", {}, cells.slice(row * cols, (row + 1) * cols))
  ));
  const longest = Math.max(...values.map((value) => number(value).length));
  const size = cols > LARGEST || rows.length > LARGEST ? "many bare" : cols >= MANY ? "many" : cells.length === 1 ? "alone" : "";
  return make(
    "div",
    { class: `numbers ${kind} ${size}`, style: { "--cols": cols, "--rows": rows.length, "--digits": longest } },
    over, make("table", {}, caption, make("tbody", {}, rows)),
  );
}

/**
 * A table of numbers.
 *
 * @param {{title: string, cols: number, cells: NumberCell[], kind: string, term?: string}} options
 *   kind: a class; term: of the glossary
 */
export function numberTable({ title, cols, cells, kind, term: key }) {
  return numberBlock(kind, cols, cells.map(({ value }) => value), cells.map(numberCell), make("caption", {}, key ? term(key, title) : title));
}

/** From so many columns on, one cell is told in full: the others may be too small for their numbers. */
export const MANY = 4;
/** And so many rows or columns have room for their numbers anywhere. */
export const LARGEST = 10;

/**
 * One of many cells, told in full: the one that is pointed at or has the focus, at first that at `first`.
 * A finger cannot point: its first tap on a cell tells it, a second one goes where the cell leads.
 *
 * @param {HTMLElement[]} blocks  tables, each with a cell for each of them
 * @param {number} first
 * @param {(at: number) => [string, string]} told  where it is, and its arithmetic
 */
export function toldCell(blocks, first, told) {
  const line = make("p", { class: "told" });
  const tables = blocks.map((block) => [...block.querySelectorAll("td")]);
  let now = first;
  let fresh = false;
  const tell = (/** @type {number} */ at) => {
    now = at;
    const [where, what] = told(at);
    line.replaceChildren(make("span", {}, where), " ", make("b", {}, what));
    for (const cells of tables) cells.forEach((cell, i) => cell.classList.toggle("pointed", i === at));
  };
  blocks.forEach((block, i) => {
    const placeOf = (/** @type {Event} */ { target }) => (
      tables[i].findIndex((cell) => cell.contains(/** @type {Node} */ (target)))
    );
    const over = (/** @type {Event} */ event) => {
      const at = placeOf(event);
      if (at >= 0) tell(at);
    };
    const byFinger = (/** @type {PointerEvent} */ event) => event.pointerType === "touch";
    block.addEventListener("pointerover", (event) => byFinger(event) || over(event));
    block.addEventListener("focusin", over);
    block.addEventListener("pointerdown", (event) => {
      fresh = byFinger(event) && placeOf(event) !== now && !block.matches(".kernel"); // a weight is changed at once
    });
    block.addEventListener("click", (event) => {
      if (fresh && event.detail > 0) event.stopPropagation(); // a keyboard's click has no count
      fresh = false;
      over(event);
    }, { capture: true });
  });
  tell(first);
  return line;
}

/** @param {NumberCell} options */
function numberCell({ value, limit, key, click, label, framed, padding, secret, content }) {
  const text = shown(value, secret);
  const inner = content ?? (click && !secret
    ? button(click, { "data-key": key, "aria-label": label }, text)
    : make("span", {}, text));
  const exact = secret ? null : exactly(value);
  const cell = make("td", { class: framed && !secret ? "framed" : false, title: exact, "data-exact": exact }, inner);
  if (secret) cell.classList.add("secret");
  else if (padding) {
    cell.classList.add("padding");
    cell.title = say("padding");
  } else colourAs(cell, value, limit);
  return cell;
}

/**
 * One number, large, in the accent's frame: the cell that the panel explains.
 *
 * @param {number} value
 * @param {number|null} limit
 * @param {boolean} secret
 */
export function outputCell(value, limit, secret) {
  const cell = make("output", { class: "output-cell", title: secret ? null : exactly(value) }, shown(value, secret));
  if (secret) cell.classList.add("secret");
  else colourAs(cell, value, limit);
  return cell;
}

/**
 * The activation, and the cell that it makes.
 *
 * @param {string} activation  its name
 * @param {number} value  after it
 * @param {number|null} limit
 * @param {boolean} secret
 */
export function becomes(activation, value, limit, secret) {
  return make(
    "div", { class: "becomes" },
    make("p", {}, make("b", {}, activation && term("activation", activation)), activation === "ReLU" && make("i", {}, "max(0, z)")),
    outputCell(value, limit, secret),
  );
}

/** What a sentence goes on with where one can click: paper leaves it out. @param {string} text */
export function invitation(text) {
  return make("span", { class: "invites" }, gap(), text);
}

/** The way from the panel to all maps. @param {App} app */
export function backButton(app) {
  return button(() => app.actions.overview(), { class: "back", "data-key": "back" }, say("back"));
}

/** Hands on the link to what is shown. @param {App} app */
export function shareButton(app) {
  return button(async () => app.tell(await share()), { class: "share-link", "data-key": "share", title: say("copyLink") }, say("linkWord"));
}

/** Where everyone finds what is shown. */
export function addressOf() {
  return DATA.url === null ? window.location.href : `${DATA.url}${window.location.hash}`;
}

/** Hand the link on: to the telephone's apps, else to the clipboard. @returns {Promise<string>} what came of it */
export async function share() {
  const url = addressOf();
  try {
    if (navigator.share && matchMedia("(pointer: coarse)").matches) await navigator.share({ url });
    else await navigator.clipboard.writeText(url);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return "";
    return url; // no clipboard here: it can be copied by hand
  }
  return say(url.startsWith("file:") ? "copiedFile" : "copied");
}

/**
 * The head of a mode's bench.
 *
 * @param {App} app
 * @param {string} title
 * @param {...Child} tools
 */
export function benchHead(app, title, ...tools) {
  return make(
    "div", { class: "panel-head" },
    // Where no column is shown, nothing stands between this title and the page's.
    make("h3", { id: "panel-title", "aria-level": app.small && app.mode.name === "windows" ? 2 : null }, title),
    make("span", { class: "space" }), ...tools, shareButton(app), backButton(app),
  );
}

/** A sum, line by line. @param {SumLine[]} lines */
export function sumLines(lines) {
  return make("dl", { class: "sum" }, lines.map(({ name, value, total, secret, term: key }) => make(
    "div", { class: total ? "total" : false },
    make("dt", {}, key ? term(key, name) : name), make("dd", { title: secret ? null : exactly(value) }, shown(value, secret)),
  )));
}

/**
 * A list of contributions with bars.
 *
 * @param {Object} options
 * @param {string} options.title
 * @param {Array<{key: string, name: string, detail?: string, value: number, chosen?: boolean,
 *     secret?: boolean, click: () => unknown}>} options.rows
 * @param {number} options.limit  the value of the longest bar
 * @param {Node|null} options.rest  what stands under the rows
 */
export function contributionList({ title, rows, limit, rest }) {
  return make(
    "div", { class: "contributions" },
    make("h4", {}, term("channels", title)),
    make("ul", {}, rows.map(({ key, name, detail, value, chosen, secret, click }) => {
      const share = limit > 0 && !secret ? Math.abs(value) / limit : 0;
      const bar = make("span", { class: value < 0 ? "bar-fill negative" : "bar-fill", style: { width: `${100 * share}%` } });
      return make("li", {}, button(
        click,
        { "data-key": key, "aria-pressed": chosen === undefined ? null : String(chosen), title: secret ? null : exactly(value) },
        make("span", { class: "name" }, name),
        detail && make("span", { class: "detail" }, detail),
        make("span", { class: "bar-track" }, bar),
        make("span", { class: "value" }, shown(value, secret)),
      ));
    })),
    rest,
  );
}

/**
 * The row that stands for all other contributions: it opens and closes the whole list.
 *
 * @param {string} name
 * @param {number} value
 * @param {boolean} open
 * @param {() => unknown} click
 */
export function restRow(name, value, open, click) {
  return button(
    click, { class: "rest", "data-key": "rest", "aria-expanded": String(open) },
    make("span", { class: "name" }, open ? say("fewer") : name),
    !open && make("span", { class: "value" }, number(value)),
  );
}
