/**
 * Shapes as they are drawn, and as W3C selectors: the server's annotations/shapes.py says the same of
 * what is stored, in the same words. Points are [x, y] in px of the original as it stands upright.
 *
 * Drawn: a point; a line's or an arrow's ends, its tail first; two opposite corners of a rectangle; of
 * an ellipse the ends of one axis and a point on the edge beside it; the corners of a polygon; the
 * places along a freehand line.
 */
import { axes, round } from "../drawing/ellipse.js";

export const KINDS = {
  point: { least: 1, most: 1 },
  line: { least: 2, most: 2, dragged: true },
  arrow: { least: 2, most: 2, dragged: true },
  rectangle: { least: 2, most: 2, dragged: true },
  ellipse: { least: 3, most: 3 },
  polygon: { least: 3, most: 200 },
  freehand: { least: 2, most: 2000, dragged: true },
};
const MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/";
const SVG = "http://www.w3.org/2000/svg";
const ARROW = "url(#arrow)";

const text = (number) => String(Math.round(number * 100) / 100 + 0);
const list = (points, within, between) => points.map((point) => point.map(text).join(within)).join(between);

/** Left, top, right, bottom. */
export function box(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** {type, value} of what is drawn. */
export function writeSelector(kind, points) {
  if (kind === "rectangle") {
    const [left, top, right, bottom] = box(points);
    const numbers = [left, top, right - left, bottom - top].map(text).join(",");
    return { type: "FragmentSelector", conformsTo: MEDIA_FRAGMENTS, value: `xywh=pixel:${numbers}` };
  }
  return { type: "SvgSelector", value: `<svg xmlns="${SVG}">${element(kind, points)}</svg>` };
}

function element(kind, points) {
  const [[x1, y1], [x2, y2] = []] = points;
  if (kind === "point") return `<circle cx="${text(x1)}" cy="${text(y1)}" r="0"/>`;
  if (kind === "line" || kind === "arrow") {
    const head = kind === "arrow" ? ` marker-end="${ARROW}"` : "";
    return `<line x1="${text(x1)}" y1="${text(y1)}" x2="${text(x2)}" y2="${text(y2)}"${head}/>`;
  }
  if (kind === "ellipse") {
    const { half, beside } = axes(points);
    const middle = [(x1 + x2) / 2, (y1 + y2) / 2].map(text);
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
    const turned = angle ? ` transform="rotate(${angle.toFixed(4)} ${middle[0]} ${middle[1]})"` : "";
    return `<ellipse cx="${middle[0]}" cy="${middle[1]}" rx="${text(half)}" ry="${text(beside)}"${turned}/>`;
  }
  return kind === "polygon" ? `<polygon points="${list(points, ",", " ")}"/>` : `<path d="M ${list(points, " ", " L ")}"/>`;
}

/** {kind, points}, as drawn, of a selector that the server wrote. */
export function readSelector({ type, value }) {
  if (type === "FragmentSelector") {
    const [x, y, width, height] = value.slice(value.indexOf(":") + 1).split(",").map(Number);
    return { kind: "rectangle", points: [[x, y], [x + width, y + height]] };
  }
  const [, name, rest] = /<svg[^>]*><(\w+)([^>]*)\/>/.exec(value);
  const given = Object.fromEntries([...rest.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, word]) => [key, word]));
  const at = (...keys) => keys.map((key) => Number(given[key]));
  if (name === "circle") return { kind: "point", points: [at("cx", "cy")] };
  if (name === "line") return { kind: given["marker-end"] ? "arrow" : "line", points: [at("x1", "y1"), at("x2", "y2")] };
  if (name === "ellipse") return { kind: "ellipse", points: threePoints(...at("cx", "cy", "rx", "ry"), given.transform) };
  const places = (all, between, within) => all.split(between).map((point) => point.split(within).map(Number));
  if (name === "polygon") return { kind: "polygon", points: places(given.points, " ", ",") };
  return { kind: "freehand", points: places(given.d.slice("M ".length), " L ", " ") };
}

function threePoints(x, y, across, down, transform = "") {
  const angle = ((Number(/rotate\(([^ ]+)/.exec(transform)?.[1]) || 0) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [
    [x - across * cos, y - across * sin],
    [x + across * cos, y + across * sin],
    [x - down * sin, y + down * cos],
  ];
}

/** The line to be drawn: its points, and whether it is closed. */
export function outline(kind, points) {
  if (kind === "rectangle" && points.length === 2) {
    const [left, top, right, bottom] = box(points);
    return { points: [[left, top], [right, top], [right, bottom], [left, bottom]], closed: true };
  }
  if (kind === "ellipse" && points.length === 3) return { points: round(points) ?? points, closed: true };
  return { points, closed: kind === "polygon" && points.length > 2 };
}

/** A stroke of the hand with fewer points, none of them farther from it than `tolerance` (px). */
export function simplify(points, tolerance) {
  const kept = new Set([0, points.length - 1]);
  const parts = [[0, points.length - 1]];
  while (parts.length) {
    const [first, last] = parts.pop();
    let [far, place] = [tolerance, 0];
    for (let each = first + 1; each < last; each += 1) {
      const away = distanceTo(points[each], points[first], points[last]);
      if (away > far) [far, place] = [away, each];
    }
    if (!place) continue;
    kept.add(place);
    parts.push([first, place], [place, last]);
  }
  return points.filter((_point, place) => kept.has(place));
}

/** From a point to the part of a line between two others. */
export function distanceTo([x, y], [x1, y1], [x2, y2]) {
  const square = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const share = square && Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / square));
  return Math.hypot(x - x1 - share * (x2 - x1), y - y1 - share * (y2 - y1));
}
