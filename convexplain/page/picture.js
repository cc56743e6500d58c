/**
 * Pictures of one's own: drawn, pasted or dropped, and what is done to a picture on the page.
 *
 * A file becomes a digit by the definition of pictures.py: turned upright, laid on a ground where it is
 * transparent, made gray, scaled down to at most 1,024 pixels a side, and made ready by prepare.js. Three
 * things differ, because the browser decodes: 16-bit pictures are reduced as it does, its colour
 * profiles are applied, and a picture is scaled down with its filter.
 *
 * @import { Box } from "./geometry.js"
 * @import { Digit } from "./prepare.js"
 */

import { contextOf } from "./colours.js";
import { DATA, DEPTH, fractions, HEIGHT, WIDTH } from "./data.js";
import { axes, inBox } from "./geometry.js";
import { clamp } from "./numbers.js";
import { toDigits } from "./prepare.js";
import { BILINEAR, BOX, resize } from "./resize.js";

/** Larger pictures are refused before they are drawn. */
const MOST_PIXELS = 50_000_000;
/** Pictures are scaled down to this many pixels along their longer side. */
const LONGEST = 1024;
/** What the first box of a HEIC file may name (ISO/IEC 23008-12). */
const HEIC = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

/**
 * Read a picture file, or what the clipboard holds, as digits, or as the network reads pictures.
 *
 * @param {Blob} blob
 * @returns {Promise<Digit[]>} from left to right; 0 is paper, 1 is ink
 * @throws {PictureError} it is no picture, too large, or has no ink
 */
