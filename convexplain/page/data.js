/**
 * What the page was written with: the JSON block that `convexplain.page` put into the file.
 *
 * @typedef {"en"|"zh"} Language
 * @typedef {"dark"|"light"} ThemeName
 * @typedef {Record<Language, string>} Words  a template with {fields} in both languages
 * @typedef {{pixels: string, label: number|null, origin: string, steps: string[]}} OwnPicture
 *
 * @typedef {object} Data
 * @property {{cnn: string, dense: string|null}} networks  safetensors files in base64, as
 *   `Network.save` writes them; "cnn" is the network that is explained, whatever it is, and "dense"
 *   the one beside it, null if that is the same
 * @property {string} model  what the explained network is called: "cnn", "dense", or a file's name
 * @property {{pixels: string, labels: number[]}} digits  the bundled digits, 28 x 28 bytes each in
 *   base64, numbered as `--sample` takes them
 * @property {{picture: OwnPicture|null, sample: number|null, lang: Language|null,
 *   theme: ThemeName|null, shift: Move|null}} opening  what the page opens with; null is the
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

/** Pixels along one side of a picture. */
export const SIDE = 28;

/** Stands for the picture where a layer's name is wanted. */
export const INPUT = "input";

/** Bytes of a base64 text. @param {string} text */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Pixels 0 to 255 as float32 from 0 to 1, to the bit as the Python core has them. @param {Uint8Array} bytes */
export function fractions(bytes) {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

const DIGIT_BYTES = fromBase64(DATA.digits.pixels);

/**
 * One bundled digit.
 *
 * @param {number} sample  from 0, as `--sample` takes it
 * @returns {{pixels: Float32Array, label: number, sample: number}}
 */
export function bundledDigit(sample) {
  const bytes = DIGIT_BYTES.subarray(sample * SIDE * SIDE, (sample + 1) * SIDE * SIDE);
  return { pixels: fractions(bytes), label: DATA.digits.labels[sample], sample };
}

/** The numbers of the bundled digits of one class, the most typical one first. @param {number} label */
export function samplesOf(label) {
  return [...DATA.digits.labels.keys()].filter((sample) => DATA.digits.labels[sample] === label);
}
