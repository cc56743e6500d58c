// Pieces of the panels: tables of coloured numbers, bars of contributions, sums, one output cell.

import { make } from "./dom.js";
import { number } from "./format.js";
import { css, pictureColour, signedColour, textOn } from "./theme.js";
import { say } from "./words.js";

/** Background and text colour for a value; `limit` null is a gray picture. */
export function coloured(value, limit) {
  const colour = limit === null ? pictureColour(value) : signedColour(value, limit);
  return { background: css(colour), color: textOn(colour) };
}

/** Colour an element as a value. */
export function colourAs(element, value, limit) {
  const { background, color } = coloured(value, limit);
  element.style.backgroundColor = background;
  element.style.color = color;
  return element;
}

/** Six decimals, for who asks with the mouse. */
export function exactly(value) {
  return number(value, 6);
}

/**
 * A table of numbers, each on its colour.
 *
 * @param {Object} options
 * @param {string} options.title
 * @param {number} options.cols
 * @param {Array<{value: number, limit: number|null, key?: string, click?: Function, label?: string,
 *     framed?: boolean, padding?: boolean, secret?: boolean, content?: Node}>} options.cells
 * @param {string} options.kind  a class
 * @param {Node} [options.beside]  after the title
 */
export function numberTable({ title, cols, cells, kind, beside = null }) {
  const rows = [];
  for (let at = 0; at < cells.length; at += cols) {
    rows.push(make("tr", {}, cells.slice(at, at + cols).map(numberCell)));
  }
  const longest = Math.max(...cells.map(({ value }) => number(value).length));
  return make(
    "div",
    { class: `numbers ${kind} ${cols > 3 ? "many" : ""}`, style: { "--cols": cols, "--rows": rows.length, "--digits": longest } },
    make("table", {}, make("caption", {}, title), make("tbody", {}, rows)),
    beside,
  );
}

function numberCell({ value, limit, key, click, label, framed, padding, secret, content }) {
  const text = secret ? "?" : number(value);
  const inner = content ?? (click && !secret
    ? make("button", { type: "button", "data-key": key, "aria-label": label, on: { click } }, text)
    : make("span", {}, text));
  const cell = make("td", { class: framed && !secret ? "framed" : false, title: secret ? null : exactly(value), "data-exact": secret ? null : exactly(value) }, inner);
  if (secret) cell.classList.add("secret");
  else if (padding) {
    cell.classList.add("padding");
    cell.title = say("padding");
  } else colourAs(cell, value, limit);
  return cell;
}

/** One number, large, in the accent's frame: the cell that the panel explains. */
export function outputCell(value, limit, secret) {
  const cell = make("output", { class: "output-cell", title: secret ? null : exactly(value) }, secret ? "?" : number(value));
  if (secret) cell.classList.add("secret");
  else colourAs(cell, value, limit);
  return cell;
}

/**
 * A sum, line by line.
 *
 * @param {Array<{name: string, value: number, total?: boolean, secret?: boolean}>} lines
 */
export function sumLines(lines) {
  return make("dl", { class: "sum" }, lines.map(({ name, value, total, secret }) => make(
    "div", { class: total ? "total" : false },
    make("dt", {}, name), make("dd", { title: secret ? null : exactly(value) }, secret ? "?" : number(value)),
  )));
}

/**
 * A list of contributions with bars.
 *
 * @param {Object} options
 * @param {string} options.title
 * @param {Array<{key: string, name: string, detail?: string, value: number, chosen?: boolean,
 *     click: Function, label?: string}>} options.rows
 * @param {number} options.limit  the value of the longest bar
 * @param {Node|null} options.rest  what stands under the rows
 */
export function contributionList({ title, rows, limit, rest }) {
  return make(
    "div", { class: "contributions" },
    make("h4", {}, title),
    make("ul", {}, rows.map(({ key, name, detail, value, chosen, click, label }) => {
      const bar = make("span", { class: value < 0 ? "bar-fill negative" : "bar-fill" });
      bar.style.width = `${limit > 0 ? (100 * Math.abs(value)) / limit : 0}%`;
      return make("li", {}, make(
        "button",
        {
          type: "button", "data-key": key, "aria-pressed": chosen === undefined ? null : String(chosen),
          "aria-label": label, title: exactly(value), on: { click },
        },
        make("span", { class: "name" }, name),
        detail ? make("span", { class: "detail" }, detail) : null,
        make("span", { class: "bar-track" }, bar),
        make("span", { class: "value" }, number(value)),
      ));
    })),
    rest,
  );
}

/** The row that stands for all other contributions: it opens and closes the whole list. */
export function restRow(name, value, open, click) {
  return make(
    "button",
    { type: "button", class: "rest", "data-key": "rest", "aria-expanded": String(open), on: { click } },
    make("span", { class: "name" }, open ? say("fewer") : name),
    open ? null : make("span", { class: "value" }, number(value)),
  );
}
