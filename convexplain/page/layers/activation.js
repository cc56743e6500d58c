/** A function of every number, or of all channels of a place, as a layer of its own. */

import { ACTIVATED } from "../value_panel.js";
import { CELLWISE, oneAddend, register, valueAt } from "./layer.js";

register({
  ...CELLWISE,
  name: "Activation",
  compute: (layer, x) => x,
  addends: (layer, x, place) => oneAddend(place, valueAt(layer, x, place), 1, 0),
  panel: ACTIVATED,
});
