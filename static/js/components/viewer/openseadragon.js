/** OpenSeadragon: fetched when a picture is first opened, and set up as we use it. */

const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");
const SPRINGS = ["centerSpringX", "centerSpringY", "zoomSpring", "degreesSpring"];
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

/** Seconds that a movement takes. */
const duration = () => (REDUCED_MOTION.matches ? 0 : 0.3);

/** An OpenSeadragon.Viewer without controls, keys or double presses of its own; `options` of theirs. */
export function createViewer(element, options = {}) {
  const viewer = new window.OpenSeadragon.Viewer({
    element,
    drawer: "canvas",
    showNavigationControl: false,
    keyboardNavEnabled: false, // the viewer has its own keys
    tabIndex: -1,
    animationTime: duration(),
    springStiffness: 9,
    visibilityRatio: 0.7,
    constrainDuringPan: true,
    gestureSettingsMouse: { ...GESTURES, clickToZoom: false },
    gestureSettingsTouch: { ...GESTURES, pinchRotate: false },
    gestureSettingsPen: { ...GESTURES, clickToZoom: false },
    ...options,
  });
  viewer.addHandler("canvas-key", (event) => {
    event.preventDefaultAction = true; // its "f" flips the picture: ours marks the primary one
  });
  REDUCED_MOTION.addEventListener("change", () => {
    for (const name of SPRINGS) viewer.viewport[name].animationTime = duration();
  });
  return viewer;
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
