/**
 * Colours: the tokens of the two themes, and value -> colour, with the same tables as theme.py.
 *
 * The signed scale runs straight in OKLab, a space in which equal steps look equal, from the theme's
 * zero to its positive or its negative end (B. Ottosson, "A perceptual color space for image
 * processing", 2020).
 *
 * @import { ThemeName } from "./data.js"
 *
 * @typedef {[number, number, number]} Triple
 * @typedef {Triple} RGB  sRGB, 0 to 255
 * @typedef {[Triple, Triple, Triple]} Matrix
 */

import { DATA } from "./data.js";
import { clamp, roundHalfEven } from "./numbers.js";

// Entries of a signed table on each side of zero.
const STEPS = 4096;

// Linear sRGB -> cone responses -> (cube root) -> lightness and the two opponent axes.
/** @type {Matrix} */
const TO_CONES = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
/** @type {Matrix} */
const TO_LAB = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.8086757660],
];

const FROM_CONES = inverse(TO_CONES);
const FROM_LAB = inverse(TO_LAB);

/** @type {ThemeName} */
let current = "light";
/** @type {Map<ThemeName, Uint8Array>} */
const tables = new Map();

/** Choose the theme whose colours are used unless another is named. @param {ThemeName} name */
export function useTheme(name) {
  current = name;
}

/** A theme's colours, "#RRGGBB" each, by token. */
export function tokens(theme = current) {
  return DATA.themes[theme];
}

/** Split "#RRGGBB" into red, green and blue. @param {string} colour */
function rgb(colour) {
  return triple((i) => parseInt(colour.slice(2 * i + 1, 2 * i + 3), 16));
}

/** Write red, green and blue as CSS does. @param {RGB} colour */
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

/**
 * Colour a pixel of a gray picture: straight in sRGB from paper (0) to pen (1).
 *
 * @param {number} value
 * @returns {RGB}
 */
export function pictureColour(value, theme = current) {
  const paper = rgb(tokens(theme).paper);
  const pen = rgb(tokens(theme).pen);
  const ink = clamp(value, 0, 1);
  return triple((i) => Math.floor(paper[i] + ink * (pen[i] - paper[i]) + 0.5));
}

/**
 * Colour a value.
 *
 * @param {number} value
 * @param {number|null} limit  of the diverging scale; null: a pixel of a gray picture
 */
export function colourOf(value, limit, theme = current) {
  return limit === null ? pictureColour(value, theme) : signedColour(value, limit, theme);
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
  if (limit === null && 3 * rgba.length === 4 * values.length) return paintColours(rgba, values);
  for (let i = 0; i < values.length; i += 1) {
    // Without a list for each of the thousands of values.
    if (limit === null || table === null) rgba.set(pictureColour(values[i], theme), 4 * i);
    else {
      const at = signedEntry(values[i], limit);
      for (let k = 0; k < 3; k += 1) rgba[4 * i + k] = table[at + k];
    }
    rgba[4 * i + 3] = 255;
  }
}

/** The pixels of a photograph, three values each, 0 to 1. @param {Uint8ClampedArray} rgba @param {ArrayLike<number>} values */
function paintColours(rgba, values) {
  for (let i = 0; i < values.length / 3; i += 1) {
    for (let k = 0; k < 3; k += 1) rgba[4 * i + k] = Math.round(255 * values[3 * i + k]);
    rgba[4 * i + 3] = 255;
  }
}

/**
 * A canvas of one dot a value; of one dot three values for a photograph.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values
 * @param {number|null} limit
 */
export function paintOn(canvas, values, limit, theme = current) {
  const image = new ImageData(canvas.width, canvas.height);
  paint(image.data, values, limit, theme);
  contextOf(canvas).putImageData(image, 0, 0);
}

/**
 * Where one draws on a canvas.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", settings));
}

/** Black or white text for a cell of this colour, whichever has more contrast: at least 4.5:1. @param {RGB} colour */
export function textOn(colour) {
  const [red, green, blue] = colour.map(linear);
  const under = 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  return under / 0.05 >= 1.05 / under ? "#000000" : "#FFFFFF";
}

/** Where a value's colour begins in a signed table. @param {number} value @param {number} limit */
function signedEntry(value, limit) {
  const step = limit > 0 ? roundHalfEven((value / limit) * STEPS) : 0;
  return 3 * (clamp(step, -STEPS, STEPS) + STEPS);
}

/** Colours of -1..1 in 2 * STEPS + 1 entries, zero in the middle. @param {ThemeName} theme */
function signedTable(theme) {
  const known = tables.get(theme);
  if (known) return known;
  const { negative, zero, positive } = tokens(theme);
  const [below, middle, above] = [negative, zero, positive].map((end) => oklab(rgb(end)));
  const table = new Uint8Array(3 * (2 * STEPS + 1));
  for (let step = -STEPS; step <= STEPS; step += 1) {
    const end = step < 0 ? below : above;
    const share = Math.abs(step) / STEPS;
    table.set(fromOklab(triple((i) => middle[i] + share * (end[i] - middle[i]))), 3 * (step + STEPS));
  }
  tables.set(theme, table);
  return table;
}

/** Linear light of an sRGB code value (IEC 61966-2-1). @param {number} code */
function linear(code) {
  const encoded = code / 255;
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/** @param {RGB} colour */
function oklab(colour) {
  const cones = times(TO_CONES, triple((i) => linear(colour[i])));
  return times(TO_LAB, triple((i) => Math.cbrt(cones[i])));
}

/** @param {Triple} lab @returns {RGB} */
function fromOklab(lab) {
  const roots = times(FROM_LAB, lab);
  const light = times(FROM_CONES, triple((i) => roots[i] ** 3));
  return triple((i) => {
    const value = clamp(light[i], 0, 1);
    const encoded = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
    return Math.floor(255 * encoded + 0.5);
  });
}

/** @param {Matrix} matrix @param {Triple} vector */
function times(matrix, vector) {
  return triple((r) => matrix[r][0] * vector[0] + matrix[r][1] * vector[1] + matrix[r][2] * vector[2]);
}

/** The inverse of a 3 x 3 matrix, by cofactors. @param {Matrix} m */
function inverse(m) {
  // Indices that go round give the cofactor its sign, too.
  const cofactor = (/** @type {number} */ r, /** @type {number} */ c) => (
    m[(r + 1) % 3][(c + 1) % 3] * m[(r + 2) % 3][(c + 2) % 3] - m[(r + 1) % 3][(c + 2) % 3] * m[(r + 2) % 3][(c + 1) % 3]
  );
  const determinant = m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(0, 1) + m[0][2] * cofactor(0, 2);
  return triple((r) => triple((c) => cofactor(c, r) / determinant));
}

/** @template T @param {(i: number) => T} of @returns {[T, T, T]} */
function triple(of) {
  return [of(0), of(1), of(2)];
}
