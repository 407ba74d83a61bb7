/** What the viewer shows: the page's [data-viewer-item], read anew whenever the page changes. */

import { phrase } from "../format.js";
import { redrawn } from "../images-changed.js";

const deleted = new Set(); // deleted here; the page may still have their tiles

export const markDeleted = (id) => deleted.add(id);
export const markRestored = (id) => deleted.delete(id);

/** The pictures now in the page, in its order. */
export function collect() {
  const all = [...document.querySelectorAll("[data-viewer-item]")].map(describe);
  return all.filter(({ id }) => !deleted.has(id));
}

/** How many there are in all, those not loaded yet included: at least, where the grid counts no further. */
export function total(items) {
  const stated = [...document.querySelectorAll("[data-total]")]
    .filter((list) => list.querySelector("[data-viewer-item]"))
    .reduce((sum, list) => sum + (Number(list.dataset.total) || 0), 0);
  const hidden = document.querySelectorAll("[data-viewer-item]").length - items.length;
  const more = document.querySelector("[data-next]") ? 1 : 0;
  return Math.max(items.length + more, stated - hidden);
}

/** `total` in words: the grid counts up to a thousand (consultations/keyset.py). */
export function totalText(all) {
  return all >= 1000 && document.querySelector("[data-next]") ? `${all - 1}+` : all;
}

/** What takes the focus when the viewer closes: the picture's tile, or what is left. */
export function focusTarget(id) {
  const tile = document.querySelector(`[data-viewer-item][data-id="${CSS.escape(id)}"] a`);
  return tile ?? document.querySelector("[data-viewer-item] a, [data-open-upload], main a");
}

let kept = []; // pictures that are held so that the browser holds them, decoded

/** The picture at this address, loading or loaded. */
export function pictureOf(display) {
  let picture = kept.find((one) => one.getAttribute("src") === display);
  if (picture?.complete && !picture.naturalWidth) picture = null; // it failed: once more
  picture ??= Object.assign(new Image(), { alt: "", src: display });
  kept = [picture, ...kept.filter((one) => one.getAttribute("src") !== display)].slice(0, 3);
  return picture;
}

/** Loads and decodes the pictures after and before the one at `index`. */
export function preload(items, index) {
  for (const item of [items[index - 1], items[index], items[index + 1]]) {
    if (item) pictureOf(item.display).decode().catch(() => {}); // who wants to see it will be told
  }
}

/** Loads the next page of the grid; resolves to whether there was one. */
export async function loadMore() {
  const link = document.querySelector("[data-next]");
  if (!link) return false;
  const before = collect().length;
  const loaded = redrawn(({ elt }) => elt === link);
  if (!link.classList.contains("htmx-request")) link.click(); // it may be on its way by scrolling
  await loaded;
  return collect().length > before;
}

/**
 * Puts the fresh tile of a picture in the place of the old one. False where that would not do: its
 * place among the others may have changed, or theirs.
 */
export function replaceTile({ id }, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  const old = document.querySelector(`[data-viewer-item][data-id="${CSS.escape(id)}"]`);
  const place = (tile) => ["primary" in tile.dataset, tile.querySelector(".cap-day")?.textContent].join();
  if (!old || place(old) !== place(fresh)) return false;
  old.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("tile:drawn", { bubbles: true })); // as htmx tells of what it draws
  return true;
}

/** A tile's files lie beneath its page; whatever else is shown names them. */
function files({ display, original, download }, page) {
  return {
    display: display ?? `${page}display/`,
    original: original === "" ? `${page}original/` : original,
    download: download ?? `${page}download/`,
  };
}

function caption(element) {
  const parts = [...element.querySelectorAll(".cap > b, .cap > .cap-site")];
  return phrase(parts.map(({ textContent }) => textContent));
}

function describe(element) {
  const { id, api, label, width, height, thumbnail } = element.dataset;
  const { apiOfEach, day, restore } = element.parentElement.dataset;
  const link = element.querySelector("a[href]");
  const { display, original, download } = files(element.dataset, link?.getAttribute("href"));
  return {
    id,
    api: api ?? apiOfEach?.replace(/0$/, id),
    restore, // out of the bin, by ids
    display,
    original,
    download,
    label: label ?? caption(element),
    day: element.dataset.day ?? day, // ISO; of a list, where it is the same for most
    dayText: element.querySelector(".cap-day")?.textContent ?? "",
    thumbnail: thumbnail ?? element.querySelector("img")?.currentSrc,
    width: Number(width),
    height: Number(height),
    primary: "primary" in element.dataset,
    editable: "editable" in element.dataset,
    incomplete: "incomplete" in element.dataset,
    annotated: "annotated" in element.dataset,
    page: link?.getAttribute("href"),
    facts: element.querySelector("template[data-facts]"),
    element,
  };
}
