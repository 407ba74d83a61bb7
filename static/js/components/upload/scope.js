/**
 * Whose values the form shows: those for all pictures, or one picture's own.
 * A picture's own values lie over those for all; what it does not say itself, it takes from them.
 */
import * as metadata from "../metadata.js";
import { say } from "../format.js";

export class Scope {
  shared = {};
  current = null; // an item, or null for all

  constructor(form, queue, onChange) {
    this.form = form;
    this.queue = queue;
    this.primaryBox = form.querySelector("[data-only-one] [name]");
    this.initial = metadata.read(form);
    this.shared = { ...this.initial };
    const part = (name) => form.querySelector(`[data-${name}]`);
    Object.assign(this, {
      title: part("scope-title"),
      picture: part("scope-picture"),
      actions: part("scope-actions"),
      reset: part("scope-reset"),
      hint: part("scope-hint"),
      problem: part("problem"),
    });
    this.primaryLabel = form.querySelector("[data-only-one] [data-label]");
    this.primaryText = this.primaryLabel?.textContent;
    form.addEventListener("submit", (event) => event.preventDefault());
    const store = ({ target }) => this.#store(target, onChange);
    form.addEventListener("input", store);
    form.addEventListener("change", store);
    part("scope-all").addEventListener("click", () => {
      this.show(null);
      this.title.focus();
    });
    this.reset.addEventListener("click", () => {
      this.current.own = {};
      this.show(this.current);
      this.title.focus();
      onChange();
    });
    queue.addEventListener("changed", () => this.#drawPrimary());
    queue.addEventListener("removed", ({ detail }) => detail === this.current && this.show(null));
    this.show(null);
  }

  get hasPrimary() {
    return Boolean(this.primaryBox);
  }

  /** All the values of an item, its own and the common ones. */
  values(item) {
    return { ...this.shared, ...item?.own };
  }

  /** What goes with an item: {field: value}, the filled ones only. */
  fields(item) {
    const fields = metadata.applicable(this.form, this.values(item));
    if (this.primaryBox && this.queue.isPrimary(item)) {
      fields[this.primaryBox.closest("[data-field]").dataset.field] = "true";
    }
    return fields;
  }

  missing(item) {
    return metadata.missing(this.form, this.values(item));
  }

  /** What an item has of its own, in a few words: "" when it is like the others. */
  summary(item) {
    const own = metadata.applicable(this.form, this.values(item));
    const all = metadata.applicable(this.form, this.shared);
    const names = metadata.names(this.form).filter((name) => own[name] !== all[name]);
    if (!names.length) return "";
    const first = names.find((name) => own[name]);
    if (!first) return gettext("Own details");
    const text = metadata.label(this.form, first, own[first]);
    return names.length > 1 ? `${text} +${names.length - 1}` : text;
  }

  show(item) {
    const before = this.current;
    this.current = item;
    this.title.textContent = item
      ? say(gettext("For %(name)s"), { name: item.name })
      : this.title.dataset.all;
    this.picture.hidden = !item?.url;
    if (item?.url) this.picture.src = item.url;
    else this.picture.removeAttribute("src");
    this.actions.hidden = !item;
    this.hint.hidden = Boolean(item);
    this.showProblem("");
    metadata.write(this.form, this.values(item));
    this.#drawPrimary();
    this.#drawReset();
    for (const one of [before, item]) if (one) this.queue.update(one, {});
  }

  /** Says what is missing, where it is missing. */
  showMissing(item, { name, message }) {
    this.show(item);
    this.showProblem(message || gettext("Fill in this field."));
    metadata.focusField(this.form, name);
  }

  showProblem(text) {
    this.problem.hidden = !text;
    this.problem.textContent = text;
  }

  /** Has anything been said for all pictures? */
  get dirty() {
    return metadata.names(this.form).some((name) => (this.shared[name] ?? "") !== (this.initial[name] ?? ""));
  }

  restore(values) {
    this.shared = { ...this.initial, ...values };
    this.show(null);
  }

  clear() {
    this.shared = { ...this.initial };
    this.show(null);
  }

  #store(target, onChange) {
    if (target === this.primaryBox) {
      const choice = this.current ?? "first";
      this.queue.choosePrimary(this.primaryBox.checked ? choice : null);
      return;
    }
    metadata.settle(this.form, target);
    const now = metadata.read(this.form);
    const before = this.values(this.current);
    const own = this.current?.own ?? this.shared;
    for (const name of Object.keys(now)) if (now[name] !== (before[name] ?? "")) own[name] = now[name];
    this.showProblem("");
    this.#drawReset();
    onChange();
  }

  #drawReset() {
    this.reset.hidden = !this.current || !Object.keys(this.current.own).length;
  }

  #drawPrimary() {
    if (!this.primaryBox) return;
    const { queue, current } = this;
    this.primaryBox.checked = current ? queue.isPrimary(current) : queue.primary === "first";
    const text = this.primaryBox.closest("[data-field]").dataset.labelAll;
    this.primaryLabel.textContent = current || !text ? this.primaryText : text;
  }
}
