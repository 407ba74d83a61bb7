/** What every modal dialog of ours does: opens, asks before it closes, gives the focus back. */
import { enter, leave } from "./history.js";

const requests = new WeakMap(); // of a dialog: what is asked to close it
const endings = new WeakMap(); // of an open one: what is done when it has closed, {giveBack, end}

/**
 * Opens `dialog` modally and keeps the page behind it still; Back closes it (history.js).
 * `returnTo` is called when it closes, and answers the element that takes the focus. Returns the
 * dialog's layer of the history, whose `value` is what the dialog shows.
 */
export function openDialog(dialog, { returnTo, value = null } = {}) {
  if (dialog.open) return null;
  const opener = document.activeElement;
  const layer = {
    name: dialog.id,
    value,
    close() {
      const request = requests.get(dialog) ?? (() => dialog.close());
      request("back");
      return !dialog.open;
    },
  };
  endings.get(dialog)?.end(); // it was closed in this frame, and its "close" is still to come
  let given = false;
  const giveBack = () => {
    if (!document.querySelector("dialog[open]:modal")) {
      document.documentElement.classList.remove("has-modal");
    }
    const target = given ? null : (returnTo?.() ?? opener);
    given = true;
    if (target?.isConnected) target.focus({ preventScroll: false });
  };
  const end = (event) => {
    if (event && dialog.open) return; // the "close" of the time before
    endings.delete(dialog);
    dialog.removeEventListener("close", end);
    dialog.removeEventListener("keydown", wrap);
    given ||= !event;
    giveBack();
    leave(layer);
  };
  endings.set(dialog, { giveBack, end });
  dialog.addEventListener("close", end);
  dialog.addEventListener("keydown", wrap);
  document.documentElement.classList.add("has-modal"); // first: one layout for both
  // The browser would give the focus back to what has it now, and lay the page out for that; `end`
  // does so once, and to what should have it.
  opener?.blur();
  dialog.showModal();
  return enter(layer);
}

/**
 * Closes it and gives the focus back at once. The browser tells of a closed dialog with the next
 * frame: the history, which takes its time, follows then.
 */
export function closeDialog(dialog) {
  dialog.close();
  endings.get(dialog)?.giveBack();
}

const STOPS = "a[href], button, input, select, textarea, video[controls], [tabindex]";

/** Tab goes round in the dialog, without the detour through the browser's own bar. */
function wrap(event) {
  if (event.key !== "Tab" || event.defaultPrevented) return;
  const stops = [...event.currentTarget.querySelectorAll(STOPS)].filter(
    (stop) => stop.tabIndex >= 0 && !stop.disabled && !stop.closest("[inert]") && stop.checkVisibility(),
  );
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (document.activeElement !== from) return;
  event.preventDefault();
  to.focus();
}

/**
 * Esc, Back and its gesture and a press on the backdrop become one question: `onRequest(from)`, from
 * "escape", "back", "cancel" or "backdrop".
 * Esc is taken at the key, for a browser closes a dialog on a second Esc whatever "cancel" says.
 */
export function onCloseRequest(dialog, onRequest, { backdrop = true } = {}) {
  requests.set(dialog, onRequest);
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    onRequest("escape");
  });
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return; // a file chooser's "cancel" bubbles
    event.preventDefault();
    onRequest("cancel");
  });
  if (!backdrop) return;
  let pressed = null;
  dialog.addEventListener("pointerdown", (event) => (pressed = event.target));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog && pressed === dialog) onRequest("backdrop");
  });
}

/** Scrolls `element` into its own scroller, and nothing around it: a dialog must not move. */
export function reveal(element, { top = false } = {}) {
  let box = element.parentElement;
  while (box && !/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
  if (!box) return;
  const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
  const above = inner.top - outer.top;
  const below = inner.bottom - outer.bottom;
  if (top || above < 0) box.scrollTop += above - 8;
  else if (below > 0) box.scrollTop += Math.min(above - 8, below + 8);
}

/** A copy of what a <template> holds: its first element. */
export function fromTemplate(template) {
  return template.content.firstElementChild.cloneNode(true);
}
