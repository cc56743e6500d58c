// All maps of a layer as small pictures, on one canvas: one stop for Tab, arrows choose.

import { make, setAttributes } from "./dom.js";
import { paint } from "./theme.js";

// A map is first drawn with this many dots a cell, then scaled down smoothly.
const DOTS = 8;

/** The thumbnails of one layer. */
export class Thumbs {
  /** @param {Object} options  {name, rows, cols, filters, choose(filter)} */
  constructor({ name, rows, cols, filters, choose }) {
    Object.assign(this, { name, rows, cols, filters, choose, current: 0 });
    this.canvas = make("canvas", { "aria-hidden": "true" });
    this.frame = make("span", { class: "thumb-frame", "aria-hidden": "true" });
    this.option = make("span", { role: "option", id: `thumb-${name}`, "aria-selected": "true", "aria-setsize": filters });
    this.element = make(
      "div",
      {
        class: "thumbs", role: "listbox", tabindex: 0, "aria-activedescendant": `thumb-${name}`,
        "data-layer": name,
        on: {
          click: (event) => {
            const filter = this.under(event);
            if (filter !== null) choose(filter);
          },
          keydown: (event) => this.pressed(event),
        },
      },
      this.canvas,
      this.frame,
      make("span", { class: "aside" }, this.option),
    );
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left) / this.step[0]);
    const row = Math.floor((event.clientY - box.top) / this.step[1]);
    const filter = row * this.across + col;
    return col >= 0 && col < this.across && row >= 0 && filter < this.filters ? filter : null;
  }

  pressed(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.across, ArrowDown: this.across };
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    let next = event.key in steps ? this.current + steps[event.key] : null;
    if (event.key === "Home") next = 0;
    if (event.key === "End") next = this.filters - 1;
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (next >= 0 && next < this.filters) this.choose(next);
  }

  /** Arrange the maps in a box: as many across as make them largest. */
  fit(width, height) {
    const gap = Math.max(2, Math.round(width / 40));
    let best = { side: 0, across: 1 };
    for (let across = 1; across <= this.filters; across += 1) {
      const down = Math.ceil(this.filters / across);
      const side = Math.floor(Math.min((width + gap) / across, (height + gap) / down) - gap);
      if (side > best.side) best = { side, across };
    }
    this.side = Math.max(4, best.side);
    this.across = best.across;
    this.ratio = window.devicePixelRatio || 1;
    const down = Math.ceil(this.filters / this.across);
    // What is left over goes between the maps, so that they fill the box.
    const spaced = (length, count) => (
      count > 1 ? Math.floor((length - this.side) / (count - 1)) : this.side
    );
    this.step = [spaced(width, this.across), Math.min(spaced(height, down), this.side + 4 * gap)];
    const size = [(this.across - 1) * this.step[0] + this.side, (down - 1) * this.step[1] + this.side];
    this.canvas.width = Math.round(size[0] * this.ratio);
    this.canvas.height = Math.round(size[1] * this.ratio);
    this.canvas.style.width = `${size[0]}px`;
    this.canvas.style.height = `${size[1]}px`;
  }

  /**
   * Draw all maps.
   *
   * @param {(filter: number) => ArrayLike<number>} mapOf
   * @param {(filter: number) => number} limitOf
   */
  draw(mapOf, limitOf) {
    const context = this.canvas.getContext("2d");
    const { rows, cols, side, step, ratio } = this;
    const image = new ImageData(cols, rows);
    const small = make("canvas");
    [small.width, small.height] = [cols, rows];
    const large = make("canvas");
    [large.width, large.height] = [cols * DOTS, rows * DOTS];
    const dots = large.getContext("2d");
    dots.imageSmoothingEnabled = false;
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    for (let filter = 0; filter < this.filters; filter += 1) {
      paint(image.data, mapOf(filter), limitOf(filter));
      small.getContext("2d").putImageData(image, 0, 0);
      dots.drawImage(small, 0, 0, large.width, large.height);
      const x = (filter % this.across) * step[0] * ratio;
      const y = Math.floor(filter / this.across) * step[1] * ratio;
      context.drawImage(large, x, y, side * ratio, side * ratio);
    }
  }

  /** Frame the chosen map and name it. */
  select(filter, name, label) {
    this.current = filter;
    this.frame.style.left = `${(filter % this.across) * this.step[0]}px`;
    this.frame.style.top = `${Math.floor(filter / this.across) * this.step[1]}px`;
    this.frame.style.width = `${this.side}px`;
    this.frame.style.height = `${this.side}px`;
    setAttributes(this.option, { "aria-posinset": filter + 1 });
    this.option.textContent = name;
    setAttributes(this.element, { "aria-label": label });
  }
}
