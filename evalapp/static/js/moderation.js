// The keyboard of the moderation queue: J and K go down and up, A, R, M and T press the buttons of the current row; Esc leaves its form.
// <ul data-queue> with rows <li tabindex="-1">, and in each row buttons or fields with data-key="a", "r", "m", "t".
//
// A decision is sent beside the page: the row steps back at once, the next one is current, and the page as it then is
// takes the place of this one when nothing else is on its way. What was refused meanwhile comes along, with what was typed.
// Without script each form is an ordinary form.

const rows = () => [...document.querySelectorAll("[data-queue] > li:not([aria-busy])")];
const current = () => document.querySelector("[data-queue] > li[aria-current]");
let sending = Promise.resolve();
let waiting = 0;
const READ = 15_000; // milliseconds
let newest = null;
let refusals = [];

function choose(row) {
  current()?.removeAttribute("aria-current");
  if (!row) return;
  row.setAttribute("aria-current", "true");
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Opens a row's form and goes to its first field, or closes it and goes back to the row. */
function unfold(details) {
  details.open = !details.open;
  if (details.open) details.querySelector("select, textarea, button")?.focus();
  else current()?.focus({ preventScroll: true });
}

/** Esc leaves a row's form without deciding; what was typed stays in it. */
function leave(event) {
  const details = event.target.closest("[data-queue] > li details[open]");
  if (event.key !== "Escape" || !details) return;
  unfold(details);
  event.preventDefault();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const all = rows();
    const at = all.indexOf(current());
    choose(all[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), all.length - 1)]);
  } else if (["a", "r", "m", "t"].includes(key)) {
    const target = current()?.querySelector(`[data-key="${key}"]`);
    if (!target) return;
    if (target.matches("summary")) unfold(target.parentElement);
    else if (target.matches("button, a")) target.click();
    else target.focus();
  } else {
    return;
  }
  event.preventDefault();
}

/** Sends a row's form beside the page, one after another, and lets the moderator go on with the next row. */
function decide(event) {
  const row = event.target.closest("[data-queue] > li");
  if (!row) return;
  event.preventDefault();
  const [form, content] = [event.target, new URLSearchParams(new FormData(event.target))];
  const all = rows();
  const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
  row.setAttribute("aria-busy", "true");
  choose(next);
  waiting += 1;
  sending = sending.then(() => send(form.action, content)).finally(() => { waiting -= 1; });
  sending.then(show, () => location.reload());
}

async function send(address, content) {
  const answer = await fetch(address, { method: "POST", body: content });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("[data-refusals]")) throw new Error(`answered ${answer.status}`);
  if (!answer.ok) refusals.push({ said: page.querySelector("[data-refusals]"), row: page.querySelector("[data-queue] details[open]")?.closest("li") });
  newest = page;
}

/** What was refused a moment ago stays to be read, though the next decision was accepted. */
function recent() {
  return [...document.querySelectorAll("[data-refusals] > [data-since]")].filter((one) => performance.now() - one.dataset.since < READ);
}

function dated(said) {
  said.dataset.since = performance.now();
  return said;
}

/** Puts the newest page in place, unless more is on its way or somebody types. Which row is current only its moderator changes:
 *  a key that is pressed meanwhile must not meet another comment. Rows with an open form come along as they are. */
function show() {
  const isTyping = document.activeElement?.closest("[data-queue] > li:not([aria-busy]) details[open]");
  if (waiting || !newest || isTyping) return;
  const [at, page, refused] = [current()?.id, newest, refusals];
  [newest, refusals] = [null, []];
  const open = rows().filter((row) => row.querySelector("details[open]"));
  for (const row of [...open, ...refused.map((one) => one.row)]) {
    if (row && row.ownerDocument !== page) page.getElementById(row.id)?.replaceWith(page.adoptNode(row));
  }
  page.querySelector("[data-refusals]").replaceChildren(...recent(), ...refused.flatMap(({ said }) => [...said.children].map(dated)));
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  current()?.removeAttribute("aria-current");
  choose(at ? document.getElementById(at) : rows()[0]);
}

if (document.querySelector("[data-queue]")) {
  document.addEventListener("keydown", leave);
  document.addEventListener("keydown", press);
  document.addEventListener("submit", decide);
  document.addEventListener("toggle", () => show(), true); // a form was closed: what came meanwhile is shown
  if (!current()) rows()[0]?.setAttribute("aria-current", "true");
}
