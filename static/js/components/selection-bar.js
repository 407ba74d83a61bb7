/**
 * The bar of what is done with the chosen ones: a form [data-selection] whose parts are
 * [data-selection-count], -number, -clear, and beside it -live. It shows itself while something is
 * chosen. `draw` is asked at every change, `fallback` names what takes the focus when all else went.
 */
import { say } from "./format.js";
import { toast } from "./toast.js";

const STOPS = 'summary, button:not([tabindex="-1"])';

export class SelectionBar {
  constructor(form, selection, { draw = () => {}, fallback = () => null } = {}) {
    Object.assign(this, { form, selection, draw, fallback });
    selection.addEventListener("change", () => this.#draw());
    selection.addEventListener("full", ({ detail }) => {
      const text = gettext("At most %(count)s images at a time.");
      toast(say(text, { count: detail }), { kind: "error" });
    });
    selection.addEventListener("act", () => form.querySelector(STOPS)?.focus());
    this.#part("clear").addEventListener("click", () => selection.clear());
    this.#draw();
  }

  /** Runs `act`, with the bar still meanwhile; what it refuses is said. Resolves to whether it was
   * done. */
  async run(act) {
    const held = document.activeElement;
    let done = true;
    this.form.inert = true;
    try {
      await act();
    } catch (error) {
      done = false;
      toast(error.message, { kind: "error" });
    }
    this.form.inert = false;
    if (document.activeElement === document.body && held.checkVisibility()) held.focus();
    return done;
  }

  #part(name) {
    return document.querySelector(`[data-selection-${name}]`);
  }

  #draw() {
    const { ids } = this.selection;
    const count = ids.length;
    const held = this.form.contains(document.activeElement);
    this.form.classList.toggle("is-on", count > 0);
    document.querySelector("[data-grid]")?.classList.toggle("is-choosing", count > 0);
    const text = say(ngettext("%(count)s selected", "%(count)s selected", count), { count });
    this.#part("count").textContent = text;
    this.#part("number").textContent = count || "";
    this.#part("live").textContent = count ? text : gettext("Nothing selected");
    this.draw(count);
    if (!count && held) (this.selection.last ?? this.fallback())?.focus();
  }
}

/** Is it the keyboard that acts? */
export const typing = () => Boolean(document.activeElement?.matches(":focus-visible"));
