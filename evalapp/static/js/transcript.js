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

// A long recording's page holds the beginning only: the rest comes when somebody looks for a word or asks for it.
const more = document.querySelector("[data-transcript-more]");
const opener = document.querySelector("[data-transcript-open]");
let fetched = null;

function fetchAll() {
  fetched ??= fetch(more.dataset.transcriptMore, { headers: { Accept: "text/html" } })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
    .then((text) => {
      const whole = new DOMParser().parseFromString(text, "text/html").querySelector("[data-transcript]");
      list.replaceChildren(...[...whole.children].map((line) => document.adoptNode(line)));
      if (opener) opener.hidden = true;
      look(form.querySelector("input").value.trim());
    })
    .catch(() => { fetched = null; });
  return fetched;
}

if (list && form && more) {
  form.querySelector("input").addEventListener("focus", fetchAll, { once: true });
  opener?.addEventListener("click", (event) => {
    event.preventDefault();
    fetchAll();
  });
}
