/** The kinds of layers: a file each, as in Python. @import { Kind } from "./layers/layer.js" */

import { Conv2D } from "./layers/conv2d.js";
import { Dense } from "./layers/dense.js";
import { Flatten } from "./layers/flatten.js";
import { AveragePooling2D, MaxPooling2D } from "./layers/pooling.js";

/** Every kind by the name that a file has for it. @type {Record<string, Kind>} */
export const KINDS = { Conv2D, MaxPooling2D, AveragePooling2D, Flatten, Dense };
