// What the bench shows while no cell is explained: all maps of all layers, and an invitation.

import { make, refill, setAttributes } from "./dom.js";
import { Thumbs } from "./thumbs.js";
import { say } from "./words.js";

export class Overview {
  constructor(app) {
    this.app = app;
    this.thumbs = app.chain.parts.filter(({ column }) => column.kind === "map").map((part) => {
      const { name, rows, cols, filters } = part.column;
      const thumbs = new Thumbs({ name, rows, cols, filters, choose: (filter) => app.actions.showMap(name, filter) });
      part.element.append(thumbs.element);
      return { part, thumbs };
    });
    this.card = make("aside", { class: "card" });
    this.stale = true;
  }

  fit() {
    for (const { thumbs } of this.thumbs) {
      const { clientWidth, clientHeight } = thumbs.element;
      if (clientWidth && clientHeight) thumbs.fit(clientWidth, clientHeight);
    }
    this.stale = true;
  }

  render(state, changed) {
    const { model } = this.app;
    this.stale ||= changed;
    const shown = model.shown(state);
    for (const { part, thumbs } of this.thumbs) {
      const { name } = part.column;
      if (!thumbs.across || !thumbs.element.offsetWidth) continue;
      if (this.stale) thumbs.draw((filter) => model.map(name, filter), (filter) => model.limit(name, filter, state.scale));
      const n = shown[name] ?? 0;
      thumbs.select(n, say(model.layer(name).kind === "Conv2D" ? "mapName" : "channelName", { layer: name, n }), say("allMaps", { layer: name, n: part.column.filters }));
    }
    this.stale = false;
    this.renderCard(state);
  }

  /** Both networks' answers, the invitation to compare, and the choice of the colour scale. */
  renderCard(state) {
    const { app } = this;
    const { model, actions } = app;
    const other = model.baseline;
    const hidden = app.secret?.what === "answer";
    setAttributes(this.card, { "aria-label": other ? say("twoNetworks") : say("scale") });
    const choice = (scale, words) => make("button", {
      type: "button", role: "radio", "aria-checked": String(state.scale === scale), "data-key": `scale-${scale}`,
      on: { click: () => actions.setScale(scale) },
    }, say(words));
    refill(
      this.card,
      other ? [
        make("h3", {}, say("twoNetworks")),
        make("p", { class: "says" }, app.names.alone, make("b", {}, hidden ? "?" : model.prediction)),
        make("p", { class: "says" }, say("denseNetwork"), make("b", {}, hidden ? "?" : other.prediction)),
        make("p", {}, say("whichChanges")),
        make("button", { type: "button", "data-key": "compare", on: { click: () => actions.setMode("compare") } }, say("compare")),
      ] : null,
      make(
        "div", { class: "scales" }, say("scale"),
        make("div", { class: "joined", role: "radiogroup", "aria-label": say("scaleGroup") }, choice("layer", "scaleLayer"), choice("map", "scaleMap")),
      ),
    );
  }
}
