/** What every page needs: shortcuts, menus, messages that go, focus on what is wrong. */
import { settle, toast } from "./components/toast.js";
import { place } from "./components/toast-place.js";
import "./components/drafts/index.js";
import "./components/history.js";
import "./components/htmx-session.js";
import "./components/menus.js";
import "./components/metadata.js";
import "./components/suggest.js";

// Styles of what nobody sees at first: without a medium they were fetched after the pictures.
for (const styles of document.querySelectorAll("link[data-later]")) styles.media = "all";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !document.querySelector("dialog[open]")) {
    const search = [...document.querySelectorAll("[data-search]")].find((s) => s.offsetParent);
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }
});

// A second press of the same button is no second wish.
const PRESSED = 2000; // ms
const sent = new WeakMap();
const pressed = (event) => {
  const { target: form, timeStamp } = event;
  const button = event.submitter ?? form; // another button of the form is another wish
  if (form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (timeStamp - (sent.get(button) ?? -PRESSED) < PRESSED) {
    event.preventDefault();
    event.stopImmediatePropagation(); // whoever else listens has heard of the first
    return;
  }
  sent.set(button, timeStamp);
  setTimeout(() => event.defaultPrevented && sent.delete(button)); // it was not sent after all
};
window.addEventListener("submit", pressed, { capture: true });

// A grid that draws itself again draws as many tiles as it had: nothing jumps.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.matches("[data-image-grid]")) {
    detail.parameters.shown = detail.elt.querySelectorAll(".grid > .tile").length;
  }
});

for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(failure, ({ target }) => {
    if (target.matches?.("[data-progress]")) return; // it asks again by itself
    toast(gettext("The page could not be refreshed. Check the network, then try again."), { kind: "error" });
  });
}

// A choice between two people’s texts comes before the field that it is about; what a form asks as a
// whole, after it.
const wrong = [".stale input[type=radio]", 'main [aria-invalid="true"]', "form > .notice.is-warn[role=alert]"]
  .map((one) => document.querySelector(one))
  .find(Boolean);
if (wrong?.matches(".notice")) wrong.tabIndex = -1;
wrong?.focus();
document.querySelectorAll("[data-toast]").forEach(settle);
place(document.getElementById("toasts"));
