/**
 * Presses on the stage become points; dragging, pinching and the wheel stay the stage's, unless the
 * draft is one that is drawn by dragging. The first finger on the glass is the primary pointer: one
 * that comes beside it makes both a pinch.
 */

const STILL = 6; // CSS px that a press may move and be one

/**
 * `overlay` converts places; `draft` takes the points. Captured, because the picture's library keeps
 * what happens on the picture to itself.
 */
export function listenToPresses(canvas, overlay, draft) {
  let press = null;
  let dragging = false;
  const isHandle = ({ target }) => target.closest?.("[data-place]:not([data-cross])");
  const listen = (type, act) =>
    canvas.addEventListener(type, (event) => draft.active && overlay.svg.isConnected && act(event), { capture: true });
  const drop = (kept) => {
    if (dragging) draft.drop(kept);
    dragging = false;
  };

  listen("pointerdown", (event) => {
    if (!event.isPrimary) {
      drop(false);
      overlay.handles.letGo();
    }
    press = event.button || !event.isPrimary || isHandle(event) ? null : event;
  });
  listen("pointermove", (event) => {
    if (press && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) > STILL) {
      dragging = draft.drags;
      if (dragging) {
        draft.touched = event.pointerType === "touch";
        draft.drag(overlay.pointedAt(press), overlay.grainOf(event));
      }
      press = null;
    }
    if (dragging) for (const each of between(event)) draft.dragTo(overlay.pointedAt(each));
    else if (event.pointerType !== "touch" && !event.buttons) draft.point(draft.started && !isHandle(event) ? overlay.pointedAt(event) : null);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    listen(type, (event) => {
      if (dragging && event.isPrimary) {
        drop(type === "pointerup");
        overlay.settle(event);
      } else if (press && event.isPrimary && type === "pointerup") overlay.place(event);
      press = null;
    });
  }
  listen("pointerleave", ({ target }) => target === canvas && !dragging && draft.point(null));
}

/** A pen tells more places than there are frames. */
function between(event) {
  const all = event.getCoalescedEvents?.() ?? [];
  return all.length ? all : [event];
}
