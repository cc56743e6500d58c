/**
 * From a page with a digit on it to a digit as MNIST stores them, step by step as ink.py does it.
 *
 * MNIST's digits are bright ink (1) on dark paper (0). Their box was scaled to fit 20 x 20 with its
 * aspect kept, and put into 28 x 28 with the centre of mass at the pixel (14, 14).
 *
 * @import { Box } from "./geometry.js"
 *
 * @typedef {{pixels: Float32Array, steps: {key: string, values?: Record<string, unknown>}[]}} Digit
 *   28 x 28, in steps of 1/255, and what was done, as words and their values
 */

import { SIDE } from "./data.js";
import { axes } from "./geometry.js";
import { clamp, sumOf } from "./numbers.js";
import { BICUBIC, BOX, resize } from "./resize.js";
import { roundHalfEven } from "./theme.js";

const FIT = 20;
const CENTRE = 14;
// Ink stands out from the paper by a tenth of the range, and by more than the paper's own noise gives:
// four standard deviations.
const LEAST_CONTRAST = 0.1;
const NOISE_FACTOR = 4;
// Blots with less than this share of the largest one's ink are dirt; the bar of a 5 has more.
const DIRT = 0.05;

/**
 * Prepare a gray picture like an MNIST digit.
 *
 * @param {Float32Array} gray  brightness 0 to 1, row after row
 * @param {number} height
 * @param {number} width
 * @returns {Digit|null} null if nothing stands out from the paper
 */
export function toDigit(gray, height, width) {
  const { level, noise } = paperOf(gray, height, width);
  const brighter = Float64Array.from(gray, (value, i) => value - level[i]);
  const { dark, contrast } = inkIsDark(brighter, height, width);
  if (contrast < Math.max(LEAST_CONTRAST, NOISE_FACTOR * noise)) return null;
  const ink = brighter.map((value) => clamp(dark ? -value : value, 0, 1));
  /** @type {Digit["steps"]} */
  const steps = dark ? [{ key: "pictureInverted" }] : [];

  // Strokes become 1 at their usual strength, not at their darkest speck.
  const strength = median(ink.filter((value) => value > contrast / 2));
  const floor = Math.max(0.05, (NOISE_FACTOR * noise) / strength);
  const strong = Float32Array.from(ink, (value) => Math.min(value / strength, 1));
  const cleared = strong.map((value) => (value < floor ? 0 : value));
  const { strokes, dirty } = withoutDirt(cleared, height, width, Math.max(0.25, floor));
  if (dirty) steps.push({ key: "pictureSpecks" });

  const box = boundsOf(strokes, width, Math.max(0.2, floor));
  if (isPrepared(strokes, height, width, box)) {
    return { pixels: inBytes(ink), steps: [...steps, { key: "picturePrepared" }] };
  }
  const { top, left, bottom, right } = box;
  const cut = { top, left, bottom: bottom - 1, right: right - 1 };
  const scale = FIT / Math.max(bottom - top, right - left);
  const size = axes((axis) => Math.max(1, roundHalfEven([bottom - top, right - left][axis] * scale)));
  // Averages of areas on the way down, as in MNIST; interpolation on the way up.
  const scaled = resize(strokes, width, box, size, scale < 1 ? BOX : BICUBIC);
  const most = scaled.reduce((a, b) => Math.max(a, b));
  const small = scaled.map((value) => clamp(Math.fround(value / most), 0, 1));
  steps.push(
    { key: "pictureCut", values: cut },
    { key: "pictureScaled", values: { size: size.join(" × ") } },
    { key: "pictureCentred" },
  );
  return { pixels: inBytes(centred(small, size)), steps };
}

/** The mean [row, column], weighted by the values. @param {Float32Array} values @param {number} width */
export function centreOfMass(values, width) {
  let [total, row, col] = [0, 0, 0];
  values.forEach((value, i) => {
    total += value;
    row += value * Math.floor(i / width);
    col += value * (i % width);
  });
  return [row / total, col / total];
}

