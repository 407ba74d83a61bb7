/** Tells the page that its pictures have changed; the grid then fetches itself again (htmx). */

const LONGEST = 8000; // ms

let last = Promise.resolve(); // the redrawing under way
let next = null; // the one after it, for all who ask meanwhile

/**
 * Resolves when the grid has been redrawn, or could not be. One redrawing after the other: what is
 * asked for while one is under way (its page may have been made before the change) is done after it.
 */
export function refresh() {
  next ??= last.then(() => {
    next = null;
    last = redraw();
    return last;
  });
  return next;
}

function redraw() {
  const told = new CustomEvent("images:changed");
  const drawn = redrawn(({ triggeringEvent }) => triggeringEvent === told);
  document.body.dispatchEvent(told);
  return drawn;
}

/** Resolves when htmx has drawn what a request of this kind fetched, or could not fetch it. */
export function redrawn(isMeant) {
  return new Promise((done) => {
    const waiting = new AbortController();
    const over = () => {
      waiting.abort();
      done();
    };
    for (const name of ["htmx:afterSettle", "htmx:responseError", "htmx:sendError"]) {
      const hear = ({ detail }) => isMeant(detail.requestConfig ?? {}) && over();
      document.addEventListener(name, hear, { signal: waiting.signal });
    }
    setTimeout(over, LONGEST);
  });
}
