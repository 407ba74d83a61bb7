/** An ellipse by three points, [x, y] in px: the ends of one axis, and a point on the edge beside it. */

const SIDES = 72;

/** The length of the axis, half of it, and half of the other one. */
export function axes([[x1, y1], [x2, y2], [x, y]]) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const beside = length && ((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length;
  return { length, half: length / 2, beside: Math.abs(beside) };
}

/** Points around it; null where there is no axis yet. */
export function round(points) {
  const [[x1, y1], [x2, y2]] = points;
  const { length, half, beside } = axes(points);
  if (!length) return null;
  const [alongX, alongY] = [(x2 - x1) / length, (y2 - y1) / length];
  return Array.from({ length: SIDES }, (_, side) => {
    const angle = (2 * Math.PI * side) / SIDES;
    const [along, across] = [half * Math.cos(angle), beside * Math.sin(angle)];
    return [(x1 + x2) / 2 + along * alongX - across * alongY, (y1 + y2) / 2 + along * alongY + across * alongX];
  });
}
