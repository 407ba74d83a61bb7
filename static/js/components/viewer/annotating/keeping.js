/** Annotations are kept, changed, deleted and shared by the API, and two people lose nothing. */
import { api } from "../../api.js";
import { toast } from "../../toast.js";
import { read, sharing, write } from "./w3c.js";

export class Keeping {
  #busy = false;

  /** `on`: item(), reload() after a change, kept() once what is in the hand is kept, announce(text). */
  constructor(panel, overlay, hand, on) {
    Object.assign(this, { panel, overlay, hand, on });
  }

  async save() {
    if (!this.hand.draft.complete) return this.panel.problem(gettext("Place the points first."));
    const { now, id, etag } = this.hand.state;
    const send = id ? () => api("PUT", this.#of(id), write(now), { etag }) : () => api("POST", this.#addresses.url, write(now));
    return this.#send(send, gettext("Annotation saved."), { done: () => this.on.kept(), refused: (error) => this.#refused(error) });
  }

  /** What is typed stays, and can be sent again. */
  #refused(error) {
    const { edited } = this.hand;
    if (error.status === 412) {
      edited.meanwhile = error.etag;
      this.showTheirs(read(error.current));
    } else if (error.status === 404 && edited) {
      this.hand.edited = null;
      this.panel.problem(gettext("Somebody has deleted this annotation meanwhile. Saved now, yours becomes a new one."));
    } else this.panel.problem(error.message);
  }

  /** What somebody else made of it, beside one's own; null for nothing. */
  showTheirs(said) {
    this.panel.theirs = said;
    this.overlay.theirs = said;
  }

  keepMine() {
    this.hand.edited.etag = this.hand.edited.meanwhile;
    this.showTheirs(null);
    return this.save();
  }

  takeTheirs() {
    this.showTheirs(null);
    this.on.kept();
    return this.on.reload();
  }

  delete(id) {
    const { etag } = this.panel.row(id);
    const onClick = this.#restorer(this.#addresses.restoreOfEach.replace("/0/", `/${id}/`));
    const onDone = () => toast(gettext("Annotation deleted."), { action: { label: gettext("Undo"), onClick } });
    return this.#send(() => api("DELETE", this.#of(id), undefined, { etag }), "", { done: onDone });
  }

  /** Also once another picture is shown, or none. */
  #restorer(url) {
    return async () => {
      try {
        await api("POST", url);
        if (this.on.item()) await this.on.reload();
        this.on.announce(gettext("Annotation restored."));
      } catch (error) {
        toast(error.message, { kind: "error" });
      }
    };
  }

  /** With the patient, or no longer. */
  share(id) {
    const { etag, document, shared } = this.panel.row(id);
    const said = shared ? gettext("No longer shared with the patient.") : gettext("Shared with the patient.");
    const send = () => api("PUT", this.#of(id), sharing(document, !shared), { etag });
    return this.#send(send, said, { done: () => this.panel.focusEntry(id, "share") });
  }

  get #addresses() { return this.panel.addresses; }

  #of(id) { return this.#addresses.ofEach.replace(/0$/, id); }

  /** Sends, then reads all anew: also where somebody was faster. */
  async #send(send, said, { done = () => {}, refused = null } = {}) {
    const item = this.on.item();
    if (this.#busy || !item) return;
    this.#busy = true;
    let problem = null;
    try {
      await send();
    } catch (error) {
      problem = error;
    } finally {
      this.#busy = false;
    }
    if (this.on.item() !== item) return;
    if (problem && refused) return void refused(problem);
    await this.on.reload().catch((error) => (problem ??= error));
    if (this.on.item() !== item) return;
    this.panel.problem(problem?.message ?? "");
    if (problem) return;
    if (said) this.on.announce(said);
    done();
  }
}
