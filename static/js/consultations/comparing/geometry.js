/**
 * Similarities of the plane: {a, b, x, y} takes a point p to (a·px − b·py + x, b·px + a·py + y), a
 * shift, a turn and one scale. No element, no library: plain arithmetic.
 */

const LIMITS = { scale: [0.01, 100], far: 1_000_000 }; // as the server's (models/comparison.py)

export const apply = ({ a, b, x, y }, p) => ({ x: a * p.x - b * p.y + x, y: b * p.x + a * p.y + y });

/** First `inner`, then `outer`. */
export function compose(outer, inner) {
  const { x, y } = apply(outer, inner);
  return { a: outer.a * inner.a - outer.b * inner.b, b: outer.b * inner.a + outer.a * inner.b, x, y };
}

export function invert({ a, b, x, y }) {
  const square = a * a + b * b;
  const back = { a: a / square, b: -b / square, x: 0, y: 0 };
  const { x: left, y: top } = apply(back, { x: -x, y: -y });
  return { ...back, x: left, y: top };
}

export const scaleOf = ({ a, b }) => Math.hypot(a, b);

export const alike = (one, other) => ["a", "b", "x", "y"].every((key) => Math.abs(one[key] - other[key]) < 1e-6);

/** Degrees, clockwise on the screen, −180 to 180. */
export const angleOf = ({ a, b }) => (Math.atan2(b, a) * 180) / Math.PI;

/** Scaled and turned (degrees) about the origin, which then lies at (x, y). */
export function similarity(scale, angle, { x, y } = { x: 0, y: 0 }) {
  const turn = (angle * Math.PI) / 180;
  return { a: scale * Math.cos(turn), b: scale * Math.sin(turn), x, y };
}

/** The one that takes the points `from` to the points `to`, two each; null where two are one. */
export function ofPairs(from, to) {
  const [p, q] = [from, to].map(([one, other]) => ({ x: other.x - one.x, y: other.y - one.y }));
  const square = p.x * p.x + p.y * p.y;
  if (!square || !(q.x || q.y)) return null;
  const turned = { a: (q.x * p.x + q.y * p.y) / square, b: (q.y * p.x - q.x * p.y) / square, x: 0, y: 0 };
  const { x, y } = apply(turned, from[0]);
  return { ...turned, x: to[0].x - x, y: to[0].y - y };
}

/** Where nothing is known: middle on middle, the longer edges equally long. */
export function centred(size, frame) {
  const scale = Math.max(frame.width, frame.height) / Math.max(size.width, size.height);
  const middle = { x: (frame.width - scale * size.width) / 2, y: (frame.height - scale * size.height) / 2 };
  return similarity(scale, 0, middle);
}

/**
 * Where a picture lies as long as nothing else is known: where the millimetres of a pixel are known
 * of it and of the first one, at one scale, else as large.
 */
export function restOf({ size, mm }, { size: frame, mm: unit }) {
  const middle = centred(size, frame);
  if (!mm || !unit) return middle;
  const scale = mm / unit;
  return similarity(scale, 0, { x: (frame.width - scale * size.width) / 2, y: (frame.height - scale * size.height) / 2 });
}

/** How many times closer than the farthest each picture was taken: what had to be made smaller. */
export function closeness(panes) {
  const [{ size: frame }] = panes;
  const made = panes.map(({ transform, size }) => scaleOf(transform) / scaleOf(centred(size, frame)));
  return made.map((scale) => Math.max(...made) / scale);
}

/** May it be used, and kept? */
export function sound(transform) {
  const { a, b, x, y } = transform ?? {};
  if (![a, b, x, y].every(Number.isFinite)) return false;
  const scale = scaleOf(transform);
  const [least, most] = LIMITS.scale;
  return scale >= least && scale <= most && Math.abs(x) <= LIMITS.far && Math.abs(y) <= LIMITS.far;
}

/** The scale at which the frame, turned by `angle` to the nearest quarter, just fits in a box. */
export function fitScale(frame, box, angle) {
  const lying = Math.round(angle / 90) % 2 !== 0;
  const [wide, high] = lying ? [frame.height, frame.width] : [frame.width, frame.height];
  return Math.min(box.width / wide, box.height / high);
}

/** What is looked at when all of the frame is. */
export const wholeView = ({ width, height }) => ({ x: width / 2, y: height / 2, zoom: 1, angle: 0 });

/** The view after its picture was pushed by so many CSS pixels; up and left are negative. */
export function pushed(view, frame, box, across, down) {
  const scale = view.zoom * fitScale(frame, box, view.angle);
  const { x, y } = apply(similarity(1 / scale, -view.angle), { x: across, y: down });
  return { x: view.x - x, y: view.y - y };
}

/** From the frame to the screen, from the middle of the box, for {x, y, zoom, angle}. */
export function screenOf(view, frame, box) {
  const turned = similarity(view.zoom * fitScale(frame, box, view.angle), view.angle);
  const { x, y } = apply(turned, view);
  return { ...turned, x: -x, y: -y };
}

/** And back: the view that such a map shows. `near`: an angle that it is to be within half a turn of. */
export function viewOf(map, frame, box, near = 0) {
  const { x, y } = apply(invert(map), { x: 0, y: 0 });
  const turn = angleOf(map);
  const angle = turn + 360 * Math.round((near - turn) / 360);
  return { x, y, zoom: scaleOf(map) / fitScale(frame, box, angle), angle };
}
