/**
 * Holding a finger on an element is a long press: `onPress(element)` for the nearest `selector`.
 * The click and the browser's own menu that follow are swallowed.
 */
const HOLD = 500; // ms; a browser that opens its menu sooner says by that that it was held
const DRIFT = 10; // px that a held finger may move

export function onLongPress(selector, onPress) {
  let timer = null;
  let start = null; // of a finger that may become a long press
  let held = false;
  const stop = () => {
    clearTimeout(timer);
    start = null;
  };
  const press = (element) => {
    stop();
    held = true;
    onPress(element);
  };

  document.addEventListener("pointerdown", (event) => {
    stop();
    held = false;
    const element = event.target.closest?.(selector);
    if (!element || event.pointerType === "mouse" || !event.isPrimary) return;
    start = event;
    timer = setTimeout(press, HOLD, element);
  });
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.clientX, clientY - start.clientY) > DRIFT) stop();
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(end, stop, true);
  // On the window: before whatever else a click on the element does, taking the press back among it.
  const swallow = (event) => {
    const element = event.target.closest?.(selector);
    if (element && start && event.type === "contextmenu") press(element);
    if (!element || !held) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === "click") held = false;
  };
  for (const after of ["click", "contextmenu"]) window.addEventListener(after, swallow, true);
}
