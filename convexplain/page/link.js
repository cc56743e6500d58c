/**
 * The state as the address's fragment, so that a link opens exactly this cell; and back.
 *
 * #d=5&i=0&s=-3,0&l=conv1&m=28&c=22,9&v=pin&t=dense.5~conv3.69.1.2&k=conv1.0.28:0.26,...&lang=zh
 * Rows, columns and filters count from 0. A value that cannot be is left out silently, a key that
 * is not known is kept. The fragment is only ever read as numbers and known names.
 *
 * @import { Model } from "./model.js"
 * @import { Patch, Play, State } from "./state.js"
 * @import { Cell } from "./trace.js"
 */

import { DEPTH } from "./data.js";
import { FAR, MOST_TAKEN, OPERATIONS } from "./state.js";

const KNOWN = [
  "d", "i", "p", "s", "n", "e", "z", "l", "m", "c", "f", "v", "w", "t", "k", "h", "ax", "pg", "scale", "lang", "th",
];
/** @type {State["mode"][]} */
const MODES = ["predict", "compare", "erase", "windows"];
/** @type {State["hidden"][]} */
const HIDEABLE = ["product", "sum", "output", "winner", "answer"];
/** @type {State["lang"][]} */
const LANGUAGES = ["en", "zh"];
/** @type {State["theme"][]} */
const THEMES = ["light", "dark"];
// A picture of more numbers makes an address too long to be sent.
const MOST_IN_LINK = 4096;
// So many pixels go into a byte.
const EACH = DEPTH === 1 ? 2 : 1;
// Larger numbers name no cell.
const LARGEST = 1e6;

/**
 * Write a state as a fragment.
 *
 * @param {State} state
 * @param {State} opening  the file's own opening; what is the same is left out
 * @returns {string} without the number sign
 */
export function fragmentOf(state, opening) {
  /** @type {string[]} */
  const parts = [];
  const put = (/** @type {string} */ key, /** @type {unknown} */ value) => parts.push(`${key}=${value}`);
  if (state.drawn && state.drawn.length <= MOST_IN_LINK) {
    put("d", "x");
    put("p", packed(state.drawn));
  } else if (state.drawn) {
    put("d", "lost"); // a photograph of one's own is too large for an address
  } else if (state.digit === null) {
    put("d", "own"); // the picture that the file opens with
  } else {
    put("d", state.digit);
    if (state.sample) put("i", state.sample);
  }
  if (state.shift[0] || state.shift[1]) put("s", state.shift.join(","));
  if (state.noise) put("n", state.noise);
  if (state.erased.length) put("e", state.erased.map((box) => box.join(".")).join("~"));
  if (state.zeroed.length) put("z", state.zeroed.map(cellText).join("~"));
  const { pinned } = state;
  if (pinned) {
    put("l", pinned.layer);
    put("m", pinned.filter);
    put("c", `${pinned.row},${pinned.col}`);
    if (state.channel !== null) put("w", state.channel);
  }
  const maps = Object.entries(state.maps).filter(([name, filter]) => opening.maps[name] !== filter);
  if (maps.length) put("f", maps.map((pair) => pair.join(".")).join("~"));
  put("v", MODES.includes(state.mode) ? state.mode : pinned ? "pin" : "over");
  if (state.trail.length) put("t", state.trail.map(cellText).join("~"));
  const kernels = Object.entries(state.kernels);
  if (kernels.length) {
    put("k", kernels.map(([key, weights]) => `${key}:${[...weights].map(trimmed).join(",")}`).join("~"));
  }
  if (state.mode === "predict") put("h", state.hidden);
  if (state.axis) put("ax", "y");
  if (state.mode === "windows") put("pg", playText(state.play));
  if (state.scale !== "layer") put("scale", state.scale);
  put("lang", state.lang);
  put("th", state.theme);
  return [...parts, ...state.unknown].join("&");
}

