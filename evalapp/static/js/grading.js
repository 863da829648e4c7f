// The grading form. Works without this file; with it the nonce is the browser's own (so that no two people can be handed
// one entry), the key of the request survives a broken line, and what was chosen stays on the page. Nothing is stored:
// neither here nor in the browser, before or after the ballot is cast.

const form = document.querySelector("[data-grading]");

function random(bytes) {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(kind) {
  for (const place of form.querySelectorAll("[data-say]")) place.hidden = place.dataset.say !== kind;
  const shown = form.querySelector(`[data-say="${kind}"]`);
  shown?.focus();
  return shown;
}

/** At most three reasons a dimension: a fourth is not ticked. */
function limitReasons(event) {
  const group = event.target.closest(".dk-why");
  if (!group || !event.target.checked) return;
  if (group.querySelectorAll(":checked").length > 3) event.target.checked = false;
}

async function cast(event) {
  event.preventDefault();
  if (form.getAttribute("aria-busy") === "true") return;
  const button = form.querySelector("button[type=submit]");
  form.setAttribute("aria-busy", "true");
  button.setAttribute("aria-busy", "true");
  say("");
  try {
    // One key for one press, kept over retries: a ballot whose answer was lost is not cast twice.
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "follow", headers: { Accept: "text/html" } });
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    if (answer.status < 500) {
      // The page itself comes back, with what is missing and what was chosen; the key makes sure it is not cast twice.
      form.removeEventListener("submit", cast);
      form.dataset.own = "";
      form.submit();
      return;
    }
    const shown = say("refused");
    const sentence = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main .dk-md");
    if (shown && sentence) shown.querySelector("[data-sentence]").textContent = sentence.textContent;
  } catch {
    say("offline");
  }
  form.removeAttribute("aria-busy");
  button.removeAttribute("aria-busy");
}

if (form && globalThis.crypto?.getRandomValues) {
  const nonce = form.querySelector("[name=nonce]");
  if (nonce) nonce.value = random(16);
  const origin = form.querySelector("[name=nonce_by]");
  if (origin) origin.value = "browser";
  const key = form.querySelector("[name=idempotency_key]");
  if (key) key.value = random(16);
  form.addEventListener("change", limitReasons);
  form.addEventListener("submit", cast);
}
