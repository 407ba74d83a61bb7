/** What the modal says and offers: buttons, overall progress, files left out, the outcome. */
import { reveal } from "../dialog.js";
import { say } from "../format.js";

export class Footer {
  constructor(dialog, queue) {
    this.dialog = dialog;
    this.queue = queue;
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  /** `overall`: {share, text} while a run is under way, else null. */
  update(overall) {
    const { queue, dialog } = this;
    const { busy } = queue;
    const ready = queue.with("ready").length;
    const failed = queue.with("failed").length;
    const finished = queue.items.length > 0 && !queue.unsent.length;
    const send = this.#part("send");
    send.disabled = !ready;
    send.hidden = !ready && (failed > 0 || finished || busy);
    label(send, ready ? say(gettext("Upload (%(count)s)"), { count: ready }) : gettext("Upload"));
    const retry = this.#part("retry-all");
    retry.hidden = !failed || busy;
    retry.classList.toggle("primary", !ready);
    label(retry, say(gettext("Try again (%(count)s)"), { count: failed }));
    const cancel = this.#part("cancel");
    const { textCancel, textStop, textClose } = cancel.dataset;
    cancel.textContent = busy ? textStop : finished ? textClose : textCancel;
    cancel.classList.toggle("primary", finished);
    dialog.toggleAttribute("data-filled", queue.items.length > 0);
    dialog.toggleAttribute("data-busy", busy);
    const progress = this.#part("overall");
    progress.hidden = !overall;
    if (!overall) return;
    progress.firstElementChild.value = overall.share;
    progress.lastElementChild.textContent = overall.text;
  }

  announce(text) {
    this.#part("live").textContent = text;
  }

  /** Files that were not taken: [[name, reason], …]. */
  showRefused(files) {
    this.#part("refused").hidden = !files.length;
    if (!files.length) return;
    const count = files.length;
    const title = ngettext("%(count)s file left out", "%(count)s files left out", count);
    this.#part("refused-title").textContent = say(title, { count });
    this.#part("refused-list").replaceChildren(
      ...files.map(([name, reason]) => {
        const strong = element("strong", name);
        const line = element("li", "");
        line.append(strong, element("span", reason));
        return line;
      }),
    );
  }

  /** Lines of {kind: good | bad | warn, text}; none takes the box away. */
  showOutcome(lines) {
    const box = this.#part("outcome");
    box.hidden = !lines.length;
    box.replaceChildren(...lines.map(({ kind, text }) => element("p", text, `is-${kind}`)));
    if (!lines.length || !this.dialog.open) return;
    box.focus({ preventScroll: true });
    reveal(box);
  }

  fail(text) {
    this.showOutcome([{ kind: "bad", text }]);
  }

  get asking() {
    return !this.#part("ask").hidden;
  }

  /** In place of the buttons: what would be lost, stay or leave. */
  ask() {
    const count = this.queue.unsent.length;
    const text = this.queue.busy
      ? ngettext(
          "%(count)s picture has not been sent yet. Leaving stops the upload.",
          "%(count)s pictures have not been sent yet. Leaving stops the upload.",
          count,
        )
      : ngettext(
          "%(count)s picture has not been sent.",
          "%(count)s pictures have not been sent.",
          count,
        );
    this.#part("ask-text").textContent = say(text, { count });
    this.#setAsking(true);
    this.#part("ask-stay").focus();
  }

  stopAsking({ focus = false } = {}) {
    this.#setAsking(false);
    if (focus) this.#part("cancel").focus();
  }

  #setAsking(asking) {
    this.#part("ask").hidden = !asking;
    this.#part("actions").hidden = asking;
  }
}

const label = (button, text) => (button.querySelector("[data-text]").textContent = text);

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  made.className = className;
  return made;
}
