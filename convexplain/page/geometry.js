/**
 * Where windows lie: output sizes, boxes, which cells are read. Integers only, as in geometry.py.
 *
 * A window of k cells with dilation d spans d * (k - 1) + 1 cells. Window i starts at
 * i * stride - padding of the input. Pairs are [rows, columns]; all is counted from 0.
 *
 * @typedef {[number, number]} Pair
 * @typedef {[number, number, number, number]} Margins  top, bottom, left, right
 * @typedef {"valid"|"same"|"same_lower"|number|number[]} Padding  as a layer's file has it
 * @typedef {{top: number, left: number, bottom: number, right: number}} Box  half open: rows top to
 *   bottom - 1; may reach outside of the picture, into the padding
 * @typedef {(number|null)[]} Taps  along one axis, the cells that a window reads; null is padding
 */

/** Something of both axes: of the rows (0) and of the columns (1). */
export const axes = /** @type {<T>(of: (axis: 0 | 1) => T) => [T, T]} */ ((of) => [of(0), of(1)]);

/** The window that slides over a map: which cells it reads, and where its outputs stand. */
export class Window {
  /**
   * @param {Pair} kernelSize  cells that it reads
   * @param {Pair} size  rows and columns of the map, on which "same" depends
   * @param {{stride?: Pair, dilation?: Pair, padding?: Padding, ceilMode?: boolean}} [options]
   *   ceilMode: the last window may reach beyond the padding, but none starts there
   */
  constructor(kernelSize, size, { stride = [1, 1], dilation = [1, 1], padding = "valid", ceilMode = false } = {}) {
    this.kernelSize = kernelSize;
    this.size = size;
    this.stride = stride;
    this.dilation = dilation;
    /** Rows and columns from the first cell that it reads to the last. */
    this.span = axes((axis) => dilation[axis] * (kernelSize[axis] - 1) + 1);
    this.margins = margins(padding, size, stride, this.span);
    const around = axes((axis) => size[axis] + this.margins[2 * axis] + this.margins[2 * axis + 1]);
    /** How many windows fit. */
    this.outputSize = axes((axis) => {
      const most = (around[axis] - this.span[axis]) / stride[axis];
      if (!ceilMode) return Math.floor(most) + 1;
      const starts = Math.ceil((size[axis] + this.margins[2 * axis]) / stride[axis]);
      return Math.min(Math.ceil(most) + 1, starts);
    });
    /** Rows and columns of the map with its padding, and of all that windows reach beyond it. */
    this.padded = axes((axis) => Math.max(around[axis], (this.outputSize[axis] - 1) * stride[axis] + this.span[axis]));
  }

  /** How many cells it reads at each position, those of the padding included. */
  get count() {
    return this.kernelSize[0] * this.kernelSize[1];
  }

  /**
   * Along one axis, the cells that the window reads for one output cell.
   *
   * @param {number} axis  0 for rows, 1 for columns
   * @param {number} position  of the output cell
   * @returns {Taps}
   */
  taps(axis, position) {
    return this.reads(axis, position).map((cell) => (cell >= 0 && cell < this.size[axis] ? cell : null));
  }

  /**
   * Along one axis, how many cells enter an average.
   *
   * @param {number} axis
   * @param {number} position  of the output cell
   * @param {boolean} includePad  whether padding counts; what lies beyond it never does
   */
  counted(axis, position, includePad) {
    const [before, after] = includePad ? this.margins.slice(2 * axis, 2 * axis + 2) : [0, 0];
    return this.reads(axis, position).filter((cell) => cell >= -before && cell < this.size[axis] + after).length;
  }

  /** The same cells as `taps`, those of the padding numbered on. @param {number} axis @param {number} position */
  reads(axis, position) {
    const first = position * this.stride[axis] - this.margins[2 * axis];
    return Array.from({ length: this.kernelSize[axis] }, (_, i) => first + i * this.dilation[axis]);
  }

  /**
   * For each cell of the window, row by row: the rows and columns of the padded map that it reads at
   * all positions, in the order of the outputs.
   *
   * @returns {Generator<[number[], number[]]>}
   */
  * slices() {
    const cells = (/** @type {number} */ axis, /** @type {number} */ tap) => (
      Array.from({ length: this.outputSize[axis] }, (_, i) => i * this.stride[axis] + tap * this.dilation[axis])
    );
    for (let i = 0; i < this.kernelSize[0]; i += 1) {
      const rows = cells(0, i);
      for (let j = 0; j < this.kernelSize[1]; j += 1) yield [rows, cells(1, j)];
    }
  }

  /** The box of input cells that a box of output cells depends on. @param {Box} box @returns {Box} */
  below(box) {
    const top = box.top * this.stride[0] - this.margins[0];
    const left = box.left * this.stride[1] - this.margins[2];
    return {
      top,
      left,
      bottom: top + (box.bottom - 1 - box.top) * this.stride[0] + this.span[0],
      right: left + (box.right - 1 - box.left) * this.stride[1] + this.span[1],
    };
  }
}

/**
 * Padding as numbers.
 *
 * @param {Padding} padding
 * @param {Pair} size
 * @param {Pair} stride
 * @param {Pair} span
 * @returns {Margins}
 */
function margins(padding, size, stride, span) {
  if (typeof padding === "number") return [padding, padding, padding, padding];
  if (Array.isArray(padding)) {
    const [a, b, c, d] = padding;
    return padding.length === 4 ? [a, b, c, d] : [a, a, b, b];
  }
  if (padding === "valid") return [0, 0, 0, 0];
  const [rows, cols] = axes((axis) => (
    Math.max((Math.ceil(size[axis] / stride[axis]) - 1) * stride[axis] + span[axis] - size[axis], 0)
  ));
  // Where an odd number of cells is added, "same" puts the extra one at the bottom right.
  const [above, before] = [rows >> 1, cols >> 1];
  if (padding === "same") return [above, rows - above, before, cols - before];
  return [rows - above, above, cols - before, before];
}

/** One cell as a box. @param {{row: number, col: number}} cell @returns {Box} */
export function boxOf({ row, col }) {
  return { top: row, left: col, bottom: row + 1, right: col + 1 };
}

/** All of a map as a box. @param {ArrayLike<number>} shape  rows, columns @returns {Box} */
export function wholeBox(shape) {
  return { top: 0, left: 0, bottom: shape[0], right: shape[1] };
}

/** Whether a cell lies in a box. @param {Box} box @param {number} row @param {number} col */
export function inBox(box, row, col) {
  return row >= box.top && row < box.bottom && col >= box.left && col < box.right;
}

/** The smallest box around two. @param {Box} a @param {Box} b @returns {Box} */
export function around(a, b) {
  return {
    top: Math.min(a.top, b.top), left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom), right: Math.max(a.right, b.right),
  };
}
