/**
 * What can be taken of what is being drawn, its points most of all: by a mouse at the point; by a finger at a handle
 * beside the one placed last or touched last (a finger covers what it points at, and handles beside
 * all would cover the picture); by the keyboard one after the other. Before the last one is placed
 * there is a cross, too, which the arrows move and Space or Enter makes a point.
 */
import { create } from "./svg.js";

const MOUSE_RADIUS = 12; // CSS px
const TOUCH_RADIUS = 24;
const TOUCH_AWAY = 58; // of the handle from its point
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const FAST = 10;
const STILL = 3; // CSS px that a press may move and be none

export class Handles {
  #group = create("g");
  #drag = null; // {id, place, origin, from, start, moved}
  #chosen = null; // the one that was touched last
  #grips = []; // of the draft, as they were drawn

  /** `on`: stage (an Overlay), save(), press(event) where a finger pressed a handle and left it. */
  constructor(svg, draft, on) {
    Object.assign(this, { svg, draft, on });
    svg.append(this.#group);
    this.#group.addEventListener("keydown", (event) => this.#press(event));
    this.#group.addEventListener("pointerdown", (event) => this.#take(event));
    this.#group.addEventListener("pointermove", (event) => this.#pull(event));
    for (const type of ["pointerup", "pointercancel"]) this.#group.addEventListener(type, (event) => this.#drop(event));
    this.#group.addEventListener("dblclick", (event) => event.stopPropagation());
  }

  /** The focus to the cross, or to the last point. Fingers need none. */
  focus() {
    this.#chosen = null;
    if (this.draft.touched) return this.draw();
    (this.#group.querySelector("[data-cross]") ?? this.#group.lastElementChild)?.focus({ preventScroll: true });
  }

  draw() {
    const { draft } = this;
    this.#grips = draft.active ? draft.grips : [];
    const count = this.#grips.length + (draft.active && !draft.full ? 1 : 0);
    const hadFocus = this.#group.contains(document.activeElement);
    const kept = [...this.#group.children];
    for (const extra of kept.splice(count)) extra.remove();
    while (kept.length < count) {
      kept.push(createHandle());
      this.#group.append(kept.at(-1));
    }
    kept.forEach((handle, place) => this.#place(handle, place));
    if (hadFocus && !this.#group.contains(document.activeElement)) this.focus();
  }

  #place(handle, place) {
    const { draft } = this;
    const grip = this.#grips[place];
    const cross = !grip;
    const [x, y] = this.on.stage.toScreen(cross ? draft.cursor ?? this.on.stage.middle : grip.at);
    const whole = Boolean(grip?.whole); // no place that a finger would cover
    const beside = draft.touched && !cross && !whole && (draft.full || place === (this.#chosen ?? this.#grips.length - 1));
    const away = beside ? (y + TOUCH_AWAY + TOUCH_RADIUS < this.on.stage.canvas.clientHeight ? TOUCH_AWAY : -TOUCH_AWAY) : 0;
    handle.toggleAttribute("data-cross", cross);
    handle.toggleAttribute("data-beside", beside);
    handle.dataset.place = place;
    handle.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
    const [stem, ring] = handle.children;
    stem.setAttribute("d", cross ? "M-14 0H14M0 -14V14" : `M0 0V${away}`);
    ring.setAttribute("cy", away);
    ring.setAttribute("r", beside || (whole && draft.touched) ? TOUCH_RADIUS : MOUSE_RADIUS);
    handle.toggleAttribute("data-whole", whole);
    handle.setAttribute("aria-label", cross ? gettext("Next point. The arrows move it, Space places it.") : grip.name);
  }

  #press(event) {
    const handle = event.target.closest("[data-place]");
    const place = Number(handle.dataset.place);
    const cross = "cross" in handle.dataset;
    const step = STEPS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step) this.#step(place, cross, step, event.shiftKey ? FAST : 1);
    else if (event.key === "Delete" || event.key === "Backspace") this.#remove(cross ? undefined : place);
    else if (event.key === " ") {
      if (cross) this.#add();
    } else if (event.key === "Enter") this.#enter(cross);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Enter keeps what is complete; before that it places the next point. */
  #enter(cross) {
    if (cross && !this.draft.complete) this.#add();
    else this.on.save();
  }

  #add() {
    const { draft } = this;
    const { stage } = this.on;
    draft.add(draft.cursor ?? stage.middle, stage.grain);
    this.focus();
  }

  #remove(place) {
    if (this.draft.points.length) this.draft.remove(place);
    this.focus();
  }

  #step(place, cross, [across, down], pixels) {
    const { stage } = this.on;
    const from = cross ? this.draft.cursor ?? stage.middle : this.#grips[place].at;
    const [x, y] = stage.toScreen(from);
    const to = stage.toImage([x + across * pixels, y + down * pixels]);
    if (cross) this.draft.point(to);
    else this.draft.pull(place, to, stage.grain);
  }

  #take(event) {
    const handle = event.target.closest("[data-place]");
    if (!handle || "cross" in handle.dataset || event.button || !event.isPrimary) return;
    event.stopPropagation();
    event.preventDefault(); // the focus is set here
    const place = Number(handle.dataset.place);
    const beside = "beside" in handle.dataset;
    this.#chosen = place;
    const origin = this.#grips[place].at;
    const start = [event.clientX, event.clientY];
    this.#drag = { id: event.pointerId, place, beside, origin, start, moved: false, from: this.on.stage.toScreen(origin) };
    if (event.pointerType === "touch") this.draw();
    else handle.focus({ preventScroll: true });
    this.#group.setPointerCapture(event.pointerId);
  }

  #pull(event) {
    if (this.#drag?.id !== event.pointerId) return;
    event.stopPropagation();
    const { place, from, start } = this.#drag;
    const { stage } = this.on;
    if (!this.#drag.moved && Math.hypot(event.clientX - start[0], event.clientY - start[1]) < STILL) return;
    this.#drag.moved = true;
    const to = stage.toImage([from[0] + event.clientX - start[0], from[1] + event.clientY - start[1]]);
    this.draft.pull(place, to, stage.grainOf(event));
  }

  /** A second finger has come: the point goes back to where it was taken. */
  letGo() {
    const { place, origin, moved } = this.#drag ?? {};
    this.#drag = null;
    if (moved) this.draft.pull(place, origin, 0);
  }

  /** A tap on a handle beside its point is meant for what lies under it. */
  #drop(event) {
    if (this.#drag?.id !== event.pointerId) return;
    const { place, beside, moved } = this.#drag;
    this.#drag = null;
    if (moved || event.type !== "pointerup") return;
    if (!beside) this.draft.tapped(place);
    else if (!this.draft.full) this.on.press(event);
  }
}

function createHandle() {
  return create("g", { class: "drawing-handle", tabindex: "0", role: "button" }, create("path"), create("circle"));
}
