/**
 * A front camera's picture may be mirrored, and only who took it knows. The server sees which are
 * such; once they are stored the box [data-mirrors] asks of each, or of all of them at once. The
 * answer is kept with the image; without one it is asked in the viewer's form.
 */
import { api } from "../api.js";
import { fromTemplate, reveal } from "../dialog.js";
import { say } from "../format.js";

export class Mirrors {
  #rows = new Map(); // item → <li>
  #answered = new WeakSet();

  /** `on`: changed() when an answer was stored, conclude() when none is left to be given. */
  constructor(dialog, queue, footer, on) {
    const part = (name) => dialog.querySelector(`[data-mirrors${name}]`);
    Object.assign(this, { queue, footer, on, url: dialog.dataset.putAway, box: part("") });
    Object.assign(this, { title: part("-title"), list: part("-list"), all: part("-all"), template: part("-template") });
    this.box.addEventListener("click", ({ target }) => {
      const value = target.closest("[data-mirror]")?.dataset.mirror;
      const item = [...this.#rows].find(([, row]) => row.contains(target))?.[0];
      if (value) this.#answer(item ? [item] : this.items, value);
      else if (target.closest("[data-mirrors-later]")) this.#end(this.items);
    });
    queue.addEventListener("removed", () => this.#rows.size && this.#draw());
  }

  /** Stored ones of which nobody has said it yet. */
  get items() {
    return this.queue.with("sent").filter((item) => item.result?.mirrored === "unknown" && !this.#answered.has(item));
  }

  /** Asks, where there is something to ask; answers whether there is. */
  ask() {
    this.#draw();
    if (!this.items.length) return false;
    this.box.focus({ preventScroll: true });
    reveal(this.box, { top: true });
    return true;
  }

  async #answer(items, mirrored) {
    this.box.inert = true;
    try {
      await api("PATCH", this.url, { ids: items.map(({ result }) => result.id), mirrored });
    } catch ({ message }) {
      return this.footer.fail(message);
    } finally {
      this.box.inert = false;
    }
    this.on.changed();
    return this.#end(items);
  }

  #end(items) {
    for (const item of items) this.#answered.add(item);
    this.#draw();
    if (this.items.length) this.list.querySelector("button").focus();
    else this.on.conclude();
  }

  #draw() {
    const { items } = this;
    for (const [item, row] of this.#rows) {
      if (items.includes(item)) continue;
      row.remove();
      this.#rows.delete(item);
    }
    for (const item of items) {
      if (this.#rows.has(item)) continue;
      this.#rows.set(item, this.list.appendChild(this.#row(item)));
    }
    const count = items.length;
    this.box.hidden = !count;
    this.all.hidden = count < 2;
    const text = ngettext(
      "%(count)s image is of a front camera. Is it mirrored, left for right?",
      "%(count)s images are of a front camera. Are they mirrored, left for right?",
      count,
    );
    this.title.textContent = count ? say(text, { count }) : "";
  }

  #row({ name, url }) {
    const row = fromTemplate(this.template);
    const picture = row.querySelector("img");
    if (url) picture.src = url;
    picture.hidden = !url;
    row.querySelector("[data-mirrors-name]").textContent = name;
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-label", `${button.textContent}: ${name}`);
    }
    return row;
  }
}
