/**
 * The picture with its outline: an SVG in the picture's own pixels, a handle for each point. A press
 * takes the nearest point, one on the line makes a new one. Tells by "outline:changed".
 */
import { say } from "../../components/format.js";

const SVG = "http://www.w3.org/2000/svg";
const HANDLE = 5; // px on the screen: radius
const REACH = { mouse: 12, pen: 18, touch: 28 }; // px on the screen: how near a press must be
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAR = 10; // times as far with Shift

export class Canvas {
  constructor(svg, line) {
    Object.assign(this, { svg, line, held: null, keyed: null });
    svg.setAttribute("viewBox", `0 0 ${line.width} ${line.height}`);
    [this.veil, this.edge, this.handles] = ["veil", "edge", "handles"].map((name) => svg.querySelector(`[data-outline-${name}]`));
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    const on = (name, act) => svg.addEventListener(name, act.bind(this), { signal });
    on("pointerdown", this.press);
    on("pointermove", this.drag);
    for (const name of ["pointerup", "pointercancel"]) on(name, this.release);
    on("keydown", this.key);
    on("focusout", () => (this.keyed = null));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(svg);
    this.draw();
  }

  close() {
    this.listeners.abort();
    this.sizes.disconnect();
  }

  /** Picture pixels for each pixel of the screen. */
  get scale() {
    return this.line.width / (this.svg.clientWidth || 1);
  }

  draw() {
    const { line, scale } = this;
    this.edge.setAttribute("d", line.path);
    this.veil.setAttribute("d", `M0 0H${line.width}V${line.height}H0Z${line.path}`);
    while (this.handles.childElementCount > line.count) this.handles.lastElementChild.remove();
    while (this.handles.childElementCount < line.count) this.handles.append(handle());
    let number = 0;
    for (const place of line.places()) {
      const circle = this.handles.children[number++];
      const [x, y] = line.at(place);
      for (const [name, value] of Object.entries({ cx: x, cy: y, r: HANDLE * scale })) circle.setAttribute(name, value);
      circle.setAttribute("aria-label", say(gettext("Point %(number)s of %(count)s"), { number, count: line.count }));
      circle.place = place;
    }
  }

  changed(text = "") {
    this.draw();
    this.svg.dispatchEvent(new CustomEvent("outline:changed", { bubbles: true, detail: text }));
  }

  focus([ring, at]) {
    [...this.handles.children].find(({ place }) => place[0] === ring && place[1] === at)?.focus({ preventScroll: true });
  }

  /** Where an event is, in the picture's pixels. */
  where({ clientX, clientY }) {
    const box = this.svg.getBoundingClientRect();
    return [(clientX - box.left) * this.scale, (clientY - box.top) * this.scale];
  }

  press(event) {
    if (!event.isPrimary) return this.letGo();
    if (event.button !== 0) return;
    const [x, y] = this.where(event);
    const reach = (REACH[event.pointerType] ?? REACH.mouse) * this.scale;
    let { place, distance } = this.line.nearestPoint(x, y);
    if (distance > reach) {
      const side = this.line.nearestSide(x, y);
      if (side.distance > reach) return;
      this.line.remember();
      place = this.line.insert(side.place, [x, y]);
      if (!place) return void this.line.undo();
      this.changed();
      this.held = { id: event.pointerId, place, off: [0, 0], told: true };
    } else {
      const [px, py] = this.line.at(place);
      // As far off as it was taken: a finger that comes down beside it does not move it.
      this.held = { id: event.pointerId, place, off: [px - x, py - y], told: false };
    }
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    this.focus(place);
  }

  drag(event) {
    const { held } = this;
    if (held?.id !== event.pointerId) return;
    if (!held.told) this.line.remember();
    held.told = true;
    const [x, y] = this.where(event);
    this.line.move(held.place, x + held.off[0], y + held.off[1]);
    this.changed();
  }

  /** A second finger has come: both enlarge the page, and what the first one did is undone. */
  letGo() {
    if (this.held?.told) {
      this.line.undo();
      this.changed();
    }
    this.held = null;
  }

  release(event) {
    if (this.held?.id === event.pointerId) this.held = null;
  }

  key(event) {
    const place = event.target.place;
    if (!place || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = ARROWS[event.key];
    if (step) {
      const far = this.scale * (event.shiftKey ? FAR : 1);
      const [x, y] = this.line.at(place);
      if (this.keyed !== event.target) this.line.remember();
      this.keyed = event.target;
      this.line.move(place, x + step[0] * Math.max(1, far), y + step[1] * Math.max(1, far));
      this.changed();
    } else if (["Insert", "+", "Delete", "Backspace"].includes(event.key)) this.change(["Insert", "+"].includes(event.key));
    else return;
    event.preventDefault();
  }

  /** A point more behind the one with the keyboard's focus, or that one less. */
  change(more) {
    const place = document.activeElement?.place ?? this.last;
    if (!place) return;
    this.line.remember();
    const next = more ? this.line.insert(place) : this.line.remove(place);
    if (!next) return void this.line.undo();
    this.changed(more ? gettext("Point added.") : gettext("Point removed."));
    this.focus(next);
  }
}

function handle() {
  const circle = document.createElementNS(SVG, "circle");
  circle.setAttribute("tabindex", "0");
  circle.setAttribute("role", "button");
  return circle;
}
