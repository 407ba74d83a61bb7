/** What is being drawn: a kind, its points, and the one that follows the pointer. Emits "change". */
import { say } from "../../format.js";

const OUTSIDE = 12; // px of the screen beside the picture
const TWICE = 3; // px of the screen between two points
const LEAST_POINTING = 0.5; // px: nobody places a point better

export class Draft extends EventTarget {
  kind = null;
  points = []; // [x, y] in px of the picture
  cursor = null; // where the next one would be
  pointing = LEAST_POINTING;
  touched = matchMedia("(pointer: coarse) and (hover: none)").matches; // by a finger, last
  #size = null;

  /** `kinds`: {kind: {least, most}}, how many points each takes. */
  constructor(kinds) {
    super();
    this.kinds = kinds;
  }

  /** Begins anew: what is drawn in a picture of `size` {width, height}; null for nothing. */
  begin(kind, size = this.#size) {
    Object.assign(this, { kind, points: [], cursor: null, pointing: LEAST_POINTING });
    this.#size = size;
    this.changed();
  }

  get active() { return this.kind !== null; }

  get started() { return this.active && this.points.length > 0; }

  get full() { return this.active && this.points.length >= this.kinds[this.kind].most; }

  /** Can it be kept? */
  get complete() { return this.active && this.points.length >= this.kinds[this.kind].least; }

  /** With the point under the pointer. */
  get shown() { return this.cursor && !this.full ? [...this.points, this.cursor] : this.points; }

  /** Is it drawn by dragging, too? Then `drag(from, pointing)`, `dragTo(point)`, `drop(kept)`. */
  get drags() { return false; }

  /** What can be taken and moved: {at, name}, named for who does not see it. */
  get grips() {
    const count = this.points.length;
    const name = gettext("Point %(place)s of %(count)s. The arrows move it.");
    return this.points.map((at, place) => ({ at, name: say(name, { place: place + 1, count }) }));
  }

  /** `pointing`: px of the picture that one of the screen is. A press well beside the picture, and
   * the second of a double press, place none. */
  add(point, pointing) {
    if (!this.active || this.full) return;
    const [inside, last] = [this.inside(point), this.points.at(-1)];
    if (distance(point, inside) > OUTSIDE * pointing || (last && distance(last, inside) < TWICE * pointing)) return;
    this.points.push(inside);
    this.placed(pointing);
  }

  /** All points at once, to be moved one by one. */
  take(points, pointing) {
    this.points = points.map((point) => this.inside(point));
    this.placed(pointing);
  }

  /** Moves what can be taken at this place among `grips`. */
  pull(place, point, pointing) {
    this.points[place] = this.inside(point);
    this.placed(pointing);
  }

  point(at) {
    this.cursor = at && this.inside(at);
    this.changed();
  }

  remove(place = this.points.length - 1) {
    this.points.splice(place, 1);
    this.changed();
  }

  /** A press on what can be taken that did not move it. */
  tapped() {}

  /** The least exact of the points tells how exact all are. */
  placed(pointing) {
    this.pointing = Math.max(this.pointing, pointing);
    this.cursor = null;
    this.changed();
  }

  get size() { return this.#size; }

  inside([x, y]) {
    const { width, height } = this.#size;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  changed() { this.dispatchEvent(new Event("change")); }
}

const distance = ([x1, y1], [x2, y2]) => Math.hypot(x2 - x1, y2 - y1);
