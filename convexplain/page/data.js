/**
 * What the page was written with: the JSON block that `convexplain.page` put into the file.
 *
 * DATA.networks   {cnn, dense}: safetensors files in base64, as `Network.save` writes them; "cnn" is
 *                 the network that is explained, whatever it is, and "dense" the one beside it,
 *                 null if that is the same
 * DATA.model      what the explained network is called: "cnn", "dense", or a file's name
 * DATA.digits     {pixels: base64 of bytes, labels: [...]}: the bundled digits, 28 x 28 each, numbered
 *                 as `--sample` takes them
 * DATA.opening    {picture, sample, lang, theme}: what the page opens with; lang and theme may be
 *                 null (the browser's), picture is null or {pixels, label, origin, steps}
 * DATA.words      {key: {en, zh}}: templates with {fields}
 * DATA.themes     {dark, light}: the tokens of theme.py, "#RRGGBB" each
 * DATA.kernels    the classic kernels of kernels.py: {name, rows, source, finds: {en, zh}}
 * DATA.slips      {name: {did, reply}}, each {en, zh}: what slips.py says
 * DATA.telling    {steady, failing}: digits to shift, {sample, shift: [right, down]} each; see telling.py
 * DATA.facts      {shift: [{pixels, network, accuracy}], accuracy: {cnn, dense}}, as measured
 * DATA.lesson     null, or a video with its chapters: {video: base64 of an mp4, name, title,
 *                 lang, theme, chapters: [{start, end, title, caption}]}, in seconds
 */
export const DATA = JSON.parse(document.getElementById("data").textContent);

/** Pixels along one side of a picture. */
export const SIDE = 28;

/** Bytes of a base64 text. @returns {Uint8Array} */
export function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Pixels 0 to 255 as float32 from 0 to 1, to the bit as the Python core has them. */
export function fractions(bytes) {
  const pixels = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) pixels[i] = bytes[i] / 255;
  return pixels;
}

const DIGIT_BYTES = fromBase64(DATA.digits.pixels);

/** How many digits are bundled. */
export const DIGIT_COUNT = DATA.digits.labels.length;

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

/** The numbers of the bundled digits of one class, the most typical one first. */
export function samplesOf(label) {
  return DATA.digits.labels.flatMap((other, sample) => (other === label ? [sample] : []));
}
