/** Tells the page that its pictures have changed; the grid then fetches itself again (htmx). */

const LONGEST = 8000; // ms

/** Resolves when the grid has been redrawn, or could not be. */
export async function refresh() {
  const drawn = redrawn();
  document.body.dispatchEvent(new CustomEvent("images:changed"));
  await drawn;
}

/** Resolves at the next thing that htmx draws, or fails to fetch. */
export function redrawn() {
  return new Promise((done) => {
    const waiting = new AbortController();
    const over = () => {
      waiting.abort();
      done();
    };
    for (const event of ["htmx:afterSettle", "htmx:responseError", "htmx:sendError"]) {
      document.addEventListener(event, over, { signal: waiting.signal });
    }
    setTimeout(over, LONGEST);
  });
}