/**
 * Fit the paper's brightness, a plane, to the picture's rim, and estimate its noise.
 *
 * Ink that reaches the rim is left out of the fit: it lies far from the rim's median. The noise is a
 * standard deviation, estimated as 1.4826 times the median absolute deviation.
 *
 * @param {Float32Array} gray
 * @param {number} height
 * @param {number} width
 */
function paperOf(gray, height, width) {
  const thick = Math.max(1, roundHalfEven(0.04 * Math.min(height, width)));
  const places = [];
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) {
      const within = row >= thick && row < height - thick && col >= thick && col < width - thick;
      if (!within) places.push(row * width + col);
    }
  }
  const middle = median(places.map((place) => gray[place]));
  const distances = places.map((place) => Math.abs(gray[place] - middle));
  const far = Math.max(0.05, 3 * median(distances));
  const near = places.filter((_, i) => distances[i] <= far);
  const plane = fitted(gray, near, width);
  const noise = 1.4826 * median(near.map((place) => Math.abs(gray[place] - plane(place))));
  return { level: Float64Array.from(gray, (_, place) => plane(place)), noise };
}

/**
 * The plane through some cells with least squares, as a function of a cell's place.
 *
 * @param {Float32Array} gray
 * @param {number[]} places
 * @param {number} width
 */
function fitted(gray, places, width) {
  const mean = (/** @type {(place: number) => number} */ of) => sumOf(places.map(of)) / places.length;
  const rowOf = (/** @type {number} */ place) => Math.floor(place / width);
  const colOf = (/** @type {number} */ place) => place % width;
  const [level, row, col] = [mean((place) => gray[place]), mean(rowOf), mean(colOf)];
  // Around the means, the level drops out of the normal equations: two slopes are left.
  let [rr, cc, rc, rg, cg] = [0, 0, 0, 0, 0];
  for (const place of places) {
    const [r, c, g] = [rowOf(place) - row, colOf(place) - col, gray[place] - level];
    rr += r * r;
    cc += c * c;
    rc += r * c;
    rg += r * g;
    cg += c * g;
  }
  const determinant = rr * cc - rc * rc;
  // In a picture one cell high or wide there is one slope, or none.
  const down = determinant ? (rg * cc - cg * rc) / determinant : rr && rg / rr;
  const along = determinant ? (cg * rr - rg * rc) / determinant : rr ? 0 : cc && cg / cc;
  return (/** @type {number} */ place) => level + down * (rowOf(place) - row) + along * (colOf(place) - col);
}

/**
 * Whether the ink is darker than the paper, and by how much it stands out.
 *
 * Means of 3 x 3 pixels are compared, so that single specks do not decide: the thousandth of the page
 * that is furthest above the paper against the thousandth furthest below it.
 *
 * @param {Float64Array} brighter
 * @param {number} height
 * @param {number} width
 */
function inkIsDark(brighter, height, width) {
  const smooth = new Float64Array(brighter.length);
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) {
      let sum = 0;
      for (let i = -1; i <= 1; i += 1) {
        for (let j = -1; j <= 1; j += 1) {
          sum += brighter[clamp(row + i, 0, height - 1) * width + clamp(col + j, 0, width - 1)];
        }
      }
      smooth[row * width + col] = sum / 9;
    }
  }
  smooth.sort();
  const few = Math.max(1, Math.floor(smooth.length / 1000));
  const below = -sumOf(smooth.subarray(0, few)) / few;
  const above = sumOf(smooth.subarray(smooth.length - few)) / few;
  return { dark: below > above, contrast: Math.max(below, above) };
}

/**
 * Erase blots that are small beside the largest one, and say whether there were any.
 *
 * Blots are joined on a grid of at most 128 cells a side, so that strokes with small gaps count as
 * one, and so that the time is bounded.
 *
 * @param {Float32Array} strokes
 * @param {number} height
 * @param {number} width
 * @param {number} threshold
 */
