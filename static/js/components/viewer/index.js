/**
 * The viewer of a page, <dialog data-viewer>: a press on a [data-viewer-item] opens it, and so does
 * the page's address, `?image=26`.
 */
import { describe } from "../history.js";
import { toast } from "../toast.js";
import { Controller } from "./controller.js";
import { collect, loadMore, pictureOf, preload } from "./items.js";
import { Picture } from "./picture.js";
import { View } from "./view.js";

function setUp(dialog) {
  const controller = new Controller();
  const picture = new Picture(dialog.querySelector("[data-stage]"), {
    src: dialog.dataset.osdSrc,
    renew: async ({ id }) => {
      await controller.refresh();
      return controller.find(id);
    },
  });
  new View(dialog, controller, picture);
  controller.addEventListener("show", ({ detail: { item } }) => picture.show(item));
  picture.addEventListener("shown", () => preload(controller.items, controller.index));
  // However the dialog was closed: a browser may do so by itself.
  dialog.addEventListener("close", () => !dialog.open && controller.close({ forced: true }));
  describe(dialog.id, { param: "image", open: (id) => openLinked(controller, id) });
  return controller;
}

const MOST_PAGES = 20; // of a grid that a link makes us look through

/** Opens the picture of an address; resolves to whether the page has it. */
async function openLinked(controller, id) {
  for (let pages = 0; !controller.open(id); pages += 1) {
    if (pages === MOST_PAGES || !(await loadMore())) {
      toast(gettext("The image of this link is not on this page."));
      return false;
    }
  }
  return true;
}

const [viewer] = [...document.querySelectorAll("dialog[data-viewer]")].map(setUp);

/** The tile that an event opens, or null. */
function pressed(event) {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  const link = viewer && plain && !event.defaultPrevented && event.target.closest?.("[data-viewer-item] a");
  return link ? link.closest("[data-viewer-item]") : null;
}

// While the button is down the picture sets out. A finger may be about to scroll, and a press may be
// one that selects: who only does that has not looked at the picture, and the audit log would say so.
document.addEventListener("pointerdown", (event) => {
  const tile = event.pointerType === "mouse" && pressed(event);
  if (!tile || document.querySelector(".selection.is-on")) return;
  const item = collect().find(({ id }) => id === tile.dataset.id);
  if (item) pictureOf(item.display).decode().catch(() => {});
});

document.addEventListener("click", (event) => {
  const tile = pressed(event);
  if (!tile) return;
  event.preventDefault();
  viewer.open(tile.dataset.id);
});
