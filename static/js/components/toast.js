/**
 * Short messages, read out by screen readers. In a dialog they stand in its [data-notes]; on a page
 * they lie where nothing can be pressed (toast-place.js).
 */
import { place } from "./toast-place.js";

const STAY = 6000; // ms
const held = new WeakSet(); // messages onto which the pointer has moved

/** Shows `text`; `kind` is info, success or error; `action` adds a button {label, onClick}. */
export function toast(text, { kind = "info", action } = {}) {
  const message = document.createElement("p");
  message.className = `toast is-${kind}`;
  message.append(text);
  let before = null; // what had the focus
  message.addEventListener("focusin", ({ relatedTarget }) => {
    if (!message.contains(relatedTarget)) before = relatedTarget;
  });
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      const hadFocus = message.contains(document.activeElement);
      message.remove();
      if (hadFocus) before?.focus();
      action.onClick();
    });
    message.append(button);
  }
  const region = document.getElementById("toasts");
  const dialog = [...document.querySelectorAll("dialog[open]")].filter((one) => one.querySelector("[data-notes]")).at(-1);
  (dialog?.querySelector("[data-notes]") ?? region).append(message);
  dialog?.addEventListener("close", () => message.isConnected && region.append(message), { once: true });
  place(region);
  settle(message);
  return message;
}

/**
 * Lets a message go after a while, but not while somebody reads it: the focus is in it, or the
 * pointer was moved onto it (not where it happened to rest). An error stays longer, and longest what
 * can be pressed: it must be reached with the keyboard first.
 */
export function settle(message) {
  message.addEventListener("pointermove", ({ movementX, movementY }) => {
    if (movementX || movementY) held.add(message);
  });
  message.addEventListener("pointerleave", () => held.delete(message));
  const go = () => {
    if (held.has(message) || message.matches(":focus-within")) setTimeout(go, STAY);
    else message.remove();
  };
  const times = message.querySelector("button") ? 4 : message.classList.contains("is-error") ? 2 : 1;
  setTimeout(go, times * STAY);
}
