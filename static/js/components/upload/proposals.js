/**
 * What is proposed for the pictures of an upload: by the page, in a [data-proposal] that is read each
 * time the modal opens (consultations/proposals.py), and by what a picture itself shows. It stands in
 * the form, marked, and in a line that says where it comes from; a press takes it away.
 */
import { say } from "../format.js";
import * as metadata from "../metadata.js";
import { showsRoundField } from "./round-field.js";

export class Proposals {
  #page = null; // {parts, offers, offers_why, round}
  #text = ""; // the page's, as it was read
  #refused = ""; // the one that somebody took away
  #looked = new WeakSet();

  constructor(form, queue, scope) {
    Object.assign(this, { form, queue, scope });
    const part = (name) => form.querySelector(`[data-proposed${name}]`);
    Object.assign(this, { box: part(""), list: part("-list"), offers: part("-offers") });
    part("-clear").addEventListener("click", () => this.#refuse());
    this.offers.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-offer]");
      if (button) this.#take(this.#page.offers[button.dataset.offer].values);
    });
    queue.addEventListener("changed", ({ detail }) => this.#look(detail));
    scope.addEventListener("drawn", () => this.#draw());
    document.addEventListener("htmx:load", () => form.closest("dialog[open]") && this.read());
    for (const type of ["changed", "removed"]) queue.addEventListener(type, () => this.#draw());
  }

  /** Reads what the page proposes by now. */
  read() {
    const text = document.querySelector("[data-proposal]")?.dataset.proposal ?? "";
    if (text === this.#text) return;
    this.#text = text;
    this.#page = text ? JSON.parse(text) : null;
    if (text !== this.#refused) this.#refused = "";
    this.scope.propose(Object.assign({}, ...(this.#page?.parts ?? []).map(({ values }) => values)));
    for (const item of this.queue.items) this.#look(item);
  }

  /** What the picture itself shows, once there is a preview of it. */
  async #look(item) {
    if (!this.#page || !item.url || this.#looked.has(item)) return;
    this.#looked.add(item);
    if (!(await showsRoundField(item.url)) || item.status !== "ready" || this.#refused) return;
    item.seen = this.#page.round.values;
    this.queue.update(item, {});
    if (this.scope.current === item) this.scope.show(item);
  }

  #refuse() {
    const { current } = this.scope;
    if (current) current.seen = null;
    else {
      this.#refused = this.#text;
      for (const item of this.queue.items) item.seen = null;
      this.scope.propose({});
    }
    this.scope.show(current);
    for (const item of this.queue.items) this.queue.update(item, {});
    this.scope.title.focus();
  }

  #take(values) {
    this.scope.choose(values);
    const name = metadata.missing(this.form, this.scope.values(this.scope.current))?.name;
    metadata.focusField(this.form, name ?? Object.keys(values)[0]);
  }

  #draw() {
    const { form, scope } = this;
    const open = scope.layers.unconfirmed(scope.current);
    const shown = scope.values(scope.current);
    for (const element of form.querySelectorAll("[data-field]")) {
      element.toggleAttribute("data-unconfirmed", element.dataset.field in open && !element.hidden);
    }
    const lines = [...this.#pageLines(open, shown), ...this.#seenLines()];
    this.box.hidden = !lines.length;
    const key = lines.flat().join();
    if (this.list.dataset.shown !== key) this.list.replaceChildren(...lines.map(paragraph));
    this.list.dataset.shown = key;
    this.#drawOffers(shown);
  }

  #pageLines(open, shown) {
    if (this.scope.current) return []; // they are said of all
    return (this.#page?.parts ?? []).flatMap(({ values, why }) => this.#line(keep(values, open), shown, why));
  }

  #seenLines() {
    const { queue, scope } = this;
    const { current, layers } = scope;
    const items = current ? [current] : queue.items;
    const those = items.filter((item) => item.status === "ready" && Object.keys(keep(layers.seen(item), layers.unconfirmed(item))).length);
    if (!those.length) return [];
    const [line] = this.#line(layers.seen(those[0]), scope.values(those[0]), this.#page.round.why);
    if (current || !line) return line ? [line] : [];
    const count = those.length;
    const text = ngettext("%(what)s: %(count)s picture", "%(what)s: %(count)s pictures", count);
    return [[say(text, { what: line[0], count }), line[1]]];
  }

  /** [["Dermoscopy · Nose", why]], of the values that apply; empty where none does. */
  #line(values, shown, why) {
    const applicable = metadata.applicable(this.form, shown);
    const labels = Object.keys(values).filter((name) => applicable[name] === values[name]);
    if (!labels.length) return [];
    return [[metadata.describe(this.form, labels, values), why]];
  }

  /** Sites of which the page cannot tell which is meant; while none is chosen. */
  #drawOffers(shown) {
    const offers = (this.#page?.offers ?? []).map((offer, place) => ({ ...offer, place }));
    const open = offers.filter(({ values }) => Object.keys(values).every((name) => !shown[name]));
    const key = open.map(({ place }) => place).join();
    this.offers.hidden = !open.length;
    if (this.offers.dataset.shown === key) return;
    this.offers.dataset.shown = key;
    if (open.length) this.offers.firstElementChild.textContent = this.#page.offers_why;
    this.offers.lastElementChild.replaceChildren(
      ...open.map(({ label, place }) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: label });
        button.dataset.offer = place;
        return button;
      }),
    );
  }
}

const keep = (values, open) => Object.fromEntries(Object.entries(values).filter(([name]) => name in open));

function paragraph([what, why]) {
  const [line, strong] = ["p", "b"].map((name) => document.createElement(name));
  strong.textContent = what;
  line.append(strong, " ", why);
  return line;
}
