/**
 * Where windows lie: output sizes, boxes, receptive fields. Integers only, as in geometry.py.
 *
 * A window of k cells with dilation d spans d * (k - 1) + 1 cells. Window i starts at
 * i * stride - padding of the input. Pairs are [rows, columns]; all is counted from 0.
 *
 * @typedef {[number, number]} Pair
 * @typedef {{kernelSize: Pair, stride: Pair, dilation: Pair,
 *   padding: [number, number, number, number]}} Window  padding: top, bottom, left, right
 * @typedef {{top: number, left: number, bottom: number, right: number}} Box  half open: rows top to
 *   bottom - 1; may reach outside of the picture, into the padding
 */

/**
 * Padding as numbers: [top, bottom, left, right].
 *
 * @param {"valid"|"same"|"same_lower"|number|number[]} padding  as a layer's file has it
 * @param {{kernelSize: Pair, stride: Pair, dilation: Pair}} window
 * @param {Pair} size  rows and columns of the input, on which "same" depends
 * @returns {[number, number, number, number]}
 */
export function margins(padding, window, size) {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (Array.isArray(padding)) {
    const [a, b, c, d] = padding;
    return padding.length === 4 ? [a, b, c, d] : [a, a, b ?? a, b ?? a];
  }
  if (padding === "valid") return [0, 0, 0, 0];
  const length = span(window);
  const [rows, cols] = [0, 1].map((axis) => {
    const { [axis]: stride } = window.stride;
    return Math.max((Math.ceil(size[axis] / stride) - 1) * stride + length[axis] - size[axis], 0);
  });
  // Where an odd number of cells is added, "same" puts the extra one at the bottom right.
  const less = [rows >> 1, cols >> 1];
  const more = [rows - less[0], cols - less[1]];
  if (padding === "same") return [less[0], more[0], less[1], more[1]];
  return [more[0], less[0], more[1], less[1]];
}

/** Rows and columns from the first cell that a window reads to the last. @returns {Pair} */
export function span(window) {
  return [0, 1].map((axis) => window.dilation[axis] * (window.kernelSize[axis] - 1) + 1);
}

/** How many windows fit on an input of `size`. @returns {Pair} */
export function outputSize(window, size) {
  const [top, bottom, left, right] = window.padding;
  const padded = [size[0] + top + bottom, size[1] + left + right];
  const length = span(window);
  return [0, 1].map((axis) => Math.floor((padded[axis] - length[axis]) / window.stride[axis]) + 1);
}

/** The box that the window covers for output cell (row, col), in input coordinates. */
export function windowBox(window, row, col) {
  return boxBelow(window, { top: row, left: col, bottom: row + 1, right: col + 1 });
}

/** The box of input cells that a box of output cells depends on. @returns {Box} */
export function boxBelow(window, box) {
  const [height, width] = span(window);
  const top = box.top * window.stride[0] - window.padding[0];
  const left = box.left * window.stride[1] - window.padding[2];
  return {
    top,
    left,
    bottom: top + (box.bottom - 1 - box.top) * window.stride[0] + height,
    right: left + (box.right - 1 - box.left) * window.stride[1] + width,
  };
}

/** The part of a box that lies in a picture of `size`. @returns {Box} */
export function clipBox(box, size) {
  const within = (value, end) => Math.min(Math.max(value, 0), end);
  return {
    top: within(box.top, size[0]),
    left: within(box.left, size[1]),
    bottom: within(box.bottom, size[0]),
    right: within(box.right, size[1]),
  };
}

/** Whether a cell lies in a box. */
export function inBox(box, row, col) {
  return row >= box.top && row < box.bottom && col >= box.left && col < box.right;
}

/**
 * The input rows (axis 0) or columns (1) that a window reads for one output cell; null is padding.
 *
 * @returns {(number|null)[]}
 */
export function windowTaps(window, size, axis, place) {
  const start = place * window.stride[axis] - window.padding[2 * axis];
  return Array.from({ length: window.kernelSize[axis] }, (_, i) => {
    const cell = start + i * window.dilation[axis];
    return cell >= 0 && cell < size[axis] ? cell : null;
  });
}

/**
 * What one cell of the last of a chain of windows sees of the input: size, stride, start.
 *
 * Each window widens the field by (span - 1) * s cells, shifts its start by -padding * s and
 * multiplies the step by its stride, where s is the product of the strides before it.
 *
 * @param {Window[]} windows  from the input on
 * @returns {{size: Pair, stride: Pair, start: Pair}}
 */
export function receptiveField(windows) {
  const size = [1, 1];
  const stride = [1, 1];
  const start = [0, 0];
  for (const window of windows) {
    const length = span(window);
    for (const axis of [0, 1]) {
      size[axis] += (length[axis] - 1) * stride[axis];
      start[axis] -= window.padding[2 * axis] * stride[axis];
      stride[axis] *= window.stride[axis];
    }
  }
  return { size, stride, start };
}

/**
 * The input rows and columns that no output of a chain of windows ever reads.
 *
 * @param {Window[]} windows  from the input on
 * @param {Pair} size  rows and columns of the input
 * @returns {{rows: number[], cols: number[]}}
 */
export function unseen(windows, size) {
  const sizes = [size];
  for (const window of windows) sizes.push(outputSize(window, sizes.at(-1)));
  const [rows, cols] = [0, 1].map((axis) => {
    let read = new Set(Array(sizes.at(-1)[axis]).keys());
    for (let i = windows.length - 1; i >= 0; i -= 1) {
      const cells = [...read].flatMap((place) => windowTaps(windows[i], sizes[i], axis, place));
      read = new Set(cells.filter((cell) => cell !== null));
    }
    return [...Array(size[axis]).keys()].filter((place) => !read.has(place));
  });
  return { rows, cols };
}
