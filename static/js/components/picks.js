/**
 * Gives the tiles of a [data-grid] their checkboxes, for grids that are sent without them: a page has
 * fifty tiles, and few visits choose. Begin before the Selection, so that it finds the boxes.
 */
import { say } from "./format.js";

const BARE = "[data-grid] > [data-id]:not([data-item])";

export function addPicks() {
  const add = () => document.querySelectorAll(BARE).forEach(addTo);
  add();
  for (const drawn of ["htmx:load", "tile:drawn"]) document.addEventListener(drawn, add);
}

function addTo(tile) {
  const { id } = tile.dataset;
  const parts = [...tile.querySelectorAll(".cap > *")].map(({ textContent }) => textContent.trim());
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    name: "ids",
    value: id,
    id: `pick-${id}`,
    autocomplete: "off",
    ariaLabel: say(gettext("Select: %(what)s"), { what: parts.filter(Boolean).join(", ") }),
  });
  box.setAttribute("form", "selection");
  box.dataset.pick = "";
  const mark = document.createElement("span");
  mark.className = "pick-mark";
  mark.ariaHidden = "true";
  const pick = document.createElement("label");
  pick.className = "pick";
  pick.append(box, mark);
  tile.dataset.item = id;
  tile.append(pick);
}
