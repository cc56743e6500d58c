/**
 * What the page was written with: the JSON block that `convexplain.page` put into the file.
 *
 * @typedef {"en"|"zh"} Language
 * @typedef {"dark"|"light"} ThemeName
 * @typedef {Record<Language, string>} Words  a template with {fields} in both languages
 * @typedef {{pixels: string, exact: boolean}} Pixels  bytes if they are exact, else float32
 * @typedef {Pixels & {label: number|null, origin: string, steps: string[]}} OwnPicture
 * @typedef {{scale: number, mean: number[], std: number[], framing: "crop"|"pad"|"stretch"}} Recipe
 *
 * @typedef {object} Data
 * @property {{cnn: string, dense: string|null}} networks  safetensors files in base64, as
 *   `Network.save` writes them; "cnn" is the network that is explained, whatever it is, and "dense"
 *   the one beside it, null if that is the same
 * @property {string} model  what the explained network is called: "cnn", "dense", or a file's name
 * @property {[number, number, number]} shape  of the picture that the network reads
 * @property {Recipe} recipe  how a picture, 0 to 1, becomes what the network reads
 * @property {boolean} digits28  whether pictures are digits as MNIST stores them
 * @property {Pixels & {labels: number[], classes: (number|null)[], names: Words[]}} digits  the
 *   pictures to choose from, in base64: which of the names each has, and its class where it is known;
 *   bundled digits are numbered as `--sample` takes them
 * @property {{picture: OwnPicture|null, sample: number|null, lang: Language|null,
 *   theme: ThemeName|null, embed: boolean, shift: Move|null}} opening  what the page opens with; null is the
 *   browser's, or none; shift: at which only the explained network keeps its answer
 * @property {Record<string, Words>} words
 * @property {Record<ThemeName, Record<string, string>>} themes  the tokens of a theme, "#RRGGBB" each
 * @property {{name: string, rows: number[][], source: string, finds: Words}[]} kernels  the classic
 *   kernels of kernels.py
 * @property {Record<string, {did: Words, reply: Words}>} mistakes  what is said to a mistake
 * @property {{steady: Shifted[], failing: Shifted[], telling: (Move|null)[], opening: number}} examples
 *   digits to shift, the telling shift of each, and the one to open with; see examples.py
 * @property {Words[]|null} classes  what the classes are called; null: by their numbers
 * @property {Term[]} glossary
 * @property {Record<string, [Words, string][]>} layers  what there is to know of each layer
 * @property {string|null} url  where everyone can open this page; null: where it was opened
 * @property {string|null} lessons  where the lessons have their pages; null: nowhere that is known
 * @property {{shift: {pixels: number, network: string, accuracy: number}[],
 *   accuracy: Record<string, number>}} facts  as measured
 * @property {Lesson|null} lesson  a video with its chapters
 *
 * @typedef {[number, number]} Move  right, down
 * @typedef {{sample: number, shift: Move}} Shifted
 * @typedef {{key: string, name: Words, text: Words, lesson: string, kinds: string[]}} Term  of the
 *   glossary; kinds: of layers that do this
 * @typedef {{start: number, end: number, title: string, caption: string}} Chapter  in seconds
 * @typedef {{video: string, name: string, title: Words, lang: Language, theme: ThemeName,
 *   chapters: Chapter[]}} Lesson  video: base64 of an mp4
 */

/** @type {Data} */
export const DATA = JSON.parse(document.getElementById("data")?.textContent ?? "");

/** Pixels along one side of a digit. */
export const SIDE = 28;

/** Rows, columns and channels of a picture. */
export const HEIGHT = DATA.shape[0];
export const WIDTH = DATA.shape[1];
export const DEPTH = DATA.shape[2];

/** Stands for the picture where a layer's name is wanted. */
export const INPUT = "input";

/** Bytes of a base64 text. @param {string} text */
export function fromBase64(text) {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  // A function called for each of two million bytes takes longer than all else that opens the page.
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Pixels 0 to 255 as float32 from 0 to 1, to the bit as the Python core has them. @param {Uint8Array} bytes */
export function fractions(bytes) {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) values[i] = bytes[i] / 255;
  return values;
}

/** Pixels as they were written. @param {Pixels} written */
export function pixelsOf({ pixels, exact }) {
  const bytes = fromBase64(pixels);
  return exact ? fractions(bytes) : new Float32Array(bytes.buffer);
}

const CHOICE = pixelsOf(DATA.digits);
const COUNT = HEIGHT * WIDTH * DEPTH;

/**
 * One of the pictures to choose from.
 *
 * @param {number} sample  from 0
 * @returns {{pixels: Float32Array, label: number, sample: number}}
 */
export function bundledDigit(sample) {
  return { pixels: CHOICE.slice(sample * COUNT, (sample + 1) * COUNT), label: DATA.digits.labels[sample], sample };
}

/**
 * What the network reads of a picture.
 *
 * @param {Float32Array} pixels  0 to 1
 * @returns {Float32Array} `pixels` itself where it reads these
 */
export function scaled(pixels) {
  if (PLAIN) return pixels;
  const { scale, mean, std } = DATA.recipe;
  return pixels.map((value, i) => {
    const large = scale === 255 ? Math.floor(value * scale + 0.5) : value * scale;
    const channel = i % DEPTH;
    return (large - mean[channel % mean.length]) / std[channel % std.length];
  });
}

/** Whether the network reads pixels as they are. */
export const PLAIN = DATA.recipe.scale === 1 && DATA.recipe.mean.every((n) => n === 0) && DATA.recipe.std.every((n) => n === 1);

/** The numbers of the pictures of one name, the most typical one first. @param {number} label */
export function samplesOf(label) {
  return [...DATA.digits.labels.keys()].filter((sample) => DATA.digits.labels[sample] === label);
}
