/** The filmstrip: a small picture of each item that the page has loaded. */

export class Strip {
  #signature = "";

  constructor(nav, onPick) {
    this.nav = nav;
    nav.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) onPick(button.dataset.id);
    });
  }

  draw(items, current) {
    const signature = items.map(({ id, thumbnail }) => `${id} ${thumbnail}`).join("\n");
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.nav.replaceChildren(...items.map(createFrame));
    }
    for (const button of this.nav.children) {
      const isCurrent = button.dataset.id === current.id;
      button.tabIndex = isCurrent ? 0 : -1; // one stop; the arrows go on from there
      if (!isCurrent) {
        button.removeAttribute("aria-current");
        continue;
      }
      button.setAttribute("aria-current", "true");
      const left = button.offsetLeft - (this.nav.clientWidth - button.offsetWidth) / 2;
      const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.nav.scrollTo({ left, behavior: reducedMotion ? "instant" : "smooth" });
      if (this.nav.contains(document.activeElement)) button.focus({ preventScroll: true });
    }
  }
}

function createFrame({ id, thumbnail, label }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "viewer-frame";
  button.dataset.id = id;
  button.setAttribute("aria-label", label);
  const picture = new Image();
  picture.alt = "";
  picture.loading = "lazy";
  picture.decoding = "async";
  if (thumbnail) picture.src = thumbnail;
  button.append(picture);
  return button;
}
