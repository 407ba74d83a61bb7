/** From "Upload" to the outcome: what goes, what came back, what is said about it. */
import { Refusal } from "../api.js";
import { percent, say } from "../format.js";
import { logInAgain } from "../login-again.js";
import { byFrontCamera } from "./camera.js";
import { isPoor } from "./queue.js";

export class Sender {
  #batch = []; // the items of the run under way, sent ones included
  #stored = false; // has the server stored anything since the page was told?
  #transfer = null;
  #locked = new Set(); // items that met the end of the session

  /** `ui`: scope (or null), announce(text), showOutcome(lines), changed(), allGood(count), stored(item), imagesStored(), asks(). */
  constructor(queue, ui) {
    this.queue = queue;
    this.ui = ui;
  }

  /** What Transfer calls. */
  get events() {
    const { queue, ui } = this;
    return {
      files: (files) => ui.addFiles(files),
      progress: (item, progress) => {
        queue.update(item, { status: "sending", progress, note: "" });
        ui.changed();
      },
      pause: (item, pause) => {
        const text = gettext("the server asks to wait %(pause)s s");
        queue.update(item, { status: "sending", progress: 0, note: say(text, { pause }) });
      },
      stalled: (item) => queue.update(item, { note: gettext("the connection is slow") }),
      sent: (item, result) => {
        this.#stored = true;
        this.#complete(item, { status: "sent", progress: 1, result, error: null, frozen: null });
        ui.stored(item);
      },
      failed: (item, error) => {
        if (error.status === 401 && !item.asked) return this.#waitForLogin(item, error);
        const status = error.attr === "file" ? "refused" : "failed";
        // An answer that was lost may have been a yes: the next try must say the same again.
        const lost = error.status === 0 || error.status >= 500;
        this.#complete(item, { status, error, frozen: lost ? item.frozen : null });
      },
    };
  }

  /** Is nothing missing in any of the items? Else it says what. */
  complete(items) {
    const { scope } = this.ui;
    const incomplete = items.find((item) => !item.frozen && scope?.missing(item));
    if (!incomplete) return true;
    const own = Object.keys(incomplete.own).length || incomplete === scope.current;
    scope.showMissing(own ? incomplete : null, scope.missing(incomplete));
    return false;
  }

  /** Sends items, if they are complete. */
  send(transfer, items) {
    const { scope } = this.ui;
    if (!this.complete(items)) return;
    if (this.queue.primary === "first") this.queue.choosePrimary(this.queue.first);
    scope?.show(null);
    this.#batch = [...new Set([...this.#batch, ...items])]; // emptied when a run ends
    this.#transfer = transfer;
    for (const item of items) {
      item.frozen ??= { ...scope?.fields(item), ...(scope && byFrontCamera(item.file) && { mirrored: "unknown" }) };
      this.queue.update(item, { status: "waiting", progress: 0, error: null, note: "", asked: false });
    }
    this.ui.showOutcome([]);
    this.ui.announce(gettext("Upload started."));
    this.ui.changed();
    transfer.send(items, (item) => item.frozen);
  }

  /** The session has ended: the password is asked for once, then all that waits for it goes on. */
  async #waitForLogin(item, error) {
    const first = !this.#locked.size;
    this.#locked.add(item);
    this.queue.update(item, { status: "waiting", progress: 0, note: gettext("waiting for the password") });
    this.ui.changed();
    if (!first) return;
    const done = await logInAgain();
    const items = [...this.#locked].filter((one) => one.status === "waiting"); // not stopped meanwhile
    this.#locked.clear();
    for (const one of items) {
      if (done) this.queue.update(one, { note: "", asked: true });
      else this.#complete(one, { status: "failed", frozen: null, error: { ...error, message: gettext("not sent") } });
    }
    if (done && items.length) this.#transfer.send(items, (one) => one.frozen);
  }

  /** Stops what is on its way; what was not stored stays in the list. */
  stop(transfer) {
    for (const item of this.queue.with("waiting", "sending")) {
      transfer.stop(item);
      // One whose bytes have all gone out may be stored all the same.
      const frozen = item.progress >= 1 ? item.frozen : null;
      this.queue.update(item, { status: "ready", progress: 0, note: "", frozen });
    }
    this.ui.announce(gettext("Upload stopped."));
    this.#finish();
  }

  /** Of the run under way: {share, text}, or null. */
  get overall() {
    if (!this.queue.busy) return null;
    const items = this.#batch.filter((item) => item.status !== "ready");
    const bytes = items.reduce((sum, { file }) => sum + file.size, 0) || 1;
    const weight = ({ status, progress }) =>
      ["sent", "failed", "refused"].includes(status) ? 1 : progress * 0.95; // then it is checked
    const sentBytes = items.reduce((sum, item) => sum + item.file.size * weight(item), 0);
    const share = sentBytes / bytes;
    const done = items.filter(({ status }) => status === "sent").length;
    const text = gettext("%(done)s of %(all)s · %(share)s");
    return { share, text: say(text, { done, all: items.length, share: percent(share) }) };
  }

  #complete(item, changes) {
    this.queue.update(item, { note: "", ...changes });
    const { overall } = this;
    if (overall) this.ui.announce(overall.text);
    this.ui.changed();
    if (!this.queue.busy) this.#finish();
  }

  #finish() {
    this.ui.changed();
    this.conclude();
    this.#batch = [];
  }

  /** Nothing is left to send: closes where all is well, else says what came of it. */
  conclude() {
    const sent = this.queue.with("sent");
    if (sent.some(({ instead }) => instead)) return; // what it replaces is on its way to the bin
    if (this.#stored) this.ui.imagesStored();
    this.#stored = false;
    const all = sent.length > 0 && sent.length === this.queue.items.length;
    const asked = this.ui.asks(); // something is to be said of what was stored
    if (all && !asked && !sent.some(isPoor)) this.ui.allGood(sent.length);
    else this.ui.showOutcome(this.#outcomeLines(sent));
  }

  #outcomeLines(sent) {
    const unsent = this.queue.with("failed");
    const failed = unsent.length;
    const refused = this.queue.with("refused").length;
    const lines = [];
    const line = (kind, count, text) => count && lines.push({ kind, text: say(text, { count }) });
    line("good", sent.length, ngettext("%(count)s image added.", "%(count)s images added.", sent.length));
    line(
      "bad",
      failed,
      ngettext(
        "%(count)s image was not sent. Nothing is lost: try again.",
        "%(count)s images were not sent. Nothing is lost: try again.",
        failed,
      ),
    );
    line(
      "bad",
      refused,
      ngettext(
        "%(count)s file was refused: the reason is under its picture.",
        "%(count)s files were refused: the reasons are under their pictures.",
        refused,
      ),
    );
    const expired = unsent.find(({ error }) => error.status === 401); // once, not under each picture
    if (expired) lines.push({ kind: "bad", text: new Refusal(401).message });
    return lines;
  }
}
