/** Enlarging the drawings of the body map: two fingers, Ctrl and wheel, or the buttons. */

const MOST = 5;
const sizes = new WeakMap(); // svg: the whole drawing, [width, height]

function whole(svg) {
  if (!sizes.has(svg)) sizes.set(svg, [Number(svg.dataset.width), Number(svg.dataset.height)]);
  return sizes.get(svg);
}

/** Shows a part of a drawing, `scale` times as large, never beyond its edges. */
function show(svg, scale, left, top) {
  const [width, height] = whole(svg);
  const times = Math.min(MOST, Math.max(1, scale));
  const [wide, high] = [width / times, height / times];
  const x = Math.min(width - wide, Math.max(0, left));
  const y = Math.min(height - high, Math.max(0, top));
  svg.setAttribute("viewBox", `${x} ${y} ${wide} ${high}`);
  svg.classList.toggle("is-zoomed", times > 1);
}

const scaleOf = (svg) => whole(svg)[0] / svg.viewBox.baseVal.width;

/** Enlarges about a place on the screen, which stays where it is. */
function about(svg, clientX, clientY, factor) {
  const place = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
  const { x, y, width, height } = svg.viewBox.baseVal;
  const scale = Math.min(MOST, Math.max(1, scaleOf(svg) * factor));
  const [wide, high] = whole(svg).map((size) => size / scale);
  show(svg, scale, place.x - ((place.x - x) / width) * wide, place.y - ((place.y - y) / height) * high);
}

/** Moves an enlarged drawing so that this box of it is in its middle. */
export function reveal(svg, { x, y, width, height }) {
  const scale = scaleOf(svg);
  const [wide, high] = whole(svg).map((size) => size / scale);
  if (scale > 1) show(svg, scale, x + (width - wide) / 2, y + (height - high) / 2);
}

const spread = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);

function gestures(svg) {
  const fingers = new Map();
  let moved = false;
  const take = (event) => {
    if (event.isPrimary) fingers.clear(); // one may have left unheard
    fingers.set(event.pointerId, event);
    moved = !event.isPrimary;
  };
  const leave = (event) => fingers.delete(event.pointerId);
  svg.addEventListener("pointerdown", take);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(name, leave);
  svg.addEventListener("pointermove", (event) => {
    const former = fingers.get(event.pointerId);
    if (!former) return;
    const before = [...fingers.values()];
    fingers.set(event.pointerId, event);
    const now = [...fingers.values()];
    if (now.length === 2) {
      moved = true;
      const middle = ["clientX", "clientY"].map((axis) => (now[0][axis] + now[1][axis]) / 2);
      about(svg, ...middle, spread(now) / (spread(before) || 1));
    } else if (svg.classList.contains("is-zoomed")) {
      const { a } = svg.getScreenCTM();
      const { x, y } = svg.viewBox.baseVal;
      const [dx, dy] = [event.clientX - former.clientX, event.clientY - former.clientY];
      moved ||= Math.hypot(dx, dy) > 2;
      show(svg, scaleOf(svg), x - dx / a, y - dy / a);
    }
  });
  // What was a drag or a pinch is no tap.
  svg.addEventListener("click", (event) => moved && event.stopPropagation(), { capture: true });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return; // the page scrolls
    event.preventDefault();
    about(svg, event.clientX, event.clientY, event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
  svg.addEventListener("touchstart", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
}

/** Makes the drawings of a map larger at a gesture or a button. */
export function enlarge(map) {
  const drawings = [...map.querySelectorAll("svg[data-view]")];
  drawings.forEach(gestures);
  const bar = map.querySelector("[data-map-zoom]");
  bar.hidden = false;
  bar.addEventListener("click", ({ target }) => {
    const factor = { in: 1.5, out: 1 / 1.5 }[target.closest("[data-zoom]")?.dataset.zoom];
    if (!factor) return;
    for (const svg of drawings) {
      const { left, top, width, height } = svg.getBoundingClientRect();
      about(svg, left + width / 2, top + height / 2, factor);
    }
  });
}
