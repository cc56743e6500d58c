/**
 * A picture's paper and how much each pixel stands out from it, as _paper.py finds it, to the bit.
 *
 * Two ways: one plane through the picture's rim, where nothing else lies at the rim; else the paper is
 * followed from place to place by a morphological closing, which keeps the edges of shadows and sheets
 * and covers what is thinner than its window. A sheet that lies on something darker (or lighter) is cut
 * out first, and its perspective undone.
 *
 * @typedef {{values: Int32Array, height: number, width: number}} Levels  0 to 255, row after row
 * @typedef {{ink: Float64Array, height: number, width: number, contrast: number, noise: number,
 *   dark: boolean}} View  how much each pixel stands out, 0 to 1
 * @typedef {[number, number]} Corner  row, column
 */

import { clamp, filledBy, median, placesOf, roundHalfEven } from "./numbers.js";

// Brightness is counted in sixteenths of a level, so that means keep their fractions.
const FINE = 16;
const WHITE = 255 * FINE;
// The closing's window spans this share of the shorter side: wider than any stroke.
const WINDOW = 0.25;
// Of a place that is darker, the contrast is measured as if it had this level.
const DARKEST = 60 * FINE;

/**
 * Take the plane through the picture's rim as the paper.
 *
 * Ink that reaches the rim is left out of the fit: it lies far from the rim's median. The noise is a
 * standard deviation, estimated as 1.4826 times the median absolute deviation.
 *
 * @param {Levels} levels
 * @returns {View}
 */
export function flat({ values, height, width }) {
  const thick = Math.max(1, roundHalfEven(0.04 * Math.min(height, width)));
  const rim = placesOf(values.length, (place) => {
    const [row, col] = [Math.floor(place / width), place % width];
    return row < thick || row >= height - thick || col < thick || col >= width - thick;
  });
  const middle = median(rim.map((place) => values[place]));
  const distances = rim.map((place) => Math.abs(values[place] - middle));
  const far = Math.max(12.75, 3 * median(distances));
  const near = rim.filter((_, i) => distances[i] <= far);
  const plane = fitted(values, near, width);
  const noise = 1.4826 * median(near.map((place) => Math.abs(values[place] - plane(place)))) / 255;
  const brighter = filledBy(new Float64Array(values.length), (place) => (values[place] - plane(place)) / 255);
  const smooth = smoothed(brighter, height, width);
  const above = topThousandth(smooth);
  const below = topThousandth(smooth.map((value) => -value));
  const dark = below > above;
  const ink = brighter.map((value) => clamp(dark ? -value : value, 0, 1));
  return { ink, height, width, contrast: Math.max(below, above), noise, dark };
}

/**
 * The plane through some cells with least squares, as a function of a cell's place. Sums of whole
 * numbers are exact, so it is the same everywhere.
 *
 * @param {Int32Array} values
 * @param {number[]} places
 * @param {number} width
 */
function fitted(values, places, width) {
  const n = places.length;
  let [r, c, g, rr, cc, rc, rg, cg] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const place of places) {
    const [row, col, value] = [Math.floor(place / width), place % width, values[place]];
    r += row;
    c += col;
    g += value;
    rr += row * row;
    cc += col * col;
    rc += row * col;
    rg += row * value;
    cg += col * value;
  }
  rr -= (r * r) / n;
  cc -= (c * c) / n;
  rc -= (r * c) / n;
  rg -= (r * g) / n;
  cg -= (c * g) / n;
  const [row, col, level] = [r / n, c / n, g / n];
  const determinant = rr * cc - rc * rc;
  // In a picture one cell high or wide there is one slope, or none.
  const down = determinant > 0 ? (rg * cc - cg * rc) / determinant : rr && rg / rr;
  const along = determinant > 0 ? (cg * rr - rg * rc) / determinant : rr ? 0 : cc && cg / cc;
  return (/** @type {number} */ place) => (
    level + down * (Math.floor(place / width) - row) + along * ((place % width) - col)
  );
}

/** Means of 3 x 3 pixels. @param {Float64Array} values @param {number} height @param {number} width */
function smoothed(values, height, width) {
  const sums = sumsOfNine(values, new Float64Array(values.length), height, width);
  return sums.map((sum) => sum / 9);
}

/**
 * Sums of 3 x 3 pixels, along rows first; beyond its edges a picture goes on as it ends there.
 *
 * @template {Float64Array|Int32Array} T
 * @param {T} values
 * @param {T} across  room for the sums along rows
 * @param {number} height
 * @param {number} width
 * @returns {T}
 */
