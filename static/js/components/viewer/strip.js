/** The filmstrip: a small picture of each item that the page has loaded. */

import { painted } from "./painted.js";

export class Strip {
  #signature = "";
  #current = null; // id of the picture to be marked

  constructor(nav, onPick) {
    this.nav = nav;
    nav.addEventListener("click", ({ target }) => {
      const button = target.closest("button");
      if (button) onPick(button.dataset.id);
    });
  }

  /** `days`: of days.js, where the pictures are not all of one day. Which is shown is marked after
   *  the picture is painted: to scroll to it costs a layout. */
  draw(items, current, days) {
    const frame = ({ id, thumbnail, label }) => `${id} ${thumbnail} ${label} ${days?.get(id).words}`;
    const signature = items.map(frame).join("\n");
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.nav.toggleAttribute("data-dated", Boolean(days));
      this.nav.replaceChildren(...items.map((item) => createFrame(item, days?.get(item.id))));
    }
    this.#current = current.id;
    painted().then(() => this.#current === current.id && this.#mark());
  }

  #mark() {
    for (const button of this.nav.children) {
      const isCurrent = button.dataset.id === this.#current;
      button.tabIndex = isCurrent ? 0 : -1; // one stop; the arrows go on from there
      if (!isCurrent) {
        button.removeAttribute("aria-current");
        continue;
      }
      button.setAttribute("aria-current", "true");
      const left = button.offsetLeft - (this.nav.clientWidth - button.offsetWidth) / 2;
      const top = button.offsetTop - (this.nav.clientHeight - button.offsetHeight) / 2; // it may stand
      const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.nav.scrollTo({ left, top, behavior: reducedMotion ? "instant" : "smooth" });
      if (this.nav.contains(document.activeElement)) button.focus({ preventScroll: true });
    }
  }
}

function createFrame({ id, thumbnail, label }, dated) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "viewer-frame";
  button.dataset.id = id;
  button.setAttribute("aria-label", [label, dated?.words].filter(Boolean).join(", "));
  const picture = new Image();
  picture.alt = "";
  picture.loading = "lazy";
  picture.decoding = "async";
  if (thumbnail) picture.src = thumbnail;
  button.append(picture);
  if (dated) {
    const caption = document.createElement("span");
    const gap = document.createElement("b");
    gap.textContent = dated.gap;
    caption.append(dated.day, gap);
    button.append(caption);
  }
  return button;
}
