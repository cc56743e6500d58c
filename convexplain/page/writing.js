/**
 * What is written on a page, as _writing.py finds it: printed lines are taken out, strokes that belong
 * together are joined. Everything is decided in whole numbers.
 *
 * @typedef {object} Mark  strokes that are joined: a digit, or something else
 * @property {number} top
 * @property {number} left
 * @property {number} bottom  the last row and column are exclusive
 * @property {number} right
 * @property {number} mass  of its ink, 255 for a pixel of full strength
 * @property {number} area  pixels
 * @property {number[]} numbers  of its parts, as `labelled` counts them
 * @property {boolean} atFrame
 */

import { filledBy, placesOf } from "./numbers.js";
import { labelled } from "./paper.js";

// A digit's width is at most this many tenths of its height.
const WIDEST = 20;
const MOST_MARKS = 60;

/** @param {Mark} mark */
const heightOf = (mark) => mark.bottom - mark.top;
/** @param {Mark} mark */
const widthOf = (mark) => mark.right - mark.left;

/**
 * Rows and columns of a mark's box, `times` as high and as wide, inside of the picture.
 *
 * @param {Mark} mark
 * @param {number} times
 * @param {number} height
 * @param {number} width
 */
export function around(mark, times, height, width) {
  const down = Math.floor(((times - 1) * heightOf(mark)) / 2);
  const along = Math.floor(((times - 1) * widthOf(mark)) / 2);
  return {
    top: Math.max(0, mark.top - down), bottom: Math.min(height, mark.bottom + down),
    left: Math.max(0, mark.left - along), right: Math.min(width, mark.right + along),
  };
}

/** Whether another mark may as well be a digit, by its height and its ink. @param {Mark} a @param {Mark} b */
export function isLike(a, b) {
  const tall = heightOf(a) <= 2 * heightOf(b) && heightOf(b) <= 2 * heightOf(a);
  return tall && a.area <= 4 * b.area && b.area <= 3 * a.area;
}

/** Whether a mark fills its box, or is wider than any digit. @param {Mark} mark */
export function isNoStroke(mark) {
  const [height, width] = [heightOf(mark), widthOf(mark)];
  const filled = 100 * mark.area > 85 * width * height;
  const square = width <= 2 * height && 2 * height <= 4 * width;
  return (filled && square) || 10 * width > WIDEST * height;
}

/**
 * Find what is joined, small gaps bridged, and the number of each pixel's mark.
 *
 * @param {ArrayLike<number>} ink  0 to 255
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 */
export function marksOf(ink, mask, height, width) {
  const found = labelled(grown(mask, Math.floor(Math.max(height, width) / 256), height, width), height, width);
  /** @type {Mark[]} */
  const marks = [];
  found.forEach((number, place) => {
    if (!mask[place]) found[place] = 0;
    else {
      const [row, col] = [Math.floor(place / width), place % width];
      const mark = marks[number - 1] ??= {
        top: row, left: col, bottom: 0, right: 0, mass: 0, area: 0, numbers: [number], atFrame: false,
      };
      mark.left = Math.min(mark.left, col);
      mark.bottom = row + 1;
      mark.right = Math.max(mark.right, col + 1);
      mark.mass += ink[place];
      mark.area += 1;
    }
  });
  for (const mark of marks) {
    mark.atFrame = mark.top === 0 || mark.left === 0 || mark.bottom === height || mark.right === width;
  }
  return { marks, found };
}

/**
 * Add the cells around true cells, at most `by` rows and columns away.
 *
 * @param {Uint8Array} mask
 * @param {number} by
 * @param {number} height
 * @param {number} width
 */
export function grown(mask, by, height, width) {
  const across = new Uint8Array(mask.length);
  const out = new Uint8Array(mask.length);
  mask.forEach((is, place) => {
    const col = place % width;
    if (is) across.fill(1, place - Math.min(by, col), place + Math.min(by, width - 1 - col) + 1);
  });
  across.forEach((is, place) => {
    if (!is) return;
    const row = Math.floor(place / width);
    for (let r = Math.max(0, row - by); r <= Math.min(height - 1, row + by); r += 1) {
      out[r * width + (place % width)] = 1;
    }
  });
  return out;
}

