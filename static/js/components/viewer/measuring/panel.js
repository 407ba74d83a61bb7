/** Beside the picture while somebody measures: the scale, the tools, what is drawn, the list. */
import { fragment } from "../../api.js";
import { reveal } from "../../dialog.js";

export class Panel {
  #tool = null;
  #loads = 0; // the late ones know that they are late

  /** `on`: tool(name), act(name, item), submit(fields), pick(id), device(). */
  constructor(slot, on) {
    this.slot = slot;
    slot.addEventListener("click", ({ target }) => {
      const tool = target.closest("[data-tool]")?.dataset.tool;
      const act = target.closest("[data-measure-do]")?.dataset.measureDo;
      if (tool) on.tool(tool);
      else if (act) on.act(act, target.closest("[data-measured]")?.dataset.measured);
    });
    slot.addEventListener("submit", (event) => {
      event.preventDefault();
      on.submit(new FormData(event.target));
    });
    slot.addEventListener("change", ({ target }) => {
      if (target.name !== "device") return;
      this.#chooseDevice();
      on.device();
    });
    for (const type of ["focusin", "pointerover"]) {
      slot.addEventListener(type, ({ target }) => on.pick(target.closest("[data-measured]")?.dataset.measured ?? null));
    }
    slot.addEventListener("pointerleave", () => on.pick(null));
    slot.addEventListener("keydown", (event) => {
      const id = event.target.closest("[data-measured]")?.dataset.measured;
      if (event.key !== "Delete" || !id) return;
      event.preventDefault();
      on.act("delete", id);
    });
  }

  /** Fetches it for a picture's page; rejects where that is refused. `keep` what is typed. */
  async load(page, keep) {
    const load = (this.#loads += 1);
    const { html } = await fragment("GET", `${page}measurements/`);
    if (load !== this.#loads) return; // of another picture: what is drawn would be kept in that one
    const template = document.createElement("template");
    template.innerHTML = html;
    const typed = keep ? [...this.slot.querySelectorAll("[data-draft-form] [name]")] : [];
    this.slot.replaceChildren(template.content);
    for (const { name, value, checked } of typed) {
      const field = this.#part(`[name="${name}"]`);
      if (field) Object.assign(field, { value, checked });
    }
    this.tool = this.#tool;
  }

  get ready() { return Boolean(this.#part("[data-state]")); }

  /** {scale: {mmPerPx, uncertainty} or null, etag, scaleUrl, ticksUrl, fieldUrl, outlineUrl, url, ofEach} */
  get state() {
    const { mmPerPx, uncertainty, ...rest } = this.#part("[data-state]").dataset;
    return { ...rest, scale: mmPerPx ? { mmPerPx: Number(mmPerPx), uncertainty: Number(uncertainty) } : null };
  }

  /** What is measured already: {id, kind, points, label}. */
  get measured() {
    return [...this.slot.querySelectorAll("[data-measured]")].map(({ dataset }) => ({
      id: dataset.measured,
      kind: dataset.kind,
      points: JSON.parse(dataset.points),
      label: dataset.figure,
    }));
  }

  /** Which tool is in the hand; null for none. */
  set tool(name) {
    this.#tool = name;
    if (!this.ready) return;
    for (const button of this.slot.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === name));
      if (button.dataset.tool === name) this.#part("[data-hint-text]").textContent = button.dataset.hint;
    }
    this.#part("[data-draft-form]").hidden = !name;
    this.#part("[data-for-scale]").hidden = name !== "scale";
    this.#part("[data-for-measurement]").hidden = name === "scale";
    this.#part("[data-for-outline]").hidden = name !== "polygon";
    if (name === "scale") this.#chooseDevice();
  }

  get tool() { return this.#tool; }

  /** `text`: the figure, or why there is none; `complete`: can it be saved? */
  drawDraft(text, complete, started) {
    if (!this.ready) return;
    const output = this.#part("[data-figure-text]");
    if (output.textContent !== text) output.textContent = text;
    this.#part("[data-save]").setAttribute("aria-disabled", String(!complete));
    this.#part('[data-measure-do="undo"]').hidden = !started;
    this.#part("[data-draft-form]").toggleAttribute("data-started", started);
  }

  focusTool(name) { this.#part(`[data-tool="${name}"]`)?.focus(); }

  /** What is still to be said of the scale. */
  focusForm() {
    const ticks = !this.#part("[data-proposed]").hidden;
    if (this.device && !ticks) this.#part("[data-save]").focus();
    else this.#part(`[name="${ticks ? "tick" : "millimetres"}"]`).select();
  }

  /** The key of the dermatoscope whose field lies between the points; "" for a length. */
  get device() { return this.#part('[name="device"]')?.value ?? ""; }

  /** What the machine says of its search; with the `method` of a scale there is one to accept. */
  proposed(text, method) {
    const said = this.#part("[data-proposed-text]");
    if (said.textContent !== text) said.textContent = text;
    this.#part("[data-proposed]").hidden = method !== "ticks";
    this.#part("[data-known]").hidden = method === "ticks";
    const save = this.#part("[data-save]");
    const label = method ? save.dataset.accept : save.dataset.save;
    if (save.textContent !== label) save.textContent = label;
  }

  problem(text) {
    const box = this.#part("[data-measure-problem]");
    if (!box) return;
    box.textContent = text;
    box.hidden = !text;
    if (text) reveal(box);
  }

  /** A device's field is known: nothing to be typed. */
  #chooseDevice() {
    const chosen = this.#part('[name="device"]')?.selectedOptions[0];
    const known = chosen?.dataset.mm;
    for (const name of ["millimetres", "bar"]) this.#part(`[name="${name}"]`).disabled = Boolean(known);
    if (known) this.#part('[name="millimetres"]').value = known;
    this.#part('[data-measure-do="field"]').hidden = !known;
    this.#part('[data-measure-do="ticks"]').hidden = Boolean(known);
  }

  #part(selector) { return this.slot.querySelector(selector); }
}
