/**
 * Where messages lie on a page: in the first corner where they cover nothing that can be pressed;
 * where there is none, at the foot, for what is there can be scrolled clear of them (base.css:
 * scroll-padding), which what is at the head cannot.
 */
const CORNERS = ["bottom-end", "bottom-start", "top-end", "top-start"];
const ACTIONS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

/** Chooses the corner of `region` (#toasts), with what is in it. */
export function place(region) {
  if (!region?.childElementCount) return;
  const actions = boxesOf(region);
  region.style.setProperty("--below", `${headers()}px`);
  for (const corner of [...CORNERS, CORNERS[0]]) {
    region.dataset.corner = corner;
    const boxes = [...region.children].map((message) => message.getBoundingClientRect());
    if (!boxes.some((box) => actions.some((action) => overlap(box, action)))) return;
  }
}

/** Of all that can be pressed and is on the screen. */
function boxesOf(region) {
  return [...document.querySelectorAll(ACTIONS)]
    .filter((action) => !region.contains(action) && action.checkVisibility())
    .map((action) => action.getBoundingClientRect())
    .filter(({ top, bottom, width }) => width && bottom > 0 && top < innerHeight);
}

const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

/** Down to where bars lie at the top of the screen. */
function headers() {
  const bars = [...document.querySelectorAll(".top, .patient")].map((bar) => bar.getBoundingClientRect());
  return bars.reduce((below, { top, bottom }) => (top <= below + 1 ? Math.max(below, bottom) : below), 0);
}

const again = () => place(document.getElementById("toasts"));
window.addEventListener("resize", again);
document.addEventListener("scrollend", again);
