/** A shape in the picture that is pointed at or pressed, while nobody draws. */

const STILL = 6; // CSS px that a press may move and be one

/** `pick(id, pressed)`: id or null. Captured, as presses of who draws are. */
export function listenToPicks(canvas, overlay, draft, pick) {
  let press = null;
  const listen = (type, act) =>
    canvas.addEventListener(type, (event) => !draft.active && overlay.svg.isConnected && act(event), { capture: true });

  listen("pointerdown", (event) => (press = event.button ? null : event));
  listen("pointermove", (event) => event.pointerType !== "touch" && !event.buttons && pick(overlay.at(event), false));
  listen("pointerup", (event) => {
    const still = press && Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) <= STILL;
    press = null;
    const id = still ? overlay.at(event) : null;
    if (id) setTimeout(() => pick(id, true)); // the library gives the focus to the picture first
  });
}