function sumsOfNine(values, across, height, width) {
  for (let row = 0; row < height; row += 1) {
    const start = row * width;
    for (let col = 0; col < width; col += 1) {
      across[start + col] = values[start + Math.max(0, col - 1)] + values[start + col]
        + values[start + Math.min(width - 1, col + 1)];
    }
  }
  const sums = /** @type {T} */ (across.slice());
  for (let row = 0; row < height; row += 1) {
    const [above, below] = [Math.max(0, row - 1) * width, Math.min(height - 1, row + 1) * width];
    for (let col = 0; col < width; col += 1) {
      sums[row * width + col] = across[above + col] + across[row * width + col] + across[below + col];
    }
  }
  return sums;
}

/** The mean of the largest thousandth of values from -1 to 1. @param {Float64Array} values */
export function topThousandth(values) {
  const few = Math.max(1, Math.floor(values.length / 1000));
  const bins = 4096;
  const binOf = (/** @type {number} */ value) => Math.floor(((value + 1) * bins) / 2);
  const counts = new Int32Array(bins + 1);
  for (const value of values) counts[binOf(value)] += 1;
  let bin = bins;
  for (let count = counts[bin]; count < few; count += counts[bin]) bin -= 1;
  const largest = values.filter((value) => binOf(value) >= bin).sort();
  return largest.subarray(largest.length - few).reduce((sum, value) => sum + value, 0) / few;
}

/**
 * Follow the paper by a closing (dark ink) or an opening (light ink).
 *
 * Dark ink is measured as a share of the paper's brightness, so that it is as strong in a shadow as in
 * the light.
 *
 * @param {Levels} levels
 * @param {boolean} dark
 * @returns {View}
 */
export function local({ values, height, width }, dark) {
  const fine = values.map((level) => level * FINE);
  const seen = sumsOfNine(fine, new Int32Array(fine.length), height, width).map((sum) => {
    const mean = Math.floor((sum + 4) / 9);
    return dark ? mean : WHITE - mean;
  });
  const radius = Math.max(2, roundHalfEven((WINDOW * Math.min(height, width)) / 2));
  const paper = closed(seen, height, width, radius);
  const out = paper.map((level, i) => (
    dark ? Math.floor((WHITE * (level - seen[i])) / Math.max(level, DARKEST)) : level - seen[i]
  ));
  const counts = new Int32Array(WHITE + 1);
  for (const value of out) counts[value] += 1;
  const middle = medianOfCounts(counts, 0);
  const noise = 1.4826 * medianOfCounts(counts, middle) / WHITE;
  const ink = filledBy(new Float64Array(out.length), (i) => clamp((out[i] - middle) / WHITE, 0, 1));
  return { ink, height, width, contrast: topThousandth(ink), noise, dark };
}

/** The median of |value - middle|. @param {Int32Array} counts  of each value @param {number} middle */
function medianOfCounts(counts, middle) {
  const order = [...counts.keys()].filter((value) => counts[value])
    .map((value) => ({ off: Math.abs(value - middle), count: counts[value] }))
    .sort((a, b) => a.off - b.off);
  const total = order.reduce((sum, { count }) => sum + count, 0);
  const at = (/** @type {number} */ rank) => {
    let seen = 0;
    return order.find(({ count }) => (seen += count) > rank)?.off ?? 0;
  };
  return total % 2 ? at((total - 1) / 2) : (at(total / 2 - 1) + at(total / 2)) / 2;
}

/**
 * Close a picture with a square: the largest value around, and of these the smallest around. Beyond
 * its edges the picture goes on as it ends there.
 *
 * @param {Int32Array} values
 * @param {number} height
 * @param {number} width
 * @param {number} radius
 */
function closed(values, height, width, radius) {
  const [rows, cols] = [height + 4 * radius, width + 4 * radius];
  const wide = new Int16Array(rows * cols);
  for (let row = 0; row < rows; row += 1) {
    const from = clamp(row - 2 * radius, 0, height - 1) * width;
    for (let col = 0; col < cols; col += 1) {
      wide[row * cols + col] = values[from + clamp(col - 2 * radius, 0, width - 1)];
    }
  }
  const length = 2 * radius + 1;
  for (const sign of [1, -1]) {
    extremes(wide, rows, cols, 1, cols, length, sign);
    extremes(wide, cols, rows, cols, 1, length, sign);
  }
  const out = new Int32Array(values.length);
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) out[row * width + col] = wide[row * cols + col];
  }
  return out;
}

