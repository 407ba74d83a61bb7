/**
 * Poor pictures stop the hand while the patient is still there: the box [data-poor] says which, each
 * with "Retake" and "Keep", before they are sent and (the server sees more) after.
 */
import { fromTemplate, reveal } from "../dialog.js";
import { phrase, say } from "../format.js";
import { isPoor, reasonsOf } from "./queue.js";

const VERDICTS = {
  damaged: () => gettext("Damaged file"),
  blurred: () => gettext("Blurred"),
  soft: () => gettext("Slightly blurred"),
  overexposed: () => gettext("Overexposed"),
  underexposed: () => gettext("Underexposed"),
};

/** "Blurred, overexposed", or "" of a good one. */
export const reasonsInWords = (item) =>
  phrase(reasonsOf(item).map((reason) => VERDICTS[reason]?.() ?? gettext("To check")));

const LONGEST = 3000; // ms that sending waits for the verdicts
const ON_PHONE = matchMedia("(pointer: coarse) and (hover: none)");

export class Poor {
  #rows = new Map(); // item → <li>
  #retaken = null; // whose new picture is being chosen

  /** `on`: retaken(item, file), kept(items). */
  constructor(dialog, queue, on) {
    const part = (name) => dialog.querySelector(`[data-${name}]`);
    Object.assign(this, {
      box: part("poor"),
      title: part("poor-title"),
      list: part("poor-list"),
      all: part("keep-all"),
      template: part("poor-template"),
      input: part("retake-input"),
      queue,
    });
    this.input.toggleAttribute("capture", ON_PHONE.matches); // the camera at once
    this.input.addEventListener("change", () => {
      const [file] = this.input.files;
      this.input.value = "";
      if (file && this.#retaken) on.retaken(this.#retaken, file);
      this.#retaken = null;
    });
    this.box.addEventListener("click", ({ target }) => {
      const item = [...this.#rows].find(([, row]) => row.contains(target))?.[0];
      if (target.closest("[data-retake]")) {
        this.#retaken = item;
        this.input.click();
      } else if (target.closest("[data-keep]")) this.#keep([item], on);
      else if (target.closest("[data-keep-all]")) this.#keep(this.items, on);
    });
    for (const type of ["added", "removed", "changed"]) queue.addEventListener(type, () => this.#draw());
  }

  /** Those about which nothing has been said yet. */
  get items() {
    return this.queue.items.filter((item) => isPoor(item) && !this.#replaced(item));
  }

  /** Resolves to whether any of `items` is poor: then they are not sent, and the box says why. */
  async stops(items) {
    const pause = new Promise((done) => setTimeout(done, LONGEST)); // the server judges the others
    await Promise.race([Promise.all(items.map((item) => item.looked)), pause]);
    if (!items.some((item) => this.items.includes(item))) return false;
    this.box.focus({ preventScroll: true });
    reveal(this.box, { top: true });
    return true;
  }

  #replaced(item) {
    return this.queue.items.some(({ instead }) => instead === item);
  }

  #keep(items, on) {
    for (const item of items) this.queue.update(item, { kept: true });
    on.kept(items);
  }

  #draw() {
    const { items } = this;
    const held = this.box.contains(document.activeElement);
    for (const [item, row] of this.#rows) {
      if (items.includes(item)) continue;
      row.remove();
      this.#rows.delete(item);
    }
    for (const item of items) {
      if (!this.#rows.has(item)) this.#rows.set(item, this.list.appendChild(fromTemplate(this.template)));
      this.#fill(this.#rows.get(item), item);
    }
    const count = items.length;
    this.box.hidden = !count;
    this.all.hidden = count < 2;
    const text = ngettext(
      "%(count)s image may be hard to read. Retake it while the patient is here?",
      "%(count)s images may be hard to read. Retake them while the patient is here?",
      count,
    );
    const said = count ? say(text, { count }) : "";
    if (this.title.textContent !== said) this.title.textContent = said; // it is read aloud
    if (held && !this.box.contains(document.activeElement)) {
      (count ? this.list.querySelector("[data-retake]") : this.fallback())?.focus();
    }
  }

  fallback() {
    return this.box.closest("dialog").querySelector("[data-send]:not([hidden], :disabled), [data-cancel]");
  }

  #fill(row, item) {
    const part = (name) => row.querySelector(`[data-${name}]`);
    const picture = row.querySelector("img");
    if (item.url && picture.getAttribute("src") !== item.url) picture.src = item.url;
    picture.hidden = !item.url;
    part("poor-name").textContent = item.name;
    part("poor-reason").textContent = reasonsInWords(item);
    part("retake").setAttribute("aria-label", say(gettext("Retake %(name)s"), { name: item.name }));
    part("keep").setAttribute("aria-label", say(gettext("Keep %(name)s"), { name: item.name }));
  }
}
