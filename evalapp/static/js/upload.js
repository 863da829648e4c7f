// Uploads in resumable pieces (tus 1.0), over the plain form that works without script. The form carries
// data-upload (the endpoint), data-tus (the library), and the words that are shown; loaded after vendor/tus/tus.min.js.

const form = document.querySelector("[data-upload]");

function size(bytes) {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(3, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${(bytes / 1024 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
}

class Upload {
  constructor(place, tus) {
    this.form = place;
    this.tus = tus;
    this.panel = place.querySelector("[data-upload-panel]");
    this.bar = place.querySelector("[data-upload-bar]");
    this.words = place.querySelector("[data-upload-words]");
    this.pause = place.querySelector("[data-upload-pause]");
    this.resume = place.querySelector("[data-upload-resume]");
    this.cancel = place.querySelector("[data-upload-cancel]");
    place.addEventListener("submit", (event) => this.begin(event));
    this.pause.addEventListener("click", () => this.stop());
    this.resume.addEventListener("click", () => this.go());
    this.cancel.addEventListener("click", () => this.drop());
  }

  begin(event) {
    const file = this.form.querySelector("input[type=file]").files[0];
    if (!file) return;
    event.preventDefault();
    this.panel.hidden = false;
    this.began = performance.now();
    const token = this.form.querySelector("[name=csrf_token]").value;
    this.upload = new this.tus.Upload(file, {
      endpoint: this.form.dataset.upload,
      headers: { "X-CSRF-Token": token },
      metadata: { filename: file.name, filetype: file.type, ...this.said() },
      chunkSize: Number(this.form.dataset.piece) || 8 * 1024 ** 2,
      retryDelays: [0, 1000, 3000, 8000, 20000],
      removeFingerprintOnSuccess: true,
      onProgress: (sent, total) => this.show(sent, total),
      onError: (fault) => this.failed(fault),
      onSuccess: (answer) => this.finished(answer),
    });
    this.upload.findPreviousUploads().then((earlier) => {
      if (earlier.length) this.upload.resumeFromPreviousUpload(earlier[0]);
      this.go();
    });
  }

  /** What was typed beside the file, in fields that carry data-upload-meta. */
  said() {
    return Object.fromEntries([...this.form.querySelectorAll("[data-upload-meta]")].map((field) => [field.name, field.value]));
  }

  say(words, ...values) {
    this.words.textContent = values.reduce((text, value, index) => text.replace(`{${index}}`, value), words);
  }

  show(sent, total) {
    const percent = total ? Math.floor((100 * sent) / total) : 0;
    this.bar.setAttribute("aria-valuenow", percent);
    this.bar.lastElementChild.setAttribute("width", `${percent}%`);
    const speed = sent / Math.max((performance.now() - this.began) / 1000, 0.1);
    this.say(this.form.dataset.wordsProgress, percent, size(sent), size(total), size(speed));
    this.percent = percent;
  }

  go() {
    this.pause.hidden = false;
    this.resume.hidden = true;
    this.upload.start();
  }

  stop() {
    this.upload.abort();
    this.pause.hidden = true;
    this.resume.hidden = false;
    this.say(this.form.dataset.wordsPaused, this.percent ?? 0);
  }

  drop() {
    this.upload.abort(true).catch(() => {});
    this.panel.hidden = true;
  }

  failed(fault) {
    this.pause.hidden = true;
    this.resume.hidden = false;
    const refused = fault.originalResponse?.getBody?.();
    const sentence = refused && refused.startsWith("{") ? JSON.parse(refused).detail : refused;
    this.say(sentence || this.form.dataset.wordsFailed, this.percent ?? 0);
  }

  finished() {
    this.pause.hidden = true;
    this.cancel.hidden = true;
    this.say(this.form.dataset.wordsDone);
    location.assign(this.form.dataset.next || location.href);
  }
}

if (form && globalThis.tus?.isSupported) new Upload(form, globalThis.tus);
