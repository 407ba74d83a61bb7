/** Annotations in the viewer: shown over the picture and beside it, and written. */
import { listenToPresses } from "../drawing/presses.js";
import { AnnotationDraft } from "./draft.js";
import { Hand } from "./hand.js";
import { Keeping } from "./keeping.js";
import { AnnotatingOverlay } from "./overlay.js";
import { Panel } from "./panel.js";
import { listenToPicks } from "./picking.js";
import { Unsaved } from "./unsaved.js";

export class Annotating {
  #item = null; // the picture whose annotations are shown
  #hidden = false;

  /** `slot`: the panel's element; `on`: announce(text), leave(), mayLeave(), changed(id), sheet(item). */
  constructor(slot, canvas, picture, on) {
    this.on = on;
    const draft = new AnnotationDraft();
    this.panel = new Panel(slot, {
      tool: (name) => this.hand.take(name),
      act: (name, id) => this.#act(name, id),
      submit: () => this.keeping.save(),
      pick: (id) => this.#light(id),
      typed: () => this.unsaved.changed(),
      filtered: () => this.#drawRows(),
    });
    this.overlay = new AnnotatingOverlay(canvas, picture, draft, {
      save: () => this.hand.finish(),
      drawn: ({ pointerType }) => pointerType === "mouse" && draft.full && setTimeout(() => this.panel.focusText()),
    });
    this.hand = new Hand(picture, draft, this.panel, this.overlay, {
      item: () => this.#item,
      mayLeave: on.mayLeave,
      changed: () => this.#drawRows(),
    });
    this.keeping = new Keeping(this.panel, this.overlay, this.hand, {
      item: () => this.#item,
      reload: () => this.#change(),
      kept: () => this.#kept(),
      announce: on.announce,
    });
    this.unsaved = new Unsaved(() => ({ path: this.#path, draft: this.drawing ? this.hand.state : null }));
    listenToPresses(canvas, this.overlay, draft);
    listenToPicks(canvas, this.overlay, draft, (id, pressed) => this.#light(id, { reveal: pressed }));
    draft.addEventListener("change", () => {
      this.#drawForm();
      if (draft.active) this.unsaved.changed();
    });
  }

  /** Is there something drawn or typed that is not kept? */
  get drawing() { return this.hand.drawing; }

  /** Shows what is written on this picture; to write, unless `reading`. Resolves to whether there is
   * something to be shown. */
  async open(item, { reading = false } = {}) {
    const same = this.#item?.id === item.id;
    this.#item = item;
    this.hand.empty = reading;
    if (!same || reading) this.hand.put();
    if (!same) this.overlay.rows = [];
    try {
      await this.#reload(item);
    } catch (error) {
      if (this.#item !== item) return true;
      if (!reading) this.on.announce(error.message);
      return false;
    }
    if (this.#item !== item) return true;
    if (reading) return this.panel.rows.length > 0;
    this.#show(true);
    const kept = this.unsaved.find(this.#path);
    if (kept) this.hand.restore(kept, () => (this.panel.recovered = true));
    return true;
  }

  close() {
    this.hand.put();
    this.keeping.showTheirs(null);
    this.#item = null;
    this.overlay.hide();
  }

  /** One step back: what others made of it, what is drawn, then the tool. False when there was none. */
  back() {
    if (this.panel.inConflict) this.keeping.showTheirs(null);
    else if (!this.hand.draft.active) return false;
    else if (this.drawing) this.#discard();
    else this.hand.put({ focus: true });
    return true;
  }

  toggleShown() {
    this.#show(this.#hidden);
    this.on.announce(this.#hidden ? gettext("Annotations hidden.") : gettext("Annotations shown."));
  }

  #act(name, id) {
    const { hand, keeping } = this;
    if (name === "leave") this.on.leave();
    else if (name === "cancel") this.back();
    else if (name === "discard") this.#discard();
    else if (name === "undo") hand.undo();
    else if (name === "look") this.#light(id);
    else if (name === "edit") hand.edit(this.panel.row(id));
    else if (name === "delete") keeping.delete(id);
    else if (name === "share") keeping.share(id);
    else if (name === "keep-mine") keeping.keepMine();
    else if (name === "take-theirs") keeping.takeTheirs();
  }

  #discard() {
    this.unsaved.forget(this.#path);
    this.hand.discard();
  }

  #kept() {
    this.unsaved.forget(this.#path);
    this.hand.put({ focus: true });
  }

  #show(shown) {
    this.#hidden = !shown;
    this.overlay.hidden = this.panel.hidden = this.#hidden;
  }

  get #path() { return this.#item && this.on.sheet(this.#item); }

  async #reload(item, keep = false) {
    await this.panel.load(this.on.sheet(item), keep);
    if (this.#item !== item) return;
    this.#drawRows();
    this.#show(!this.#hidden);
    this.overlay.show();
    this.#drawForm();
  }

  /** Something was kept, changed or deleted. */
  #change() {
    this.on.changed(this.#item.id);
    return this.#reload(this.#item, true);
  }

  #drawForm() {
    const { complete, started } = this.hand.draft;
    this.panel.drawDraft(complete, started);
  }

  /** The one that is changed is drawn as it becomes. */
  #drawRows() {
    this.overlay.rows = this.panel.visible.filter(({ id }) => id !== this.hand.edited?.id);
  }

  #light(id, options) {
    if (this.overlay.current === id && !options?.reveal) return;
    this.overlay.current = id;
    this.panel.light(id, options);
  }
}
