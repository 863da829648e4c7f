// Counts what is written as it is written; without script the page says the number after each save.

for (const text of document.querySelectorAll("[data-counts]")) {
  const place = document.querySelector(`[data-count-of="${text.name}"]`);
  const most = Number(text.dataset.counts);
  const count = () => {
    // As the service counts: code points, plain line ends, no space at either end.
    const length = [...text.value.replaceAll("\r\n", "\n").trim()].length;
    place.textContent = length;
    place.classList.toggle("dk-over", length > most);
  };
  text.addEventListener("input", count);
  count();
}
