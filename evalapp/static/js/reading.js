// Reads a page aloud: recordings one after the other, made when the guide was published. A second press ends it.

const button = document.querySelector("[data-read]");
const sound = document.createElement("audio");
sound.preload = "none";
const pieces = button.dataset.read.split(" ").map((mark) => `/services/speech/${mark}.wav`);
let at = -1;

function end() {
  sound.pause();
  at = -1;
  button.setAttribute("aria-pressed", "false");
}

function next() {
  at += 1;
  if (at === pieces.length) return end();
  sound.src = pieces[at];
  return sound.play().catch(end);
}

button.addEventListener("click", () => {
  if (at >= 0) return end();
  button.setAttribute("aria-pressed", "true");
  return next();
});
sound.addEventListener("ended", next);
sound.addEventListener("error", end);
document.body.append(sound); // so that whoever waits for silence sees it
