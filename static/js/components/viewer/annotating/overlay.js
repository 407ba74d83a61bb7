/**
 * What is written on a picture, drawn over it and numbered as the list beside it. Lines are drawn once,
 * in the picture's own pixels, and turned with it: there may be thousands of points.
 */
import { Overlay } from "../drawing/overlay.js";
import { create } from "../drawing/svg.js";
import { distanceTo, outline } from "./shapes.js";

const HEAD = 14; // CSS px, of an arrow
const POINT = 7;
const NEAR = 12; // CSS px from a shape to a press that is meant for it

export class AnnotatingOverlay extends Overlay {
  #rows = []; // {id, number, kind, points}
  #theirs = null; // {kind, points}: what somebody else made of the one that is changed
  #current = null;
  #lines = create("g"); // in px of the picture
  #marks = create("g"); // in CSS px: what does not grow with the picture
  #drawn = new Map(); // of each row, its element among the lines

  /** `on`: save(), drawn() after something was drawn by a pointer. */
  constructor(canvas, picture, draft, on) {
    super(canvas, picture, draft, on);
    this.on = on;
    this.svg.classList.add("annotating-overlay");
    this.shapes.append(this.#lines, this.#marks);
  }

  set rows(rows) {
    this.#rows = rows;
    this.#drawn = new Map(rows.map((row) => [row.id, line(row, "")]));
    this.#mark();
  }

  set theirs(shape) {
    this.#theirs = shape;
    this.#mark();
  }

  /** id of the one to be seen among them. */
  set current(id) {
    if (this.#current === id) return;
    this.#current = id;
    this.#mark();
  }

  get current() { return this.#current; }

  set hidden(hidden) { this.svg.toggleAttribute("data-hidden", hidden); }

  settle(event) {
    super.settle(event);
    this.on.drawn(event);
  }

  /** id of the one nearest to a press, or null. */
  at(event) {
    if (!("staged" in this.picture.root.dataset) || !this.svg.checkVisibility()) return null;
    const { left, top } = this.canvas.getBoundingClientRect();
    const pressed = [event.clientX - left, event.clientY - top];
    let [nearest, id] = [NEAR, null];
    for (const row of this.#rows) {
      const away = this.#away(row, pressed);
      if (away < nearest) [nearest, id] = [away, row.id];
    }
    return id;
  }

  #away({ kind, points }, pressed) {
    const { points: places, closed } = outline(kind, points);
    const ends = places.map((place) => this.toScreen(place));
    if (ends.length === 1) return Math.hypot(ends[0][0] - pressed[0], ends[0][1] - pressed[1]);
    if (closed) ends.push(ends[0]);
    return Math.min(...ends.slice(1).map((end, place) => distanceTo(pressed, ends[place], end)));
  }

  #mark() {
    for (const [id, group] of this.#drawn) group.classList.toggle("is-current", id === this.#current);
    const theirs = this.#theirs ? [line(this.#theirs, "is-theirs")] : [];
    this.#lines.replaceChildren(...this.#drawn.values(), ...theirs);
    this.redraw();
  }

  draw() {
    const [[ox, oy], [ax, ay], [bx, by]] = [[0, 0], [1000, 0], [0, 1000]].map((place) => this.toScreen(place));
    const turned = [ax - ox, ay - oy, bx - ox, by - oy].map((length) => length / 1000);
    this.#lines.setAttribute("transform", `matrix(${[...turned, ox, oy].join(" ")})`);
    const marks = this.#rows.flatMap((row) => this.#marksOf(row, row.id === this.#current ? "is-current" : ""));
    if (this.#theirs) marks.push(...this.#marksOf(this.#theirs, "is-theirs"));
    const { kind, shown } = this.draft;
    if (kind && shown.length) marks.push(...this.#draftOf({ kind, points: shown }));
    this.#marks.replaceChildren(...marks);
  }

  #draftOf(shape) {
    const group = line(shape, "is-draft");
    group.setAttribute("transform", this.#lines.getAttribute("transform"));
    return [group, ...this.#marksOf(shape, "is-draft")];
  }

  /** A point's ring, an arrow's head, and the number. */
  #marksOf({ kind, points, number }, name) {
    const places = points.map((place) => this.toScreen(place));
    const marks = [];
    if (kind === "point") for (const [cx, cy] of places) marks.push(create("circle", { cx, cy, r: POINT }));
    if (kind === "arrow" && places.length === 2) marks.push(head(...places));
    if (number) marks.push(label(number, kind === "arrow" ? places[0] : highest(places)));
    return marks.length ? [create("g", { class: `drawing-shape ${name}` }, ...marks)] : [];
  }
}

/** The line of a shape, in px of the picture. */
function line({ kind, points }, name) {
  const { points: places, closed } = outline(kind, points);
  const path = { points: places.map((place) => place.join(",")).join(" ") };
  const tag = closed ? "polygon" : "polyline";
  return create("g", { class: `drawing-shape ${name}` }, create(tag, { ...path, class: "drawing-halo" }), create(tag, path));
}

function head([x1, y1], [x2, y2]) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const wing = (side) => `${x2 - HEAD * Math.cos(angle + side)},${y2 - HEAD * Math.sin(angle + side)}`;
  return create("polygon", { points: `${x2},${y2} ${wing(0.42)} ${wing(-0.42)}`, class: "annotating-head-of" });
}

const highest = (places) => places.reduce((top, place) => (place[1] < top[1] ? place : top));

function label(number, [x, y]) {
  return create("text", { x: x + 10, y: y - 8 }, String(number));
}
