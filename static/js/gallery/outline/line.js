/** Closed lines of points, and what is done to them; knows no element. */

const MOST = 200; // points, as the API takes them
const STEPS = 100; // that can be undone

export class Line {
  constructor(rings, width, height) {
    Object.assign(this, { rings, width, height });
    this.former = [];
  }

  get count() {
    return this.rings.reduce((sum, ring) => sum + ring.length, 0);
  }

  get isChanged() {
    return this.former.length > 0;
  }

  /** All points, in order: [ring, at]. */
  *places() {
    for (const [ring, points] of this.rings.entries()) for (const at of points.keys()) yield [ring, at];
  }

  at([ring, at]) {
    return this.rings[ring][at];
  }

  /** Before a change; a drag or a run of key presses is one. */
  remember() {
    this.former.push(structuredClone(this.rings));
    if (this.former.length > STEPS) this.former.shift();
  }

  undo() {
    this.rings = this.former.pop() ?? this.rings;
  }

  move([ring, at], x, y) {
    const within = (value, most) => Math.min(most, Math.max(0, Math.round(value)));
    this.rings[ring][at] = [within(x, this.width), within(y, this.height)];
  }

  /** A point behind this one, in the middle of the side or where one says; its place, or null. */
  insert([ring, at], point = null) {
    if (this.count >= MOST) return null;
    const points = this.rings[ring];
    const [a, b] = [points[at], points[(at + 1) % points.length]];
    const [x, y] = point ?? [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    points.splice(at + 1, 0, [x, y]);
    this.move([ring, at + 1], x, y);
    return [ring, at + 1];
  }

  /** Takes a point out, and the line with its last three; the place of its neighbour, or null. */
  remove([ring, at]) {
    const points = this.rings[ring];
    if (points.length > 3) {
      points.splice(at, 1);
      return [ring, at % points.length];
    }
    if (this.rings.length === 1) return null;
    this.rings.splice(ring, 1);
    return [0, 0];
  }

  /** The point nearest to a place, and how far off it is. */
  nearestPoint(x, y) {
    let best = { place: null, distance: Infinity };
    for (const place of this.places()) {
      const [px, py] = this.at(place);
      const distance = Math.hypot(px - x, py - y);
      if (distance < best.distance) best = { place, distance };
    }
    return best;
  }

  /** The side nearest to a place: that of the point which it begins with. */
  nearestSide(x, y) {
    let best = { place: null, distance: Infinity };
    for (const [ring, at] of this.places()) {
      const points = this.rings[ring];
      const [[ax, ay], [bx, by]] = [points[at], points[(at + 1) % points.length]];
      const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
      const share = Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length));
      const distance = Math.hypot(ax + share * (bx - ax) - x, ay + share * (by - ay) - y);
      if (distance < best.distance) best = { place: [ring, at], distance };
    }
    return best;
  }

  /** As the `d` of an SVG path. */
  get path() {
    return this.rings.map((ring) => `M${ring.map((point) => point.join(" ")).join("L")}Z`).join("");
  }
}
