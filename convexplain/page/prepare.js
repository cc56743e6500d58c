/**
 * From a page with digits on it to digits as MNIST stores them, step by step as ink.py does it.
 *
 * MNIST's digits are bright ink (1) on dark paper (0). Their box was scaled to fit 20 x 20 with its
 * aspect kept, and put into 28 x 28 with the centre of mass at the pixel (14, 14).
 *
 * @import { Box } from "./geometry.js"
 * @import { Levels, View } from "./paper.js"
 * @import { Mark } from "./writing.js"
 *
 * @typedef {{key: string, values?: Record<string, unknown>}} Step  words and their values
 * @typedef {{pixels: Float32Array, steps: Step[], doubts: string[], mass: number}} Digit  28 x 28, in
 *   steps of 1/255; what was done, and what may be wrong, as words; its ink on the picture
 *
 * @typedef {object} Ink  what stands out from the paper far enough to be ink
 * @property {Float32Array} strokes  0 to 1, paper 0
 * @property {Uint8Array} mask  where there is ink for certain
 * @property {number} floor  what is less is paper
 * @property {number} strength  how much strokes stand out
 *
 * @typedef {object} Writing  what is written on a picture
 * @property {View} view
 * @property {Ink} ink
 * @property {Int32Array} found  the number of each pixel's mark, 0 for paper
 * @property {Mark[]} digits  from left to right
 * @property {Mark[]} others  what is neither digit nor dirt
 * @property {Mark[]} aside  what reaches the frame
 * @property {boolean} quiet  whether nothing reaches the frame, and there are few specks
 * @property {Step[]} leftOut
 */

import { SIDE } from "./data.js";
import { axes } from "./geometry.js";
import { clamp, filledBy, median, roundHalfEven } from "./numbers.js";
import { flat, local, sheet, straightened, topThousandth, twoKinds } from "./paper.js";
import { BICUBIC, BOX, resize } from "./resize.js";
import { around, grown, heaviest, isLike, isNoStroke, joined, marksOf, printed, those, toldApart, withoutFrames } from "./writing.js";

const FIT = 20;
const CENTRE = 14;
// Ink stands out from the paper by a tenth of the range, and by more than the paper's own noise gives:
// four standard deviations.
const LEAST_CONTRAST = 0.1;
const NOISE_FACTOR = 4;
// Blots with less than this share of the largest one's ink are dirt; the bar of a 5 has more.
const DIRT = 0.05;
// Ink is faint if it stands out by less, or by less than so many times the paper's noise.
const FAINT = 0.12;
const FAINT_NOISE = 5;
// Where other ink covers more than this share of what is around a digit, there is no paper.
const BUSY = 0.1;
// As much of what is next to a digit may be as dark as its ink.
const RUNS_ON = 0.05;
// More marks than these on a plane page are printed lines, or noise.
const MOST_SPECKS = 12;
// Smaller pictures hold nothing but a digit.
const LEAST_PAGE = 64;

/**
 * Find the digits on a gray picture, and prepare each like an MNIST digit.
 *
 * @param {Float32Array} gray  brightness 0 to 1, row after row
 * @param {number} height
 * @param {number} width
 * @returns {Digit[]} from left to right; none if nothing stands out from the paper
 */
export function toDigits(gray, height, width) {
  const levels = { values: filledBy(new Int32Array(gray.length), (i) => roundHalfEven(gray[i] * 255)), height, width };
  for (const light of [true, false]) {
    const corners = sheet(levels, light);
    const page = corners && straightened(levels, corners);
    const written = page && read(page);
    // Dark ink on a light sheet, or light ink on a dark one; else it was no sheet.
    if (written && written.view.dark === light && !written.digits[0].atFrame) {
      return prepared(page, written, [{ key: "pictureSheet" }]);
    }
  }
  const written = read(levels);
  return written ? prepared(levels, written, []) : [];
}

/** Which of several digits stands for the picture: the one with most ink. @param {Digit[]} digits */
export function largest(digits) {
  return digits.reduce((best, { mass }, n) => (mass > digits[best].mass ? n : best), 0);
}

/**
 * Find what is written; null if nothing stands out from the paper.
 *
 * A plane through the rim is the paper, where nothing reaches the rim and all is quiet. Else the paper is
 * followed from place to place, for dark ink and for light ink, and what looks more like writing is taken.
 *
 * @param {Levels} levels
 */
function read(levels) {
  const plain = writingOn(flat(levels), false);
  if (Math.min(levels.height, levels.width) < LEAST_PAGE || plain?.quiet) return plain;
  let [best, most] = [plain, 0];
  for (const dark of [true, false]) {
    const written = writingOn(local(levels, dark), true);
    const weight = written ? weightOf(written, levels) : 0;
    if (weight > most) [best, most] = [written, weight];
  }
  return best;
}

/**
 * Compare two readings by their ink; 0 where the digit is no darker than what is around it. The hole of
 * a 0 is as light as the paper around the 0, so it is no light ink.
 *
 * @param {Writing} written
 * @param {Levels} levels
 */
