// What every page may use: clocks that wind on, one press for one act, copying, printing, the part of the page in view.

const MINUTE = 60_000;

/** Wind the clocks on each minute; they are no live regions, so nothing is read aloud. */
function windClocks() {
  const english = document.documentElement.lang === "en";
  for (const place of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Date.parse(place.dataset.until) - Date.now());
    if (left === 0) {
      place.textContent = place.dataset.closed;
      place.closest(".dk-count")?.classList.remove("soon");
      continue;
    }
    const days = Math.floor(left / 86_400_000);
    const hours = Math.floor(left / 3_600_000) % 24;
    const minutes = Math.max(1, Math.floor(left / MINUTE) % 60);
    const parts = days ? [[days, english ? " days " : " 天 "], [hours, english ? " h left" : " 小时"]]
      : hours ? [[hours, english ? " h " : " 小时 "], [minutes, english ? " min left" : " 分"]]
        : [[minutes, english ? " min left" : " 分钟"]];
    const words = english ? [] : ["还剩 "];
    for (const [number, unit] of parts) {
      const bold = document.createElement("b");
      bold.textContent = number;
      words.push(bold, unit);
    }
    place.replaceChildren(...words);
    place.closest(".dk-count")?.classList.toggle("soon", left < 6 * 3_600_000);
  }
}

/** A second press on a form that is on its way does nothing; coming back to the page frees it. */
function pressOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.own !== undefined) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
}

function offerCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("span").textContent = button.dataset.done;
    });
  }
}

function offerPrinting() {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
}

/** Mark in the list of the page's parts the one that is in view. */
function followParts() {
  for (const list of document.querySelectorAll("[data-anchors]")) {
    const links = new Map([...list.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
    const inView = new Set();
    const watch = new IntersectionObserver((seen) => {
      for (const { target, isIntersecting } of seen) inView[isIntersecting ? "add" : "delete"](target.id);
      const order = [...links.keys()];
      // Of several the last: the first stays in view beside the others on wide screens. Above them all none is.
      const current = order.findLast((id) => inView.has(id)) ?? (scrollY < innerHeight / 2 ? order[0] : null);
      if (!current) return;
      for (const [id, link] of links) {
        if (id === current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "-10% 0px -70%" });
    for (const id of links.keys()) {
      const part = document.getElementById(id);
      if (part) watch.observe(part);
    }
  }
}

/** A bar that leads to a part of the page goes while that part is in view. */
function withdrawBars() {
  for (const bar of document.querySelectorAll("[data-leads-to]")) {
    const watch = new IntersectionObserver(([part]) => { bar.hidden = part.isIntersecting; }, { rootMargin: "0px 0px -40%" });
    watch.observe(document.getElementById(bar.dataset.leadsTo));
  }
}

/** Share by the phone's own sheet, where there is one. */
function offerSharing() {
  for (const button of document.querySelectorAll("[data-share]")) {
    if (!navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", () => navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {}));
  }
}

/** On a phone the rail of a desk is a row: the entry of this page comes into it. */
function showOwnEntry() {
  const rail = document.querySelector(".dk-rail");
  const own = rail?.querySelector("[aria-current]");
  if (own) rail.scrollLeft = own.offsetLeft - (rail.clientWidth - own.offsetWidth) / 2;
}

/** Put the keyboard at what a refused form says, else at what an act came to: there it goes on from. */
function placeFocus() {
  const refusal = document.querySelector("[data-focus]");
  const said = location.hash || document.querySelector("[autofocus]") ? null : document.querySelector("[data-said]");
  const place = refusal ?? said;
  if (!place) return;
  place.focus();
  // Going to a part of the page takes the focus away once more.
  if (location.hash) addEventListener("load", () => requestAnimationFrame(() => place.focus()), { once: true });
}

windClocks();
if (document.querySelector("[data-until]")) setInterval(windClocks, MINUTE);
pressOnce();
offerCopying();
offerPrinting();
offerSharing();
followParts();
withdrawBars();
showOwnEntry();
placeFocus();
