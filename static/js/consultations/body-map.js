/**
 * The body map: what a tap on it means. Beside a lesion's form it sets site, side and point; on the
 * page with a patient's images it narrows them down; elsewhere it offers both. Points are fractions
 * of an adult's drawing (consultations/bodymap/child.py); left and right are the patient's.
 */
import { walkByKeys } from "./body-keys.js";
import { enlarge } from "./body-zoom.js";

const SVG = "http://www.w3.org/2000/svg";
const AXIS = 200; // the middle of every drawing
const form = document.querySelector("[data-lesion-form]");

/** Where a pointer is in the units of a drawing. */
function placeOf(svg, { clientX, clientY }) {
  return new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
}

/** The same place in the adult's drawing: the table has rows of [child's y, adult's y, width]. */
function grownUp({ x, y }, table) {
  if (!table) return { x, y };
  const next = Math.max(1, table.findIndex(([low]) => low >= y));
  const [[low, from, thin], [high, to, wide]] = [table[next - 1], table[next]];
  const share = (y - low) / (high - low);
  return { x: AXIS + (x - AXIS) / (thin + (wide - thin) * share), y: from + (to - from) * share };
}

/** The reverse, for a point that the form already has. */
function childs({ x, y }, table) {
  if (!table) return { x, y };
  const next = Math.max(1, table.findIndex(([, low]) => low >= y));
  const [[from, low, thin], [to, high, wide]] = [table[next - 1], table[next]];
  const share = (y - low) / (high - low);
  return { x: AXIS + (x - AXIS) * (thin + (wide - thin) * share), y: from + (to - from) * share };
}

const tableOf = (svg) => (svg.dataset.growth ? JSON.parse(svg.dataset.growth) : null);
const clamp = (value) => Math.min(1, Math.max(0, value)).toFixed(4);

/** The form's values of a place in a region; where no pointer says which, there is no point. */
function pick(region, event = null) {
  const { site, side } = region.dataset;
  if (!event) return { body_site: site, laterality: side };
  const svg = region.ownerSVGElement;
  const { width, height, view } = svg.dataset;
  const { x, y } = grownUp(placeOf(svg, event), tableOf(svg));
  const point = { map_view: view, map_x: clamp(x / width), map_y: clamp(y / height) };
  return { body_site: site, laterality: side, ...point };
}

/** Shows the picked region; its twin on another drawing is the same site and side. */
function highlight(map, { body_site: site, laterality: side }) {
  for (const region of map.querySelectorAll(".region")) {
    const picked = Boolean(site) && region.dataset.site === site && region.dataset.side === side;
    region.classList.toggle("is-picked", picked);
    region.setAttribute("aria-pressed", String(picked));
  }
}

/** Puts the form's point on the map. */
function pin(map) {
  for (const old of map.querySelectorAll(".pin")) old.remove();
  const { map_view: view, map_x: across, map_y: down } = form.elements;
  const svg = [...map.querySelectorAll("svg")].find(({ dataset }) => dataset.view === view.value);
  if (!svg || !view.value) return;
  const { width, height } = svg.dataset;
  const at = childs({ x: across.value * width, y: down.value * height }, tableOf(svg));
  for (const radius of [9, 1.5]) {
    const circle = document.createElementNS(SVG, "circle");
    for (const [name, value] of Object.entries({ cx: at.x, cy: at.y, r: radius, class: "pin" })) circle.setAttribute(name, value);
    svg.append(circle);
  }
}

/** Fills in the form as if the menus had been used: site first, which asks its side anew. */
let filling = false;
function fill(picked) {
  filling = true;
  const { body_site: site, laterality, map_view: view, map_x: across, map_y: down } = form.elements;
  site.value = picked.body_site;
  site.dispatchEvent(new Event("change", { bubbles: true }));
  for (const radio of laterality) radio.checked = radio.value === picked.laterality;
  [...laterality].find(({ checked }) => checked)?.dispatchEvent(new Event("change", { bubbles: true }));
  [view.value, across.value, down.value] = [picked.map_view ?? "", picked.map_x ?? "", picked.map_y ?? ""];
  filling = false;
}

/** A point belongs to the site and side that it was picked with. */
function forget(map) {
  for (const name of ["map_view", "map_x", "map_y"]) form.elements[name].value = "";
  pin(map);
  const side = [...form.elements.laterality].find(({ checked }) => checked)?.value ?? "";
  highlight(map, { body_site: form.elements.body_site.value, laterality: side });
}

/** What may be done with the picked place: in words, for a screen reader's ears, too. */
function offer(map, region, picked) {
  const line = map.querySelector("[data-map-picked]");
  if (!line) return;
  const name = document.createElement("b");
  name.textContent = region.querySelector("title").textContent;
  line.replaceChildren(name);
  const filter = document.querySelector("#images select[name=site]");
  if (filter && [...filter.options].some(({ value }) => value === picked.body_site)) {
    filter.value = picked.body_site;
    filter.dispatchEvent(new Event("change", { bubbles: true }));
  } else if (filter) {
    line.append(gettext("No image of this site"));
  } else {
    line.append(link(`${line.dataset.images}?site=${picked.body_site}`, gettext("Images of this site")));
  }
  if (line.dataset.new) line.append(link(`${line.dataset.new}?${new URLSearchParams(picked)}`, gettext("New lesion here")));
}

function link(href, text) {
  const made = Object.assign(document.createElement("a"), { href, textContent: text, className: "btn" });
  return made;
}

function choose(map, region, event) {
  const picked = pick(region, event);
  if (form) {
    fill(picked);
    pin(map);
  } else {
    offer(map, region, picked);
  }
  highlight(map, picked);
}

document.addEventListener("click", (event) => {
  const region = event.target.closest?.(".region");
  const map = region?.closest("[data-body-map]");
  if (map) choose(map, region, event);
});

form?.addEventListener("change", ({ target }) => {
  if (!filling && ["body_site", "laterality"].includes(target.name)) forget(document.querySelector("[data-body-map]"));
});

const prepared = new WeakSet(); // htmx tells of what the page came with, too
function prepare(map) {
  if (prepared.has(map)) return;
  prepared.add(map);
  enlarge(map);
  highlight(map, {});
  if (!form) return walkByKeys(map, (region) => choose(map, region));
  const side = [...form.elements.laterality].find(({ checked }) => checked)?.value ?? "";
  highlight(map, { body_site: form.elements.body_site.value, laterality: side });
  pin(map);
  bringIntoView(map);
  return walkByKeys(map, (region) => choose(map, region));
}

/** Of drawings that lie beside each other (a phone's), the one with the picked place. */
function bringIntoView(map) {
  const figure = map.querySelector(".region.is-picked")?.closest("figure");
  const views = figure?.parentElement;
  if (views) views.scrollLeft += figure.getBoundingClientRect().left - views.getBoundingClientRect().left;
}
for (const map of document.querySelectorAll("[data-body-map]")) prepare(map);
document.addEventListener("htmx:load", ({ target }) => {
  const map = target.matches?.("[data-body-map]") ? target : target.querySelector?.("[data-body-map]");
  if (map) prepare(map);
});

// Beside a wide screen's map the form is what is typed in; on a phone the map comes first.
if (form?.dataset.lesionForm === "new" && document.activeElement === document.body && matchMedia("(width >= 900px)").matches) {
  form.elements.label.focus();
}
