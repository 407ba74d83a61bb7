/**
 * Is a picture sharp and well exposed? The browser's half of `imaging/quality.py`, so that a bad one
 * is noticed before it is sent. The server judges again, and its word stands.
 */
import { FULL, sharpness } from "./bands.js";

const HALVED_MIN = 960; // px: as imaging/renditions.py; from twice that on, a picture is reduced
const MEASURED_LONG_EDGE = 960; // px
const [BLURRED, SOFT] = [0.58, 0.65];
const [CLIPPED_POOR, CLIPPED_ACCEPTABLE] = [0.15, 0.05];
const WHITE = 235;
const DARK = 46;
const STRIP = 64; // rows read at once: a phone has little memory

/**
 * {verdict: good | acceptable | poor, reasons: [code, …]}, as the API says it.
 * `read(x, y, width, height)` gives RGBA of a part of the upright picture of `width` × `height` px.
 */
export function judge(read, width, height) {
  const part = middle(read, width, height);
  const [sharp, exposed] = [sharpness(luma(part)), exposure(part)];
  const [poor, fair] = [[], []];
  if (sharp < BLURRED) poor.push("blurred");
  else if (sharp < SOFT) fair.push("soft");
  if (Math.abs(exposed) > CLIPPED_ACCEPTABLE) {
    const side = exposed > 0 ? "overexposed" : "underexposed";
    (Math.abs(exposed) > CLIPPED_POOR ? poor : fair).push(side);
  }
  return { verdict: poor.length ? "poor" : fair.length ? "acceptable" : "good", reasons: [...poor, ...fair] };
}

/**
 * The middle two thirds each way, of a large picture every k × k px as their mean:
 * {data: Uint8Array of RGB, width, height, longEdge of the whole}.
 */
function middle(read, fullWidth, fullHeight) {
  const k = Math.max(1, Math.floor(Math.max(fullWidth, fullHeight) / HALVED_MIN));
  const [wholeWidth, wholeHeight] = [Math.ceil(fullWidth / k), Math.ceil(fullHeight / k)];
  const [left, top] = [Math.floor(wholeWidth / 6), Math.floor(wholeHeight / 6)];
  const [width, height] = [wholeWidth - 2 * left, wholeHeight - 2 * top];
  const data = new Uint8Array(3 * width * height);
  const across = Math.min(width * k, fullWidth - left * k);
  for (let start = 0; start < height; start += STRIP) {
    const rows = Math.min(STRIP, height - start);
    const from = (top + start) * k;
    const down = Math.min(rows * k, fullHeight - from);
    reduce(read(left * k, from, across, down), { across, down, k }, data.subarray(3 * start * width), width);
  }
  return { data, width, height, longEdge: Math.max(wholeWidth, wholeHeight) };
}

/** RGBA of `across` × `down` px into means of k × k, RGB, in rows of `width`. */
function reduce(pixels, { across, down, k }, target, width) {
  for (let row = 0; row * k < down; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [bottom, right] = [Math.min(down, (row + 1) * k), Math.min(across, (column + 1) * k)];
      let [red, green, blue, count] = [0, 0, 0, 0];
      for (let y = row * k; y < bottom; y += 1) {
        for (let x = column * k; x < right; x += 1) {
          const at = 4 * (y * across + x);
          red += pixels[at];
          green += pixels[at + 1];
          blue += pixels[at + 2];
          count += 1;
        }
      }
      const at = 3 * (row * width + column);
      target[at] = red / count + 0.5;
      target[at + 1] = green / count + 0.5;
      target[at + 2] = blue / count + 0.5;
    }
  }
}

/** In grey, at the scale of MEASURED_LONG_EDGE. */
function luma({ data, width, height, longEdge }) {
  const grey = new Uint8Array(width * height);
  for (let at = 0; at < grey.length; at += 1) {
    const [red, green, blue] = [data[3 * at], data[3 * at + 1], data[3 * at + 2]];
    grey[at] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
  const factor = longEdge / MEASURED_LONG_EDGE;
  if (factor <= 1.001) return { data: grey, width, height };
  const [w, h] = [Math.max(1, Math.round(width / factor)), Math.max(1, Math.round(height / factor))];
  const narrow = resampled(grey, { lines: height, from: width, to: w, next: 1, line: width });
  const short = resampled(narrow, { lines: w, from: height, to: h, next: w, line: 1 });
  return { data: short, width: w, height: h };
}

/** Pillow's BILINEAR along one direction: a triangle as wide as what becomes one pixel. */
function resampled(source, { lines, from, to, next, line }) {
  const scale = from / to;
  const target = new Uint8Array(lines * to);
  const stride = line === 1 ? 1 : to;
  for (let place = 0; place < to; place += 1) {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - scale + 0.5));
    const last = Math.min(from, Math.floor(centre + scale + 0.5));
    const weights = [];
    for (let at = first; at < last; at += 1) weights.push(Math.max(0, 1 - Math.abs((at - centre + 0.5) / scale)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let index = 0; index < lines; index += 1) {
      let sum = 0;
      for (let at = first; at < last; at += 1) sum += weights[at - first] * source[index * line + at * next];
      target[index * stride + place * (line === 1 ? lines : 1)] = sum / total + 0.5;
    }
  }
  return target;
}

/** The signed share that is clipped: > 0 overexposed, < 0 underexposed. */
function exposure({ data, width, height }) {
  const [across, down] = [Math.min(240, width), Math.min(240, height)];
  let [clipped, white, dark] = [0, 0, 0];
  for (let row = 0; row < down; row += 1) {
    const y = Math.floor(((row + 0.5) * height) / down);
    for (let column = 0; column < across; column += 1) {
      const at = 3 * (y * width + Math.floor(((column + 0.5) * width) / across));
      const codes = [data[at], data[at + 1], data[at + 2]];
      if (codes[0] >= FULL && codes[1] >= WHITE && codes[2] >= WHITE) white += 1;
      else clipped += codes.filter((code) => code >= FULL).length / 3;
      if (Math.max(...codes) < DARK) dark += 1;
    }
  }
  const all = across * down;
  const over = clipped / all + Math.max(0, white / (all / 2) - 1);
  const under = Math.max(0, dark / (all / 2) - 1);
  return over >= under ? over : -under;
}
