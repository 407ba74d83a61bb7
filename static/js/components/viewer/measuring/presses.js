/**
 * Presses on the stage become points; dragging, pinching and the wheel stay the stage's. The first
 * finger on the glass is the primary pointer: one that comes beside it makes both a pinch.
 */

const STILL = 6; // CSS px that a press may move and be one

/**
 * `overlay` converts places; `draft` takes the points. Captured, because the picture's library keeps
 * what happens on the picture to itself.
 */
export function listenToPresses(canvas, overlay, draft) {
  let press = null;
  const place = ({ clientX, clientY }) => {
    const { left, top } = canvas.getBoundingClientRect();
    return overlay.toImage([clientX - left, clientY - top]);
  };
  const isHandle = ({ target }) => target.closest?.("[data-place]:not([data-cross])");
  const listen = (type, act) =>
    canvas.addEventListener(type, (event) => draft.active && overlay.svg.isConnected && act(event), { capture: true });

  listen("pointerdown", (event) => {
    if (!event.isPrimary) overlay.handles.letGo();
    press = event.button || !event.isPrimary || isHandle(event) ? null : { x: event.clientX, y: event.clientY };
  });
  listen("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL) press = null;
    if (event.pointerType !== "touch" && !event.buttons) draft.point(draft.started && !isHandle(event) ? place(event) : null);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    listen(type, (event) => {
      if (press && event.isPrimary && type === "pointerup") overlay.place(event);
      press = null;
    });
  }
  listen("pointerleave", ({ target }) => target === canvas && draft.point(null));
}
