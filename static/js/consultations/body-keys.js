/**
 * The body map by keyboard: one stop for Tab, in which the arrows go from region to region, over all
 * the drawings that are shown; Enter or Space chooses. A screen reader meets one widget, not a
 * hundred regions; lesions are links in the list beside it.
 */
import { reveal } from "./body-zoom.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2; // times as far as ahead: what lies beside the way is less likely meant

const regionsOf = (map) => [...map.querySelectorAll(".region")];

function middle(region) {
  const { left, top, width, height } = region.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}

/** The nearest region that way, or null. */
function next(regions, from, [across, down]) {
  const [x, y] = middle(from);
  let best = { region: null, far: Infinity };
  for (const region of regions) {
    const [u, v] = middle(region);
    const ahead = (u - x) * across + (v - y) * down;
    const aside = Math.abs((u - x) * down) + Math.abs((v - y) * across);
    const far = ahead + ASIDE * aside;
    if (region !== from && ahead > 1 && aside < 3 * ahead && far < best.far) best = { region, far };
  }
  return best.region;
}

function hold(regions, region) {
  for (const one of regions) one.setAttribute("tabindex", one === region ? "0" : "-1");
}

/** Makes a map such a widget; `choose(region)`. */
export function walkByKeys(map, choose) {
  const views = map.querySelector(".body-map-views");
  const regions = regionsOf(map);
  for (const region of regions) {
    region.setAttribute("role", "button");
    region.setAttribute("aria-label", region.querySelector("title").textContent);
  }
  for (const other of views.querySelectorAll(".marker, .side")) other.setAttribute("aria-hidden", "true");
  hold(regions, regions.find((region) => region.classList.contains("is-picked")) ?? regions[0]);
  views.removeAttribute("aria-hidden");
  views.setAttribute("role", "application");
  views.addEventListener("keydown", (event) => {
    const region = event.target.closest(".region");
    if (!region || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) next(regions, region, step)?.focus();
    else if (event.key === "Enter" || event.key === " ") event.repeat || choose(region);
    else return;
    event.preventDefault();
  });
  views.addEventListener("focusin", ({ target }) => {
    const region = target.closest(".region");
    if (!region) return;
    hold(regions, region);
    reveal(region.ownerSVGElement, region.getBBox());
  });
}
