/**
 * Nothing drawn or typed is lost: what is not saved yet is kept in this tab (drafts/store.js), found
 * again after a reload or a lost connection, and warned about before the page is left.
 */
import * as store from "../../drafts/store.js";

const DELAY = 300; // ms
const user = document.body.dataset.user ?? "";
const keyOf = (path) => `${user}|${path}|annotation`;

export class Unsaved {
  #timer = null;

  /** `read()`: {path, draft} of now; the draft is null where there is nothing to be lost. */
  constructor(read) {
    this.read = read;
    window.addEventListener("pagehide", () => this.#timer && this.#keep());
    window.addEventListener("beforeunload", (event) => this.read().draft && event.preventDefault());
    store.onChange(() => this.#stop());
  }

  /** Something was drawn or typed. */
  changed() {
    this.#stop();
    this.#timer = setTimeout(() => this.#keep(), DELAY);
  }

  find(path) { return user ? store.get(keyOf(path))?.draft ?? null : null; }

  forget(path) {
    this.#stop();
    store.remove(keyOf(path));
  }

  #keep() {
    this.#stop();
    const { path, draft } = this.read();
    if (!user || !path) return;
    if (draft) store.put(keyOf(path), { user, at: Date.now(), id: null, draft });
    else store.remove(keyOf(path));
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }
}
