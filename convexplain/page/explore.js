// The plain mode: point, keep, walk back.
//
// A mode is an object with this interface; all but `name` and `available` may be left out, and the
// page asks the chosen mode anew at every rendering, since all it knows is in the state:
//   name                     a key of WORDS, of the state's `mode`
//   available(app)           whether this network and this file can have it
//   bench(app, state)        elements that take the place of panel and thumbnails; null to leave them
//   tools(app, cell)         an element for the panel's head
//   extra(app, cell)         an element for the panel's result
//   secret(app, state)       {what, cell}: a number that is nowhere to be seen; or null
//   clicked(app, cell)       whether it took the click on a cell
//   aside(app, state)        an element beside the caption
//   caption(app, state)      the sentence at the bottom; null to leave it
//   keys                     {letter: (app, event) => false if it did nothing}

export const EXPLORE = { name: "explore", available: () => true };
