/** From "Upload" to the outcome: what goes, what came back, what is said about it. */
import { percent, say } from "../format.js";
import { byFrontCamera } from "./camera.js";
import { isPoor } from "./queue.js";

export class Sender {
  #batch = []; // the items of the run under way, sent ones included
  #stored = false; // has the server stored anything since the page was told?

  /** `ui`: scope (or null), announce(text), showOutcome(lines), changed(), allGood(count), imagesStored(). */
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
      },
      failed: (item, error) => {
        const status = error.attr === "file" ? "refused" : "failed";
        // An answer that was lost may have been a yes: the next try must say the same again.
        const lost = error.status === 0 || error.status >= 500;
        this.#complete(item, { status, error, frozen: lost ? item.frozen : null });
      },
    };
  }

  /** Sends items, if nothing is missing in any of them. */
  send(transfer, items) {
    const { scope } = this.ui;
    const incomplete = items.find((item) => !item.frozen && scope?.missing(item));
    if (incomplete) {
      const own = Object.keys(incomplete.own).length || incomplete === scope.current;
      scope.showMissing(own ? incomplete : null, scope.missing(incomplete));
      return;
    }
    if (this.queue.primary === "first") this.queue.choosePrimary(this.queue.first);
    scope?.show(null);
    this.#batch = [...new Set([...this.#batch, ...items])]; // emptied when a run ends
    for (const item of items) {
      item.frozen ??= { ...scope?.fields(item), ...(scope && byFrontCamera(item.file) && { mirrored: "unknown" }) };
      this.queue.update(item, { status: "waiting", progress: 0, error: null, note: "" });
    }
    this.ui.showOutcome([]);
    this.ui.announce(gettext("Upload started."));
    this.ui.changed();
    transfer.send(items, (item) => item.frozen);
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
    if (this.#stored) this.ui.imagesStored();
    this.#stored = false;
    const sent = this.queue.with("sent");
    const warned = sent.filter(isPoor);
    this.ui.changed();
    if (sent.length && sent.length === this.queue.items.length && !warned.length) {
      this.ui.allGood(sent.length);
    } else {
      this.ui.showOutcome(this.#outcomeLines(sent, warned));
    }
    this.#batch = [];
  }

  #outcomeLines(sent, warned) {
    const failed = this.queue.with("failed").length;
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
    line(
      "warn",
      warned.length,
      ngettext(
        "%(count)s image may be hard to read. Retake it while the patient is here?",
        "%(count)s images may be hard to read. Retake them while the patient is here?",
        warned.length,
      ),
    );
    return lines;
  }
}
