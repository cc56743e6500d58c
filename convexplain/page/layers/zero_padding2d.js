/** Zeros around a map: a window of one cell, which looks into the padding at the border. */

import { surrounded } from "../ops.js";
import { PADDED } from "../value_panel.js";
import { belowWindow, CELLWISE, gather, register, tapPlace, windowOn } from "./layer.js";

register({
  ...CELLWISE,
  name: "ZeroPadding2D",
  ownScale: false,
  read(spec, inShape) {
    const window = windowOn([1, 1], inShape, spec);
    return { window, outShape: [...window.outputSize, inShape[2]] };
  },
  compute: (layer, x) => surrounded(x, layer.window, 0),
  origin(layer, x, place) {
    const found = tapPlace(gather(layer, x, place, place.filter, 1), 0);
    return found && { ...found, filter: place.filter };
  },
  below: belowWindow,
  panel: PADDED,
});