function withoutDirt(strokes, height, width, threshold) {
  const cell = Math.ceil(Math.max(height, width) / 128);
  const [rows, cols] = [Math.ceil(height / cell), Math.ceil(width / cell)];
  const placeOf = (/** @type {number} */ i) => Math.floor(Math.floor(i / width) / cell) * cols + Math.floor((i % width) / cell);
  const mass = new Float64Array(rows * cols);
  strokes.forEach((value, i) => {
    if (value > threshold) mass[placeOf(i)] += value;
  });
  const blots = blotsOf(mass, rows, cols);
  const weights = blots.map((blot) => sumOf(blot.map((place) => mass[place])));
  const least = DIRT * weights.reduce((a, b) => Math.max(a, b), 0);
  const kept = new Uint8Array(mass.length);
  blots.forEach((blot, n) => {
    if (weights[n] < least) return;
    for (const place of blot) {
      // With its neighbours: the faint rim of a stroke belongs to it.
      kept[place] = 1;
      for (const near of neighbours(place, rows, cols)) kept[near] = 1;
    }
  });
  return {
    strokes: strokes.map((value, i) => (kept[placeOf(i)] ? value : 0)),
    dirty: weights.some((weight) => weight < least),
  };
}

/**
 * Group cells with mass that touch, also at corners.
 *
 * @param {Float64Array} mass
 * @param {number} rows
 * @param {number} cols
 */
function blotsOf(mass, rows, cols) {
  const seen = mass.map((value) => (value > 0 ? 0 : 1));
  /** @type {number[][]} */
  const blots = [];
  seen.forEach((done, start) => {
    if (done || seen[start]) return;
    seen[start] = 1;
    const blot = [start];
    for (const place of blot) {
      // It grows while it is walked through.
      for (const near of neighbours(place, rows, cols)) {
        if (!seen[near]) {
          seen[near] = 1;
          blot.push(near);
        }
      }
    }
    blots.push(blot);
  });
  return blots;
}

/** @param {number} place @param {number} rows @param {number} cols */
function* neighbours(place, rows, cols) {
  const [row, col] = [Math.floor(place / cols), place % cols];
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r += 1) {
    for (let c = Math.max(0, col - 1); c <= Math.min(cols - 1, col + 1); c += 1) {
      if (r !== row || c !== col) yield r * cols + c;
    }
  }
}

/**
 * The box around all cells above a threshold.
 *
 * @param {Float32Array} strokes
 * @param {number} width
 * @param {number} threshold
 * @returns {Box}
 */
function boundsOf(strokes, width, threshold) {
  const box = { top: Infinity, left: Infinity, bottom: 0, right: 0 };
  strokes.forEach((value, i) => {
    if (!(value > threshold)) return;
    const [row, col] = [Math.floor(i / width), i % width];
    box.top = Math.min(box.top, row);
    box.left = Math.min(box.left, col);
    box.bottom = Math.max(box.bottom, row + 1);
    box.right = Math.max(box.right, col + 1);
  });
  return box;
}

/**
 * Whether a picture has MNIST's size, box and centre already.
 *
 * @param {Float32Array} strokes
 * @param {number} height
 * @param {number} width
 * @param {Box} box
 */
function isPrepared(strokes, height, width, box) {
  if (height !== SIDE || width !== SIDE) return false;
  const near = centreOfMass(strokes, width).every((place) => Math.abs(place - CENTRE) < 0.75);
  return near && Math.max(box.bottom - box.top, box.right - box.left) === FIT;
}

/**
 * Put a digit into 28 x 28 so that its centre of mass comes closest to (14, 14).
 *
 * @param {Float32Array} small
 * @param {number[]} size
 */
function centred(small, size) {
  const pixels = new Float32Array(SIDE * SIDE);
  // The digit stays inside, even where its mass is far from its middle.
  const [top, left] = centreOfMass(small, size[1]).map((middle, axis) => (
    clamp(roundHalfEven(CENTRE - middle), 0, SIDE - size[axis])
  ));
  for (let row = 0; row < size[0]; row += 1) {
    pixels.set(small.subarray(row * size[1], (row + 1) * size[1]), (top + row) * SIDE + left);
  }
  return pixels;
}

/** Round to the 256 values that MNIST has. @param {Float32Array|Float64Array} pixels */
function inBytes(pixels) {
  return Float32Array.from(pixels, (value) => roundHalfEven(value * 255) / 255);
}

/** The middle value, or the mean of the two middle ones. @param {ArrayLike<number>} values */
function median(values) {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
