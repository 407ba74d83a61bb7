/**
 * Keeping the comparison under a name, and changing the one that was opened: only the version that
 * this page has read. Of one that somebody else has changed meanwhile both are shown (changed.js), and
 * nothing is written until one has chosen.
 */
import { exchange } from "../../components/api.js";
import { onCloseRequest, openDialog, reveal } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";
import { Changed } from "./changed.js";

export class Keeping {
  #etag;
  #busy = false;

  /**
   * `state()`: {mode, view, panes}; `shown`: the same as the page was sent, in the API's words;
   * `kept()`: it has a key, or none any more.
   */
  constructor(dialog, { state, shown, kept }) {
    Object.assign(this, { dialog, state, kept });
    this.#etag = dialog.dataset.etag;
    this.form = dialog.querySelector("form");
    this.changed = new Changed(this.form, shown);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(() => this.#keep(event.submitter?.value));
    });
    dialog.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-keep]")?.dataset.keep;
      if (act === "close") dialog.close();
      else if (act === "delete") this.#part("confirm").hidden = false;
      else if (act === "really-delete") this.#run(() => this.#delete());
    });
    onCloseRequest(dialog, () => this.#busy || dialog.close());
  }

  get #key() {
    return this.dialog.dataset.comparison;
  }

  get #url() {
    return this.dialog.dataset.one.replace(/0$/, this.#key);
  }

  open() {
    this.#draw();
    this.#tell("");
    openDialog(this.dialog);
    this.form.elements.name.select();
  }

  /** What this page would have it be. */
  get #fields() {
    const { mode, view, panes } = this.state();
    return {
      name: this.form.elements.name.value.trim(),
      note: this.form.elements.note.value,
      mode,
      view: { ...view, angle: view.angle % 360 },
      panes: panes.map(({ id, transform, flipped }) => ({ image: Number(id), transform, flipped })),
    };
  }

  async #keep(how) {
    const { fields, others } = this.changed.chosen(this.#fields);
    const isNew = !this.#key || how === "new";
    const answer = isNew
      ? await exchange("POST", this.dialog.dataset.all, this.#fields)
      : await exchange("PATCH", this.#url, fields, { etag: this.#etag });
    this.#etag = answer.etag;
    this.changed.settle(answer.data);
    this.dialog.dataset.comparison = answer.data.id;
    this.dialog.close();
    if (others && !isNew) return location.assign(`?comparison=${answer.data.id}`); // as it lies now
    this.kept();
    return toast(gettext("The comparison is saved."), { kind: "success" });
  }

  async #delete() {
    await exchange("DELETE", this.#url, undefined, { etag: this.#etag });
    delete this.dialog.dataset.comparison;
    this.dialog.close();
    this.kept();
    toast(gettext("The comparison is deleted. The images stay."), { kind: "success" });
  }

  async #run(act) {
    if (this.#busy) return;
    this.#busy = true;
    this.form.inert = true;
    this.#tell("");
    try {
      await act();
    } catch (error) {
      this.form.inert = false;
      if (error.current) this.#show(error);
      else this.#tell(error.message);
    }
    this.form.inert = false;
    this.#busy = false;
  }

  /** Somebody has changed it: what stands there is told, and a second press is a choice. */
  #show({ current, etag, message }) {
    this.#etag = etag;
    const asked = this.changed.show(current, this.#fields);
    this.#part("confirm").hidden = true;
    if (asked) reveal(this.#part("changed"), { top: true });
    else this.#tell(`${message} ${gettext("What was changed is in the form by now: check it, then save again.")}`);
  }

  #draw() {
    for (const part of this.dialog.querySelectorAll("[data-kept]")) part.hidden = !this.#key;
    this.#part("former").href = this.dialog.dataset.versions.replace("/0/", `/${this.#key}/`);
    this.#part("confirm").hidden = true;
  }

  #tell(text) {
    this.#part("problem").textContent = text;
    this.#part("problem").hidden = !text;
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }
}
