// The keyboard of the moderation queue: J and K go down and up, A, R and M press the buttons of the current row.
// <ul data-queue> with rows <li tabindex="-1">, and in each row buttons or fields with data-key="a", "r", "m".

const queue = document.querySelector("[data-queue]");

function rows() {
  return [...queue.querySelectorAll(":scope > li")];
}

function current() {
  return queue.querySelector(":scope > li[aria-current]");
}

function choose(row) {
  if (!row) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/** Opens a row's form and goes to its first field, or closes it and goes back to the row. */
function unfold(details) {
  details.open = !details.open;
  if (details.open) details.querySelector("select, textarea")?.focus();
  else current()?.focus({ preventScroll: true });
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    const all = rows();
    const at = all.indexOf(current());
    choose(all[Math.min(Math.max(at + (key === "j" ? 1 : -1), 0), all.length - 1)]);
  } else if ("arm".includes(key)) {
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

if (queue) {
  document.addEventListener("keydown", press);
  if (!current()) rows()[0]?.setAttribute("aria-current", "true");
}
