/**
 * The head of the page: its title, playing, modes, language, theme, help.
 *
 * @import { App } from "./app.js"
 * @import { State } from "./state.js"
 */

import { DATA } from "./data.js";
import { button, make, radio, roving, select, setAttributes, write } from "./dom.js";
import { SPEEDS } from "./play.js";
import { say } from "./words.js";

export class Toolbar {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    const { actions, player } = app;
    this.title = make("h1");
    this.skip = button(() => app.chain.picture.element.focus(), { class: "skip" });
    this.before = button(() => player.step(-1), { class: "step-back" }, "←");
    this.play = button(() => player.toggle(), { class: "play" });
    this.after = button(() => player.step(1), { class: "step-on" }, "→");
    this.speed = select(
      (speed) => actions.setSpeed(Number(speed)), { class: "speed" }, SPEEDS.map((n) => make("option", { value: n })),
    );
    this.modes = app.modes.map((mode, at) => radio(
      false, () => actions.setMode(mode.name),
      {
        class: `mode ${mode.name}`,
        on: {
          keydown: (event) => {
            const shown = this.modes.filter((other) => !other.hidden);
            const next = roving(shown, shown.indexOf(this.modes[at]), event);
            if (next !== null) shown[next].click();
          },
        },
      },
    ));
    this.group = make("div", { class: "joined modes", role: "radiogroup" }, this.modes);
    this.language = button(() => actions.switchLanguage(), { class: "language" });
    this.theme = button(() => actions.setTheme(), { class: "theme" });
    this.help = button(() => actions.setHelp(true), { class: "help" }, "?");
    this.slides = DATA.lesson && button(() => app.slides?.open(), { class: "open-slides" });
    this.bar = make(
      "div", { class: "toolbar", role: "toolbar" },
      make("div", { class: "joined playing" }, this.before, this.play, this.after, this.speed),
      this.group, make("div", { class: "joined look" }, this.slides, this.language, this.theme, this.help),
    );
    this.element = make("header", { class: "head" }, this.skip, this.title, this.bar);
  }

  /** @param {State} state */
  render(state) {
    write(this.title, say("title"));
    write(this.skip, say("skip"));
    setAttributes(this.bar, { "aria-label": say("toolbar") });
    setAttributes(this.before, { "aria-label": say("stepBack"), title: say("stepBack") });
    setAttributes(this.after, { "aria-label": say("stepOn"), title: say("stepOn") });
    const does = say(state.playing ? "pause" : "play");
    if (this.play.textContent !== does) {
      this.play.replaceChildren(make("span", { class: state.playing ? "glyph pause" : "glyph run", "aria-hidden": "true" }), does);
    }
    setAttributes(this.speed, { "aria-label": say("speed") });
    [...this.speed.options].forEach((option, i) => write(option, say("perSecond", { n: SPEEDS[i] })));
    this.speed.value = String(state.speed);
    setAttributes(this.group, { "aria-label": say("mode") });
    this.app.modes.forEach((mode, i) => {
      const chosen = mode.name === state.mode;
      write(this.modes[i], say(mode.name));
      this.modes[i].hidden = !mode.available(this.app);
      setAttributes(this.modes[i], { "aria-checked": String(chosen), tabindex: chosen ? 0 : -1 });
    });
    write(this.language, say("otherLanguage"));
    setAttributes(this.language, { lang: state.lang === "zh" ? "en" : "zh-Hans" });
    if (this.slides) write(this.slides, say("slidesOpen"));
    write(this.theme, say(state.theme === "dark" ? "light" : "dark"));
    setAttributes(this.help, { "aria-label": say("help"), title: say("help") });
  }
}
