/** Several layers' maps, one's channels behind the other's: every number is handed on. */

import { JOINED } from "../value_panel.js";
import { CELLWISE, register } from "./layer.js";

register({
  ...CELLWISE,
  name: "Concatenate",
  ownScale: false,
  compute: (layer, x) => x,
  origin: (layer, x, place) => place,
  channel: (layer, x, { filter }) => filter,
  panel: JOINED,
});