/** Where the marks with some numbers are. @param {Int32Array} found @param {number[]} numbers */
export function those(found, numbers) {
  const wanted = new Uint8Array(found.reduce((a, b) => Math.max(a, b), 0) + 1);
  for (const number of numbers) wanted[number] = 1;
  return filledBy(new Uint8Array(found.length), (place) => wanted[found[place]]);
}

/** The marks with some ink, so many that no page of print takes long. @param {Mark[]} marks @param {number} least */
export function heaviest(marks, least) {
  const enough = marks.filter(({ mass }) => mass >= least);
  const kept = new Set([...enough].sort((a, b) => b.mass - a.mass).slice(0, MOST_MARKS));
  return enough.filter((mark) => kept.has(mark));
}

/**
 * Set apart what was drawn around or under a digit: the digits' parts, and the rest.
 *
 * @param {Mark[]} parts
 */
export function withoutFrames(parts) {
  const tallest = parts.reduce((a, b) => (heightOf(b) > heightOf(a) ? b : a));
  const drawnAround = (/** @type {Mark} */ mark) => (
    parts.some((other) => holds(mark, other)) || underlines(mark, tallest)
  );
  return { kept: parts.filter((mark) => !drawnAround(mark)), frames: parts.filter(drawnAround) };
}

/** Whether one mark lies all around another one that is no mere dot. @param {Mark} a @param {Mark} b */
function holds(a, b) {
  const [y, x] = [heightOf(a), widthOf(a)];
  const inside = 20 * (b.top - a.top) > y && 20 * (a.bottom - b.bottom) > y
    && 20 * (b.left - a.left) > x && 20 * (a.right - b.right) > x;
  return inside && 100 * heightOf(b) >= 35 * y && 100 * b.mass >= 15 * a.mass;
}

/** Whether one mark is a flat stroke below another one. @param {Mark} a @param {Mark} b */
function underlines(a, b) {
  const isFlat = widthOf(a) >= 5 * heightOf(a) && 10 * widthOf(a) >= 8 * widthOf(b);
  return isFlat && a.top >= b.bottom && a.left < b.right && a.right > b.left;
}

/** Join the parts of a digit, such as the bar of a 5 and the two strokes of a 4. @param {Mark[]} parts */
export function joined(parts) {
  const whole = [...parts];
  for (let i = 0; i < whole.length; i += 1) {
    const j = whole.findIndex((other, n) => n > i && belong(whole[i], other));
    if (j < 0) continue;
    whole[i] = both(whole[i], whole[j]);
    whole.splice(j, 1);
    i = -1; // from the start again: it is larger now
  }
  return whole;
}

/** @param {Mark} a @param {Mark} b @returns {Mark} */
function both(a, b) {
  return {
    top: Math.min(a.top, b.top), left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom), right: Math.max(a.right, b.right),
    mass: a.mass + b.mass, area: a.area + b.area,
    numbers: [...a.numbers, ...b.numbers], atFrame: a.atFrame || b.atFrame,
  };
}

/**
 * Whether two marks are parts of one digit. Lengths are compared in hundredths.
 *
 * @param {Mark} a
 * @param {Mark} b
 */
function belong(a, b) {
  const [highest, lowest] = [Math.max(heightOf(a), heightOf(b)), Math.min(heightOf(a), heightOf(b))];
  const tall = Math.max(highest, Math.floor(Math.max(widthOf(a), widthOf(b)) / 2));
  const apartX = Math.max(a.left, b.left) - Math.min(a.right, b.right);
  const apartY = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
  // One above the other, as a 5's bar, or the halves of a stroke that broke.
  if (-2 * apartX >= Math.min(widthOf(a), widthOf(b)) && 2 * apartY >= -lowest) return 100 * apartY <= 25 * tall;
  // A slanted stroke that broke.
  const whole = heightOf(both(a, b));
  if (5 * apartY >= -lowest && Math.max(apartX, apartY) * 100 <= 8 * whole) return true;
  // Side by side, and of different height: a 4's hook and its stem.
  if (100 * lowest <= 75 * tall && apartY <= 0) return 100 * apartX <= 10 * tall;
  // A little piece near a large one.
  return 100 * lowest <= 35 * tall && 100 * Math.max(apartX, apartY) <= 20 * tall;
}

