/**
 * What the bench shows while no cell is explained: all maps of all layers, and an invitation.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 */

import { shiftText } from "./controls.js";
import { button, make, radio, refill, setAttributes } from "./dom.js";
import { legend } from "./legend.js";
import { Thumbs } from "./thumbs.js";
import { className, say } from "./words.js";

// The box, in CSS pixels, in which a layer's maps are drawn that only paper shows.
const ON_PAPER = [110, 200];

export class Overview {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.thumbs = app.chain.maps.filter(({ column }) => column.kind === "map").map(({ column, element }) => {
      const thumbs = new Thumbs(column, (filter) => app.actions.showMap(column.name, filter));
      element.append(thumbs.element);
      return { column, thumbs };
    });
    this.card = make("aside", { class: "card" });
    /** What the card is made of, to make nothing twice. */
    this.carded = "";
    this.stale = true;
  }

  /** @param {boolean} printed  whether the maps are laid out, too, where this screen has no room for them */
  fit(printed) {
    for (const { thumbs } of this.thumbs) {
      const { clientWidth, clientHeight } = thumbs.element;
      const [width, height] = printed && clientWidth === 0 ? ON_PAPER : [clientWidth, clientHeight];
      thumbs.visible = width > 0 && height > 0;
      if (thumbs.visible) thumbs.fit(width, height);
    }
    this.stale = true;
  }

  /** @param {State} state @param {boolean} changed */
  render(state, changed) {
    const { model } = this.app;
    this.stale ||= changed;
    const shown = model.shown(state);
    for (const { column, thumbs } of this.thumbs) {
      const { name } = column;
      if (!thumbs.visible) continue;
      if (this.stale) thumbs.draw((filter) => model.map(name, filter), (filter) => model.limit(name, filter, state.scale));
      const filter = shown[name] ?? 0;
      thumbs.select(filter, column.mapName(filter), say("allMaps", { layer: name, n: column.filters }));
    }
    this.stale = false;
    this.renderCard(state);
  }

  /** Both networks' answers, the invitation to compare, and the choice of the colour scale. @param {State} state */
  renderCard(state) {
    const { app } = this;
    const { model, actions } = app;
    const other = model.baseline;
    const telling = model.telling();
    const hidden = app.secret?.what === "answer";
    const key = JSON.stringify([state.lang, state.scale, hidden, app.names, model.prediction, other?.prediction, telling]);
    if (key === this.carded) return;
    this.carded = key;
    setAttributes(this.card, { "aria-label": other ? say("twoNetworks") : say("scale") });
    const choice = (/** @type {State["scale"]} */ scale, /** @type {string} */ words) => (
      radio(state.scale === scale, () => actions.setScale(scale), { "data-key": `scale-${scale}` }, say(words))
    );
    refill(
      this.card,
      other ? [
        make("p", { class: "says" }, app.names.alone, make("b", {}, hidden ? "?" : className(model.prediction))),
        make("p", { class: "says" }, say("denseNetwork"), make("b", {}, hidden ? "?" : className(other.prediction))),
        make("p", {}, say("whichChanges")),
        telling
          ? button(() => actions.compareShifted(telling), { "data-key": "compare" }, say("shiftIt", { way: shiftText(telling) }))
          : button(() => actions.setMode("compare"), { "data-key": "compare" }, say("compare")),
      ] : null,
      legend(),
      make(
        "div", { class: "scales" }, say("scale"),
        make("div", { class: "joined", role: "radiogroup", "aria-label": say("scaleGroup") }, choice("layer", "scaleLayer"), choice("map", "scaleMap")),
      ),
    );
  }
}
