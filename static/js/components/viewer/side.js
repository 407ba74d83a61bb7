/** The sidebar: facts, download, "make primary", and delete with its confirmation. */
import { api } from "../api.js";
import { reveal } from "../dialog.js";

export class Side {
  #item = null;
  #busy = false;

  /** `on`: deleted(item), changed(item), live(text). */
  constructor(dialog, on) {
    this.dialog = dialog;
    this.on = on;
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #button(name) {
    return this.dialog.querySelector(`[data-do="${name}"]`);
  }

  show(item) {
    const other = this.#item?.id !== item.id;
    this.#item = item;
    this.#part("facts-slot").replaceChildren(item.facts?.content.cloneNode(true) ?? "");
    link(this.#part("download"), item.download);
    link(this.#part("edit"), item.editable && item.page);
    this.#button("delete").hidden = !(item.editable && item.api);
    this.#button("primary").hidden = !(item.editable && item.api) || item.primary;
    for (const form of this.dialog.querySelectorAll("form[data-action]")) {
      form.action = form.dataset.action.replace(/0(?=\D*$)/, item.id);
      form.hidden = false;
    }
    this.#part("help-edit").hidden = !item.editable;
    if (!other) return;
    this.#problem("");
    this.#part("side").scrollTop = 0;
    this.keep();
  }

  /** Asks before it deletes. */
  ask() {
    this.#problem("");
    this.#part("confirm").hidden = false;
    this.#button("delete").hidden = true;
    this.#button("keep").focus({ preventScroll: true });
    reveal(this.#part("confirm"));
  }

  get asking() {
    return !this.#part("confirm").hidden;
  }

  /** The question goes; true when there was one. While a deletion is under way it stays. */
  keep() {
    if (!this.asking || this.#busy) return this.asking;
    const held = this.#part("confirm").contains(document.activeElement);
    this.#part("confirm").hidden = true;
    this.#button("delete").hidden = !this.#item?.editable;
    if (held) this.#button("delete").focus();
    return true;
  }

  async delete() {
    const item = this.#item;
    if (this.#busy) return;
    this.#wait(true);
    this.on.live(gettext("Deleting…"));
    try {
      await api("DELETE", item.api);
    } catch (error) {
      if (error.status !== 404) {
        this.#wait(false);
        return this.#problem(error.message);
      }
    }
    this.#wait(false);
    this.keep();
    return this.on.deleted(item);
  }

  async makePrimary() {
    const item = this.#item;
    if (!item?.editable || item.primary || this.#busy) return;
    const button = this.#button("primary");
    button.disabled = true;
    this.#problem("");
    try {
      await api("PATCH", item.api, { is_primary: true });
      await this.on.changed(item);
    } catch (error) {
      this.#problem(error.message);
    }
    button.disabled = false;
  }

  #wait(busy) {
    this.#busy = busy;
    const button = this.#button("really-delete");
    button.setAttribute("aria-busy", String(busy));
    for (const one of [button, this.#button("keep")]) one.setAttribute("aria-disabled", String(busy));
    button.querySelector("span").textContent = busy ? gettext("Deleting…") : gettext("Delete");
  }

  #problem(text) {
    this.#part("problem").textContent = text;
    this.#part("problem").hidden = !text;
  }
}

function link(element, href) {
  element.hidden = !href;
  if (href) element.href = href;
  else element.removeAttribute("href");
}
