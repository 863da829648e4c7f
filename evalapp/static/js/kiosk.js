// A registered touch screen: every page takes the place of the one before, so that there is no way back into somebody
// else's turn; a turn ends when nobody has touched the screen for a while, and nothing of it is left in this browser.
// The server ends a turn by itself when this file could not (accounts/kiosks.py).

const root = document.documentElement;
const english = root.lang === "en";
const START = "/kiosk";
const TRAIL = "trail"; // the addresses of this turn, for the bar's own way back; gone with the turn
const UNWIPED = "unwiped"; // a turn whose end could not be told yet
const WARN = 10_000;
const ALIVE = 15_000;
const words = english ? {
  still: "Are you still there? This screen is wiped in ", seconds: " s", yes: "I am still here", wiping: "Wiping…",
  elsewhere: "That page is elsewhere: open it on your telephone.", gone: "The network is gone. Guides can still be read.",
  unsent: "Nothing was handed in: the network is gone. Try again in a moment.", back: "Delete a digit",
} : {
  still: "还在看吗？再过 ", seconds: " 秒清空这台屏幕", yes: "我还在", wiping: "正在清空…",
  elsewhere: "那一页不在本站，请用手机打开。", gone: "网络断了。办事指南还能查。",
  unsent: "没有交上去：网络断了。请过一会儿再试。", back: "退一位",
};

const idle = 1000 * Number(root.dataset.kiosk ?? 0);
const isKept = root.dataset.kept !== undefined; // what the screen kept for when its network is gone (kiosk_worker.js)

let touchedAt = Date.now();
let wasTouched = false;
let toldAt = Date.now();
let isWiping = false;
let playedAt = 0;
const heard = new Map(); // how far each picture or sound was at the last look

/* ── What the screen says of itself ── */

const say = document.createElement("div");
say.className = "dk-ksay";
say.setAttribute("role", "status");
say.hidden = true;
const sentence = document.createElement("span");
say.append(sentence);

function tell(text, button = null) {
  if (sentence.textContent !== text) sentence.textContent = text;
  say.replaceChildren(sentence, ...(button ? [button] : []));
  say.hidden = !text;
}

const stay = document.createElement("button");
stay.type = "button";
stay.className = "btn btn-line";
stay.textContent = words.yes;
stay.addEventListener("click", () => touched());

/* ── Moving: no page enters the history ── */

function trail() {
  try {
    return JSON.parse(sessionStorage.getItem(TRAIL)) ?? [];
  } catch {
    return [];
  }
}

async function go(address, { isBack = false } = {}) {
  if (sessionStorage.getItem(UNWIPED) !== null) await endTurn();
  if (isThisPage(address)) {
    // A place on the same page would only be scrolled to, and what was handed in would not show.
    history.replaceState(null, "", address);
    return location.reload();
  }
  if (!isBack && address !== location.href) sessionStorage.setItem(TRAIL, JSON.stringify([...trail(), location.href].slice(-50)));
  return location.replace(address);
}

function isThisPage(address) {
  const to = new URL(address, location.href);
  return to.pathname === location.pathname && to.search === location.search;
}

function placeOf(hash) {
  return document.getElementById(decodeURIComponent(hash.slice(1)));
}

function goBack(link) {
  const before = trail();
  const last = before.pop();
  sessionStorage.setItem(TRAIL, JSON.stringify(before));
  go(last ?? link.href, { isBack: true });
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  if (!link) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const to = new URL(link.href, location.href);
  if (link.hasAttribute("download") || to.origin !== location.origin) return tell(words.elsewhere);
  if (link.dataset.back !== undefined) return goBack(link);
  if (link.dataset.key !== undefined) return type(link);
  if (isThisPage(to.href) && to.hash) {
    const part = placeOf(to.hash);
    part?.scrollIntoView();
    part?.focus();
    return undefined;
  }
  return go(to.href);
}

