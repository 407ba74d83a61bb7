/** What is measured, drawn over the picture, with its figures. */
import { Overlay } from "../drawing/overlay.js";
import { create } from "../drawing/svg.js";
import { outline } from "./shapes.js";

export class MeasuringOverlay extends Overlay {
  saved = []; // {id, kind, points, label}
  current = null; // id of the one to be seen among them
  text = ""; // of the draft

  draw() {
    const saved = this.saved.map((shape) => this.#shape(shape, shape.label, shape.id === this.current ? "is-current" : ""));
    const { kind, shown, round } = this.draft;
    const draft = kind && shown.length ? [this.#shape({ kind, points: shown }, this.text, "is-draft")] : [];
    if (round && shown.length === 2) draft.push(this.#circle(shown));
    this.shapes.replaceChildren(...saved, ...draft);
  }

  #shape({ kind, points }, label, name) {
    const line = outline(kind, points);
    const places = line.points.map((point) => this.toScreen(point));
    const path = places.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
    const group = create("g", { class: `drawing-shape ${name}` });
    const tag = line.closed ? "polygon" : "polyline";
    group.append(create(tag, { points: path, class: "drawing-halo" }), create(tag, { points: path }));
    for (const [x, y] of points.map((point) => this.toScreen(point))) group.append(create("circle", { cx: x, cy: y, r: 3 }));
    if (label) group.append(this.#label(label, this.toScreen(points.at(-1))));
    return group;
  }

  /** Whose diameter lies between two points. */
  #circle(points) {
    const [[x1, y1], [x2, y2]] = points.map((point) => this.toScreen(point));
    const group = create("g", { class: "drawing-shape is-draft is-round" });
    const [cx, cy, r] = [(x1 + x2) / 2, (y1 + y2) / 2, Math.hypot(x2 - x1, y2 - y1) / 2];
    group.append(create("circle", { cx, cy, r, class: "drawing-halo" }), create("circle", { cx, cy, r }));
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
