/**
 * On a phone the pictures come first, and what is said of them is one line that opens: "For all:
 * Dermoscopy · Nose". On wider screens the form is there, and upload.css hides the line.
 */
import { reveal } from "../dialog.js";
import { say } from "../format.js";
import * as metadata from "../metadata.js";

export class Fold {
  constructor(form, scope) {
    Object.assign(this, { form, scope });
    this.button = form.querySelector("[data-fold]");
    this.text = form.querySelector("[data-fold-text]");
    this.button.addEventListener("click", () => {
      this.set(!this.isOpen);
      if (this.isOpen) reveal(form, { top: true });
    });
    scope.addEventListener("drawn", () => this.#draw());
    this.#draw();
  }

  get isOpen() {
    return "open" in this.form.dataset;
  }

  set(open) {
    this.form.toggleAttribute("data-open", open);
    this.button.setAttribute("aria-expanded", String(open));
  }

  #draw() {
    const { current, problem } = this.scope;
    if (current || !problem.hidden) this.set(true); // somebody is to fill in something
    this.text.textContent = summaryOf(this.form, this.scope);
  }
}

function summaryOf(form, { layers }) {
  const values = metadata.applicable(form, layers.shared);
  const said = Object.keys(values).filter((name) => values[name] !== layers.blank[name]);
  if (!said.length) return gettext("For all: not specified");
  const proposed = said.some((name) => name in layers.proposed);
  const text = proposed ? gettext("Proposed for all: %(values)s") : gettext("For all: %(values)s");
  return say(text, { values: metadata.describe(form, said, values) });
}
