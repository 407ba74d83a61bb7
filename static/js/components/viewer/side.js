/** The sidebar: facts, download, the form, "make primary", and delete with its confirmation. */
import { api } from "../api.js";
import { reveal } from "../dialog.js";
import { part } from "../history.js";
import { Editor } from "./editor.js";
import { replaceTile } from "./items.js";

export class Side {
  #item = null;
  #busy = false;

  /**
   * `on`: deleted(item), announce(text), changed() when the page must be drawn anew, replaced() when a
   * tile was, next(), reveal() to have the sidebar in sight.
   */
  constructor(dialog, on) {
    this.dialog = dialog;
    this.on = on;
    this.question = part("viewer-confirm", () => {
      this.stopAsking();
      return !this.asking;
    });
    this.slot = Object.assign(document.createElement("div"), { className: "viewer-edit", hidden: true });
    this.#part("facts-slot").after(this.slot);
    this.editor = new Editor(this.slot, {
      shown: (shown) => this.#showForm(shown),
      problem: (text) => this.#showProblem(text),
      announce: on.announce,
      saved: (item, html, others) => (!others && replaceTile(item, html) ? on.replaced() : on.changed()),
      next: on.next,
      reopen: () => this.edit(),
    });
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #button(name) {
    return this.dialog.querySelector(`[data-do="${name}"]`);
  }

  show(item) {
    const isOther = this.#item?.id !== item.id;
    this.#item = item;
    this.#part("facts-slot").replaceChildren(item.facts?.content.cloneNode(true) ?? "");
    setLink(this.#part("download"), item.download);
    setLink(this.#button("edit"), item.editable && item.page);
    const compare = this.#button("compare"); // where pictures are a patient's
    if (compare) setLink(compare, `${compare.dataset.compare}?images=${item.id}`);
    for (const row of this.dialog.querySelectorAll("[data-help-compare]")) row.hidden = !compare;
    this.#button("delete").hidden = !(item.editable && item.api);
    this.#button("primary").hidden = !(item.editable && item.api) || item.primary;
    for (const form of this.dialog.querySelectorAll("form[data-action]")) {
      form.action = form.dataset.action.replace(/0(?=\D*$)/, item.id);
      form.hidden = false;
    }
    for (const row of this.dialog.querySelectorAll("[data-help-edit]")) row.hidden = !item.editable;
    if (!isOther) return;
    this.#showProblem("");
    this.#part("side").scrollTop = 0;
    this.stopAsking();
    if (!this.editor.active) return;
    if (item.editable) this.editor.open(item, this.editor.field);
    else this.editor.close();
  }

  /** As the viewer closes. What was typed and is not saved is a draft (drafts/). */
  reset() {
    this.stopAsking();
    this.editor.close();
    this.#item = null;
  }

  /** Goes where the picture is laid beside others. */
  compare() {
    const { href } = this.#button("compare") ?? {};
    if (href && this.mayLeave(() => location.assign(href))) location.assign(href);
  }

  /** Opens the form; false where there is nothing to edit. */
  edit() {
    const item = this.#item;
    if (!item?.editable || !item.page || this.editor.active) return false;
    this.on.reveal();
    this.stopAsking();
    this.editor.open(item);
    return true;
  }

  /** Closes the form, or asks first; false when there is none. */
  stopEditing() {
    return this.editor.stop();
  }

  mayLeave(go) {
    return this.editor.mayLeave(go);
  }

  #showForm(shown) {
    const hadFocus = this.#part("side").contains(document.activeElement) || document.activeElement === document.body;
    this.dialog.toggleAttribute("data-editing", shown);
    this.slot.hidden = !shown;
    if (!shown && hadFocus && this.dialog.open) this.#button("edit").focus();
  }

  /** Asks before it deletes; where there is nothing to delete, or it is not the moment, it does not. */
  ask() {
    if (!this.#button("delete").checkVisibility()) return;
    this.#showProblem("");
    this.#part("confirm").hidden = false;
    this.question.set(true);
    this.#button("delete").hidden = true;
    this.#button("keep").focus({ preventScroll: true });
    reveal(this.#part("confirm"));
  }

  get asking() {
    return !this.#part("confirm").hidden;
  }

  /** The question goes; true when there was one. While a deletion is under way it stays. */
  stopAsking() {
    if (!this.asking || this.#busy) return this.asking;
    const hadFocus = this.#part("confirm").contains(document.activeElement);
    this.#part("confirm").hidden = true;
    this.question.set(false);
    this.#button("delete").hidden = !this.#item?.editable;
    if (hadFocus) this.#button("delete").focus();
    return true;
  }

  async delete() {
    const item = this.#item;
    if (this.#busy) return;
    this.#setBusy(true);
    this.on.announce(gettext("Deleting…"));
    try {
      await api("DELETE", item.api);
    } catch (error) {
      if (error.status !== 404) {
        this.#setBusy(false);
        return this.#showProblem(error.message);
      }
    }
    this.#setBusy(false);
    this.stopAsking();
    return this.on.deleted(item);
  }

  async makePrimary() {
    const item = this.#item;
    if (!item?.editable || item.primary || this.#busy) return;
    const button = this.#button("primary");
    button.disabled = true;
    this.#showProblem("");
    try {
      await api("PATCH", item.api, { is_primary: true });
      await this.on.changed();
      this.on.announce(gettext("This is now the primary image."));
    } catch (error) {
      this.#showProblem(error.message);
    }
    button.disabled = false;
  }

  #setBusy(busy) {
    this.#busy = busy;
    const button = this.#button("really-delete");
    button.setAttribute("aria-busy", String(busy));
    for (const each of [button, this.#button("keep")]) each.setAttribute("aria-disabled", String(busy));
    button.querySelector("span").textContent = busy ? gettext("Deleting…") : gettext("Delete");
  }

  #showProblem(text) {
    this.#part("problem").textContent = text;
    this.#part("problem").hidden = !text;
    if (text) reveal(this.#part("problem"));
  }
}

function setLink(element, href) {
  element.hidden = !href;
  if (href) element.href = href;
  else element.removeAttribute("href");
}
