/**
 * Annotations as a part of the viewer: those of a picture are shown with it, drawn over it and as a
 * list beside it, and somebody who may can write more. What it takes is fetched once there is one to
 * be seen, or somebody begins to write.
 */
import { Tool } from "./tool.js";

export class Annotate extends Tool {
  #annotated = new Set(); // ids of pictures written on since the page came
  #shown = null; // id of the one whose annotations are on show

  constructor(dialog, picture, on) {
    super(dialog, picture, on, { name: "annotate", mode: "annotating" });
    for (const row of dialog.querySelectorAll("[data-help-annotations]")) row.hidden = !this.button;
  }

  /** They are shown, without a tool in the hand, wherever there are some. */
  show(item) {
    const isOther = this.#shown !== item.id;
    super.show(item);
    if (!this.button || this.active || !isOther) return;
    this.#clear();
    if (this.#hasSome(item)) this.#showThose(item);
  }

  #hasSome(item) { return item.annotated || this.#annotated.has(item.id); }

  /** Off the picture and back; what is shown of one is shown of the next. */
  toggleShown() {
    if (this.panel && this.#shown) this.panel.toggleShown();
  }

  async load() {
    const { Annotating } = await import("./annotating/index.js");
    this.panel ??= new Annotating(this.slot, this.dialog.querySelector("[data-canvas]"), this.picture, {
      announce: this.on.announce,
      leave: () => this.leave(),
      mayLeave: () => this.mayLeave(),
      changed: (id) => this.#annotated.add(id),
      sheet: ({ id }) => this.button.dataset.sheet.replace(/0(?=\D*$)/, id),
    });
  }

  async open() {
    this.#shown = this.item.id;
    return super.open();
  }

  reset() {
    super.reset();
    this.#clear();
  }

  /** The list stays, where there is one. */
  hide() {
    const { item } = this;
    const same = this.#shown === item?.id;
    super.hide();
    if (same && this.dialog.open && this.#hasSome(item)) this.#showThose(item);
  }

  async #showThose(item) {
    this.#shown = item.id;
    await Promise.all([this.loadStyles(), this.load()]);
    if (this.#shown !== item.id || this.active) return;
    const there = await this.panel.open(item, { reading: true });
    if (this.#shown === item.id && !this.active) this.slot.hidden = !there;
  }

  #clear() {
    this.#shown = null;
    this.panel?.close();
    this.slot.replaceChildren();
    this.slot.hidden = true;
  }
}
