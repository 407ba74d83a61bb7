/**
 * What is said of the pictures of an upload, in layers: for all of them; above it what a picture
 * itself shows (item.seen), for "close-up" said of all does not mean the one through the dermoscope
 * among them; above it what is a picture's own (item.own). Values are {name: text}.
 */

export class Values {
  shared; // for all; proposals among them
  proposed = {}; // of `shared`: what nobody has said or altered
  #said = new Set(); // names of values for all that somebody chose

  constructor(blank) {
    this.blank = blank;
    this.shared = { ...blank };
  }

  of(item) {
    return { ...this.shared, ...this.seen(item), ...item?.own };
  }

  seen(item) {
    return item?.seen ?? {};
  }

  /** What of `of(item)` is a proposal. */
  unconfirmed(item) {
    return without({ ...this.proposed, ...this.seen(item) }, Object.keys(item?.own ?? {}));
  }

  /** Whether an item has anything that is not for all. */
  differs(item) {
    return Object.keys({ ...item.own, ...this.seen(item) }).length > 0;
  }

  /** Proposes these for all, and no others; over nothing that somebody said. */
  propose(values) {
    for (const name of Object.keys(this.proposed)) this.shared[name] = this.blank[name];
    const known = Object.entries(values).filter(([name]) => name in this.blank && !this.#said.has(name));
    this.proposed = Object.fromEntries(known);
    Object.assign(this.shared, this.proposed);
  }

  /** Somebody says these of an item, or with null of all. */
  say(item, values) {
    Object.assign(item?.own ?? this.shared, values);
    if (item) return;
    for (const name of Object.keys(values)) this.#said.add(name);
    this.proposed = without(this.proposed, Object.keys(values));
  }

  /** Has anything been said for all pictures? */
  get dirty() {
    const { blank, proposed, shared } = this;
    return Object.keys(blank).some((name) => (shared[name] ?? "") !== (proposed[name] ?? blank[name]));
  }

  restore(values) {
    this.clear();
    this.say(null, Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== this.blank[name])));
  }

  clear() {
    this.#said.clear();
    this.shared = { ...this.blank, ...this.proposed };
  }
}

const without = (values, names) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
