/** OpenSeadragon: fetched when a picture is first opened, and set up as we use it. */

const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = matchMedia("(width < 900px)");
const MARGINS = { left: 72, right: 72, top: 16, bottom: 16 }; // room for the arrows
const GESTURES = { dblClickToZoom: false, flickEnabled: false };

let library = null;

/** Resolves to the library, from `src` unless it is already there; after a failure it tries anew. */
export function loadOpenSeadragon(src) {
  addStyleStub();
  library ??= loadScript(src).then(
    () => window.OpenSeadragon,
    (error) => {
      library = null;
      throw error;
    },
  );
  return library;
}

/** An OpenSeadragon.Viewer without controls, keys or double presses of its own. */
export function createViewer(element) {
  return new window.OpenSeadragon.Viewer({
    element,
    drawer: "canvas",
    showNavigationControl: false,
    keyboardNavEnabled: false, // the viewer has its own keys
    tabIndex: -1,
    animationTime: REDUCED_MOTION.matches ? 0 : 0.3,
    springStiffness: 9,
    visibilityRatio: 0.7,
    constrainDuringPan: true,
    viewportMargins: NARROW.matches ? {} : MARGINS,
    gestureSettingsMouse: { ...GESTURES, clickToZoom: false },
    gestureSettingsTouch: { ...GESTURES, pinchRotate: false },
    gestureSettingsPen: { ...GESTURES, clickToZoom: false },
  });
}

/**
 * OpenSeadragon adds a <style> of its own unless one is there, and our policy forbids it. What it
 * says is in viewer.css; an element of that name, of no namespace and so of no effect, stands in.
 */
function addStyleStub() {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const stub = document.createElementNS(null, "style");
  stub.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(stub);
}

function loadScript(src) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    element.src = src;
    element.onload = resolve;
    element.onerror = () => {
      element.remove();
      reject(new Error("script"));
    };
    document.head.append(element);
  });
}
