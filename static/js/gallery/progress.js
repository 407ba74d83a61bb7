/** Which images the page asks after: those that wait, the nearest to what is on the screen first. */

const MOST = 40; // of one question, as the server reads them
const AGAIN = 10_000; // ms, after a question that was not answered

function nearest() {
  const distance = (tile) => {
    const { top, bottom } = tile.getBoundingClientRect();
    return Math.max(0, -bottom, top - innerHeight);
  };
  const tiles = [...document.querySelectorAll("[data-item][data-waits]")];
  const far = new Map(tiles.map((tile) => [tile, distance(tile)]));
  return tiles.sort((a, b) => far.get(a) - far.get(b)).slice(0, MOST);
}

document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (target.id !== "progress") return;
  for (const { dataset } of nearest()) detail.formData.append("ids", dataset.item);
});

for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, ({ target }) => {
    if (!target.matches?.("[data-progress]")) return;
    setTimeout(() => target.dispatchEvent(new Event("again")), AGAIN);
  });
}
