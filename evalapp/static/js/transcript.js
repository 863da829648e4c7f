// Finding words in the transcript: marks them, hides the lines without them, says how many there are.

const list = document.querySelector("[data-transcript]");
const form = document.querySelector("[data-transcript-search]");
const found = document.querySelector("[data-transcript-found]");

/** Show `text` in `place` with every `word` marked; returns how many there were. */
function mark(place, text, word) {
  const pieces = word ? text.split(word) : [text];
  const shown = [];
  pieces.forEach((piece, index) => {
    if (index) {
      const marked = document.createElement("mark");
      marked.textContent = word;
      shown.push(marked);
    }
    shown.push(piece);
  });
  place.replaceChildren(...shown);
  return pieces.length - 1;
}

function look(word) {
  let total = 0;
  for (const line of list.children) {
    const place = line.querySelector(".tx");
    const hits = mark(place, place.textContent, word);
    line.hidden = word !== "" && hits === 0;
    total += hits;
  }
  found.hidden = word === "";
  found.textContent = total ? found.dataset.words.replace("{n}", total) : found.dataset.none;
}

if (list && form && found) {
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("input").addEventListener("input", (event) => look(event.target.value.trim()));
}
