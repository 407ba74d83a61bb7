/**
 * Menus, <details data-menu>: a press elsewhere or Esc closes them. On a phone they lie over the page
 * as a dialog does, and Back closes them.
 */
import { enter, leave } from "./history.js";

const NARROW = matchMedia("(width < 900px)");
const layers = new WeakMap(); // of each menu that has an entry in the history

/** Closes the menus, but not one that contains `except`; without it, the focus goes back to its button. */
function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (except && menu.contains(except)) continue;
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held && !except) menu.querySelector("summary").focus();
  }
}

function layerOf(menu) {
  const layer = {
    name: "menu",
    value: null,
    close() {
      closeMenus();
      return true;
    },
  };
  layers.set(menu, layer);
  return layer;
}

document.addEventListener("keydown", ({ key }) => key === "Escape" && closeMenus());
document.addEventListener("click", ({ target }) => closeMenus(target));

// "toggle" does not bubble.
document.addEventListener(
  "toggle",
  ({ target: menu }) => {
    if (!menu.matches?.("[data-menu]")) return;
    if (menu.open && NARROW.matches) enter(layerOf(menu));
    else if (layers.has(menu)) leave(layers.get(menu));
  },
  { capture: true },
);

// The page that a menu leads to takes the menu's entry: Back from it is the page before, not the menu.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-menu][open] a[href]");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
  if (!history.state?.layers?.some(({ name }) => name === "menu")) return;
  event.preventDefault();
  location.replace(link.href);
});
