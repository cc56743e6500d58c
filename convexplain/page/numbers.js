// Questions to a list of numbers.

/** The sum. @param {ArrayLike<number>} values */
export function sumOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i];
  return sum;
}

/** The largest |x|, at which a signed scale ends. @param {ArrayLike<number>} values */
export function largestOf(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** Where the number of the largest size stands, the first one in a tie. @param {ArrayLike<number>} values */
export function largestAt(values) {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if (Math.abs(values[i]) > Math.abs(values[best])) best = i;
  return best;
}

/** The places of all numbers, that of the largest size first. @param {ArrayLike<number>} values */
export function bySize(values) {
  return [...Array(values.length).keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
}

/**
 * A number, or the nearest one from `low` to `high`.
 *
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** Round as numpy's rint: halves to the even neighbour. @param {number} value */
export function roundHalfEven(value) {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest === 0.5) return down % 2 === 0 ? down : down + 1;
  return rest < 0.5 ? down : down + 1;
}

/** The middle value, or the mean of the two middle ones. @param {ArrayLike<number>} values */
export function median(values) {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Fill an array with a value for each place; quicker than `from`, which walks through an iterator.
 *
 * @template {Float64Array|Float32Array|Int32Array|Uint8Array} T
 * @param {T} values  changed
 * @param {(place: number) => number} of
 * @returns {T}
 */
export function filledBy(values, of) {
  for (let place = 0; place < values.length; place += 1) values[place] = of(place);
  return values;
}

/** Places up to a length that fulfil something. @param {number} length @param {(place: number) => unknown} fits */
export function placesOf(length, fits) {
  const places = [];
  for (let place = 0; place < length; place += 1) if (fits(place)) places.push(place);
  return places;
}
