/**
 * What is measured, drawn over the picture: an SVG in the stage's own coordinates, drawn anew with
 * every frame, so that it follows zoom, rotation and the window. Lines keep their width, handles their
 * size.
 */
import { Handles } from "./handles.js";
import { outline } from "./shapes.js";

const TOUCH_ERROR = 1.5; // of the screen's px: a finger is less steady
const SVG = "http://www.w3.org/2000/svg";

export function create(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

export class Overlay {
  saved = []; // {id, kind, points, label}
  current = null; // id of the one to be seen among them
  text = ""; // of the draft

  /** `canvas`: the stage's element; `on`: save(). */
  constructor(canvas, picture, draft, on) {
    Object.assign(this, { canvas, picture, draft });
    this.svg = create("svg", { class: "measuring-overlay" });
    this.shapes = create("g", { "aria-hidden": "true" });
    this.svg.append(this.shapes);
    this.handles = new Handles(this.svg, draft, { ...on, stage: this, press: (event) => this.place(event) });
    this.redraw = () => this.#draw();
    draft.addEventListener("change", this.redraw);
  }

  show() {
    this.canvas.append(this.svg);
    this.picture.addEventListener("viewport", this.redraw);
    this.picture.act(this.redraw);
  }

  hide() {
    this.picture.removeEventListener("viewport", this.redraw);
    this.svg.remove();
  }

  /** [x, y] of the picture, on the screen (CSS px from the corner of the stage), and back. */
  toScreen([x, y]) {
    const place = this.picture.stage.toScreen({ x, y });
    return [place.x, place.y];
  }

  toImage([x, y]) {
    const place = this.picture.stage.toImage({ x, y });
    return [place.x, place.y];
  }

  /** A point where somebody pressed. */
  place({ clientX, clientY, pointerType }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    this.draft.touched = pointerType === "touch";
    this.draft.add(this.toImage([clientX - left, clientY - top]), this.grainOf({ pointerType }));
    setTimeout(() => this.handles.focus()); // the library gives the focus to the picture first
  }

  /** px of the picture that one of the screen is. */
  get grain() {
    const [[x1, y1], [x2, y2]] = [this.toImage([0, 0]), this.toImage([1, 0])];
    return Math.hypot(x2 - x1, y2 - y1);
  }

  /** px of the picture that somebody is off who places a point by this pointer. */
  grainOf({ pointerType }) {
    return this.grain * (pointerType === "touch" ? TOUCH_ERROR : 1);
  }

  /** Where the middle of the stage is, in the picture. */
  get middle() {
    return this.toImage([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]);
  }

  #draw() {
    if (!this.svg.isConnected || !("staged" in this.picture.root.dataset)) return;
    const saved = this.saved.map((shape) => this.#shape(shape, shape.label, shape.id === this.current ? "is-current" : ""));
    const { kind, shown, round } = this.draft;
    const draft = kind && shown.length ? [this.#shape({ kind, points: shown }, this.text, "is-draft")] : [];
    if (round && shown.length === 2) draft.push(this.#circle(shown));
    this.shapes.replaceChildren(...saved, ...draft);
    this.handles.draw();
  }

  #shape({ kind, points }, label, name) {
    const line = outline(kind, points);
    const places = line.points.map((point) => this.toScreen(point));
    const path = places.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
    const group = create("g", { class: `measuring-shape ${name}` });
    const tag = line.closed ? "polygon" : "polyline";
    group.append(create(tag, { points: path, class: "measuring-halo" }), create(tag, { points: path }));
    for (const [x, y] of points.map((point) => this.toScreen(point))) group.append(create("circle", { cx: x, cy: y, r: 3 }));
    if (label) group.append(this.#label(label, this.toScreen(points.at(-1))));
    return group;
  }

  /** Whose diameter lies between two points. */
  #circle(points) {
    const [[x1, y1], [x2, y2]] = points.map((point) => this.toScreen(point));
    const group = create("g", { class: "measuring-shape is-draft is-round" });
    const [cx, cy, r] = [(x1 + x2) / 2, (y1 + y2) / 2, Math.hypot(x2 - x1, y2 - y1) / 2];
    group.append(create("circle", { cx, cy, r, class: "measuring-halo" }), create("circle", { cx, cy, r }));
    return group;
  }

  /** Beside the last point, and where that is at the edge, on its other side. */
  #label(text, [x, y]) {
    const right = x < this.canvas.clientWidth - 150;
    const label = create("text", { x: x + (right ? 14 : -14), y: Math.max(y - 12, 18), "text-anchor": right ? "start" : "end" });
    label.textContent = text;
    return label;
  }
}
