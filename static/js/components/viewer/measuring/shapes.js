/**
 * What follows from points placed in a picture, while they are placed: the server's
 * consultations/measuring/geometry.py says the same of what is stored. Points are [x, y] in px of the
 * picture; `pointing` is how far off each may be, px (standard deviation).
 */
import { axes, round } from "../drawing/ellipse.js";

export const KINDS = {
  scale: { least: 2, most: 2 },
  length: { least: 2, most: 2 },
  polyline: { least: 2, most: 200 },
  polygon: { least: 3, most: 200, closed: true },
  ellipse: { least: 3, most: 3 },
};
const COVERAGE = 2;

const distance = ([x1, y1], [x2, y2]) => Math.hypot(x2 - x1, y2 - y1);

/** {value, deviation, power}: px, or px² where power is 2; null where there are too few points. */
export function mainFigure(kind, points, pointing) {
  if (points.length < KINDS[kind].least) return null;
  if (kind === "polygon") return polygonArea(points, pointing);
  if (kind === "ellipse") return ellipseArea(points, pointing);
  return pathLength(points, pointing);
}

/** [value, margin] in mm or mm² at a scale, or in px or px² without one. */
export function sized({ value, deviation, power }, scale) {
  if (!scale) return [value, Math.max(COVERAGE * deviation, 1)];
  const unit = scale.mmPerPx ** power;
  return [value * unit, COVERAGE * Math.hypot(deviation * unit, power * scale.uncertainty * value * unit)];
}

function pathLength(points, pointing) {
  const pulls = points.map(() => [0, 0]);
  let value = 0;
  points.slice(1).forEach((point, place) => {
    const step = distance(points[place], point);
    value += step;
    if (!step) return;
    for (const axis of [0, 1]) {
      const along = (point[axis] - points[place][axis]) / step;
      pulls[place][axis] -= along;
      pulls[place + 1][axis] += along;
    }
  });
  return { value, deviation: pointing * Math.sqrt(pulls.reduce((sum, [x, y]) => sum + x * x + y * y, 0)), power: 1 };
}

function polygonArea(points, pointing) {
  const at = (place) => points[(place + points.length) % points.length];
  let [doubled, squares] = [0, 0];
  points.forEach(([x, y], place) => {
    const [nextX, nextY] = at(place + 1);
    doubled += x * nextY - nextX * y;
    squares += distance(at(place - 1), at(place + 1)) ** 2;
  });
  return { value: Math.abs(doubled) / 2, deviation: (pointing * Math.sqrt(squares)) / 2, power: 2 };
}

function ellipseArea(points, pointing) {
  const { half, beside } = axes(points);
  const deviation = Math.PI * Math.hypot(beside * Math.sqrt(1 / 2), half * Math.sqrt(3 / 2)) * pointing;
  return { value: Math.PI * half * beside, deviation, power: 2 };
}

/** The line to be drawn: its points, and whether it is closed. */
export function outline(kind, points) {
  if (kind !== "ellipse" || points.length < 3) return { points, closed: kind === "polygon" && points.length > 2 };
  const edge = round(points);
  return edge ? { points: edge, closed: true } : { points, closed: false };
}

/** Does the closed line through the points meet itself elsewhere than from one to the next? */
export function crossesItself(points) {
  const sides = points.map((point, place) => [point, points[(place + 1) % points.length]]);
  return sides.some((one, first) =>
    sides.some((other, second) => {
      const apart = second - first;
      return apart > 1 && apart < points.length - 1 && meet(...one, ...other);
    }),
  );
}

const turn = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
const within = (a, b, point) =>
  [0, 1].every((i) => Math.min(a[i], b[i]) <= point[i] && point[i] <= Math.max(a[i], b[i]));

function meet(a, b, c, d) {
  const [abc, abd, cda, cdb] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (abc * abd < 0 && cda * cdb < 0) return true;
  const ends = [[abc, a, b, c], [abd, a, b, d], [cda, c, d, a], [cdb, c, d, b]];
  return ends.some(([side, one, other, point]) => side === 0 && within(one, other, point));
}
