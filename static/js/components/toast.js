/** Short messages at the foot of the page, read out by screen readers. */

const STAY = 6000; // ms

/** Shows `text`; `kind` is info, success or error; `action` adds a button {label, onClick}. */
export function toast(text, { kind = "info", action } = {}) {
  const region = document.getElementById("toasts");
  const message = document.createElement("p");
  message.className = `toast is-${kind}`;
  message.append(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      message.remove();
      action.onClick();
    });
    message.append(button);
  }
  // What lies above the page (an open dialog) would hide it.
  (document.querySelector("dialog[open]") ?? document.body).append(region);
  region.append(message);
  settle(message);
  return message;
}

/**
 * Lets a message go after a while, but not while somebody reads it. An error stays longer, and
 * longest what can be pressed: it must be reached with the keyboard first.
 */
export function settle(message) {
  const go = () => (message.matches(":hover, :focus-within") ? setTimeout(go, STAY) : message.remove());
  const times = message.querySelector("button") ? 4 : message.classList.contains("is-error") ? 2 : 1;
  setTimeout(go, times * STAY);
}
