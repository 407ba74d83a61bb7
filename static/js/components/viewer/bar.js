/** Above the picture: which of how many, what, from when, and the zoom; the arrows beside it. */
import { percent, say } from "../format.js";
import { totalText } from "./items.js";

export class Bar {
  constructor(dialog) {
    this.dialog = dialog;
  }

  /** `day`: of days.js. Returns the picture's name and the whole sentence, for a screen reader. */
  draw({ current, index, total }, { day = "", gap = "", words = "" } = {}) {
    const position = { place: index + 1, all: totalText(total) };
    this.#part("position").textContent = say(gettext("%(place)s / %(all)s"), position);
    this.#part("label").textContent = current.label;
    this.#part("day").textContent = day;
    this.#part("gap").textContent = gap;
    this.#part("gap").title = words;
    // A consultation's page has said its own day already.
    this.#part("when").hidden = !day || (!gap && this.#part("viewer-subject").textContent.includes(day));
    disableAtEnd(this.#button("previous"), index <= 0, this.#button("next"));
    disableAtEnd(this.#button("next"), index + 1 >= total, this.#button("previous"));
    const name = [current.label, words].filter(Boolean).join(", ");
    return { name, sentence: say(gettext("Image %(place)s of %(all)s: %(label)s"), { ...position, label: name }) };
  }

  /** `ratio`: of the fitted picture; `pixels`: of the screen for one of the picture's own. */
  drawZoom({ ratio, min, max, pixels }) {
    this.#part("zoom").textContent = percent(ratio);
    const text = gettext("Fit to the screen. Now %(fit)s of the fitted picture, %(pixels)s of its own pixels.");
    this.#button("fit").title = say(text, { fit: percent(ratio), pixels: percent(pixels) });
    disableAtEnd(this.#button("out"), ratio <= min + 0.001, this.#button("in"));
    disableAtEnd(this.#button("in"), ratio >= max - 0.001, this.#button("out"));
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #button(name) {
    return this.dialog.querySelector(`[data-do="${name}"]`);
  }
}

/** At its end a button is off, and hands the focus to the other one. */
function disableAtEnd(button, end, other) {
  const hadFocus = document.activeElement === button;
  button.disabled = end;
  if (end && hadFocus) (other.disabled ? button.closest("dialog") : other).focus();
}