/**
 * Tell digits, from left to right, from other marks: those as high as the one with most ink.
 *
 * @param {Mark[]} whole
 */
export function toldApart(whole) {
  const narrow = whole.filter((mark) => 10 * widthOf(mark) <= WIDEST * heightOf(mark));
  const main = (narrow.length ? narrow : whole).reduce((a, b) => (b.mass > a.mass ? b : a));
  const digits = (narrow.length ? narrow : [main]).filter((mark) => (
    2 * heightOf(mark) >= heightOf(main) && 10 * mark.mass >= main.mass
  ));
  const others = whole.filter((mark) => !digits.includes(mark));
  return { digits: digits.sort((a, b) => a.left - b.left || a.top - b.top), others };
}

// Slopes are counted in steps of one cell in so many; steeper lines than 1 in 2 belong across.
const STEEP = 128;
const SLOPES = 64;
// Cells along the longer side.
const CELLS = 256;
// Hundredths of a line that must be seen; where lines were found, those of like slope with fewer.
const [SHARE, COVERED, ALIKE] = [70, 40, 8];
// More are no ruled paper; so the time is bounded.
const MOST_LINES = 100;

/** @typedef {{col: number, top: number, end: number}} Run  of true cells down a column; its end is exclusive */

/**
 * Find the pixels of ruled and squared lines: thin, straight, and as long as the picture.
 *
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 */
export function printed(mask, height, width) {
  const lines = ruled(mask, height, width);
  const turned = turnedOver(ruled(turnedOver(mask, height, width), width, height), width, height);
  return lines.map((is, place) => is | turned[place]);
}

/** Rows for columns. @param {Uint8Array} mask @param {number} height @param {number} width */
function turnedOver(mask, height, width) {
  return mask.map((_, place) => mask[(place % height) * width + Math.floor(place / height)]);
}

/**
 * Find the pixels of lines that run from left to right.
 *
 * Candidates are the pixels whose run down their column is short. On a grid of cells, a Hough transform
 * (Duda and Hart, 1972) counts those along each line; a line is then followed from column to column,
 * and its runs are taken, so that a stroke which crosses it stays whole.
 *
 * @param {Uint8Array} mask
 * @param {number} height
 * @param {number} width
 */
function ruled(mask, height, width) {
  const taken = new Uint8Array(mask.length);
  const thin = Math.max(2, Math.floor(Math.min(height, width) / 80));
  const runs = runsDown(mask, height, width).filter(({ top, end }) => end - top <= thin);
  const cell = Math.ceil(Math.max(height, width) / CELLS);
  const [rows, cols] = [Math.ceil(height / cell) + 1, Math.ceil(width / cell)];
  if (cols < 32 || !runs.length) return taken;
  const filled = new Uint8Array(rows * cols);
  const cellOf = (/** @type {Run} */ { col, top, end }) => (
    [Math.floor(Math.floor((top + end - 1) / 2) / cell), Math.floor(col / cell)]
  );
  for (const run of runs) {
    const [y, x] = cellOf(run);
    filled[y * cols + x] = 1;
    filled[(y + 1) * cols + x] = 1; // a line between two rows of cells counts for one
  }
  const count = filled.reduce((sum, is) => sum + is, 0);
  if (4 * count > 3 * filled.length) return taken; // a texture, no lines
  const lines = linesOf(filled, rows, cols);
  for (const { slope, offset } of lines.length >= 3 ? lines : lines.filter(({ share }) => share >= 90)) {
    take(taken, width, slope, runs.filter((run) => {
      const [y, x] = cellOf(run);
      const near = y * STEEP + slope * x - offset * STEEP;
      return near >= -STEEP && near < STEEP;
    }));
  }
  return taken;
}

