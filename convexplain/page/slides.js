/**
 * Slides for a lecture: a lesson's video that pauses at the end of each chapter, and goes on when
 * someone presses space, clicks, or uses the clicker in their hand (which sends PageDown).
 *
 * @import { Lesson } from "./data.js"
 */

import { tokens } from "./colours.js";
import { fromBase64 } from "./data.js";
import { button, make } from "./dom.js";
import { languageInUse, say } from "./words.js";

// A chapter's last frame is shown a little before its end, at which the next one's first frame is due.
const BEFORE_END = 0.01;
// Later than this into a chapter, going back means to its beginning.
const BEGUN = 0.5;

const FORWARD = [" ", "Enter", "ArrowRight", "ArrowDown", "PageDown", "n"];
const BACK = ["ArrowLeft", "ArrowUp", "PageUp", "p", "Backspace"];

/** The video in a dialog over the page. */
export class Slides {
  /**
   * @param {Lesson} lesson
   * @param {() => void} onLeave  called when the dialog has closed
   */
  constructor(lesson, onLeave) {
    const { chapters, video, lang, theme } = lesson;
    this.lesson = lesson;
    this.chapters = chapters;
    this.current = 0;
    this.ends = false;
    this.frame = 0;
    this.video = make("video", { class: "slides-video", playsinline: true, preload: "auto", tabindex: -1 });
    this.video.src = URL.createObjectURL(new Blob([fromBase64(video)], { type: "video/mp4" }));
    this.caption = make("p", {
      class: "slides-caption", role: "status", lang: lang === "zh" ? "zh-Hans" : "en",
    });
    this.marks = chapters.map((_, n) => button(() => {
      this.goTo(n);
      this.onButton.focus(); // Space goes on from here, too.
    }, { class: "slides-mark" }));
    this.place = make("p", { class: "slides-place" });
    this.backButton = button(() => this.back());
    this.onButton = button(() => this.forward(), { class: "primary", autofocus: true });
    this.leaveButton = button(() => this.close());
    this.hint = make("p", { class: "slides-hint" });
    this.element = make(
      "dialog",
      {
        class: "slides",
        style: { "--screen": tokens(theme).background },
        on: { keydown: (event) => this.pressed(event), close: () => { this.stop(); onLeave(); } },
      },
      this.video,
      this.caption,
      make(
        "div", { class: "slides-bar" },
        this.backButton, this.onButton, this.place, make("div", { class: "slides-marks" }, this.marks),
        this.hint, this.leaveButton,
      ),
    );
    this.video.addEventListener("click", () => this.forward());
    this.video.addEventListener("timeupdate", () => this.watch());
    this.video.addEventListener("ended", () => this.rest());
    document.body.append(this.element);
  }

  /** Show the slides, paused where they were left. */
  open() {
    this.element.showModal();
    this.refresh();
    this.onButton.focus();
  }

  close() {
    this.element.close();
  }

  /** Play the chapter; if it plays already, show its end; at its end, play the next one. */
  forward() {
    if (!this.video.paused) {
      this.rest();
    } else if (!this.ends) {
      this.play();
    } else if (this.current + 1 < this.chapters.length) {
      this.goTo(this.current + 1);
      this.play();
    }
  }

  /** Back to the beginning of the chapter, or, from there, of the one before. */
  back() {
    const { start } = this.chapters[this.current];
    const begun = this.ends || this.video.currentTime - start > BEGUN;
    this.goTo(begun ? this.current : Math.max(0, this.current - 1));
  }

  /** Stand still at the beginning of a chapter. @param {number} n */
  goTo(n) {
    this.stop();
    this.current = n;
    this.ends = false;
    this.video.currentTime = this.chapters[n].start + (n ? BEFORE_END : 0);
    this.refresh();
  }

  async play() {
    try {
      await this.video.play();
    } catch (error) {
      // Stopped again before it had begun: nothing to play any more.
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
      return;
    }
    this.refresh();
    this.frame = requestAnimationFrame(() => this.watch());
  }

  /** Stand still at the end of the chapter. */
  rest() {
    this.stop();
    this.ends = true;
    this.video.currentTime = this.chapters[this.current].end - BEFORE_END;
    this.refresh();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.video.pause();
  }

  /** While it plays: stop at the chapter's end, to the frame. */
  watch() {
    if (this.video.paused) return;
    if (this.video.currentTime >= this.chapters[this.current].end - BEFORE_END) {
      this.rest();
      return;
    }
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.watch());
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    // The page's own keys do not work behind the slides.
    event.stopPropagation();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const onButton = event.target instanceof HTMLButtonElement && [" ", "Enter"].includes(event.key);
    if (onButton && event.target !== this.onButton) return;
    if (FORWARD.includes(event.key)) this.forward();
    else if (BACK.includes(event.key)) this.back();
    else if (event.key === "Home") this.goTo(0);
    else if (event.key === "End") this.goTo(this.chapters.length - 1);
    else return;
    event.preventDefault();
  }

  /** Write everything that says where the slides are, in the language in use. */
  refresh() {
    const named = (/** @type {number} */ n) => say("slidesChapter", {
      n: n + 1, count: this.chapters.length, title: this.chapters[n].title,
    });
    const last = this.current + 1 === this.chapters.length;
    this.element.setAttribute("aria-label", say("slides", { title: this.lesson.title[languageInUse()] }));
    this.video.setAttribute("aria-label", this.chapters[this.current].caption);
    this.caption.textContent = this.chapters[this.current].caption;
    this.place.textContent = named(this.current);
    this.marks.forEach((mark, n) => {
      mark.setAttribute("aria-label", named(n));
      mark.title = this.chapters[n].title;
      mark.setAttribute("aria-current", n === this.current ? "step" : "false");
    });
    this.backButton.textContent = say("slidesBack");
    this.onButton.textContent = say("slidesOn");
    this.onButton.disabled = last && this.ends;
    this.hint.textContent = say("slidesHint");
    this.leaveButton.textContent = say("slidesLeave");
  }
}
