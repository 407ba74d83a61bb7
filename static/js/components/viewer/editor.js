/**
 * What is said of a picture, edited beside it: the form of its own page, fetched when it is opened.
 * Enter saves and goes on to the next picture, whose form then waits. What others saved meanwhile is
 * merged or asked about, as on that page.
 */
import { fragment } from "../api.js";
import { adopt, isDirty, keep } from "../drafts/index.js";
import { describe, part } from "../history.js";
import { refresh } from "../metadata.js";
import { breaksLine, Glance } from "./glance.js";

const FIELDS = "input:not([type=hidden]), select, textarea";

export class Editor {
  #item = null; // the picture that is edited
  #form = null; // null while it is fetched, too
  #saving = false;
  #go = null; // what waits for the question about what is not saved
  #asked = null; // what had the focus when it was asked
  #layer = part("viewer-edit", () => {
    this.stop();
    return !this.active;
  });

  /**
   * `slot` holds the form. `on`: shown(boolean), problem(text), announce(text), saved(item, html,
   * others) with the picture's tile, and whether others changed with it; next(), which resolves when the next picture is there, or none.
   */
  constructor(slot, on) {
    this.slot = slot;
    this.on = on;
    this.glance = new Glance(slot);
    slot.addEventListener("keydown", (event) => this.#press(event));
    slot.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(event.submitter?.dataset.then);
    });
    slot.addEventListener("click", ({ target }) => this.#answer(target.closest("[data-unsaved-do]")?.dataset.unsavedDo));
    describe("viewer-edit", { open: () => on.reopen() });
  }

  get active() {
    return this.#item !== null;
  }

  get dirty() {
    return this.#form !== null && isDirty(this.#form);
  }

  /** Opens the form of `item`, the focus in the field of this name, or in the first. */
  async open(item, field = null) {
    this.#item = item;
    this.#form = null; // that of the picture before is still to be seen, and saves nothing any more
    this.#layer.set(true);
    this.on.problem("");
    let html = null;
    try {
      ({ html } = await fragment("GET", item.page));
    } catch (error) {
      if (this.#item !== item) return;
      this.close();
      this.on.problem(error.message);
      return;
    }
    if (this.#item === item) this.#draw(html, field);
  }

  /** Its field that has the focus; the next picture's form goes on there. */
  get field() {
    const held = this.slot.contains(document.activeElement) && document.activeElement.name;
    return held || null; // a button has no name
  }

  /** Closes the form, or asks first; false when there is none. */
  stop() {
    if (!this.active) return false;
    if (this.#asking && this.dirty) this.#ask(null);
    else if (this.mayLeave(() => this.close())) this.close();
    return true;
  }

  /** Whether nothing would be lost; else it asks, and calls `go` when that is answered. */
  mayLeave(go) {
    if (!this.dirty) return true;
    this.#ask(go);
    return false;
  }

  close() {
    if (!this.active) return;
    this.#item = this.#form = this.#go = null;
    this.slot.replaceChildren();
    this.on.shown(false);
    this.#layer.set(false);
  }

  #draw(html, field) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.slot.replaceChildren(template.content);
    this.#form = this.slot.querySelector("form");
    this.#go = null;
    refresh(this.#form);
    adopt(this.#form);
    this.on.shown(true);
    this.glance.begin();
    const wrong = this.#form.querySelector(".stale input[type=radio]") ?? this.#form.querySelector('[aria-invalid="true"]');
    const same = field && [...this.#form.elements].find(({ name, disabled }) => name === field && !disabled);
    (wrong ?? same ?? this.#form.querySelector(FIELDS)).focus();
  }

  /** Enter saves; in a text of several lines with Ctrl, for there it begins a line. */
  #press(event) {
    const { target } = event;
    if (event.key !== "Enter" || event.isComposing || !target.matches(FIELDS) || breaksLine(event)) return;
    event.preventDefault();
    this.glance.hold();
    this.#form?.requestSubmit(this.#form.querySelector('[data-then="next"]'));
  }

  async #save(then = "stay") {
    const [item, form, field] = [this.#item, this.#form, this.field];
    if (this.#saving || !form) return;
    this.#setSaving(true);
    const others = Boolean(form.elements.mirrored_for_all?.checked);
    keep(form);
    this.on.problem("");
    let answer = null;
    try {
      answer = await fragment("POST", form.action, form);
    } catch (error) {
      if (this.#form === form) this.on.problem(error.message);
    }
    this.#setSaving(false);
    if (!answer) return;
    if (answer.status !== 200) return void (this.#form === form && this.#draw(answer.html, field));
    form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true })); // while it is in the page
    this.on.announce(gettext("Saved."));
    this.on.saved(item, answer.html, others);
    if (then === "next") await this.on.next();
    else await this.#go?.();
    if (this.#item !== item) return;
    this.close(); // nothing came after it
    this.glance.begin();
  }

  #setSaving(saving) {
    this.#saving = saving;
    this.slot.toggleAttribute("aria-busy", saving);
    for (const button of this.slot.querySelectorAll("[type=submit]")) {
      button.setAttribute("aria-disabled", String(saving));
    }
  }

  get #asking() {
    return this.#form !== null && !this.#form.querySelector("[data-unsaved]").hidden;
  }

  /** Shows the question, or with null takes it away. */
  #ask(go) {
    this.#go = go;
    if (go) this.#asked = this.field && document.activeElement;
    const box = this.#form.querySelector("[data-unsaved]");
    box.hidden = !go;
    this.#form.querySelector("[data-actions]").hidden = Boolean(go);
    const back = this.#asked ?? this.#form.querySelector(FIELDS);
    (go ? box.querySelector("[data-unsaved-do=save]") : back).focus();
  }

  #answer(how) {
    if (!this.#form) return;
    if (how === "keep") this.#ask(null);
    else if (how === "discard") {
      const go = this.#go;
      this.#form.reset();
      refresh(this.#form);
      this.#form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));
      if (go) go();
      else this.close();
    }
  }
}
