const HIDDEN = 200; // ms; a page that is not shown draws no frames

/** Resolves when what was changed until now is on the screen. */
export function painted() {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, HIDDEN);
  });
}
