const HIDDEN = 200; // ms; a page that is not shown draws no frames

/** Resolves when what was changed until now is on the screen, or after `longest` ms. */
export function painted(longest = HIDDEN) {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, longest);
  });
}