/** Hand a form in without an entry in the history: what was typed there could be sent once more by whoever goes back. */
async function submit(event) {
  const form = event.target;
  event.preventDefault();
  event.stopImmediatePropagation();
  const said = new FormData(form, event.submitter);
  const action = new URL(event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href, location.href);
  if (form.method === "get") {
    action.search = new URLSearchParams(said).toString();
    return go(action.href);
  }
  if (form.dataset.sent !== undefined) return undefined;
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
  try {
    const isPlain = form.enctype !== "multipart/form-data";
    const answer = await fetch(action, {
      method: "POST", body: isPlain ? new URLSearchParams(said) : said, headers: { "X-Kiosk": "1", Accept: "text/html" },
    });
    const onward = answer.headers.get("X-Kiosk-Onward");
    if (onward) return go(new URL(onward, location.href).href);
    if (answer.redirected) return go(answer.url);
    show(await answer.text());
  } catch {
    tell(words.unsent);
  }
  delete form.dataset.sent;
  event.submitter?.removeAttribute("aria-busy");
  return undefined;
}

/** Put the page of an answer in the place of this one's. */
function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  document.title = page.title;
  dress();
  scrollTo(0, 0);
  (document.querySelector("[data-focus]") ?? document.querySelector("main")).focus();
}

/* ── The keyboard of letters: typed at once, looked up after ── */

let asked = 0;

async function type(key) {
  const field = document.querySelector("[data-typed]");
  const pressed = key.dataset.key;
  if (pressed === "clear") field.value = "";
  else if (pressed === "backspace") field.value = field.value.slice(0, -1);
  else if (field.value.length < field.maxLength) field.value += pressed;
  await lookUp(field.value);
}

async function lookUp(typed) {
  const turn = ++asked;
  const address = new URL(location.href);
  address.search = new URLSearchParams({ by: "keys", q: typed }).toString();
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (turn !== asked) return; // a later letter was faster
    const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-found]");
    document.querySelector("[data-found]").replaceChildren(...document.adoptNode(found).childNodes);
    history.replaceState(null, "", address);
  } catch {
    tell(words.gone);
  }
}

/* ── Digits where a telephone would show its own ── */

