/**
 * From one picture's details to the next one's. In the form, Enter goes on to the same field of the
 * next picture, and after the last one to "Upload"; Ctrl+Enter uploads, from anywhere in the modal.
 */
import { reveal } from "../dialog.js";

const NARROW = matchMedia("(width < 900px)");
const FIELDS = "input:not([type=hidden]), select";

export class Details {
  /** `scope`: null where there is nothing to be said of the pictures. */
  constructor(dialog, scope) {
    Object.assign(this, { dialog, scope });
    if (/Mac/.test(navigator.platform)) {
      for (const key of dialog.querySelectorAll("[data-modifier]")) key.textContent = "⌘";
    }
    dialog.addEventListener("keydown", (event) => this.#press(event));
    this.#part("skip")?.addEventListener("click", () => scope.enter(scope.current));
    this.#part("scope-next")?.addEventListener("click", () => this.#goOn(null));
  }

  /** The details of this picture, or again those of all. */
  select(item, byKey) {
    const { scope } = this;
    scope.show(scope.current === item ? null : item);
    if (!scope.current || !(byKey || NARROW.matches)) return;
    if (!NARROW.matches) return scope.enter(item);
    reveal(scope.form, { top: true });
    scope.title.focus({ preventScroll: true });
  }

  #press(event) {
    const { target } = event;
    if (event.key !== "Enter" || event.isComposing || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.#part(this.#part("send").hidden ? "retry-all" : "send").click();
    } else if (this.scope?.form.contains(target) && target.matches(FIELDS)) {
      event.preventDefault();
      this.#goOn(target.name);
    }
  }

  /** To the next picture, in the field of this name. */
  #goOn(name) {
    const { scope } = this;
    const { next } = scope;
    if (next && name) return scope.enter(next, name);
    if (next) return this.select(next, true);
    scope.show(null);
    return this.#part("send").focus();
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }
}
