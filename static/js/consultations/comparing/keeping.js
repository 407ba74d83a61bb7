/**
 * Keeping the comparison under a name, and changing the one that was opened. Somebody else may have
 * changed it meanwhile: then nothing is written until one has chosen.
 */
import { api } from "../../components/api.js";
import { onCloseRequest, openDialog } from "../../components/dialog.js";
import { toast } from "../../components/toast.js";

export class Keeping {
  #etag = null;
  #busy = false;

  /** `state()`: {mode, view, panes}; `kept()`: it has a key, or none any more. */
  constructor(dialog, { state, kept }) {
    Object.assign(this, { dialog, state, kept });
    this.form = dialog.querySelector("form");
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
    return `${this.dialog.dataset.one}${this.#key}`;
  }

  async open() {
    this.#draw();
    this.#tell("");
    openDialog(this.dialog);
    this.form.elements.name.select();
    if (!this.#key) return;
    this.#etag = null;
    try {
      const answer = await fetch(this.#url, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) this.#etag = answer.headers.get("ETag");
    } catch {
      /* without it the writing will say what is wrong */
    }
  }

  async #keep(how) {
    const { mode, view, panes } = this.state();
    const fields = {
      name: this.form.elements.name.value.trim(),
      note: this.form.elements.note.value,
      mode,
      view: { ...view, angle: view.angle % 360 },
      panes: panes.map(({ id, transform, flipped }) => ({ image: Number(id), transform, flipped })),
    };
    if (this.#key && how !== "new") {
      await api("PATCH", this.#url, fields, { etag: this.#etag });
    } else {
      const { id } = await api("POST", this.dialog.dataset.all, fields);
      this.dialog.dataset.comparison = id;
    }
    this.dialog.close();
    this.kept();
    toast(gettext("The comparison is saved."), { kind: "success" });
  }

  async #delete() {
    await api("DELETE", this.#url, undefined, { etag: this.#etag });
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
      this.#tell(error.message);
      // What stands there now was told: a second press writes over it, or saves another one.
      if (error.etag) this.#etag = error.etag;
    }
    this.form.inert = false;
    this.#busy = false;
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
