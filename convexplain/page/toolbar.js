// The head of the page: its title, playing, modes, language, theme, help.

import { make, roving, setAttributes } from "./dom.js";
import { SPEEDS } from "./play.js";
import { hasSlides } from "./slides.js";
import { say } from "./words.js";

export class Toolbar {
  /** @param {Object} app  {actions, store, player, modes} */
  constructor(app) {
    this.app = app;
    const { actions, player } = app;
    const button = (name, click) => make("button", { type: "button", class: name, on: { click } });
    this.title = make("h1");
    this.skip = button("skip", () => app.chain.parts[0].view.element.focus());
    this.before = button("step-back", () => player.step(-1));
    this.play = button("play", () => player.toggle());
    this.after = button("step-on", () => player.step(1));
    this.speed = make("select", {
      class: "speed", on: { change: () => actions.setSpeed(Number(this.speed.value)) },
    }, SPEEDS.map((n) => make("option", { value: n })));
    this.modes = app.modes.map((mode, at) => make(
      "button",
      {
        type: "button", role: "radio", class: `mode ${mode.name}`,
        on: {
          click: () => actions.setMode(mode.name),
          keydown: (event) => {
            const shown = this.modes.filter((other) => !other.hidden);
            const next = roving(shown, shown.indexOf(this.modes[at]), event);
            if (next !== null) shown[next].click();
          },
        },
      },
    ));
    this.group = make("div", { class: "joined modes", role: "radiogroup" }, this.modes);
    this.language = button("language", () => actions.setLanguage(this.app.store.state.lang === "zh" ? "en" : "zh"));
    this.theme = button("theme", () => actions.setTheme(this.app.store.state.theme === "dark" ? "light" : "dark"));
    this.help = button("help", () => actions.setHelp(true));
    this.slides = hasSlides() ? button("open-slides", () => app.slides.open()) : null;
    this.bar = make(
      "div", { class: "toolbar", role: "toolbar" },
      make("div", { class: "joined playing" }, this.before, this.play, this.after, this.speed),
      this.group, make("div", { class: "joined look" }, this.slides, this.language, this.theme, this.help),
    );
    this.element = make("header", { class: "head" }, this.skip, this.title, this.bar);
  }

  render(state) {
    this.title.textContent = say("title");
    this.skip.textContent = say("skip");
    setAttributes(this.bar, { "aria-label": say("toolbar") });
    this.before.textContent = "←";
    setAttributes(this.before, { "aria-label": say("stepBack"), title: say("stepBack") });
    this.after.textContent = "→";
    setAttributes(this.after, { "aria-label": say("stepOn"), title: say("stepOn") });
    this.play.replaceChildren(make("span", { class: state.playing ? "glyph pause" : "glyph run", "aria-hidden": "true" }), say(state.playing ? "pause" : "play"));
    setAttributes(this.speed, { "aria-label": say("speed") });
    [...this.speed.options].forEach((option, i) => { option.textContent = say("perSecond", { n: SPEEDS[i] }); });
    this.speed.value = state.speed;
    setAttributes(this.group, { "aria-label": say("mode") });
    this.app.modes.forEach((mode, i) => {
      const chosen = mode.name === state.mode;
      this.modes[i].textContent = say(mode.name);
      this.modes[i].hidden = !mode.available(this.app);
      setAttributes(this.modes[i], { "aria-checked": String(chosen), tabindex: chosen ? 0 : -1 });
    });
    this.language.textContent = say("otherLanguage");
    setAttributes(this.language, { lang: state.lang === "zh" ? "en" : "zh-Hans" });
    if (this.slides) this.slides.textContent = say("slidesOpen");
    this.theme.textContent = say(state.theme === "dark" ? "light" : "dark");
    this.help.textContent = "?";
    setAttributes(this.help, { "aria-label": say("help"), title: say("help") });
  }
}
