/**
 * How the panes lie and are looked at, in the page's address: a reload, Back and a link find them
 * again. Of the pictures it names only keys.
 *   mode=swipe  view=x,y,zoom,angle  lay=8:a,b,x,y;6:a,b,x,y  mirrored=6  pair=8,5  light=1
 */
import { sound } from "./geometry.js";

const WAIT = 300; // ms; browsers allow a hundred new addresses in half a minute
const NAMES = ["mode", "view", "lay", "mirrored", "pair", "light"];

const numbers = (text) => text.split(",").map((part) => (part.trim() ? Number(part) : NaN));
const short = (number) => Number(number.toPrecision(8));

/** {mode, view, lay: {key: transform}, mirrored: [key], pair: [key], light}; what is wrong is left out. */
export function read(search = location.search) {
  const asked = new URLSearchParams(search);
  const [x, y, zoom, angle] = numbers(asked.get("view") ?? "");
  const seen = [x, y, zoom, angle].every(Number.isFinite) && zoom > 0;
  const lay = (asked.get("lay") ?? "").split(";").map((entry) => {
    const [key, values] = entry.split(":");
    const [a, b, left, top] = numbers(values ?? "");
    return [key, { a, b, x: left, y: top }];
  });
  const keys = (name) => (asked.get(name) ?? "").split(",").filter(Boolean);
  return {
    given: NAMES.some((name) => asked.has(name)),
    mode: asked.get("mode"),
    view: seen ? { x, y, zoom, angle } : null,
    lay: Object.fromEntries(lay.filter(([, transform]) => sound(transform))),
    mirrored: keys("mirrored"),
    pair: keys("pair"),
    light: asked.has("light"),
  };
}

/** The query that says so; `state`: {mode, view, panes, aligned, pair, light, comparison: its key}. */
export function written({ mode, view, panes, aligned, pair, light, comparison }, search = location.search) {
  const asked = new URLSearchParams(search);
  const { x, y, zoom, angle } = view;
  const mirrored = panes.filter(({ flipped }) => flipped).map(({ id }) => id);
  const lay = panes.map(({ id, transform: { a, b, x: left, y: top } }) => `${id}:${[a, b, left, top].map(short)}`);
  const values = {
    images: asked.has("images") || !comparison ? panes.map(({ id }) => id).join(",") : "",
    comparison,
    mode,
    view: [x, y, zoom, ((angle % 360) + 360) % 360].map(short).join(","),
    lay: aligned ? lay.join(";") : "",
    mirrored: mirrored.join(","),
    pair: panes.length > 2 ? pair.join(",") : "",
    light: light ? "1" : "",
  };
  for (const [name, value] of Object.entries(values)) {
    if (value) asked.set(name, value);
    else asked.delete(name);
  }
  return asked.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%3B", ";");
}

let waiting = null;

/** Writes it soon; `state()` is asked then. What lies above the page has entries of its own. */
export function write(state) {
  waiting ??= setTimeout(() => {
    waiting = null;
    if (history.state?.layers?.length) write(state);
    else flush(state);
  }, WAIT);
}

export function flush(state) {
  clearTimeout(waiting);
  waiting = null;
  const url = new URL(location.href);
  url.search = written(state(), url.search);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
