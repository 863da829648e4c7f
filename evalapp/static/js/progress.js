// Progress of a job without reloading: asks again for the same page and puts the new fragment in the place of the old.
// <div data-progress="URL of the fragment" data-every="2000">; the fragment ends it by not carrying data-progress.

async function refresh(place) {
  try {
    const answer = await fetch(place.dataset.progress, { headers: { "X-Fragment": "1", Accept: "text/html" } });
    if (!answer.ok) return place;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(place.id);
    if (!fresh) return place;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    place.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus();
    return fresh;
  } catch {
    return place; // the line is down: ask again later
  }
}

async function follow(place) {
  let wait = Number(place.dataset.every) || 2000;
  while (place.dataset.progress) {
    await new Promise((done) => { setTimeout(done, wait); });
    if (document.hidden) continue;
    const state = place.textContent;
    place = await refresh(place);
    const every = Number(place.dataset.every) || 2000;
    wait = place.textContent === state ? Math.max(every, Math.min(wait * 1.3, 10_000)) : every;
  }
}

for (const place of document.querySelectorAll("[data-progress][id]")) follow(place);
