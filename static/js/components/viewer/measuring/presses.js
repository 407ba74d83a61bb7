/** Presses on the stage become points; dragging, pinching and the wheel stay the stage's. */

const STILL = 6; // CSS px that a press may move and be one

/**
 * `overlay` converts places; `draft` takes the points. Captured, because the picture's library keeps
 * what happens on the picture to itself.
 */
export function listenToPresses(canvas, overlay, draft) {
  let press = null;
  let fingers = 0;
  const place = ({ clientX, clientY }) => {
    const { left, top } = canvas.getBoundingClientRect();
    return overlay.toImage([clientX - left, clientY - top]);
  };
  const isHandle = ({ target }) => target.closest?.("[data-place]:not([data-cross])");
  const listen = (type, act) =>
    canvas.addEventListener(type, (event) => draft.active && overlay.svg.isConnected && act(event), { capture: true });

  listen("pointerdown", (event) => {
    fingers += event.pointerType === "touch" ? 1 : 0;
    press = event.button || fingers > 1 || isHandle(event) ? null : { x: event.clientX, y: event.clientY };
  });
  listen("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > STILL) press = null;
    if (event.pointerType !== "touch" && !event.buttons) draft.point(draft.started && !isHandle(event) ? place(event) : null);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    listen(type, (event) => {
      fingers = Math.max(0, fingers - (event.pointerType === "touch" ? 1 : 0));
      if (press && type === "pointerup") overlay.place(event);
      press = null;
    });
  }
  listen("pointerleave", ({ target }) => target === canvas && draft.point(null));
}
