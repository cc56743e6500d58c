/**
 * Colours: the tokens of the two themes, and value -> colour, with the same tables as theme.py.
 *
 * The signed scale runs straight in OKLab, a space in which equal steps look equal, from the theme's
 * zero to its positive or its negative end (B. Ottosson, "A perceptual color space for image
 * processing", 2020).
 *
 * @typedef {[number, number, number]} RGB  sRGB, 0 to 255
 */

import { DATA } from "./data.js";

// Entries of a signed table on each side of zero.
const STEPS = 4096;

// Linear sRGB -> cone responses -> (cube root) -> lightness and the two opponent axes.
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.8086757660],
];

const FROM_CONES = inverse(TO_CONES);
const FROM_LAB = inverse(TO_LAB);

let current = "light";
const tables = new Map();

/** Choose the theme whose colours are used unless another is named. @param {"dark"|"light"} name */
export function useTheme(name) {
  current = name;
}

/** The theme in use. @returns {"dark"|"light"} */
export function themeInUse() {
  return current;
}

/** A theme's colours, "#RRGGBB" each, by token. */
export function tokens(theme = current) {
  return DATA.themes[theme];
}

/** Split "#RRGGBB" into red, green and blue. @returns {RGB} */
export function rgb(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** Write red, green and blue as CSS does. */
export function css([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/**
 * Colour a value on the diverging scale, symmetric around zero.
 *
 * @param {number} value  in -limit..limit; beyond it, the end's colour
 * @param {number} limit  the value at either end; 0 if all are zero
 * @returns {RGB}
 */
export function signedColour(value, limit, theme = current) {
  const table = signedTable(theme);
  const at = signedEntry(value, limit);
  return [table[at], table[at + 1], table[at + 2]];
}

/** Colour a pixel of a gray picture: straight in sRGB from paper (0) to pen (1). @returns {RGB} */
export function pictureColour(value, theme = current) {
  const paper = rgb(tokens(theme).paper);
  const pen = rgb(tokens(theme).pen);
  const ink = Math.min(Math.max(value, 0), 1);
  return paper.map((level, i) => Math.floor(level + ink * (pen[i] - level) + 0.5));
}

/**
 * Colour many values at once, for an ImageData.
 *
 * @param {Uint8ClampedArray} rgba  four bytes a value
 * @param {ArrayLike<number>} values
 * @param {number|null} limit  as for `signedColour`; null: pixels of a gray picture
 */
export function paint(rgba, values, limit, theme = current) {
  const table = limit === null ? null : signedTable(theme);
  for (let i = 0; i < values.length; i += 1) {
    if (table === null) {
      rgba.set(pictureColour(values[i], theme), 4 * i);
    } else {
      const at = signedEntry(values[i], limit);
      rgba[4 * i] = table[at];
      rgba[4 * i + 1] = table[at + 1];
      rgba[4 * i + 2] = table[at + 2];
    }
    rgba[4 * i + 3] = 255;
  }
}

/** Black or white text for a cell of this colour, whichever has more contrast: at least 4.5:1. */
export function textOn(colour) {
  const [red, green, blue] = colour.map(linear);
  const under = 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  return under / 0.05 >= 1.05 / under ? "#000000" : "#FFFFFF";
}

/** Where a value's colour begins in a signed table. */
function signedEntry(value, limit) {
  const step = limit > 0 ? roundHalfEven((value / limit) * STEPS) : 0;
  return 3 * (Math.min(Math.max(step, -STEPS), STEPS) + STEPS);
}

/** Colours of -1..1 in 2 * STEPS + 1 entries, zero in the middle. @returns {Uint8Array} */
function signedTable(theme) {
  if (!tables.has(theme)) {
    const { negative, zero, positive } = tokens(theme);
    const [below, middle, above] = [negative, zero, positive].map((end) => oklab(rgb(end)));
    const table = new Uint8Array(3 * (2 * STEPS + 1));
    for (let step = -STEPS; step <= STEPS; step += 1) {
      const end = step < 0 ? below : above;
      const share = Math.abs(step) / STEPS;
      const lab = middle.map((value, i) => value + share * (end[i] - value));
      table.set(fromOklab(lab), 3 * (step + STEPS));
    }
    tables.set(theme, table);
  }
  return tables.get(theme);
}

/** Round as numpy's rint: halves to the even neighbour. */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest === 0.5) return down % 2 === 0 ? down : down + 1;
  return rest < 0.5 ? down : down + 1;
}

/** Linear light of an sRGB code value (IEC 61966-2-1). */
function linear(code) {
  const encoded = code / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

function oklab(colour) {
  return times(TO_LAB, times(TO_CONES, colour.map(linear)).map(Math.cbrt));
}

function fromOklab(lab) {
  const cones = times(FROM_LAB, lab).map((value) => value ** 3);
  return times(FROM_CONES, cones).map((value) => {
    const light = Math.min(Math.max(value, 0), 1);
    const encoded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
    return Math.floor(255 * encoded + 0.5);
  });
}

function times(matrix, vector) {
  return matrix.map((row) => row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2]);
}

/** The inverse of a 3 x 3 matrix, by cofactors. */
function inverse(m) {
  const minor = (r, c) => {
    const [a, b] = [0, 1, 2].filter((i) => i !== r);
    const [d, e] = [0, 1, 2].filter((i) => i !== c);
    return m[a][d] * m[b][e] - m[a][e] * m[b][d];
  };
  const sign = (r, c) => ((r + c) % 2 ? -1 : 1);
  const determinant = m[0][0] * minor(0, 0) - m[0][1] * minor(0, 1) + m[0][2] * minor(0, 2);
  return [0, 1, 2].map((r) => [0, 1, 2].map((c) => (sign(r, c) * minor(c, r)) / determinant));
}
