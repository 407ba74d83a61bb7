/**
 * Holding a finger on an element is a long press: `onPress(element)` for the nearest `selector`.
 * The click and the browser's own menu that follow are swallowed.
 */
const HOLD = 500; // ms
const DRIFT = 10; // px that a held finger may move

export function onLongPress(selector, onPress) {
  let timer = null;
  let start = null;
  let held = false;
  const stop = () => clearTimeout(timer);

  document.addEventListener("pointerdown", (event) => {
    stop();
    held = false;
    const element = event.target.closest?.(selector);
    if (!element || event.pointerType === "mouse" || !event.isPrimary) return;
    start = event;
    timer = setTimeout(() => {
      held = true;
      onPress(element);
    }, HOLD);
  });
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.clientX, clientY - start.clientY) > DRIFT) stop();
  });
  for (const end of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(end, stop, true);
  const swallow = (event) => {
    if (!held || !event.target.closest?.(selector)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.type === "click") held = false;
  };
  for (const after of ["click", "contextmenu"]) document.addEventListener(after, swallow, true);
}
