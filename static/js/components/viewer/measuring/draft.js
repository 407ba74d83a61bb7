/** What is being drawn: a kind, its points, and the one that follows the pointer. Emits "change". */
import { crossesItself, distance, KINDS, mainFigure } from "./shapes.js";

const OUTSIDE = 12; // px of the screen beside the picture
const TWICE = 3; // px of the screen between two points
const LEAST_POINTING = 0.5; // px: nobody places a point better

export class Draft extends EventTarget {
  kind = null;
  points = []; // [x, y] in px of the picture
  cursor = null; // where the next one would be
  pointing = LEAST_POINTING;
  round = false; // a field of view, as wide as its two points are apart
  touched = matchMedia("(pointer: coarse) and (hover: none)").matches; // by a finger, last
  #size = null;

  /** Begins anew: what is drawn in a picture of `size` {width, height}; null for nothing. */
  begin(kind, size = this.#size) {
    Object.assign(this, { kind, points: [], cursor: null, pointing: LEAST_POINTING });
    this.#size = size;
    this.#changed();
  }

  get active() { return this.kind !== null; }

  get started() { return this.active && this.points.length > 0; }

  get full() { return this.active && this.points.length >= KINDS[this.kind].most; }

  /** With the point under the pointer, as the figure. */
  get crossing() { return this.kind === "polygon" && crossesItself(this.shown); }

  /** Can it be kept? */
  get complete() {
    const figure = this.active && mainFigure(this.kind, this.points, this.pointing);
    return Boolean(figure?.value >= 1) && !(this.kind === "polygon" && crossesItself(this.points));
  }

  /** With the point under the pointer. */
  get shown() { return this.cursor && !this.full ? [...this.points, this.cursor] : this.points; }

  /** Of what is shown; null while there is too little of it. */
  get figure() { return this.active ? mainFigure(this.kind, this.shown, this.pointing) : null; }

  /** `pointing`: px of the picture that one of the screen is. A press well beside the picture, and
   * the second of a double press, place none. */
  add(point, pointing) {
    if (!this.active || this.full) return;
    const [inside, last] = [this.#inside(point), this.points.at(-1)];
    if (distance(point, inside) > OUTSIDE * pointing || (last && distance(last, inside) < TWICE * pointing)) return;
    this.points.push(inside);
    this.#placed(pointing);
  }

  /** All points at once, to be moved one by one. */
  take(points, pointing) {
    this.points = points.map((point) => this.#inside(point));
    this.#placed(pointing);
  }

  move(place, point, pointing) {
    this.points[place] = this.#inside(point);
    this.#placed(pointing);
  }

  point(at) {
    this.cursor = at && this.#inside(at);
    this.#changed();
  }

  remove(place = this.points.length - 1) {
    this.points.splice(place, 1);
    this.#changed();
  }

  /** The least exact of the points tells how exact all are. */
  #placed(pointing) {
    this.pointing = Math.max(this.pointing, pointing);
    this.cursor = null;
    this.#changed();
  }

  #inside([x, y]) {
    const { width, height } = this.#size;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  #changed() { this.dispatchEvent(new Event("change")); }
}