/**
 * Put the largest (sign 1) or smallest (-1) of each `length` values in the place of the first, line by
 * line: those that may still come to be the largest wait in a queue.
 *
 * @param {Int16Array} values  changed
 * @param {number} lines
 * @param {number} count  values on a line
 * @param {number} step  from one value of a line to the next
 * @param {number} stride  from one line to the next
 * @param {number} length
 * @param {number} sign
 */
function extremes(values, lines, count, step, stride, length, sign) {
  const line = new Int16Array(count);
  const queue = new Int32Array(count);
  for (let n = 0; n < lines; n += 1) {
    const start = n * stride;
    for (let i = 0; i < count; i += 1) line[i] = sign * values[start + i * step];
    let [first, last] = [0, 0];
    for (let i = 0; i < count; i += 1) {
      while (last > first && line[queue[last - 1]] <= line[i]) last -= 1;
      queue[last] = i;
      last += 1;
      if (queue[first] <= i - length) first += 1;
      if (i >= length - 1) values[start + (i - length + 1) * step] = sign * line[queue[first]];
    }
  }
}

// Cells along the longer side in which a sheet is looked for.
const CELLS = 128;
const LEAST_STEP = 40; // levels between a sheet and what it lies on
const LEAST_AREA = 0.1; // of the picture
const SOLID = 0.75; // of a sheet is paper
const CROOKED = 0.08; // of its area may lie beside its four sides
const INSET = 0.03; // of a side: the sheet's edge itself is not read

/**
 * Find a light (or dark) sheet that ends inside of the picture: its corners from the top left clockwise.
 *
 * @param {Levels} levels
 * @param {boolean} light
 * @returns {Corner[]|null}
 */
export function sheet({ values, height, width }, light) {
  const cell = Math.ceil(Math.max(height, width) / CELLS);
  const [rows, cols] = [Math.floor(height / cell), Math.floor(width / cell)];
  if (Math.min(rows, cols) < 16) return null;
  const means = new Int32Array(rows * cols);
  for (let row = 0; row < rows * cell; row += 1) {
    for (let col = 0; col < cols * cell; col += 1) {
      means[Math.floor(row / cell) * cols + Math.floor(col / cell)] += values[row * width + col];
    }
  }
  means.forEach((sum, i) => {
    means[i] = Math.floor(sum / (cell * cell));
  });
  const { level, step } = twoKinds(means);
  if (step < LEAST_STEP) return null;
  const found = labelled(filledBy(new Uint8Array(means.length), (i) => ((means[i] > level) === light ? 1 : 0)), rows, cols);
  const areas = new Int32Array(found.reduce((a, b) => Math.max(a, b), 0) + 1);
  for (const number of found) areas[number] += number ? 1 : 0;
  const largest = areas.indexOf(areas.reduce((a, b) => Math.max(a, b), 0), 1);
  if (largest < 0) return null;
  const whole = filled(filledBy(new Uint8Array(found.length), (i) => (found[i] === largest ? 1 : 0)), rows, cols);
  const places = placesOf(whole.length, (place) => whole[place]);
  const area = places.length;
  let rim = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      if (row === 0 || row === rows - 1 || col === 0 || col === cols - 1) rim += whole[row * cols + col];
    }
  }
  const round = 2 * (rows + cols) - 4;
  if (area < LEAST_AREA * whole.length || areas[largest] < SOLID * area || rim / round > 0.12) return null;
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([across, down]) => {
    const reach = (/** @type {number} */ place) => across * (place % cols) + down * Math.floor(place / cols);
    const at = places.reduce((best, place) => (reach(place) > reach(best) ? place : best));
    return [Math.floor(at / cols) + (down > 0 ? 1 : 0), (at % cols) + (across > 0 ? 1 : 0)];
  });
  let crooked = 0;
  whole.forEach((is, place) => {
    const [y, x] = [2 * Math.floor(place / cols) + 1, 2 * (place % cols) + 1];
    const within = corners.every(([y0, x0], i) => {
      const [y1, x1] = corners[(i + 1) % 4];
      return (x1 - x0) * (y - 2 * y0) - (y1 - y0) * (x - 2 * x0) >= 0;
    });
    crooked += Number(within !== Boolean(is));
  });
  return crooked > CROOKED * area ? null : corners.map(([row, col]) => [row * cell, col * cell]);
}

