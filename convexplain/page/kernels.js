/** Classic kernels by name, as kernels.py has them. They are laid on the picture unflipped. */

import { DATA } from "./data.js";

/** The classic kernels of one size. @param {number} rows @param {number} cols */
export function classicKernels(rows, cols) {
  return DATA.kernels.filter((kernel) => kernel.rows.length === rows && kernel.rows[0].length === cols);
}

/** A classic kernel's weights, flat, (kH, kW). @param {string} name */
export function classicWeights(name) {
  const found = DATA.kernels.find((kernel) => kernel.name === name);
  if (!found) throw new RangeError(`no kernel is named ${name}`);
  return Float32Array.from(found.rows.flat());
}
