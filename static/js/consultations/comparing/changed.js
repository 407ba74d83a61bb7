/**
 * A kept comparison that was changed since this page read it: what stands there now is shown beside
 * one's own, field by field, and one chooses. What only the other one changed is taken over.
 */
import { fromTemplate } from "../../components/dialog.js";
import { say } from "../../components/format.js";

const WORDS = ["name", "note"];
const LYING = "lying"; // how the images are shown and lie: all of it, or nothing
const FIELDS = [...WORDS, LYING];

/** How the images of a comparison lie, as a text: `told` is {mode, view, panes} as the API has it. */
function lyingOf({ mode, view, panes }) {
  const number = (value) => Number(value).toPrecision(12);
  const lay = panes.map(({ image, transform: { a, b, x, y }, flipped }) => [image, flipped, ...[a, b, x, y].map(number)]);
  return JSON.stringify([mode, view && [view.x, view.y, view.zoom, view.angle].map(number), lay]);
}

const parts = (told) => ({ name: told.name, note: told.note, [LYING]: lyingOf(told) });

export class Changed {
  #read; // what this page was shown
  #asked = []; // what two have changed
  #taken = false; // the other one's arrangement, which this page had left as it was

  /** `form`: the dialog's; `shown`: {mode, view, panes} as the page was sent. */
  constructor(form, shown) {
    this.form = form;
    const { name, note } = form.elements;
    this.#read = parts({ ...shown, name: name.value, note: note.value });
    const part = (which) => form.querySelector(`[data-changed${which}]`);
    Object.assign(this, { box: part(""), list: part("-fields"), template: part("-field"), link: part("-link") });
  }

  /** `told` stands there now, and this page has seen it. */
  settle(told) {
    this.#read = parts(told);
    this.#asked = [];
    this.#taken = false;
    this.#draw(told, told);
  }

  /** `current` stands there, and not what `mine` was made of. Answers whether there is a choice to make. */
  show(current, mine) {
    const [theirs, own] = [parts(current), parts(mine)];
    const differ = FIELDS.filter((name) => theirs[name] !== this.#read[name] && theirs[name] !== own[name]);
    this.#asked = differ.filter((name) => own[name] !== this.#read[name]);
    for (const name of WORDS) {
      if (differ.includes(name) && !this.#asked.includes(name)) this.form.elements[name].value = theirs[name];
    }
    this.#taken = differ.includes(LYING) && !this.#asked.includes(LYING);
    this.#read = theirs;
    this.#draw(current, mine);
    return this.#asked.length > 0;
  }

  /** What of `mine` is to be written, and whether another arrangement than this page's stays. */
  chosen(mine) {
    const keeps = (name) => this.#asked.includes(name) && this.form.elements[`keep-${name}`].value === "stored";
    const others = this.#taken || keeps(LYING);
    const left = Object.entries(mine).filter(([name]) => (WORDS.includes(name) ? !keeps(name) : !others));
    return { fields: Object.fromEntries(left), others };
  }

  #draw(current, mine) {
    this.box.hidden = !this.#asked.length;
    this.list.replaceChildren(...this.#asked.map((name) => this.#question(name, current, mine)));
    if (current.id) this.link.search = `?comparison=${current.id}`;
    this.list.querySelector("input")?.focus();
  }

  #question(name, current, mine) {
    const element = fromTemplate(this.template);
    const label = name === LYING ? gettext("How the images lie") : this.form.elements[name].labels[0].textContent;
    element.querySelector("legend").textContent = label;
    for (const radio of element.querySelectorAll("input")) radio.name = `keep-${name}`;
    element.querySelector("[data-stored]").textContent = inWords(name, current);
    element.querySelector("[data-mine]").textContent = inWords(name, mine);
    return element;
  }
}

/** A text itself; of how the images lie "Overlay, 2 images". */
function inWords(name, told) {
  if (name !== LYING) return told[name] || "–";
  const mode = document.querySelector(`[data-mode-button="${told.mode}"] span`).textContent;
  const { length: count } = told.panes;
  return `${mode}, ${say(ngettext("%(count)s image", "%(count)s images", count), { count })}`;
}