function pad(field) {
  const keys = document.createElement("div");
  keys.className = "dk-kpad";
  const last = field.type === "tel" ? ["+"] : field.placeholder.includes(":") ? [":"] : [];
  for (const sign of ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0", ...last]) {
    const key = document.createElement("button");
    key.type = "button";
    key.textContent = sign;
    if (sign === "⌫") key.setAttribute("aria-label", words.back);
    key.addEventListener("click", () => {
      field.value = sign === "⌫" ? field.value.slice(0, -1) : field.value + sign;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    keys.append(key);
  }
  field.after(keys);
}

function dress() {
  for (const form of document.forms) form.autocomplete = "off";
  for (const field of document.querySelectorAll("input, textarea")) {
    if (field.type === "hidden") continue;
    field.autocomplete = "off";
    const takesDigits = field.type === "tel" || ["tel", "numeric"].includes(field.inputMode);
    if (takesDigits && !field.nextElementSibling?.classList.contains("dk-kpad")) pad(field);
  }
  for (const button of document.querySelectorAll("[data-wipe]")) button.hidden = false;
}

/* ── The end of a turn ── */

function touched() {
  touchedAt = Date.now();
  wasTouched = true;
  if (say.contains(stay)) tell("");
}

/** Whether a picture or a sound goes on: one that stands still for want of a network does not. */
function isPlaying() {
  for (const media of document.querySelectorAll("video, audio")) {
    if (!media.paused && !media.ended && heard.get(media) !== media.currentTime) playedAt = Date.now();
    heard.set(media, media.currentTime);
  }
  return Date.now() - playedAt < 2_000;
}

function isClean() {
  return location.pathname === START && root.dataset.turn === undefined && trail().length === 0 && !wasTouched;
}

function tick() {
  if (isWiping) return;
  if (isPlaying()) touchedAt = Math.max(touchedAt, playedAt);
  const left = touchedAt + idle - Date.now();
  if (left <= 0) {
    if (!isClean()) wipe();
    else if (left < -300_000 && navigator.onLine) location.replace(START); // what it shows is to be of today
    return;
  }
  if (left <= Math.min(WARN, idle / 2) && !isClean()) {
    tell(`${words.still}${Math.ceil(left / 1000)}${words.seconds}`, stay);
  }
  if (touchedAt > toldAt && Date.now() - toldAt > Math.min(ALIVE, idle / 3)) {
    toldAt = Date.now();
    fetch("/kiosk/alive", { method: "POST" }).then((answer) => {
      if (answer.redirected || answer.status === 404) location.replace(START);
    }, () => {});
  }
}

/** Tell the server; what cannot be told now is told before anything else is asked for. */
async function endTurn() {
  sessionStorage.setItem(UNWIPED, "");
  try {
    const answer = await fetch("/kiosk/wipe", { method: "POST", signal: AbortSignal.timeout(5_000) });
    if (answer.ok || answer.status === 404) sessionStorage.removeItem(UNWIPED);
  } catch {
    // The network is gone: the mark stays, and the server ends the turn when it is asked again.
  }
}

async function wipe() {
  isWiping = true;
  const cover = document.createElement("div");
  cover.className = "dk-kcover";
  cover.textContent = words.wiping;
  document.body.append(cover);
  for (const media of document.querySelectorAll("video, audio")) media.pause();
  for (const form of document.forms) form.reset();
  sessionStorage.clear();
  localStorage.clear();
  window.name = "";
  if (document.fullscreenElement) await document.exitFullscreen().catch(() => {});
  for (const { name } of (await indexedDB.databases?.()) ?? []) indexedDB.deleteDatabase(name);
  await endTurn();
  location.replace(START);
}

/* ── Paper: printed at once, and back to where it was asked for ── */

function printPage() {
  if (!/^\/services\/[^/]+(\/papers)?\/print$/.test(location.pathname)) return;
  const before = trail();
  addEventListener("afterprint", () => {
    const last = before.pop() ?? START;
    sessionStorage.setItem(TRAIL, JSON.stringify(before));
    go(last, { isBack: true });
  });
  addEventListener("load", () => print());
}

/** The clock of the page goes on from what the server said: the screen's own may be wrong. */
function windClock() {
  for (const place of document.querySelectorAll("[data-clock]")) {
    place.dataset.clock ||= place.textContent;
    const [hour, minute] = place.dataset.clock.split(":").map(Number);
    const now = (hour * 60 + minute + Math.floor(performance.now() / 60_000)) % 1440;
    place.textContent = `${String(Math.floor(now / 60)).padStart(2, "0")}:${String(now % 60).padStart(2, "0")}`;
  }
}

/** Have guides kept for when the network is gone; a browser that is no kiosk any more keeps nothing. */
async function keepGuides() {
  const workers = navigator.serviceWorker;
  if (!workers || isKept) return;
  if (idle) {
    const found = await workers.register(`/kiosk/worker.js?idle=${root.dataset.kiosk}`, { scope: "/", updateViaCache: "none" });
    if (location.pathname === START) found.active?.postMessage("refresh");
  } else {
    for (const one of await workers.getRegistrations()) await one.unregister();
    await caches.delete("kiosk");
  }
}

/** Look whether the network is back. */
async function listen() {
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (!answer.ok) return;
    if (location.pathname === START && !wasTouched) location.replace(START);
    else tell("");
  } catch {
    tell(words.gone);
  }
}

if (idle) {
  document.body.append(say);
  // A page that takes its own place shows what its address names, not where the one before stood.
  history.scrollRestoration = "manual";
  addEventListener("load", () => placeOf(location.hash)?.scrollIntoView({ behavior: "instant" }));
  if (location.pathname === START) sessionStorage.removeItem(TRAIL);
  document.addEventListener("click", follow, { capture: true });
  document.addEventListener("submit", submit, { capture: true });
  for (const act of ["pointerdown", "pointermove", "keydown", "input", "wheel", "touchmove"]) {
    addEventListener(act, touched, { capture: true, passive: true });
  }
  for (const act of ["contextmenu", "dragstart", "copy", "cut"]) addEventListener(act, (event) => event.preventDefault());
  document.querySelector("[data-typed]")?.addEventListener("input", (event) => lookUp(event.target.value));
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-wipe]")) wipe(); });
  addEventListener("pageshow", (event) => { if (event.persisted) wipe(); });
  addEventListener("offline", () => tell(words.gone));
  addEventListener("online", () => tell(""));
  if (isKept || !navigator.onLine) tell(words.gone);
  if (isKept) setInterval(listen, 10_000);
  if (sessionStorage.getItem(UNWIPED) !== null) endTurn();
  dress();
  printPage();
  setInterval(tick, 500);
  setInterval(windClock, 10_000);
}
keepGuides().catch(() => {});
