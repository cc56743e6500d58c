/** Dropout: in training some numbers were left out by chance; here every number is handed on. */

import { CELLWISE, register } from "./layer.js";

register({
  ...CELLWISE,
  name: "Dropout",
  hidden: true,
  ownScale: false,
  compute: (layer, x) => x,
  origin: (layer, x, place) => place,
  panel: null,
});
