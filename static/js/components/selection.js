import { onLongPress } from "./long-press.js";

/**
 * Choosing many: checkboxes [data-pick] in a [data-grid] whose items are [data-item].
 * A press chooses one, Shift and a press all up to it, Ctrl+A all that are shown, Esc none. While
 * something is chosen a press on a picture chooses, too; a finger held on one begins. What is chosen outlives a redrawn grid.
 * Events: "change"; "act", Enter at a checkbox: to what is done with the chosen ones; "full" when no more can be chosen (a form has at most a thousand fields).
 */
const MOST = 900;

export class Selection extends EventTarget {
  #chosen = new Set();
  #anchor = null;
  #shift = false;

  constructor() {
    super();
    // Before the menus hear it: the Esc that closes one must not take the choice away, too.
    document.addEventListener("keydown", (event) => this.#key(event), true);
    document.addEventListener("keyup", ({ shiftKey }) => (this.#shift = shiftKey));
    // Before whatever else a press on a picture does.
    document.addEventListener("click", (event) => this.#click(event), true);
    onLongPress("[data-grid] [data-item]", (item) => this.#press(item));
    document.addEventListener("change", ({ target }) => {
      if (target.matches?.("[data-pick]")) this.#toggled(target);
    });
    for (const drawn of ["htmx:load", "htmx:oobAfterSwap", "tile:drawn"]) {
      document.addEventListener(drawn, () => this.#restore());
    }
    // A browser that goes back may have kept what was checked.
    for (const box of this.#boxes) if (box.checked) this.#chosen.add(box.value);
  }

  get ids() {
    return this.#boxes.map(({ value }) => value).filter((id) => this.#chosen.has(id));
  }

  get items() {
    return this.#boxes.filter(({ checked }) => checked).map((box) => box.closest("[data-item]"));
  }

  /** The checkbox that was pressed last, or the first one. */
  get last() {
    const boxes = this.#boxes;
    return boxes.find(({ value }) => value === this.#anchor) ?? boxes[0];
  }

  clear() {
    this.#set(this.#boxes, false);
    this.#chosen.clear();
    this.#tell();
  }

  get #boxes() {
    return [...document.querySelectorAll("[data-grid] [data-pick]")];
  }

  #toggled(box) {
    const boxes = this.#boxes;
    const [from, to] = [boxes.findIndex(({ value }) => value === this.#anchor), boxes.indexOf(box)];
    const range = this.#shift && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box];
    this.#set(range, box.checked);
    this.#anchor = box.value;
    this.#tell();
  }

  #set(boxes, on) {
    let full = false;
    for (const box of boxes) {
      const more = on && (this.#chosen.size < MOST || this.#chosen.has(box.value));
      full ||= on && !more;
      box.checked = more;
      if (more) this.#chosen.add(box.value);
      else this.#chosen.delete(box.value);
    }
    if (full) this.dispatchEvent(new CustomEvent("full", { detail: MOST }));
  }

  #click(event) {
    this.#shift = event.shiftKey;
    const item = event.target.closest?.("[data-grid] [data-item]");
    const link = item && event.target.closest("a:has(.pic)");
    // The keyboard's Enter (no press: detail is 0) opens the picture, as ever.
    if (!link || !event.detail || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.#chosen.size && !event.shiftKey) return;
    event.preventDefault();
    this.#press(item, event.shiftKey);
  }

  /** A press on the item's picture. */
  #press(item, on = false) {
    const box = item.querySelector("[data-pick]");
    box.checked = on || !box.checked;
    box.focus({ preventScroll: true });
    this.#toggled(box);
  }

  #key(event) {
    this.#shift = event.shiftKey;
    const { key, target } = event;
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const inGrid = target.closest?.("[data-grid]");
    if (key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey) && inGrid) {
      event.preventDefault();
      this.#set(this.#boxes, true);
      this.#tell();
    } else if (key === "Escape" && this.#chosen.size && !document.querySelector("[data-menu][open]")) {
      this.clear();
    } else if (key === "Enter" && target.matches?.("[data-pick]")) {
      event.preventDefault(); // it would send the form
      if (this.#chosen.size) this.dispatchEvent(new Event("act"));
    }
  }

  /** Tiles that were drawn anew are checked again; those that are gone are forgotten. */
  #restore() {
    const boxes = this.#boxes;
    const before = this.#chosen.size;
    for (const box of boxes) box.checked = this.#chosen.has(box.value);
    const there = new Set(boxes.map(({ value }) => value));
    for (const id of this.#chosen) if (!there.has(id)) this.#chosen.delete(id);
    if (before || this.#chosen.size) this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}
