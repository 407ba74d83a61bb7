/**
 * A picture taken again takes the place of the poor one: before that is sent, in the list; after, the
 * new one is sent, and once it is stored the poor one is put into the bin.
 */
import { api } from "../api.js";
import { Poor } from "./poor.js";
import { isPoor } from "./queue.js";
import { validate } from "./validate.js";

export class Retake {
  #stopped = false; // what was to be sent goes on when all has been said about the poor ones

  /** `run`: send(items), conclude(). */
  constructor(dialog, queue, footer, run) {
    const { putAway, maxSize } = dialog.dataset; // where images are deleted by their ids
    Object.assign(this, { queue, footer, run, putAway, maxSize: Number(maxSize) });
    this.poor = new Poor(dialog, queue, {
      retaken: (item, file) => this.#take(item, file),
      kept: (items) => this.#goOn(items),
    });
  }

  /** Resolves to whether `items` are not sent yet, for one of them is poor. */
  async stops(items) {
    this.#stopped = await this.poor.stops(items);
    return this.#stopped;
  }

  /** `file` instead of `item`. */
  async #take(item, file) {
    const { queue } = this;
    const { kind, reason } = await validate(file, this.maxSize);
    const made = reason ? null : queue.add(file, kind, item);
    this.footer.showRefused(made ? [] : [[file.name, reason || gettext("already in the list")]]);
    if (!made) return;
    if (item.status !== "sent") {
      queue.remove(item);
      made.instead = null;
    }
    await made.looked;
    if (!isPoor(made)) this.#goOn([made]);
  }

  #goOn(items) {
    const { queue, poor, run } = this;
    const replacing = items.filter(({ instead, status }) => instead && status === "ready");
    if (replacing.length) run.send(replacing);
    else if (poor.items.length || queue.busy) return;
    else if (this.#stopped) run.send(queue.with("ready"));
    else if (!queue.unsent.length) run.conclude();
  }

  /** `item` has been stored: what it replaces goes. */
  async stored(item) {
    const former = item.instead;
    if (!former) return;
    try {
      await api("DELETE", this.putAway, { ids: [former.result.id] });
      this.queue.remove(former);
      item.instead = null;
      this.#conclude();
    } catch ({ message }) {
      item.instead = null; // both are there, and the page says so
      const text = gettext("The new image is stored, but the poor one could not be put into the bin.");
      this.#conclude();
      this.footer.showOutcome([{ kind: "bad", text: `${text} ${message}` }]);
    }
  }

  #conclude() {
    if (!this.queue.busy) this.run.conclude();
  }
}
