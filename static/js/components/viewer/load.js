/** Fetches OpenSeadragon when a picture is first opened. */

/** Resolves to the library, from `src` unless it is already there. */
export async function openSeadragon(src) {
  spareStyle();
  if (!window.OpenSeadragon) await script(src);
  return window.OpenSeadragon;
}

/**
 * OpenSeadragon adds a <style> of its own unless one is there, and our policy forbids it. What it
 * says is in viewer.css; an element of that name, of no namespace and so of no effect, stands in.
 */
function spareStyle() {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const stand = document.createElementNS(null, "style");
  stand.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(stand);
}

function script(src) {
  return new Promise((done, fail) => {
    const element = document.createElement("script");
    element.src = src;
    element.onload = done;
    element.onerror = () => {
      element.remove();
      fail(new Error("script"));
    };
    document.head.append(element);
  });
}
