/** Addition of several layers' maps, as at the end of a residual block. */

import { SUM } from "../sum_panel.js";
import { PLAIN, register } from "./layer.js";

register({
  ...PLAIN,
  name: "Add",
  channelwise: true,
  sums: true,
  read: ({ inputs }, [rows, cols, channels]) => ({ outShape: [rows, cols, channels / inputs.length] }),
  compute({ inputs, outShape: [, , channels] }, x) {
    const sums = new Float64Array(x.length / inputs.length);
    x.forEach((value, at) => {
      const place = Math.floor(at / (channels * inputs.length));
      sums[place * channels + (at % channels)] += value;
    });
    return Float32Array.from(sums);
  },
  addends({ inputs, inShape: [, width, depth], outShape: [, , channels] }, x, { row, col, filter }) {
    const read = Int32Array.from(inputs, (_, i) => i * channels + filter);
    return {
      rows: read.map(() => row), cols: read.map(() => col), channels: read,
      weights: Float64Array.from(read, () => 1),
      products: Float64Array.from(read, (channel) => x[(row * width + col) * depth + channel]),
      bias: 0,
    };
  },
  below: (_, reach) => reach,
  panel: SUM,
});
