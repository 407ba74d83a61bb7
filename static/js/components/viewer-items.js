/** What the viewer shows: the page's [data-viewer-item], read anew whenever the page changes. */

const gone = new Set(); // deleted here; the page may not know yet

export const forget = (id) => gone.add(id);

/** The pictures now in the page, in its order. */
export function collect() {
  return [...document.querySelectorAll("[data-viewer-item]")].map(describe).filter(({ id }) => !gone.has(id));
}

/** How many there are in all, those not loaded yet included. */
export function total(items) {
  const told = [...document.querySelectorAll("[data-total]")]
    .filter((list) => list.querySelector("[data-viewer-item]"))
    .reduce((sum, list) => sum + (Number(list.dataset.total) || 0), 0);
  const hidden = document.querySelectorAll("[data-viewer-item]").length - items.length;
  return Math.max(items.length, told - hidden);
}

export function find(id) {
  return document.querySelector(`[data-viewer-item][data-id="${CSS.escape(id)}"]`);
}

/** Loads the next page of the grid; resolves to whether there was one. */
export async function more() {
  const link = document.querySelector("[data-next]");
  if (!link) return false;
  const before = collect().length;
  const loaded = changed();
  link.click();
  await loaded;
  return collect().length > before;
}

/** Asks the page for fresh tiles (and fresh signed URLs); resolves when they are there. */
export async function refresh() {
  const loaded = changed();
  document.body.dispatchEvent(new CustomEvent("images:changed"));
  await loaded;
}

function changed() {
  return new Promise((done) => {
    const stop = setTimeout(done, 8000);
    document.addEventListener(
      "htmx:afterSettle",
      () => {
        clearTimeout(stop);
        done();
      },
      { once: true },
    );
  });
}

function describe(element) {
  const { id, api, display, original, download, label, width, height, thumbnail } = element.dataset;
  const link = element.querySelector("a[href]");
  return {
    id,
    api,
    display,
    original,
    download,
    label: label ?? "",
    thumbnail: thumbnail ?? element.querySelector("img")?.currentSrc,
    width: Number(width),
    height: Number(height),
    primary: "primary" in element.dataset,
    editable: "editable" in element.dataset,
    page: link?.getAttribute("href"),
    facts: element.querySelector("template[data-facts]"),
    element,
  };
}