export async function readPicture(blob) {
  let image;
  try {
    image = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch {
    throw new PictureError(await isHeic(blob) ? "pictureHeic" : "pictureUnread");
  }
  try {
    const { width, height } = image;
    if (width * height > MOST_PIXELS) throw new PictureError("pictureTooLarge");
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const size = axes((axis) => Math.max(1, Math.round([height, width][axis] * scale)));
    const rgba = opaque(rgbaOf(image, ...size));
    const digits = DATA.digits28 ? digitsOf(brightness(rgba), ...size) : [
      { pixels: fitted(DEPTH === 1 ? brightness(rgba) : coloursOf(rgba), size), steps: [], doubts: [], mass: 1 },
    ];
    if (scale === 1) return digits;
    const down = { key: "pictureScaledDown", values: { from: `${height} × ${width}`, to: size.join(" × ") } };
    return digits.map((digit) => ({ ...digit, steps: [down, ...digit.steps] }));
  } finally {
    image.close();
  }
}

/** Whether a file is HEIC, a telephone's format, which few browsers read. @param {Blob} blob */
async function isHeic(blob) {
  const head = new TextDecoder("latin1").decode(await blob.slice(4, 12).arrayBuffer());
  return head.startsWith("ftyp") && HEIC.includes(head.slice(4));
}

/** Something a picture cannot be read for; `key` names the words that say it. */
export class PictureError extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * Prepare the digits on a gray picture like MNIST's, as ink.py does.
 *
 * @param {Float32Array} gray  brightness 0 to 1, height * width
 * @param {number} height
 * @param {number} width
 * @throws {PictureError} nothing stands out from the paper
 */
export function digitsOf(gray, height, width) {
  const digits = toDigits(gray, height, width);
  if (!digits.length) throw new PictureError("pictureNoInk");
  return digits;
}

/**
 * A picture in the size that the network reads, framed as its recipe says.
 *
 * @param {Float32Array} pixels  height * width * channels
 * @param {[number, number]} size  height and width
 */
function fitted(pixels, [height, width]) {
  const { framing } = DATA.recipe;
  const [rows, cols] = framing === "crop" ? [Math.min(height, (width * HEIGHT) / WIDTH), Math.min(width, (height * WIDTH) / HEIGHT)]
    : framing === "pad" ? [Math.max(height, (width * HEIGHT) / WIDTH), Math.max(width, (height * WIDTH) / HEIGHT)] : [height, width];
  // Black borders, where the frame is larger than the picture.
  const [above, before] = [Math.max(0, Math.round((rows - height) / 2)), Math.max(0, Math.round((cols - width) / 2))];
  const [high, wide] = [Math.max(height, Math.ceil(rows)), Math.max(width, Math.ceil(cols))];
  const top = Math.max(0, (height - rows) / 2);
  const left = Math.max(0, (width - cols) / 2);
  const box = { top, left, bottom: Math.min(high, top + rows), right: Math.min(wide, left + cols) };
  const output = new Float32Array(HEIGHT * WIDTH * DEPTH);
  for (let channel = 0; channel < DEPTH; channel += 1) {
    const plane = new Float32Array(high * wide);
    for (let i = 0; i < height * width; i += 1) {
      plane[(above + Math.floor(i / width)) * wide + before + (i % width)] = pixels[i * DEPTH + channel];
    }
    resize(plane, wide, box, [HEIGHT, WIDTH], rows >= HEIGHT ? BOX : BILINEAR)
      .forEach((value, i) => { output[i * DEPTH + channel] = clamp(value, 0, 1); });
  }
  return output;
}

/** A picture's colours, 0 to 1, three numbers a pixel. @param {Uint8ClampedArray} rgba */
function coloursOf(rgba) {
  return fractions(Uint8Array.from(rgba.filter((_, i) => i % 4 < 3)));
}

/**
 * A picture's colours, red, green, blue and alpha.
 *
 * @param {ImageBitmap} image
 * @param {number} height
 * @param {number} width
 */
function rgbaOf(image, height, width) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = contextOf(canvas, { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/**
 * Lay a picture on a ground where it is transparent: on white; on black if what is drawn is light, and
 * most of the picture is clear.
 *
 * @param {Uint8ClampedArray} rgba
 */
export function opaque(rgba) {
  const gray = brightness(rgba);
  let [light, alpha] = [0, 0];
  gray.forEach((value, i) => {
    light += value * rgba[4 * i + 3];
    alpha += rgba[4 * i + 3];
  });
  const ground = 2 * light > alpha && 2 * alpha < 255 * gray.length ? 0 : 255;
  return rgba.map((value, i) => {
    const cover = rgba[i - (i % 4) + 3] / 255;
    return i % 4 === 3 ? 255 : value * cover + ground * (1 - cover);
  });
}

/**
 * The brightness of RGBA bytes as ITU-R BT.601 weighs the colours, rounded to bytes as Pillow does.
 *
 * @param {Uint8ClampedArray} rgba
 * @returns {Float32Array} 0 to 1
 */
export function brightness(rgba) {
  const gray = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < gray.length; i += 1) {
    const [red, green, blue] = [rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]];
    gray[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
  return fractions(gray);
}

/**
 * Move a picture; what leaves it is lost, what comes in is paper.
 *
 * @param {Float32Array} pixels  as the network reads them
 * @param {number} right  pixels, negative to the left
 * @param {number} down  pixels, negative upwards
 * @returns {Float32Array} a new one
 */
export function shifted(pixels, right, down) {
  const output = new Float32Array(pixels.length);
  for (let row = 0; row < HEIGHT; row += 1) {
    for (let col = 0; col < WIDTH; col += 1) {
      const [r, c] = [row - down, col - right];
      if (r < 0 || r >= HEIGHT || c < 0 || c >= WIDTH) continue;
      const from = (r * WIDTH + c) * DEPTH;
      output.set(pixels.subarray(from, from + DEPTH), (row * WIDTH + col) * DEPTH);
    }
  }
  return output;
}

/**
 * Add normally distributed noise, cut off at paper and ink.
 *
 * @param {Float32Array} pixels
 * @param {number} amount  standard deviation
 * @param {number} [seed]  the same seed gives the same noise
 * @returns {Float32Array} a new one
 */
export function noisy(pixels, amount, seed = 1) {
  const random = generator(seed);
  return pixels.map((value) => {
    // Box and Muller: two uniform numbers make a normal one; 1 - x is never 0.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return clamp(value + amount * normal, 0, 1);
  });
}

/**
 * Make some cells paper.
 *
 * @param {Float32Array} pixels  as the network reads them
 * @param {Box} box  what lies outside of the picture is left out
 * @returns {Float32Array} a new one
 */
export function erased(pixels, box) {
  return pixels.map((value, i) => {
    const place = Math.floor(i / DEPTH);
    return inBox(box, Math.floor(place / WIDTH), place % WIDTH) ? 0 : value;
  });
}

/**
 * A generator of uniform numbers in 0..1 (1 excluded): mulberry32 by T. Ettinger, 32 bits of state.
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