/**
 * Part levels into dark and light ones (Otsu, 1979): the last dark one, and how far they are apart.
 *
 * @param {Int32Array} levels  0 to 255
 */
export function twoKinds(levels) {
  const counts = new Int32Array(256);
  for (const level of levels) counts[level] += 1;
  const n = levels.length;
  const total = levels.reduce((sum, level) => sum + level, 0);
  let [below, mass, most] = [0, 0, -1];
  let found = { level: 0, step: 0 };
  for (let level = 0; level < 255; level += 1) {
    below += counts[level];
    mass += counts[level] * level;
    const above = n - below;
    const step = below && above ? (total - mass) / above - mass / below : 0;
    const score = below * above * step * step;
    if (score > most) [most, found] = [score, { level, step }];
  }
  return found;
}

/**
 * Fill the holes of an area: cells that no way leads to from the rim.
 *
 * @param {Uint8Array} area
 * @param {number} rows
 * @param {number} cols
 */
function filled(area, rows, cols) {
  const wide = cols + 2;
  const around = new Uint8Array((rows + 2) * wide).fill(1);
  area.forEach((is, place) => {
    around[(Math.floor(place / cols) + 1) * wide + (place % cols) + 1] = is ? 0 : 1;
  });
  const outside = labelled(around, rows + 2, wide);
  return area.map((_, place) => (
    outside[(Math.floor(place / cols) + 1) * wide + (place % cols) + 1] === 1 ? 0 : 1
  ));
}

/**
 * Look at a sheet from the front: the quadrilateral becomes a rectangle (Heckbert, 1989).
 *
 * @param {Levels} levels
 * @param {Corner[]} corners
 * @returns {Levels}
 */
export function straightened(levels, corners) {
  const far = (/** @type {number} */ i, /** @type {number} */ j) => (
    Math.hypot(corners[i][0] - corners[j][0], corners[i][1] - corners[j][1])
  );
  const width = Math.round(Math.max(far(0, 1), far(3, 2)));
  const height = Math.round(Math.max(far(0, 3), far(1, 2)));
  const [[y0, x0], [y1, x1], [y2, x2], [y3, x3]] = corners;
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dx2, dy1, dy2] = [x1 - x2, x3 - x2, y1 - y2, y3 - y2];
  const determinant = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / determinant;
  const h = (dx1 * sy - sx * dy1) / determinant;
  const [top, bottom] = [Math.floor(INSET * height), Math.ceil((1 - INSET) * height)];
  const [left, right] = [Math.floor(INSET * width), Math.ceil((1 - INSET) * width)];
  const out = new Int32Array((bottom - top) * (right - left));
  let place = 0;
  for (let row = top; row < bottom; row += 1) {
    const v = (row + 0.5) / height;
    for (let col = left; col < right; col += 1) {
      const u = (col + 0.5) / width;
      const w = g * u + h * v + 1;
      const x = ((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / w - 0.5;
      const y = ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / w - 0.5;
      out[place] = between(levels, y, x);
      place += 1;
    }
  }
  return { values: out, height: bottom - top, width: right - left };
}

/** The level at a place between pixels. @param {Levels} levels @param {number} row @param {number} col */
function between({ values, height, width }, row, col) {
  const [y, x] = [clamp(row, 0, height - 1), clamp(col, 0, width - 1)];
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
  const [down, along] = [y - top, x - left];
  const upper = values[top * width + left] * (1 - along) + values[top * width + right] * along;
  const lower = values[bottom * width + left] * (1 - along) + values[bottom * width + right] * along;
  return Math.floor(upper * (1 - down) + lower * down + 0.5);
}

/**
 * Number what is joined, also at corners: 0 where false, 1 for what is met first, row by row.
 *
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 */
export function labelled(mask, height, width) {
  const found = new Int32Array(mask.length);
  const waiting = new Int32Array(mask.length);
  let number = 0;
  for (let start = 0; start < mask.length; start += 1) {
    if (!mask[start] || found[start]) continue;
    number += 1;
    found[start] = number;
    waiting[0] = start;
    for (let first = 0, last = 1; first < last; first += 1) {
      const [row, col] = [Math.floor(waiting[first] / width), waiting[first] % width];
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r += 1) {
        for (let c = Math.max(0, col - 1); c <= Math.min(width - 1, col + 1); c += 1) {
          const place = r * width + c;
          if (mask[place] && !found[place]) {
            found[place] = number;
            waiting[last] = place;
            last += 1;
          }
        }
      }
    }
  }
  return found;
}
