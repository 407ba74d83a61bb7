/**
 * Which picture the viewer shows. Knows the items of the page and no element of the viewer: whoever
 * draws, loads or remembers something listens.
 * Events, with {item} as detail: "open"; "show", another picture (or the same again) is wanted;
 * "update", the page has changed and more, or something else, is known of the same picture; "close".
 */
import { refresh } from "../images-changed.js";
import { collect, loadMore, markDeleted, markRestored, total } from "./items.js";

export class Controller extends EventTarget {
  /** Asked before the picture on show is left; who answers false calls `go` later, or never. */
  mayLeave = (_go) => true;
  #items = [];
  #current = null;
  #open = false;

  get items() { return this.#items; }

  get current() { return this.#current; }

  get isOpen() { return this.#open; }

  /** The current item's place in the list, from 0. */
  get index() {
    return this.#items.findIndex(({ id }) => id === this.#current.id);
  }

  /** How many there are, those that the page has not loaded included. */
  get total() { return total(this.#items); }

  find(id) {
    return this.#items.find((item) => item.id === id);
  }

  /** Opens at the picture of this id; false when the page has none. */
  open(id) {
    this.#items = collect();
    const item = this.find(id);
    if (!item) return false;
    this.#current = item;
    if (!this.#open) {
      this.#open = true;
      this.#emit("open");
    }
    this.show(item);
    return true;
  }

  /** `forced`: it is closed already. */
  close({ forced = false } = {}) {
    if (!this.#open || (!forced && !this.mayLeave(() => this.close()))) return;
    this.#open = false;
    this.#emit("close");
  }

  /** To the picture of this id, as somebody wishes. */
  pick(id) {
    const item = this.find(id);
    if (item && this.mayLeave(() => this.pick(id))) this.show(item);
  }

  show(item) {
    this.#current = item;
    this.#emit("show");
  }

  /** To the next picture (1) or the one before (-1); past the last one the page loads more. */
  async step(by) {
    if (!this.mayLeave(() => this.step(by))) return;
    const { index } = this;
    let next = this.#items[index + by];
    if (!next && by > 0 && index + 1 < this.total && (await loadMore())) {
      this.#items = collect();
      next = this.#items[this.index + 1];
    }
    if (next && this.#open) this.show(next);
  }

  /** To the next picture that is `wanted`, or while closed the first; resolves to whether there is one. */
  async seek(wanted) {
    const next = () => this.#items.slice(this.#open ? this.index + 1 : 0).find(wanted);
    if (!this.#open) this.#items = collect();
    while (!next() && (await loadMore())) this.#items = collect();
    const item = next();
    if (!item) return false;
    if (this.#open) this.show(item);
    else this.open(item.id);
    return true;
  }

  /** The picture was deleted: the next one takes its place, or the viewer closes. */
  async remove({ id }) {
    const index = this.#items.findIndex((item) => item.id === id);
    markDeleted(id);
    const rest = this.#items.filter((item) => item.id !== id);
    const next = rest[index] ?? rest.at(-1);
    if (next) this.show(next);
    else this.close();
    await this.refresh();
  }

  /** The picture is back; with `shown`, the viewer shows it again. */
  async restore({ id }, { shown }) {
    markRestored(id);
    await this.refresh();
    if (this.#open) this.pick(id);
    else if (shown) this.open(id);
  }

  /** Has the page fetch its pictures anew; resolves when they are here. */
  async refresh() {
    await refresh();
    this.reread();
  }

  /** Reads the page's pictures anew. One that its filter leaves out by now stays while it is shown. */
  reread() {
    const [current, index] = [this.#current, this.#current ? this.index : -1];
    this.#items = collect();
    if (!this.#open || !current) return;
    const fresh = this.find(current.id);
    if (!fresh) this.#items.splice(Math.max(index, 0), 0, current);
    this.#current = fresh ?? current;
    this.#emit("update");
  }

  #emit(name) {
    this.dispatchEvent(new CustomEvent(name, { detail: { item: this.#current } }));
  }
}
