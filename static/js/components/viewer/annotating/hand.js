/** What somebody has in the hand: a tool, what is drawn with it, and which annotation it changes. */
import { toast } from "../../toast.js";

export class Hand {
  edited = null; // {id, etag, was} of the one that is changed
  empty = true; // may nothing be taken: nobody writes

  /** `on`: item(), mayLeave(), changed() of which one is changed. */
  constructor(picture, draft, panel, overlay, on) {
    Object.assign(this, { picture, draft, panel, overlay, on });
  }

  /** Is there something drawn or typed that is not kept? */
  get drawing() {
    if (!this.draft.active || !this.panel.form) return false;
    const { points, ...said } = this.state.now;
    const was = this.edited?.was;
    if (!was) return points.length > 0 || Boolean(said.text.trim());
    return !this.panel.same(was, said) || JSON.stringify(was.points) !== JSON.stringify(points);
  }

  /** All that it takes to go on with it (`restore`). */
  get state() {
    const { kind, points } = this.draft;
    return structuredClone({ ...this.edited, now: { kind, points, ...this.panel.fields } });
  }

  take(tool) {
    this.#begin(tool, () => this.overlay.handles.focus());
  }

  /** One that is there, to be changed. */
  edit({ id, etag, kind, points, text, category, shared }) {
    if (!this.on.mayLeave()) return;
    const now = { kind, points, text, category, shared };
    this.restore({ id, etag, was: now, now }, () => this.panel.focusText());
  }

  restore({ id, etag, was, now }, then = () => {}) {
    if (this.empty) return;
    this.edited = id && this.panel.row(id) ? { id, etag, was } : null;
    this.on.changed();
    this.#begin(now.kind, () => {
      this.draft.take(now.points);
      this.panel.fields = now;
      then();
    });
  }

  #begin(tool, then) {
    this.picture.act((stage) => {
      if (this.empty) return;
      this.panel.problem("");
      this.panel.tool = tool;
      this.#setBusy(true);
      this.draft.begin(tool, stage.size);
      then();
    });
  }

  /** Away with it; with `focus`, to where it was taken from. */
  put({ focus = false } = {}) {
    const [tool, edited] = [this.panel.tool, this.edited?.id];
    this.edited = null;
    this.panel.tool = null;
    this.#setBusy(false);
    this.draft.begin(null);
    if (this.panel.form) this.panel.fields = {};
    this.panel.recovered = false;
    this.on.changed();
    if (!focus) return;
    if (edited) this.panel.focusEntry(edited, "edit");
    else this.panel.focusTool(tool);
  }

  /** Gives up what is drawn and typed; for a moment it can be had back. */
  discard() {
    const [state, item] = [this.state, this.on.item()];
    const onClick = () => this.on.item()?.id === item.id && this.restore(state);
    this.put({ focus: true });
    toast(gettext("Discarded."), { action: { label: gettext("Undo"), onClick } });
  }

  /** Takes the last point away. */
  undo() {
    if (this.draft.started) this.draft.remove();
    this.overlay.handles.focus();
  }

  /** It has all its points, and has its say. */
  finish() {
    this.draft.finish();
    this.panel.focusText();
  }

  /** The stage leaves presses to us, and drags that draw. */
  #setBusy(busy) {
    const { stage, root } = this.picture;
    if (stage) Object.assign(stage, { busy, held: () => this.draft.holds });
    root.toggleAttribute("data-drawing", busy);
  }
}
