/**
 * What lies above the page (the viewer, a dialog, a sheet, a menu on a phone) has an entry of its own
 * in the browser's history: Back closes the topmost and leaves the page where it was, Forward opens
 * it again, a reload keeps it. What can be linked to stands in the address: `?image=26`.
 *
 * `layers` says what is open; entries are added and left so that they match (`align`). Another
 * picture in the viewer replaces its entry: Back does not lead through all that was looked at.
 */

const RENAMING = 200; // ms; browsers allow a hundred new addresses in half a minute, a held key makes more

const kinds = new Map(); // name: {param, open}
let layers = []; // {name, value, close}, the topmost last
let place = null; // names the page's own entry, below the layers
let travelling = false; // a history.go() of ours is under way
let arriving = 0; // counts what opens or closes layers to suit an entry; 0 when that is done
let renaming = null;

const stackOf = (state) => state?.layers ?? [];

/**
 * `open(value)` opens a layer of this name again, for Forward, a reload or a link, and answers
 * (or resolves to) whether it could. `param` is the address's parameter that holds its value.
 */
export function describe(name, { param = null, open }) {
  kinds.set(name, { param, open });
}

/**
 * A layer opens: {name, value, close}. `close()` is what Back calls: it closes the layer, or asks
 * first, and answers whether the layer is closed.
 */
export function enter(layer) {
  if (!layers.includes(layer)) layers = [...layers, layer];
  align();
  return layer;
}

/** A layer was closed, and whatever lay on it. */
export function leave(layer) {
  if (!layers.includes(layer)) return;
  layers = layers.slice(0, layers.indexOf(layer));
  align();
}

/** A layer shows something else. */
export function rename(layer, value) {
  if (layer.value === value) return;
  layer.value = value;
  renaming ??= setTimeout(align, RENAMING);
}

/**
 * A part that is shown and hidden, as a layer: `set(shown)` after each change. `hide()` hides it;
 * where it answers false, it asks first.
 */
export function part(name, hide) {
  const layer = {
    name,
    value: null,
    close: () => hide() !== false,
  };
  return { set: (shown) => (shown ? enter(layer) : leave(layer)) };
}

/** This page's address, with what the lowest `count` layers show. */
function address(count) {
  const url = new URL(location.href);
  for (const { param } of kinds.values()) if (param) url.searchParams.delete(param);
  for (const { name, value } of layers.slice(0, count)) {
    const param = kinds.get(name)?.param;
    if (param) url.searchParams.set(param, value);
  }
  return url;
}

/** Brings the browser's entries in line with the layers. */
function align() {
  clearTimeout(renaming);
  renaming = null;
  if (travelling || arriving) return;
  const depth = stackOf(history.state).length;
  if (depth > layers.length) {
    travelling = true;
    history.go(layers.length - depth);
    return;
  }
  if (!layers.length) {
    history.scrollRestoration = "auto";
    return;
  }
  if (!depth) {
    place = history.state?.place ?? crypto.getRandomValues(new Uint32Array(2)).join("-");
    history.replaceState({ ...history.state, place, layers: [] }, "", address(0));
    history.scrollRestoration = "manual"; // or Back to it would scroll after the focus is set
  }
  const scroll = Math.round(scrollY); // for a reload: the page lies still under its layers
  for (let count = Math.max(depth, 1); count <= layers.length; count += 1) {
    const stack = layers.slice(0, count).map(({ name, value }) => ({ name, value }));
    const write = count > depth ? "pushState" : "replaceState";
    history[write].call(history, { place, layers: stack, scroll }, "", address(count));
  }
}

/** Closes and opens layers until they are those of an entry; one that asks first stays. */
async function arrive(wanted) {
  const turn = (arriving += 1);
  let kept = 0;
  while (kept < layers.length && layers[kept].name === wanted[kept]?.name) kept += 1;
  while (layers.length > kept) {
    const top = layers.at(-1);
    if (!top.close()) break;
    layers = layers.filter((layer) => layer !== top);
  }
  if (layers.length <= kept) {
    for (const { name, value } of wanted.slice(layers.length)) {
      if (!(await kinds.get(name)?.open(value)) || turn !== arriving) break;
    }
  }
  if (turn !== arriving) return; // overtaken by another entry
  arriving = 0;
  align();
}

window.addEventListener(
  "popstate",
  (event) => {
    const wanted = stackOf(event.state);
    const here = layers.length > 0 && event.state?.place === place;
    // For what is above the same page htmx would fetch the page anew.
    if (travelling || wanted.length || here) event.stopImmediatePropagation();
    if (travelling) {
      travelling = false;
      return align();
    }
    // A page before htmx wrote another address, which does not know this entry for its own.
    const other = event.state?.place && event.state.place !== place && !event.state.htmx;
    if (other && !wanted.length) return location.reload();
    if (wanted.length) ({ place } = event.state);
    return arrive(wanted);
  },
  { capture: true },
);

// htmx writes a page's filters into the address while their menu is open: they become the page's.
document.addEventListener("htmx:beforeHistoryUpdate", ({ detail }) => {
  if (layers.length && detail.history.type === "push") detail.history.type = "replace";
});
document.addEventListener("htmx:replacedInHistory", () => layers.length && align());

async function start() {
  const stack = stackOf(history.state);
  place = history.state?.place ?? null;
  if (stack.length) {
    scrollTo(0, history.state.scroll);
    return arrive(stack);
  }
  const asked = new URLSearchParams(location.search);
  const linked = [...kinds].filter(([, { param }]) => param && asked.has(param));
  if (!linked.length) return undefined;
  await arrive(linked.map(([name, { param }]) => ({ name, value: asked.get(param) })));
  if (!layers.length) history.replaceState(history.state, "", address(0));
  return undefined;
}

// Once every other module of the page has said what it can open.
if (document.readyState === "complete") start();
else document.addEventListener("DOMContentLoaded", start);
