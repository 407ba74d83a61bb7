/**
 * From one image that lacks something to the next: a press on [data-walk] opens the viewer at the first
 * [data-incomplete] tile, its form open; saving leads to the next, and after the last one a word says
 * how many are left.
 */
import { say } from "../format.js";
import { refresh } from "../images-changed.js";
import { toast } from "../toast.js";

const wanted = ({ incomplete }) => incomplete;
const onPage = () => document.querySelectorAll("[data-incomplete]").length;

export class Walk {
  #on = false;
  #before = 0; // incomplete tiles of the page as the viewer opened

  /** `edit(field)` opens the form of the picture on show. */
  constructor(controller, edit) {
    Object.assign(this, { controller, edit });
    controller.addEventListener("open", () => (this.#before = onPage()));
    controller.addEventListener("close", () => this.#closed());
    document.addEventListener("click", (event) => {
      if (event.target.closest?.("[data-walk]") && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        this.#start();
      }
    });
  }

  /** To the picture that comes after a saved one; resolves when it is there, or there is none. */
  async next() {
    if (!this.#on) return this.controller.step(1);
    if (await this.controller.seek(wanted)) return undefined;
    this.#on = false;
    const left = this.controller.items.filter(wanted).length;
    const text = left
      ? say(ngettext("%(count)s image is still to complete.", "%(count)s images are still to complete.", left), { count: left })
      : gettext("Every image has its type and its site.");
    return toast(text, left ? {} : { kind: "success" });
  }

  async #start() {
    if (!(await this.controller.seek(wanted))) return;
    this.#on = true;
    this.edit();
  }

  /** The page says how many are to complete: it says so anew where that has changed. */
  #closed() {
    this.#on = false;
    if (document.querySelector("[data-walk]") && onPage() !== this.#before) refresh();
  }
}
