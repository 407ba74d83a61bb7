/**
 * Does a picture show the round field of a dermoscope: a disc of skin surrounded by black? The same
 * judgement as the server's (imaging/background/field.py), on fewer pixels and before it is sent.
 */

const SIDE = 192; // px, long side
const LEVELS = [0.2, 0.35, 0.5]; // of the brightness in the middle: darker is outside
const TOLERANCE = 0.015; // of the radius: how far the edge may be off the circle
const MIN_ROUND = 0.8; // share of the edge that lies on the circle
const MIN_ARC = 0.3; // share of the circle that has an edge on it
const MIN_OVERLAP = 0.95; // of the bright area and the disc (Jaccard index)

/** Resolves to whether the picture at a URL does; false where the browser cannot draw it. */
export async function showsRoundField(url) {
  const picture = Object.assign(new Image(), { src: url });
  try {
    await picture.decode();
  } catch {
    return false;
  }
  const scale = Math.min(1, SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
  const [width, height] = [picture.naturalWidth, picture.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return hasRoundField(context.getImageData(0, 0, width, height));
}

/** The same of pixels: {data: RGBA, width, height}. */
export function hasRoundField({ data, width, height }) {
  const bright = new Uint8Array(width * height);
  for (let at = 0; at < bright.length; at += 1) {
    bright[at] = Math.max(data[4 * at], data[4 * at + 1], data[4 * at + 2]);
  }
  const middle = medianOfMiddle(bright, width, height);
  if (!(middle >= 30)) return false;
  return LEVELS.some((level) => {
    const least = Math.max(12, level * middle);
    const disc = findDisc((at) => bright[at] > least, width, height);
    return disc !== null && skinShare(data, width, height, disc) > 0.75;
  });
}

function medianOfMiddle(bright, width, height) {
  const values = [];
  for (let y = Math.floor(height / 3); y < (2 * height) / 3; y += 1) {
    for (let x = Math.floor(width / 3); x < (2 * width) / 3; x += 1) values.push(bright[y * width + x]);
  }
  return values.sort((a, b) => a - b)[values.length >> 1];
}

/** {x, y, radius} of the bright disc, or null. */
function findDisc(isBright, width, height) {
  if (darkCorners(isBright, width, height) < 3) return null;
  const { rows, size } = largestArea(isBright, width, height);
  if (size < 0.15 * width * height) return null;
  const edge = outline(rows, width, height);
  const disc = fitCircle(edge);
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  if (!disc || disc.radius <= 0.3 * short || disc.radius >= 0.75 * long) return null;
  if (Math.hypot(disc.x - width / 2, disc.y - height / 2) > 0.2 * long) return null;
  const near = edge.filter((point) => distance(point, disc) < Math.max(1.5, TOLERANCE * disc.radius));
  const arc = new Set(near.map(([x, y]) => Math.floor((Math.atan2(y - disc.y, x - disc.x) * 36) / Math.PI))).size / 72;
  const isDisc = near.length >= MIN_ROUND * edge.length && arc >= MIN_ARC;
  return isDisc && overlap(rows, width, disc) >= MIN_OVERLAP ? disc : null;
}

function darkCorners(isBright, width, height) {
  const size = Math.max(2, Math.floor(Math.min(width, height) / 40));
  let dark = 0;
  for (const top of [0, height - size]) {
    for (const left of [0, width - size]) {
      let count = 0;
      for (let y = top; y < top + size; y += 1) {
        for (let x = left; x < left + size; x += 1) count += isBright(y * width + x);
      }
      dark += count < 0.1 * size * size;
    }
  }
  return dark;
}

/** The largest connected bright area, filled: per row its first and last column, or null. */
function largestArea(isBright, width, height) {
  const visited = new Uint8Array(width * height);
  let best = { rows: [], size: 0 };
  for (let start = 0; start < visited.length; start += 1) {
    if (visited[start] || !isBright(start)) continue;
    const rows = Array(height).fill(null);
    const stack = [start];
    let size = 0;
    visited[start] = 1;
    while (stack.length) {
      const at = stack.pop();
      const [x, y] = [at % width, Math.floor(at / width)];
      rows[y] = rows[y] ? [Math.min(rows[y][0], x), Math.max(rows[y][1], x)] : [x, x];
      size += 1;
      for (const next of [x && at - 1, x + 1 < width && at + 1, y && at - width, y + 1 < height && at + width]) {
        if (next === false || next === 0 || visited[next] || !isBright(next)) continue;
        visited[next] = 1;
        stack.push(next);
      }
    }
    if (size > best.size) best = { rows, size };
  }
  return best;
}

/** Points of the edge from each side, those at the frame left out. */
function outline(rows, width, height) {
  const points = [];
  const columns = Array.from({ length: width }, () => null);
  rows.forEach((row, y) => {
    if (!row) return;
    points.push([row[0], y], [row[1], y]);
    for (let x = row[0]; x <= row[1]; x += 1) columns[x] = columns[x] ? [columns[x][0], y] : [y, y];
  });
  columns.forEach((column, x) => column && points.push([x, column[0]], [x, column[1]]));
  return points.filter(([x, y]) => x > 1 && y > 1 && x < width - 2 && y < height - 2);
}

const distance = ([x, y], disc) => Math.abs(Math.hypot(x - disc.x, y - disc.y) - disc.radius);

/** Least squares (Kåsa), repeated without outliers: hair, a scale, a bubble. */
function fitCircle(edge) {
  let points = edge;
  let disc = null;
  for (let round = 0; round < 3; round += 1) {
    if (points.length < 40) return null;
    disc = kasa(points);
    if (!disc) return null;
    const apart = points.map((point) => distance(point, disc));
    const median = [...apart].sort((a, b) => a - b)[apart.length >> 1];
    points = points.filter((_, place) => apart[place] <= Math.max(1.5, 2 * median));
  }
  return disc;
}

function kasa(points) {
  const count = points.length;
  const [mx, my] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / count);
  let [uu, uv, vv, uz, vz, zz] = [0, 0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const [u, v] = [x - mx, y - my];
    const z = u * u + v * v;
    [uu, uv, vv, uz, vz, zz] = [uu + u * u, uv + u * v, vv + v * v, uz + u * z, vz + v * z, zz + z];
  }
  const determinant = uu * vv - uv * uv;
  if (Math.abs(determinant) < 1e-6) return null;
  const a = (uz * vv - vz * uv) / (2 * determinant);
  const b = (vz * uu - uz * uv) / (2 * determinant);
  return { x: a + mx, y: b + my, radius: Math.sqrt(a * a + b * b + zz / count) };
}

function overlap(rows, width, disc) {
  let [both, either] = [0, 0];
  rows.forEach((row, y) => {
    for (let x = 0; x < width; x += 1) {
      const inside = Math.hypot(x - disc.x, y - disc.y) < disc.radius;
      const bright = row !== null && x >= row[0] && x <= row[1];
      both += inside && bright;
      either += inside || bright;
    }
  });
  return both / Math.max(1, either);
}

/** Skin is redder than it is blue in any light; a lamp or a planet is not. */
function skinShare(data, width, height, disc) {
  let [skin, all] = [0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (Math.hypot(x - disc.x, y - disc.y) >= 0.95 * disc.radius) continue;
      const at = 4 * (y * width + x);
      skin += data[at] >= data[at + 2] - 4;
      all += 1;
    }
  }
  return skin / Math.max(1, all);
}