function weightOf({ view, found, digits }, { values, height, width }) {
  const mark = digits.reduce((a, b) => (b.mass > a.mass ? b : a));
  const { top, left, bottom, right } = around(mark, 2, height, width);
  const near = [];
  for (let row = top; row < bottom; row += 1) near.push(...values.subarray(row * width + left, row * width + right));
  const middle = median(near);
  const isOwn = those(found, mark.numbers);
  const own = median(values.filter((_, place) => isOwn[place]));
  const apart = view.dark ? middle - own : own - middle;
  if (apart < 0.3 * view.contrast * (view.dark ? middle : 255)) return 0;
  return mark.mass * (view.dark ? 1.5 : 1) * (mark.atFrame ? 0.3 : 1);
}

/**
 * Find the marks that stand out, and tell digits from what else lies on the page.
 *
 * @param {View} view
 * @param {boolean} everywhere  printed lines and what reaches the frame are taken out first
 * @returns {Writing|null}
 */
function writingOn(view, everywhere) {
  const { height, width, noise } = view;
  const least = Math.max(LEAST_CONTRAST, NOISE_FACTOR * noise);
  let values = view.ink;
  /** @type {Step[]} */
  const leftOut = [];
  /** @type {Mark[]} */
  const aside = [];
  if (everywhere && topThousandth(values) > least) {
    const { mask } = partedInk(values, noise);
    const lines = printed(mask, height, width);
    if (lines.some(Boolean)) {
      const near = grown(lines, 2, height, width);
      values = values.map((value, place) => (near[place] && (lines[place] || !mask[place]) ? 0 : value));
      leftOut.push({ key: "pictureLines" });
    }
  }
  let contrast = everywhere ? topThousandth(values) : view.contrast;
  for (;;) {
    if (contrast <= least) return null;
    const ink = everywhere ? partedInk(values, noise) : plainInk(view);
    if (!ink.mask.some(Boolean)) return null; // as where the paper is as rough as the strokes are dark
    const masses = filledBy(new Int32Array(values.length), (i) => roundHalfEven(ink.strokes[i] * 255));
    const { marks, found } = marksOf(masses, ink.mask, height, width);
    const dirt = DIRT * marks.reduce((most, { mass }) => Math.max(most, mass), 0);
    const cut = marks.filter(({ atFrame, mass }) => atFrame && mass >= dirt);
    if (!everywhere) aside.push(...cut);
    if (cut.length && everywhere) {
      const own = grown(those(found, cut.map(({ numbers }) => numbers[0])), 3, height, width);
      const rest = values.map((value, place) => (own[place] ? 0 : value));
      contrast = topThousandth(rest);
      // Else it is the digit that reaches the frame.
      if (contrast > least) {
        values = rest;
        aside.push(...cut);
        continue;
      }
    }
    if (everywhere && aside.length) leftOut.push({ key: "pictureFrame" });
    const { kept, frames } = withoutFrames(heaviest(marks, dirt));
    const { digits, others } = toldApart(joined(kept));
    if (kept.length + frames.length < marks.length) leftOut.push({ key: "pictureSpecks" });
    if (frames.length) leftOut.push({ key: "pictureAround" });
    if (others.length) leftOut.push({ key: "pictureOthers" });
    const quiet = marks.length <= MOST_SPECKS && !marks.some(({ atFrame }) => atFrame);
    return { view, ink, found, digits, others, aside, quiet, leftOut };
  }
}

/** Take for ink what is a quarter as strong as strokes usually are, or stronger. @param {View} view @returns {Ink} */
function plainInk({ ink, contrast, noise }) {
  // Strokes become 1 at their usual strength, not at their darkest speck.
  const strength = median(ink.filter((value) => value > contrast / 2));
  const floor = Math.max(0.05, (NOISE_FACTOR * noise) / strength);
  return { ...inked(ink, 0, strength, floor, Math.max(0.25, floor)), strength };
}

/**
 * Part strong ink from faint lines and shadows, in the middle between the two (Otsu).
 *
 * @param {Float64Array} values
 * @param {number} noise
 * @returns {Ink}
 */
function partedInk(values, noise) {
  const least = Math.max(0.05, NOISE_FACTOR * noise);
  const some = values.filter((value) => value > least);
  const level = Math.max((twoKinds(filledBy(new Int32Array(some.length), (i) => roundHalfEven(some[i] * 255))).level + 0.5) / 255, least);
  const strength = median(values.filter((value) => value >= level));
  // The way from paper to ink has its middle there.
  const low = Math.min(Math.max(0, 2 * level - strength), 0.8 * strength);
  const span = strength - low;
  const floor = Math.max(0.05, (least - low) / span);
  return { ...inked(values, low, span, floor, Math.max(0.25, (level - low) / span)), strength };
}

/**
 * @param {Float64Array} values
 * @param {number} low
 * @param {number} span
 * @param {number} floor
 * @param {number} threshold
 */
