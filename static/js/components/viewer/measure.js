/** Measuring as a part of the viewer: its place in the sidebar and in the browser's history. */
import { describe, part } from "../history.js";
import { toast } from "../toast.js";

export class Measure {
  #measuring = null; // ./measuring/, once somebody measures
  #item = null;
  #styles = null;
  #layer = part("viewer-measure", () => {
    if (this.#measuring?.drawing) this.stop();
    else this.#hide();
    return !this.active;
  });

  /** `on`: announce(text), reveal() to have the sidebar in sight. */
  constructor(dialog, picture, on) {
    Object.assign(this, { dialog, picture, on });
    this.slot = document.createElement("section");
    Object.assign(this.slot, { className: "measuring", hidden: true });
    this.slot.setAttribute("aria-labelledby", "measuring-title");
    dialog.querySelector("[data-facts-slot]").after(this.slot);
    this.button = dialog.querySelector('[data-do="measure"]');
    for (const row of dialog.querySelectorAll("[data-help-measure]")) row.hidden = !this.button;
    if (this.button) describe("viewer-measure", { open: () => this.toggle() });
  }

  get active() { return "measuring" in this.dialog.dataset; }

  /** Another picture, or the same again. */
  show(item) {
    const isOther = this.#item?.id !== item.id;
    this.#item = item;
    if (!this.button) return;
    this.button.hidden = !this.#possible;
    if (!this.active || !isOther) return;
    if (this.#possible) this.#open();
    else this.#hide();
  }

  get #possible() { return Boolean(this.button && this.#item?.editable && this.#item.api && this.#item.page); }

  /** Begins, or ends. False where there is nothing to measure in. */
  async toggle() {
    if (this.active) return this.leave();
    if (!this.#possible) return false;
    await this.#loadStyles();
    this.on.reveal();
    this.#setShown(true);
    const { Measuring } = await import("./measuring/index.js");
    this.#measuring ??= new Measuring(this.slot, this.dialog.querySelector("[data-canvas]"), this.picture, {
      announce: this.on.announce,
      leave: () => this.leave(),
    });
    if (this.active && (await this.#open())) this.slot.querySelector("[data-measure-tool]")?.focus();
    return this.active;
  }

  /** One step back, as Esc does; false when nobody measures. */
  stop() {
    if (!this.active) return false;
    if (!this.#measuring?.back()) this.#hide();
    return true;
  }

  /** Ends, unless something would be lost; answers whether nobody measures now. */
  leave() {
    if (this.active && this.mayLeave()) this.#hide();
    return !this.active;
  }

  /** Whether nothing would be lost. */
  mayLeave() {
    if (!this.active || !this.#measuring?.drawing) return true;
    toast(gettext("Save or cancel what you are drawing first."));
    return false;
  }

  reset() {
    if (this.active) this.#hide();
  }

  #loadStyles() {
    this.#styles ??= new Promise((done) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: this.button.dataset.css });
      link.onload = link.onerror = done;
      document.head.append(link);
    });
    return this.#styles;
  }

  async #open() {
    const item = this.#item;
    const opened = await this.#measuring.open(item);
    if (!opened && this.#item === item) this.#hide();
    return opened;
  }

  #hide() {
    const hadFocus = this.slot.contains(document.activeElement) || document.activeElement === document.body;
    this.#measuring?.close();
    this.#setShown(false);
    if (hadFocus && this.dialog.open) this.button.focus();
  }

  #setShown(shown) {
    this.dialog.toggleAttribute("data-measuring", shown);
    this.slot.hidden = !shown;
    this.#layer.set(shown && this.dialog.open);
    if (!shown) this.slot.replaceChildren();
  }
}