/**
 * Read a fragment.
 *
 * @param {string} fragment  with or without the number sign
 * @param {Model} model  knows which layers, cells and digits there are
 * @returns {Partial<State>} the fields of the state that it sets; what it does not set is as at first
 */
export function readFragment(fragment, model) {
  /** @type {{-readonly [Key in keyof State]?: State[Key]}} */
  const read = {};
  const unknown = [];
  const pairs = new Map();
  for (const part of fragment.replace(/^#/, "").split("&").filter(Boolean)) {
    const at = part.indexOf("=");
    const key = at < 0 ? part : part.slice(0, at);
    if (KNOWN.includes(key)) pairs.set(key, decoded(part.slice(at + 1)));
    else unknown.push(part);
  }
  const get = (/** @type {string} */ key) => /** @type {string} */ (pairs.get(key) ?? "");
  if (unknown.length) read.unknown = unknown;

  const digit = whole(get("d"));
  if (digit !== null && model.samplesOf(digit)) {
    read.digit = digit;
    read.sample = whole(get("i"), model.samplesOf(digit) - 1) ?? 0;
  } else if (get("d") === "x") {
    const drawn = unpacked(get("p"), model.pixelCount);
    if (drawn) Object.assign(read, { digit: null, drawn });
  } else if (get("d") === "own" && model.own) {
    Object.assign(read, { digit: null, drawn: null });
  }
  const [right, down, ...more] = numbersOf(get("s"), ",");
  if (!more.length && [right, down].every((n) => Number.isInteger(n) && Math.abs(n) <= FAR)) read.shift = [right, down];
  const noise = Number(get("n") || NaN);
  if (noise > 0 && noise <= 1) read.noise = noise;
  const erased = get("e").split("~").map((text) => numbersOf(text, "."));
  read.erased = /** @type {Patch[]} */ (erased.filter((patch) => model.hasPatch(patch)).slice(0, MOST_TAKEN));
  read.zeroed = cellsOf(get("z"), model).slice(0, MOST_TAKEN);
  const [row, col] = numbersOf(get("c"), ",");
  const cell = { layer: get("l"), filter: whole(get("m") || "0") ?? NaN, row, col };
  if (model.hasCell(cell)) {
    read.pinned = cell;
    const channel = whole(get("w"));
    if (channel !== null && channel < model.channelsInto(cell.layer)) read.channel = channel;
    const trail = cellsOf(get("t"), model);
    if (trail.length) read.trail = trail;
  }
  /** @type {Record<string, number>} */
  const maps = { ...model.opening.maps };
  for (const text of get("f").split("~")) {
    const at = text.lastIndexOf(".");
    const filter = whole(text.slice(at + 1));
    if (filter !== null && model.hasCell({ layer: text.slice(0, at), filter, row: 0, col: 0 })) {
      maps[text.slice(0, at)] = filter;
    }
  }
  if (read.pinned) for (const name of model.family(cell.layer)) maps[name] = cell.filter;
  read.maps = maps;
  read.mode = oneOf(MODES, get("v")) ?? "explore";
  /** @type {Record<string, number[]>} */
  const kernels = {};
  for (const text of get("k").split("~")) {
    const [key, list] = text.split(":");
    const weights = numbersOf(list ?? "", ",");
    if (model.hasKernel(key, weights)) kernels[key] = weights;
  }
  read.kernels = kernels;
  if (get("ax") === "y") read.axis = 1;
  const play = playOf(get("pg"), model);
  if (play) read.play = play;
  if (get("scale") === "map") read.scale = "map";
  const [hidden, lang, theme] = [oneOf(HIDEABLE, get("h")), oneOf(LANGUAGES, get("lang")), oneOf(THEMES, get("th"))];
  if (hidden) read.hidden = hidden;
  if (lang) read.lang = lang;
  if (theme) read.theme = theme;
  return read;
}

/**
 * A text that is one of some; undefined if it is none.
 *
 * @template {string} Known
 * @param {readonly Known[]} known
 * @param {string} text
 */
function oneOf(known, text) {
  return known.find((one) => one === text);
}

/** Pixels of 4 bits, or a photograph's of 8, as base64url text. @param {ArrayLike<number>} pixels */
function packed(pixels) {
  let bytes = "";
  for (let i = 0; i < pixels.length; i += EACH) {
    bytes += String.fromCharCode(EACH === 1 ? pixels[i] : (pixels[i] << 4) | (pixels[i + 1] ?? 0));
  }
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The way back from `packed`; null if the text is not a picture of `count` pixels.
 *
 * @param {string} text
 * @param {number} count
 */
function unpacked(text, count) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return null;
  let bytes;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch (error) {
    if (error instanceof DOMException) return null; // its length is not one of base64
    throw error;
  }
  if (bytes.length !== Math.ceil(count / EACH)) return null;
  if (EACH === 1) return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
  return Uint8Array.from({ length: count }, (_, i) => {
    const byte = bytes.charCodeAt(i >> 1);
    return i % 2 ? byte & 15 : byte >> 4;
  });
}

/** @param {Cell} cell */
function cellText(cell) {
  return `${cell.layer}.${cell.filter}.${cell.row}.${cell.col}`;
}

/** Those cells of a list that there are. @param {string} list @param {Model} model */
function cellsOf(list, model) {
  return list.split("~").map(cellOf).filter((cell) => cell !== null).filter((cell) => model.hasCell(cell));
}

/** @param {string} text @returns {Cell|null} */
function cellOf(text) {
  const [layer, ...parts] = text.split(".");
  const numbers = parts.map((part) => whole(part) ?? NaN);
  if (numbers.length === 1) numbers.push(0, 0); // a unit of a dense layer: dense.5
  const [filter, row, col] = numbers;
  return numbers.length === 3 ? { layer, filter, row, col } : null;
}

/** "conv.3.1.valid.1.all.9.12:0,1,..." @param {Play} play */
function playText({ op, size, stride, padding, dilation, row, kernel, at }) {
  const head = [op, size, stride, padding, dilation, row ?? "all", ...at].join(".");
  return kernel ? `${head}:${kernel.map(trimmed).join(",")}` : head;
}

/** @param {string} text @param {Model} model @returns {Play|null} */
function playOf(text, model) {
  const [head, list] = text.split(":");
  const [op, ...rest] = head.split(".");
  const [size, stride, padding, dilation, row, ...at] = rest.map((part) => whole(part) ?? part);
  const [rows] = model.trained.inputShape;
  const known = oneOf(OPERATIONS, op);
  const place = at.every((n) => typeof n === "number") && at.length === 2;
  if (!known || !place || ![size, stride, dilation].every((n) => typeof n === "number" && n >= 1 && n <= 7)) return null;
  if (padding !== "valid" && padding !== "same" && !(typeof padding === "number" && padding <= 3)) return null;
  if (row !== "all" && !(typeof row === "number" && row < rows)) return null;
  const flat = row !== "all";
  const kernel = list === undefined ? null : numbersOf(list, ",");
  if (kernel && (kernel.length !== Number(size) * (flat ? 1 : Number(size)) || !kernel.every((w) => Math.abs(w) <= 99))) return null;
  return /** @type {Play} */ ({ op: known, size, stride, padding, dilation, row: flat ? row : null, kernel, at });
}

/** @param {string} text */
function whole(text, largest = LARGEST) {
  const n = Number(text);
  return /^\d{1,7}$/.test(text) && n <= largest ? n : null;
}

/** @param {string} text @param {string} separator */
function numbersOf(text, separator) {
  return text === "" ? [] : text.split(separator).map((part) => (part.trim() === "" ? NaN : Number(part)));
}

/** @param {number} weight */
function trimmed(weight) {
  return String(Number(Math.fround(weight).toPrecision(9))); // enough to give the same float32 back
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return ""; // a broken escape is a bad value
    throw error;
  }
}
