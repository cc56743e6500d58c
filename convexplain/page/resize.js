/**
 * Scaling as Pillow does it: each output pixel is a weighted mean of the input pixels around its
 * centre, first along rows, then along columns. What is between the two passes is float32, too.
 *
 * @typedef {{support: number, weight: (x: number) => number}} Filter
 */

import { sumOf } from "./numbers.js";

/** Averages of areas, for the way down. @type {Filter} */
export const BOX = { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };

/** Linear interpolation, for the way up of a photograph. @type {Filter} */
export const BILINEAR = { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Cubic interpolation (Keys, a = -0.5), for the way up. @type {Filter} */
export const BICUBIC = {
  support: 2,
  weight: (x) => {
    const d = Math.abs(x);
    if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
    return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
  },
};

/**
 * Scale a box of a picture.
 *
 * @param {Float32Array} pixels  height * width
 * @param {number} width  of the picture
 * @param {import("./geometry.js").Box} box  inside of it
 * @param {[number, number]} size  rows and columns of the result
 * @param {Filter} filter
 * @returns {Float32Array}
 */
export function resize(pixels, width, box, [rows, cols], filter) {
  const height = pixels.length / width;
  const across = taps(width, box.left, box.right, cols, filter);
  const narrow = new Float32Array(height * cols);
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      const { first, weights } = across[col];
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += pixels[row * width + first + i] * weights[i];
      narrow[row * cols + col] = sum;
    }
  }
  const output = new Float32Array(rows * cols);
  taps(height, box.top, box.bottom, rows, filter).forEach(({ first, weights }, row) => {
    for (let col = 0; col < cols; col += 1) {
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += narrow[(first + i) * cols + col] * weights[i];
      output[row * cols + col] = sum;
    }
  });
  return output;
}

/**
 * For each of `count` output cells: the first input cell and the weights of those from it on.
 *
 * @param {number} length
 * @param {number} start
 * @param {number} stop
 * @param {number} count
 * @param {Filter} filter
 */
function taps(length, start, stop, count, filter) {
  const step = (stop - start) / count;
  const scale = Math.max(step, 1);
  const reach = filter.support * scale;
  return Array.from({ length: count }, (_, place) => {
    const centre = start + (place + 0.5) * step;
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), length);
    const raw = Array.from({ length: end - first }, (__, i) => (
      filter.weight((i + first - centre + 0.5) / scale)
    ));
    const sum = sumOf(raw);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
