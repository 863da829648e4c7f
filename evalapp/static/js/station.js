// Keys at the station: 空格 plays, C takes the moment into a new chapter, [ and ] into the cue that was touched last.

const typing = "input, textarea, select, button, a, [contenteditable], media-controller";

function clock(seconds) {
  const whole = Math.floor(seconds);
  const rest = Math.round((seconds - whole) * 1000);
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const text = `${hours ? `${hours}:` : ""}${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return rest ? `${text}.${String(rest).padStart(3, "0")}` : text;
}

class Desk {
  constructor(video) {
    this.video = video;
    this.chapter = document.querySelector("[data-new-chapter]");
    this.cue = document.querySelector("[data-cue]");
    document.addEventListener("focusin", (event) => { this.cue = event.target.closest("[data-cue]") ?? this.cue; });
    document.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = event.target.closest?.("input, textarea, select");
    if (event.key === "[" || event.key === "]") {
      // In a text a bracket is a bracket.
      if (!this.cue || inField?.matches("textarea, input:not([data-cue-start]):not([data-cue-end])")) return;
      this.mark(event.key === "[" ? "start" : "end");
    } else if (event.target.closest?.(typing)) {
      return;
    } else if (event.key === " ") {
      this.toggle();
    } else if (event.key.toLowerCase() === "c" && this.chapter) {
      this.take();
    } else {
      return;
    }
    event.preventDefault();
  }

  toggle() {
    const start = document.querySelector("[data-player-start]:not([hidden])");
    if (start) start.click();
    else if (this.video.paused) this.video.play().catch(() => {});
    else this.video.pause();
  }

  mark(end) {
    this.cue.querySelector(`[data-cue-${end}]`).value = clock(this.video.currentTime);
  }

  take() {
    const start = this.chapter.querySelector("[name$=start]");
    start.value = clock(Math.floor(this.video.currentTime));
    this.chapter.querySelector("[name$=title]").focus();
  }
}

const video = document.querySelector("[data-player] video");
if (video) new Desk(video);