/** @param {Uint8Array} mask @param {number} height @param {number} width */
function runsDown(mask, height, width) {
  /** @type {Run[]} */
  const runs = [];
  for (let col = 0; col < width; col += 1) {
    for (let row = 0; row < height; row += 1) {
      if (!mask[row * width + col]) continue;
      const top = row;
      while (row < height && mask[row * width + col]) row += 1;
      runs.push({ col, top, end: row });
    }
  }
  return runs;
}

/**
 * Find the lines that most cells lie on: slope, offset, and the share of cells in hundredths. A line
 * holds the cells with floor((y * 128 + slope * x) / 128) === offset.
 *
 * @param {Uint8Array} filled
 * @param {number} height
 * @param {number} width
 */
function linesOf(filled, height, width) {
  const least = Math.floor((-SLOPES * width) / STEEP) - 1;
  const span = height + 2 * Math.floor((SLOPES * width) / STEEP) + 3;
  const slopes = Array.from({ length: 2 * SLOPES + 1 }, (_, n) => n - SLOPES);
  const counts = new Int32Array(slopes.length * span);
  const room = new Int32Array(slopes.length * span);
  /** The place of a cell's line. @param {number} place @param {number} n */
  const lineOf = (place, n) => (
    n * span + Math.floor(place / width) + Math.floor((slopes[n] * (place % width)) / STEEP) - least
  );
  const cells = placesOf(filled.length, (place) => filled[place]);
  slopes.forEach((slope, n) => {
    for (const place of cells) counts[lineOf(place, n)] += 1;
    // How many columns such a line has inside of the picture.
    for (let x = 0; x < width; x += 1) {
      const from = n * span + Math.floor((slope * x) / STEEP) - least;
      room[from] += 1;
      room[from + height] -= 1;
    }
    for (let i = n * span + 1; i < (n + 1) * span; i += 1) room[i] += room[i - 1];
  });
  /** @type {{slope: number, offset: number, share: number}[]} */
  const found = [];
  let left = cells;
  while (found.length < MOST_LINES) {
    let best = -1;
    counts.forEach((count, i) => {
      const space = Math.max(room[i], 1);
      // Where the paper is ruled, a digit may cover most of a line.
      const isAlike = found.length >= 3 && Math.abs(slopes[Math.floor(i / span)] - found[0].slope) <= ALIKE;
      const enough = count * 100 >= (isAlike ? COVERED : SHARE) * space;
      if (enough && space * 2 >= width && count > 0 && (best < 0 || count > counts[best])) best = i;
    });
    if (best < 0) break;
    const n = Math.floor(best / span);
    found.push({
      slope: slopes[n], offset: (best % span) + least, share: Math.floor((counts[best] * 100) / Math.max(room[best], 1)),
    });
    // Its cells, and those beside it, belong to no other line.
    const line = best;
    const gone = left.filter((place) => Math.abs(lineOf(place, n) - line) <= 1);
    left = left.filter((place) => Math.abs(lineOf(place, n) - line) > 1);
    slopes.forEach((_, m) => {
      for (const place of gone) counts[lineOf(place, m)] -= 1;
    });
  }
  return found;
}

/**
 * Take the runs of one line, which may bend a little: those near the median of their stretch.
 *
 * @param {Uint8Array} taken  changed
 * @param {number} width
 * @param {number} slope
 * @param {Run[]} runs
 */
function take(taken, width, slope, runs) {
  if (!runs.length) return;
  const middle = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const thick = middle(runs.map(({ top, end }) => end - top));
  // Twice the middle of a run, as if the line were level.
  const levelOf = (/** @type {Run} */ { col, top, end }) => top + end + Math.floor((2 * slope * col) / STEEP);
  const stretch = Math.max(16, Math.floor(width / 12));
  /** @type {Map<number, Run[]>} */
  const parts = new Map();
  for (const run of runs) {
    const at = Math.floor(run.col / stretch);
    const part = parts.get(at);
    if (part) part.push(run);
    else parts.set(at, [run]);
  }
  for (const part of parts.values()) {
    const usual = middle(part.map(levelOf));
    for (const run of part) {
      if (Math.abs(levelOf(run) - usual) > thick + 3 || run.end - run.top > thick + 2) continue;
      for (let row = run.top; row < run.end; row += 1) taken[row * width + run.col] = 1;
    }
  }
}
