/**
 * Whose values the form shows: those for all pictures, or one picture's own.
 * What lies over what: values.js. Event "drawn": it shows other values, or somebody else's.
 */
import * as metadata from "../metadata.js";
import { say } from "../format.js";
import { Values } from "./values.js";

export class Scope extends EventTarget {
  current = null; // an item, or null for all

  constructor(form, queue, onChange) {
    super();
    this.onChange = onChange;
    this.form = form;
    this.queue = queue;
    this.primaryBox = form.querySelector("[data-only-one] [name]");
    this.layers = new Values(metadata.read(form));
    const part = (name) => form.querySelector(`[data-${name}]`);
    Object.assign(this, {
      title: part("scope-title"),
      picture: part("scope-picture"),
      actions: part("scope-actions"),
      reset: part("scope-reset"),
      onward: part("scope-next"),
      hint: part("scope-hint"),
      problem: part("problem"),
    });
    this.primaryLabel = form.querySelector("[data-only-one] [data-label]");
    this.primaryText = this.primaryLabel?.textContent;
    form.addEventListener("submit", (event) => event.preventDefault());
    const store = ({ target }) => this.#store(target);
    form.addEventListener("input", store);
    form.addEventListener("change", store);
    part("scope-all").addEventListener("click", () => {
      this.show(null);
      this.title.focus();
    });
    this.reset.addEventListener("click", () => {
      Object.assign(this.current, { own: {}, seen: null });
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
    return this.layers.of(item);
  }

  /** What is for all pictures. */
  get shared() {
    return this.layers.shared;
  }

  /** Puts proposals into the form for all pictures. */
  propose(values) {
    this.layers.propose(values);
    this.show(this.current);
    this.onChange();
  }

  /** As if somebody had chosen these in the form. */
  choose(values) {
    this.layers.say(this.current, values);
    this.show(this.current);
    this.onChange();
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
    this.onward.hidden = !this.next;
    this.hint.hidden = Boolean(item);
    this.showProblem("");
    metadata.write(this.form, this.values(item));
    this.#drawPrimary();
    this.#drawn();
    for (const one of [before, item]) if (one) this.queue.update(one, {});
  }

  /** Says what is missing, where it is missing. */
  showMissing(item, { name, message }) {
    this.show(item);
    this.showProblem(message || gettext("Fill in this field."));
    this.#drawn();
    metadata.focusField(this.form, name);
  }

  /** As `show`, with the focus in the field of this name, or in the first. */
  enter(item, name) {
    this.show(item);
    metadata.focusField(this.form, name ?? metadata.names(this.form)[0]);
  }

  /** The picture whose details come next, or undefined. */
  get next() {
    const items = this.queue.with("ready", "failed").filter(({ frozen }) => !frozen);
    return items[items.indexOf(this.current) + 1];
  }

  showProblem(text) {
    this.problem.hidden = !text;
    this.problem.textContent = text;
  }

  /** Has anything been said for all pictures? */
  get dirty() {
    return this.layers.dirty;
  }

  restore(values) {
    this.layers.restore(values);
    this.show(null);
  }

  clear() {
    this.layers.clear();
    this.show(null);
  }

  #store(target) {
    if (target === this.primaryBox) {
      const choice = this.current ?? "first";
      this.queue.choosePrimary(this.primaryBox.checked ? choice : null);
      return;
    }
    metadata.settle(this.form, target);
    const now = metadata.read(this.form);
    const before = this.values(this.current);
    const altered = Object.entries(now).filter(([name, value]) => value !== (before[name] ?? ""));
    this.layers.say(this.current, Object.fromEntries(altered));
    this.showProblem("");
    this.#drawn();
    this.onChange();
  }

  #drawn() {
    this.reset.hidden = !this.current || !this.layers.differs(this.current);
    this.dispatchEvent(new CustomEvent("drawn"));
  }

  #drawPrimary() {
    if (!this.primaryBox) return;
    const { queue, current } = this;
    this.primaryBox.checked = current ? queue.isPrimary(current) : queue.primary === "first";
    const text = this.primaryBox.closest("[data-field]").dataset.labelAll;
    this.primaryLabel.textContent = current || !text ? this.primaryText : text;
  }
}
