/**
 * Beside the picture: what is written on it, as a list; and for who may write, the tools and the form.
 * It is the server's fragment, templates/annotations/sheet.html.
 */
import { fragment } from "../../api.js";
import { read } from "./w3c.js";

const FIELDS = ["text", "category", "shared"];

export class Panel {
  #tool = null;
  #loads = 0; // the late ones know that they are late
  #chosen = { author: "", category: "" }; // of whom and of what there is to be seen

  /** `on`: tool(name), act(name, id), submit(), pick(id), typed(), filtered(). */
  constructor(slot, on) {
    this.slot = slot;
    const idOf = (target) => target.closest("[data-annotation]")?.dataset.annotation ?? null;
    slot.addEventListener("click", ({ target }) => {
      const tool = target.closest("[data-tool]")?.dataset.tool;
      const act = target.closest("[data-annotate-do]")?.dataset.annotateDo;
      if (tool) on.tool(tool);
      else if (act) on.act(act, idOf(target));
    });
    slot.addEventListener("submit", (event) => {
      event.preventDefault();
      on.submit();
    });
    slot.addEventListener("change", ({ target }) => target.dataset.filter && this.#filter(target, on));
    slot.addEventListener("input", ({ target }) => target.form && on.typed());
    slot.addEventListener("keydown", (event) => this.#press(event, idOf(event.target), on));
    for (const type of ["focusin", "pointerover"]) slot.addEventListener(type, ({ target }) => on.pick(idOf(target)));
    slot.addEventListener("pointerleave", () => on.pick(null));
  }

  /** Fetches it; rejects where that is refused. `keep` what is typed. */
  async load(url, keep) {
    const load = (this.#loads += 1);
    const { html } = await fragment("GET", url);
    if (load !== this.#loads) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const typed = keep && this.form ? this.fields : null;
    this.slot.replaceChildren(template.content);
    if (typed) this.fields = typed;
    for (const name of Object.keys(this.#chosen)) {
      const select = this.#part(`[data-filter="${name}"]`);
      if (select) select.value = this.#chosen[name];
      if (!(select?.selectedIndex > 0)) this.#chosen[name] = ""; // not of this picture
      if (select) select.value = this.#chosen[name];
    }
    this.#applyFilter();
    this.tool = this.#tool;
  }

  get form() { return this.#part("form"); }

  /** Where the API takes what is written: {url, ofEach, restoreOfEach}. */
  get addresses() { return this.#part("[data-annotations]").dataset; }

  /** What there is: {id, number, etag, document, kind, points, text, category, shared}. */
  get rows() {
    return [...this.slot.querySelectorAll("[data-annotation]")].map(({ dataset, value }) => {
      const document = JSON.parse(dataset.document);
      return { id: dataset.annotation, number: value, etag: dataset.etag, document, ...read(document) };
    });
  }

  /** Those that are not filtered out. */
  get visible() {
    const shown = new Set([...this.slot.querySelectorAll("[data-annotation]:not([hidden])")].map(({ dataset }) => dataset.annotation));
    return this.rows.filter(({ id }) => shown.has(id));
  }

  row(id) { return this.rows.find((row) => row.id === id); }

  /** Which tool is in the hand; null for none. */
  set tool(name) {
    this.#tool = name;
    if (!this.form) return;
    for (const button of this.slot.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === name));
      if (button.dataset.tool === name) this.#part("[data-hint-text]").textContent = button.dataset.hint;
    }
    this.form.hidden = !name;
  }

  get tool() { return this.#tool; }

  /** {text, category, shared} as they are typed. */
  get fields() {
    const { text, category, shared } = this.form.elements;
    return { text: text.value, category: category.value, shared: shared.checked };
  }

  set fields({ text = "", category = "", shared = false }) {
    const { elements } = this.form;
    elements.text.value = text;
    elements.shared.checked = shared;
    elements.category.value = category;
    if (elements.category.selectedIndex >= 0) return;
    elements.category.add(new Option(this.categoryName(category), category, true, true)); // out of use since
  }

  categoryName(code) {
    const options = [...this.slot.querySelectorAll("[name=category] option, [data-filter=category] option")];
    return options.find(({ value }) => value === code)?.textContent ?? code;
  }

  same(one, other) { return FIELDS.every((name) => one[name] === other[name]); }

  focusText() { this.form?.elements.text.focus(); }

  focusTool(name) { this.#part(`[data-tool="${name}"]`)?.focus(); }

  /** The focus to what is done with one of them, or to the list. */
  focusEntry(id, act = "look") {
    const button = (what) => this.#part(`[data-annotation="${CSS.escape(id)}"] [data-annotate-do="${what}"]`);
    (button(act) ?? button("look") ?? this.#part("[data-tool]"))?.focus();
  }

  /** Marks one in the list; with `reveal` it comes into sight, and has the focus. */
  light(id, { reveal = false } = {}) {
    for (const entry of this.slot.querySelectorAll("[data-annotation]")) {
      entry.toggleAttribute("data-current", entry.dataset.annotation === id);
    }
    if (reveal && id) this.focusEntry(id);
  }

  drawDraft(complete, started) {
    if (!this.form) return;
    this.#part("[data-save]").setAttribute("aria-disabled", String(!complete));
    this.#part('[data-annotate-do="undo"]').hidden = !started;
    this.form.toggleAttribute("data-started", started);
  }

  set hidden(hidden) {
    const button = this.#part('[data-do="annotations"]');
    button?.setAttribute("aria-pressed", String(!hidden));
  }

  /** What was typed before the page was left has come back. */
  set recovered(shown) {
    const note = this.#part("[data-recovered]");
    if (note) note.hidden = !shown;
  }

  /** Shows what somebody else made of it meanwhile, beside one's own; null takes it away. */
  set theirs(said) {
    const box = this.#part("[data-conflict]");
    if (!box) return;
    box.hidden = !said;
    if (!said) return;
    box.querySelector("[data-their-text]").textContent = said.text;
    box.querySelector("[data-their-category]").textContent = said.category && this.categoryName(said.category);
    box.querySelector("[data-their-sharing]").hidden = !said.shared;
    box.querySelector("button").focus();
  }

  get inConflict() { return this.#part("[data-conflict]")?.hidden === false; }

  problem(text) {
    const box = this.#part("[data-annotate-problem]");
    if (!box) return;
    box.textContent = text;
    box.hidden = !text;
  }

  #press(event, id, on) {
    const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form;
    const deletes = event.key === "Delete" && id && !event.target.form;
    if (!saves && !deletes) return;
    event.preventDefault();
    if (saves) on.submit();
    else if (event.target.closest("[data-annotation]").querySelector('[data-annotate-do="delete"]')) on.act("delete", id);
  }

  #filter({ dataset, value }, on) {
    this.#chosen[dataset.filter] = value;
    this.#applyFilter();
    on.filtered();
  }

  #applyFilter() {
    const { author, category } = this.#chosen;
    for (const entry of this.slot.querySelectorAll("[data-annotation]")) {
      const { dataset } = entry;
      entry.hidden = (author && dataset.author !== author) || (category && dataset.category !== category);
    }
  }

  #part(selector) { return this.slot.querySelector(selector); }
}
