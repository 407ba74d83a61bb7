/** What fingers, wheel and mouse do on the stage, beyond what OpenSeadragon does by itself. */

const SWIPE_DISTANCE = 60; // px a finger travels to turn the page
const DOUBLE_PRESS_ZOOM = 2; // where a double press goes, from fit

/** `on`: ratio(), held() while a drag is somebody else's, zoomed(), resized(), centre(), outside(), swipe(step), zoom(ratio, position), inside(position). */
export function gestures(osd, on) {
  let press = null;

  osd.addHandler("zoom", on.zoomed);
  osd.addHandler("resize", on.resized);
  osd.addHandler("canvas-scroll", () => queueMicrotask(on.centre));
  osd.addHandler("canvas-pinch", () => {
    press = null;
    queueMicrotask(on.centre);
  });
  osd.addHandler("canvas-press", ({ position, pointerType }) => {
    press = { position, touch: pointerType === "touch" };
  });
  osd.addHandler("canvas-drag", (event) => {
    if (on.held() || (event.pointerType === "touch" && on.ratio() <= 1.01)) event.preventDefaultAction = true;
  });
  osd.addHandler("canvas-drag-end", ({ position }) => {
    if (!press?.touch || on.ratio() > 1.01) return;
    const across = position.x - press.position.x;
    const down = position.y - press.position.y;
    if (Math.abs(across) > SWIPE_DISTANCE && Math.abs(across) > 1.5 * Math.abs(down)) {
      on.swipe(across < 0 ? 1 : -1);
    }
  });
  osd.addHandler("canvas-click", ({ quick, position }) => {
    if (quick && !on.inside(position)) on.outside();
  });
  osd.addHandler("canvas-double-click", ({ position }) => {
    if (on.inside(position)) on.zoom(on.ratio() > 1.01 ? 1 : DOUBLE_PRESS_ZOOM, position);
  });
}