function inked(values, low, span, floor, threshold) {
  const [least, certain] = [Math.fround(floor), Math.fround(threshold)];
  const strokes = filledBy(new Float32Array(values.length), (i) => clamp((values[i] - low) / span, 0, 1));
  filledBy(strokes, (i) => (strokes[i] < least ? 0 : strokes[i]));
  return { strokes, mask: filledBy(new Uint8Array(values.length), (i) => (strokes[i] > certain ? 1 : 0)), floor };
}

/**
 * Make each digit one of MNIST's form.
 *
 * @param {Levels} page
 * @param {Writing} written
 * @param {Step[]} before
 * @returns {Digit[]}
 */
function prepared(page, written, before) {
  const { view, ink, digits, others, leftOut } = written;
  const { height, width } = view;
  const steps = [...before, ...(view.dark ? [{ key: "pictureInverted" }] : []), ...leftOut];
  const edge = Math.fround(Math.max(0.2, ink.floor));
  if (height === SIDE && width === SIDE) {
    const every = [...digits, ...others];
    const clean = alone(written, every.flatMap(({ numbers }) => numbers));
    if (isPrepared(clean, boundsOf(clean, width, edge))) {
      const mass = every.reduce((sum, mark) => sum + mark.mass, 0);
      return [{ pixels: inBytes(view.ink), steps: [...steps, { key: "picturePrepared" }], doubts: [], mass }];
    }
  }
  return digits.map((mark) => {
    const own = alone(written, mark.numbers);
    const box = boundsOf(own, width, edge);
    const { top, left, bottom, right } = box;
    const scale = FIT / Math.max(bottom - top, right - left);
    const size = axes((axis) => Math.max(1, roundHalfEven([bottom - top, right - left][axis] * scale)));
    // Averages of areas on the way down, as in MNIST; interpolation on the way up.
    const scaled = resize(own, width, box, size, scale < 1 ? BOX : BICUBIC);
    const most = scaled.reduce((a, b) => Math.max(a, b));
    const small = scaled.map((value) => clamp(Math.fround(value / most), 0, 1));
    const did = [
      { key: "pictureCut", values: { top, left, bottom: bottom - 1, right: right - 1 } },
      { key: "pictureScaled", values: { size: size.join(" × ") } },
      { key: "pictureCentred" },
    ];
    return {
      pixels: inBytes(centred(small, size)), steps: [...steps, ...did], doubts: doubtsOf(page, written, mark), mass: mark.mass,
    };
  });
}

/** Keep the strokes of some marks, with their faint rims. @param {Writing} written @param {number[]} numbers */
function alone({ view: { height, width }, ink, found }, numbers) {
  const own = those(found, numbers);
  const near = grown(own, 1 + Math.floor(Math.max(height, width) / 128), height, width);
  return ink.strokes.map((value, place) => (near[place] && (own[place] || !found[place]) ? value : 0));
}

/** Name what may be wrong with a digit. @param {Levels} page @param {Writing} written @param {Mark} mark */
function doubtsOf(page, written, mark) {
  const { view, ink, found, digits, others, aside } = written;
  const { height, width } = view;
  const { top, left, bottom, right } = around(mark, 2, height, width);
  const isDigit = those(found, digits.flatMap(({ numbers }) => numbers));
  let foreign = 0;
  for (let row = top; row < bottom; row += 1) {
    for (let col = left; col < right; col += 1) {
      const place = row * width + col;
      foreign += ink.mask[place] && !isDigit[place] ? 1 : 0;
    }
  }
  const faint = ink.strength < Math.max(FAINT, FAINT_NOISE * view.noise);
  return [
    digits.length > 1 && "several digits",
    (mark.atFrame || aside.some((other) => isLike(mark, other))) && "ink at the frame",
    faint && "faint ink",
    (foreign / ((bottom - top) * (right - left)) > BUSY || runsOn(page, written, mark)) && "no paper found",
    others.some((other) => isLike(mark, other)) && "other marks",
    isNoStroke(mark) && "no strokes",
  ].filter((name) => name !== false);
}

/**
 * Whether what lies around a digit is as dark as its ink, and was taken for paper.
 *
 * @param {Levels} page
 * @param {Writing} written
 * @param {Mark} mark
 */
function runsOn({ values, height, width }, { view, ink, found }, mark) {
  const own = those(found, mark.numbers);
  const near = 1 + Math.floor(Math.max(height, width) / 128);
  const [inner, outer] = [near, 3 * near].map((by) => grown(own, by, height, width));
  const beside = values.filter((_, place) => outer[place] && !inner[place]);
  if (!beside.length) return false;
  const [dark, paper] = [median(values.filter((_, place) => own[place])), median(beside)];
  const far = Math.abs(paper - dark) / 4;
  let alike = 0;
  values.forEach((value, place) => {
    const isNear = outer[place] && !inner[place] && view.ink[place] < ink.strength / 2;
    alike += isNear && Math.abs(value - dark) < far ? 1 : 0;
  });
  return alike > RUNS_ON * beside.length;
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
 * Whether a picture of MNIST's size has its box and centre, too.
 *
 * @param {Float32Array} strokes
 * @param {Box} box
 */
function isPrepared(strokes, box) {
  const near = centreOfMass(strokes, SIDE).every((place) => Math.abs(place - CENTRE) < 0.75);
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
