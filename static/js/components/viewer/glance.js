/**
 * Enter that is held, or pressed twice, is meant for the form that was there, and not for what comes
 * in its place: the next picture's form, or the button that opens one. Until that can have been seen,
 * or something was typed in it, Enter and a second click do nothing.
 */

const LEAST = 400; // ms

export class Glance {
  #until = 0;
  #held = false;

  /** `slot`: where the forms stand; the buttons around it are its dialog's. */
  constructor(slot) {
    this.slot = slot;
    for (const type of ["input", "change"]) slot.addEventListener(type, () => (this.#until = 0));
    slot.closest("dialog").addEventListener("keydown", (event) => this.#press(event), { capture: true });
    slot.addEventListener("click", (event) => {
      if (event.detail > 1 && this.#isNew && event.target.closest("[type=submit]")) event.preventDefault();
    });
  }

  /** Something else is there from now on. */
  begin() {
    this.#until = performance.now() + LEAST;
  }

  /** Enter went down, and is meant for what is there. */
  hold() {
    this.#held = true;
  }

  get #isNew() {
    return performance.now() < this.#until;
  }

  #press(event) {
    if (event.key !== "Enter" || breaksLine(event)) return;
    if (!event.repeat) this.#held = false;
    const meant = event.repeat ? !this.#held && !this.slot.contains(event.target) : !this.#isNew;
    if (meant) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** In a text of several lines Enter begins a line. */
export const breaksLine = ({ target, ctrlKey, metaKey }) => target.matches("textarea") && !ctrlKey && !metaKey;
