// The player. Until 播放 is pressed the page holds a native video and nothing else; then media-chrome brings the
// controls and hls.js the adaptive stream. If either cannot be loaded, the progressive file plays with native controls.

const box = document.querySelector("[data-player]");

const CONTROLS = [
  "media-control-bar", "media-captions-button", "media-error-dialog", "media-fullscreen-button",
  "media-loading-indicator", "media-mute-button", "media-play-button", "media-playback-rate-button",
  "media-preview-chapter-display", "media-preview-thumbnail", "media-preview-time-display",
  "media-seek-backward-button", "media-time-display", "media-time-range", "media-volume-range",
];

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

class Player {
  constructor(place) {
    this.box = place;
    this.video = place.querySelector("video");
    this.button = place.querySelector("[data-player-start]");
    this.failure = place.querySelector("[data-player-failed]");
    this.start = Number(place.dataset.start) || 0;
    this.begun = null;
    this.plain = place.parentElement.querySelector("[data-player-plain]");
  }

  /** Offer the big button; with it the native bar would only be in the way. */
  wait() {
    this.video.controls = false;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.play());
    this.failure.querySelector("[data-player-retry]").addEventListener("click", () => this.retry());
    document.addEventListener("click", (event) => this.jump(event));
    this.video.addEventListener("timeupdate", () => this.follow());
    this.video.addEventListener("error", () => this.failed());
    this.video.querySelector("source").addEventListener("error", () => this.hls || this.failed());
    if (this.plain) this.offerPlainButtons();
  }

  /** 关怀版: two large buttons, and the captions below the picture instead of on it. */
  offerPlainButtons() {
    const [start, captions] = ["play", "captions"].map((name) => this.plain.querySelector(`[data-plain-${name}]`));
    const line = this.plain.querySelector("[data-player-line]");
    const turn = (button) => {
      const words = button.querySelector("span");
      [words.textContent, button.dataset.other] = [button.dataset.other, words.textContent];
    };
    this.plain.hidden = false;
    start.addEventListener("click", async () => {
      if (!this.video.paused) return this.video.pause();
      await this.play();
      return start.focus();
    });
    for (const name of ["play", "pause"]) {
      this.video.addEventListener(name, () => {
        turn(start);
        start.querySelector("svg").toggleAttribute("hidden", !this.video.paused);
      });
    }
    captions?.addEventListener("click", () => {
      line.hidden = !line.hidden;
      turn(captions);
    });
    const [track] = [...this.video.textTracks].filter((one) => one.kind === "captions");
    track?.addEventListener("cuechange", () => {
      line.replaceChildren(...[...(track.activeCues ?? [])].map((cue) => cue.getCueAsHTML()));
    });
  }

  async play() {
    this.begun ??= this.begin();
    await this.begun;
    await this.video.play().catch(() => {});
    // The button that had the focus is gone: the keyboard goes on at the player.
    (this.controller ?? this.video).focus();
  }

  async begin() {
    this.button.hidden = true;
    const stream = this.box.dataset.hls ? this.stream().catch(() => this.progressive()) : this.progressive();
    const controls = this.controls().catch(() => { this.video.controls = true; });
    await Promise.all([stream, controls]);
    this.showCaptions();
  }

  async stream() {
    const { default: Hls } = await import(this.box.dataset.hlsLibrary);
    if (!Hls.isSupported()) return this.progressive();
    const hls = new Hls({
      workerPath: this.box.dataset.hlsWorker,
      startPosition: this.start || -1,
      maxBufferLength: 30,
      capLevelToPlayerSize: true,
      // The captions stand in the page as tracks; those that the playlist names are for other players.
      enableWebVTT: false,
      subtitleTrackController: undefined,
      subtitleStreamController: undefined,
      timelineController: undefined,
    });
    hls.on(Hls.Events.ERROR, (_name, fault) => {
      if (!fault.fatal) return;
      if (fault.type === Hls.ErrorTypes.MEDIA_ERROR && !this.mended) {
        this.mended = true;
        hls.recoverMediaError();
        return;
      }
      const at = this.video.currentTime || this.start;
      hls.destroy();
      this.hls = null;
      this.start = at;
      this.progressive();
      this.video.play().catch(() => this.failed());
    });
    hls.loadSource(this.box.dataset.hls);
    hls.attachMedia(this.video);
    this.hls = hls;
    await new Promise((ready, refused) => {
      hls.once(Hls.Events.MANIFEST_PARSED, ready);
      hls.once(Hls.Events.DESTROYING, refused);
    });
    return undefined;
  }

  progressive() {
    this.video.preload = "auto";
    this.video.load();
    if (this.start) this.video.currentTime = this.start;
  }

  async controls() {
    const base = this.box.dataset.chrome.replace(/media-controller\.js.*$/, "");
    if (this.box.dataset.lang === "zh-CN") {
      const [words, i18n] = await Promise.all([import(`${base}lang/zh-CN.js`), import(`${base}utils/i18n.js`)]);
      i18n.addTranslation("zh", words.ZhCn);
      i18n.setLanguage("zh-CN");
    } else {
      (await import(`${base}utils/i18n.js`)).setLanguage("en");
    }
    await Promise.all([import(`${base}media-controller.js`), ...CONTROLS.map((name) => import(`${base}${name}.js`))]);
    this.video.controls = false;
    this.video.slot = "media";
    const range = element("media-time-range", {}, element("media-preview-thumbnail", { slot: "preview" }),
      element("media-preview-chapter-display", { slot: "preview" }), element("media-preview-time-display", { slot: "preview" }));
    const bar = element("media-control-bar", {}, element("media-play-button"), element("media-seek-backward-button", { seekoffset: "10" }),
      element("media-mute-button"), element("media-volume-range", { class: "d-none d-md-flex" }),
      element("media-time-display", { showduration: "", class: "flex-grow-1" }), element("media-captions-button"),
      element("media-playback-rate-button", { rates: "0.75 1 1.25 1.5 2", class: "d-none d-sm-flex" }), element("media-fullscreen-button"));
    if (this.plain) bar.querySelector("media-captions-button").remove();
    const controller = element("media-controller", { hotkeys: "", ...(this.plain ? {} : { defaultsubtitles: "" }), nomutedpref: "", novolumepref: "" });
    this.video.replaceWith(controller);
    const marks = [...this.box.querySelectorAll("[data-player-marks]")]; // of comments: they go with the bar
    controller.append(this.video, element("media-loading-indicator", { slot: "centered-chrome", noautohide: "" }), ...marks, range, bar);
    // media-chrome 4 says whether captions are on by aria-checked, which belongs to a switch and not to a button.
    bar.querySelector("media-captions-button")?.setAttribute("role", "switch");
    controller.tabIndex = 0;
    this.controller = controller;
  }

  /** Captions are on unless the viewer turns them off; in 关怀版 they are only read here, to stand below the picture. */
  showCaptions() {
    for (const track of this.video.textTracks) if (track.kind === "captions") track.mode = this.plain ? "hidden" : "showing";
  }

  /** A link or a mark with data-t moves the playing video; without script a link leads to ?t= of this page. */
  async jump(event) {
    const link = event.target.closest?.("a[data-t], [data-player-marks] [data-t]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const at = Number(link.dataset.t);
    if (!this.begun) this.start = at;
    await this.play();
    this.video.currentTime = at;
    this.box.scrollIntoView({ block: "nearest" });
  }

  /** Mark the chapter and the line that are being heard. */
  follow() {
    const now = this.video.currentTime;
    for (const list of document.querySelectorAll("[data-chapters], [data-transcript]")) {
      let current = null;
      for (const link of list.querySelectorAll("a[data-t]")) if (Number(link.dataset.t) <= now + 0.2) current = link;
      const marked = list.matches("[data-chapters]") ? current : current?.closest("li");
      const before = list.querySelector("[aria-current]");
      if (before === (marked ?? null)) continue;
      before?.removeAttribute("aria-current");
      marked?.setAttribute("aria-current", "true");
    }
  }

  failed() {
    if (!this.begun || this.hls) return;
    this.failure.hidden = false;
    this.failure.querySelector("button").focus();
  }

  retry() {
    this.failure.hidden = true;
    this.start = this.video.currentTime || this.start;
    this.progressive();
    this.video.play().catch(() => this.failed());
  }
}

if (box) {
  const player = new Player(box);
  player.wait();
  if (player.start) box.scrollIntoView({ block: "nearest" });
}
