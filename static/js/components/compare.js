/** Before and after, one over the other: [data-compare]. The range is the line between them. */
import { say } from "./format.js";

function draw(range) {
  // Through the object model: the page's policy has no inline style.
  range.closest("[data-compare]").style.setProperty("--split", `${range.value}%`);
  range.setAttribute("aria-valuetext", say(range.dataset.valueText, { share: range.value }));
}

document.addEventListener("input", ({ target }) => {
  if (target.matches?.(".compare-range")) draw(target);
});

function begin(root) {
  for (const range of root.querySelectorAll?.(".compare-range") ?? []) draw(range);
}
begin(document);
document.addEventListener("htmx:load", ({ target }) => begin(target));
