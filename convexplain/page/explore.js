/**
 * The plain mode: point, keep, walk back.
 *
 * The page asks the chosen mode anew at every rendering, since all it knows is in the state.
 *
 * @import { App } from "./app.js"
 * @import { Children } from "./dom.js"
 * @import { Hideable } from "./panel.js"
 * @import { ModeName, State } from "./state.js"
 * @import { Cell } from "./trace.js"
 *
 * @typedef {{what: Hideable, cell: Cell|null}} Secret  a number that is nowhere to be seen
 *
 * @typedef {object} Mode
 * @property {ModeName} name  a key of WORDS, too
 * @property {(app: App) => boolean} available  whether this network and this file can have it
 * @property {(app: App, state: State) => Node[]} [bench]  what takes the place of panel and
 *   thumbnails
 * @property {(app: App, cell: Cell) => Node|null} [tools]  an element for the panel's head
 * @property {(app: App, state: State) => Secret|null} [secret]
 * @property {(app: App, cell: Cell) => boolean} [clicked]  whether it took the click on a cell
 * @property {(app: App, state: State) => Children} [aside]  elements beside the caption
 * @property {(app: App, state: State) => string} [caption]  the sentence at the bottom
 * @property {Record<string, (app: App, event: KeyboardEvent) => unknown>} [keys]  false if it did nothing
 */

/** @type {Mode} */
export const EXPLORE = { name: "explore", available: () => true };
