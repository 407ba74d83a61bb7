/**
 * What is done on the picture with a panel of its own in the sidebar, measuring for one: its button,
 * its layer in the browser's history, its styles. Its modules are fetched once somebody begins.
 */
import { describe, part } from "../history.js";
import { addStyles } from "../styles.js";
import { toast } from "../toast.js";

export class Tool {
  panel = null; // of who extends this: open(item), close(), back(), drawing
  item = null;
  #styles = null;
  #layer;

  /**
   * `name`: of its [data-do]; `mode`: the dialog's attribute while it is in use, and its panel's class;
   * `on`: announce(text), reveal() to have the sidebar in sight.
   */
  constructor(dialog, picture, on, { name, mode }) {
    Object.assign(this, { dialog, picture, on, mode });
    this.slot = document.createElement("section");
    Object.assign(this.slot, { className: mode, hidden: true });
    this.slot.setAttribute("aria-labelledby", `${mode}-title`);
    dialog.querySelector("[data-facts-slot]").after(this.slot);
    this.button = dialog.querySelector(`[data-do="${name}"]`);
    this.help = dialog.querySelectorAll(`[data-help-${name}]`);
    for (const row of this.help) row.hidden = true;
    this.#layer = part(`viewer-${name}`, () => {
      if (this.panel?.drawing) this.stop();
      else this.hide();
      return !this.active;
    });
    if (this.button) describe(`viewer-${name}`, { open: () => this.toggle() });
  }

  get active() { return this.mode in this.dialog.dataset; }

  /** Is there something to do it in? */
  get possible() { return Boolean(this.button && this.item?.editable && this.item.api && this.item.page); }

  /** Another picture, or the same again. */
  show(item) {
    const isOther = this.item?.id !== item.id;
    this.item = item;
    if (!this.button) return;
    this.button.hidden = !this.possible;
    for (const row of this.help) row.hidden = !this.possible;
    if (!this.active || !isOther) return;
    if (this.possible) this.open();
    else this.hide();
  }

  /** Begins, or ends. False where there is nothing to do it in. */
  async toggle() {
    if (this.active) return this.leave();
    if (!this.possible) return false;
    await this.loadStyles();
    this.on.reveal();
    this.setShown(true);
    await this.load();
    if (this.active && (await this.open())) this.slot.querySelector("[data-tool]")?.focus();
    return this.active;
  }

  /** Resolves once `panel` is there. */
  async load() {}

  /** One step back, as Esc does; false when it is not in use. */
  stop() {
    if (!this.active) return false;
    if (!this.panel?.back()) this.hide();
    return true;
  }

  /** Ends, unless something would be lost; answers whether it is not in use now. */
  leave() {
    if (this.active && this.mayLeave()) this.hide();
    return !this.active;
  }

  /** Whether nothing would be lost. */
  mayLeave() {
    if (!this.active || !this.panel?.drawing) return true;
    toast(gettext("Save or cancel what you are drawing first."));
    return false;
  }

  reset() {
    if (this.active) this.hide();
  }

  loadStyles() {
    this.#styles ??= addStyles(this.button.dataset.css.split(" "));
    return this.#styles;
  }

  async open() {
    const { item } = this;
    const opened = await this.panel.open(item);
    if (!opened && this.item === item) this.hide();
    return opened;
  }

  hide() {
    const hadFocus = this.slot.contains(document.activeElement) || document.activeElement === document.body;
    this.panel?.close();
    this.setShown(false);
    if (hadFocus && this.dialog.open) this.button.focus();
  }

  setShown(shown) {
    this.dialog.toggleAttribute(`data-${this.mode}`, shown);
    this.slot.hidden = !shown;
    this.#layer.set(shown && this.dialog.open);
    if (!shown) this.slot.replaceChildren();
  }
}
