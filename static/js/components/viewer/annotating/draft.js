/**
 * What is being written on a picture: a draft whose lines may be drawn by dragging, and that is moved
 * as a whole once it is there.
 */
import { Draft } from "../drawing/draft.js";
import { box, KINDS, simplify } from "./shapes.js";

const FEW = 12; // points of a freehand line that are moved one by one
const COARSE = 0.75; // px of the screen that a stroke may be off

export class AnnotationDraft extends Draft {
  #done = false; // no more points
  #stroke = null; // the places of a stroke under way
  #from = 0; // how many points there were before it

  constructor() {
    super(KINDS);
  }

  begin(kind, size) {
    this.#done = false;
    this.#stroke = null;
    super.begin(kind, size);
  }

  get full() { return super.full || (this.active && this.#done); }

  get shown() { return this.#stroke ? [...this.points, ...this.#stroke] : super.shown; }

  /** It has all its points. */
  finish() {
    this.#done = this.complete;
    this.cursor = null;
    this.changed();
  }

  /** What is there already, to be changed. */
  take(points, pointing = 0) {
    this.#done = points.length >= KINDS[this.kind].least;
    super.take(points, pointing);
  }

  /** Two corners of a long line's box in the place of its points; and the whole of it. */
  get grips() {
    if (this.#stroke) return [];
    const boxed = this.#boxed;
    const corners = [gettext("Upper left corner. The arrows move it."), gettext("Lower right corner. The arrows move it.")];
    const grips = boxed ? corners.map((name, place) => ({ at: [boxed.slice(0, 2), boxed.slice(2)][place], name })) : super.grips;
    if (this.full && this.points.length > 1) grips.push({ at: this.#middle, name: gettext("The whole shape. The arrows move it."), whole: true });
    return grips;
  }

  pull(place, point, pointing) {
    const boxed = this.#boxed;
    const count = boxed ? 2 : this.points.length;
    if (place >= count) this.#move(point, pointing);
    else if (boxed) this.#stretch(place, boxed, this.inside(point), pointing);
    else super.pull(place, point, pointing);
  }

  /** A corner; with the last that it can spare, all of it. */
  remove(place) {
    const whole = this.#boxed || (place !== undefined && place >= this.points.length);
    if (whole) return this.begin(this.kind);
    super.remove(place);
    if (!this.complete) this.#done = false;
    return this.changed();
  }

  /** A press on its first corner closes a polygon. */
  tapped(place) {
    if (this.kind === "polygon" && place === 0) this.finish();
  }

  get drags() {
    const begun = this.points.length > 0 && this.kind !== "freehand"; // by a press
    return Boolean(this.active && KINDS[this.kind].dragged && !begun && !this.full);
  }

  /** Would a drag draw, or does one? */
  get holds() { return this.drags || this.#stroke !== null; }

  drag(from, pointing) {
    this.#from = this.points.length;
    this.add(from, pointing);
    this.#stroke = this.points.length > this.#from ? [] : null; // well beside the picture
  }

  dragTo(point) {
    if (!this.#stroke) return;
    if (this.kind === "freehand") this.#stroke.push(this.inside(point));
    else this.#stroke = [this.inside(point)];
    this.changed();
  }

  drop(kept) {
    const stroke = this.#stroke;
    this.#stroke = null;
    if (!stroke) return;
    if (!kept || !stroke.length) this.points.length = this.#from;
    else {
      const line = simplify([this.points.at(-1), ...stroke], COARSE * this.pointing).slice(1);
      this.points.push(...line.slice(0, KINDS[this.kind].most - this.points.length));
      this.#done = this.complete;
    }
    this.changed();
  }

  get #boxed() { return this.kind === "freehand" && this.points.length > FEW ? box(this.points) : null; }

  get #middle() {
    const [left, top, right, bottom] = box(this.points);
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /** Its middle to `point`, as far as all of it stays in the picture. */
  #move([x, y], pointing) {
    const [left, top, right, bottom] = box(this.points);
    const { width, height } = this.size;
    const across = Math.min(width - right, Math.max(-left, x - (left + right) / 2));
    const down = Math.min(height - bottom, Math.max(-top, y - (top + bottom) / 2));
    this.points = this.points.map(([px, py]) => [px + across, py + down]);
    this.placed(pointing);
  }

  #stretch(place, [left, top, right, bottom], [x, y], pointing) {
    const [fixedX, fixedY] = place ? [left, top] : [right, bottom];
    const [fromX, fromY] = place ? [right, bottom] : [left, top];
    const side = place ? 1 : -1;
    const [wide, high] = [side * Math.max(1, side * (x - fixedX)), side * Math.max(1, side * (y - fixedY))];
    const [across, down] = [wide / (fromX - fixedX || 1), high / (fromY - fixedY || 1)];
    this.points = this.points.map(([px, py]) => [fixedX + (px - fixedX) * across, fixedY + (py - fixedY) * down]);
    this.placed(pointing);
  }
}
