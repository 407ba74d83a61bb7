/** The lightbox, <dialog data-viewer>: which picture, which key, what moves where. */
import { onCloseRequest, openDialog } from "../dialog.js";
import { toast } from "../toast.js";
import { percent, say } from "../format.js";
import { refresh } from "../images-changed.js";
import { collect, forget, more, place, preload, tally, total } from "./items.js";
import { keys } from "./keys.js";
import { Side } from "./side.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";

const NARROW = matchMedia("(width < 900px)");

function setUp(dialog) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const button = (name) => dialog.querySelector(`[data-do="${name}"]`);
  let items = [];
  let current = null;
  let stage = null;
  let loading = null;
  const renewed = new Set(); // items whose expired URL was already asked anew

  const live = (text) => (part("live").textContent = text);
  const strip = new Strip(part("strip"), (id) => go(items.find((item) => item.id === id)));
  const side = new Side(dialog, {
    live,
    async deleted(item) {
      const index = items.findIndex(({ id }) => id === item.id);
      forget(item.id);
      const rest = items.filter(({ id }) => id !== item.id);
      const next = rest[index] ?? rest.at(-1);
      if (next) go(next);
      else close();
      live(gettext("Image deleted."));
      toast(gettext("Image deleted."), { kind: "success" });
      await refresh();
      if (next) follow();
    },
    async changed() {
      await refresh();
      follow();
      live(gettext("This is now the primary image."));
    },
  });

  async function open(id) {
    items = collect();
    const item = items.find((other) => other.id === id);
    if (!item) return;
    info(!NARROW.matches);
    help(false);
    const page = document.querySelector("[data-subject]");
    const subject = part("viewer-subject");
    if (!subject.textContent.trim() && page) subject.textContent = page.textContent.trim();
    openDialog(dialog, { returnTo: () => place(current.id) });
    button("close").focus();
    go(item);
  }

  async function go(item) {
    if (!item) return;
    current = item;
    draw();
    state("loading");
    preload(items, items.indexOf(item));
    try {
      loading ??= Stage.load(part("canvas"), dialog.dataset.osdSrc).then(listen);
      await loading;
      if (current.id === item.id) await stage.show(item.display, item);
      if (current.id === item.id) state("");
    } catch {
      if (!stage) loading = null;
      if (current.id === item.id && dialog.open) await failed(item);
    }
  }

  /** A signed URL lives an hour: fresh tiles once, then a word about it. */
  async function failed(item) {
    stage?.clear();
    if (renewed.has(item.id)) return state("error");
    renewed.add(item.id);
    await refresh();
    items = collect();
    const fresh = items.find(({ id }) => id === item.id);
    if (current.id !== item.id) return undefined;
    return fresh ? go(fresh) : state("error");
  }

  /** The page has changed under us: the same picture, with what is now known of it. */
  function follow() {
    items = collect();
    const fresh = items.find(({ id }) => id === current?.id);
    if (!dialog.open || !fresh) return;
    current = fresh;
    draw();
  }

  async function step(by) {
    const index = items.findIndex(({ id }) => id === current.id);
    let next = items[index + by];
    if (!next && by > 0 && index + 1 < total(items) && (await more())) {
      items = collect();
      next = items[items.findIndex(({ id }) => id === current.id) + 1];
    }
    if (next) go(next);
  }

  function draw() {
    const index = items.findIndex(({ id }) => id === current.id);
    const all = total(items);
    const where = { place: index + 1, all: tally(all) };
    part("position").textContent = say(gettext("%(place)s / %(all)s"), where);
    part("label").textContent = current.label;
    part("canvas").setAttribute("aria-label", current.label);
    live(say(gettext("Image %(place)s of %(all)s: %(label)s"), { ...where, label: current.label }));
    limit(button("previous"), index <= 0, button("next"));
    limit(button("next"), index + 1 >= all, button("previous"));
    side.show(current);
    strip.draw(items, current);
  }

  function listen(loaded) {
    stage = loaded;
    stage.addEventListener("zoom", ({ detail: { ratio, least, most } }) => {
      part("zoom").textContent = percent(ratio);
      limit(button("out"), ratio <= least + 0.001, button("in"));
      limit(button("in"), ratio >= most - 0.001, button("out"));
    });
    stage.addEventListener("swipe", ({ detail }) => step(detail));
    stage.addEventListener("outside", () => (NARROW.matches && informed() ? info(false) : close()));
  }

  const state = (name) => {
    part("stage").dataset.state = name;
    part("loading").hidden = name !== "loading";
    part("error").hidden = name !== "error";
  };
  const informed = () => "info" in dialog.dataset;
  function info(shown) {
    dialog.toggleAttribute("data-info", shown);
    button("info").setAttribute("aria-expanded", String(shown));
    if (shown && NARROW.matches && dialog.open) part("side").focus();
  }
  function help(shown) {
    part("help").hidden = !shown;
    for (const other of dialog.children) other.inert = shown && other !== part("help");
    if (shown) part("help").querySelector("button").focus();
    else if (dialog.open) button("help").focus();
  }
  function close() {
    stage?.reset();
    renewed.clear();
    dialog.close();
  }

  const acts = {
    in: () => stage?.zoom(1),
    out: () => stage?.zoom(-1),
    fit: () => stage?.fit(),
    rotate: () => stage?.rotate(),
    previous: () => step(-1),
    next: () => step(1),
    info: () => info(!informed()),
    help: () => help(part("help").hidden),
    again: () => go(current),
    primary: () => side.makePrimary(),
    delete: () => side.ask(),
    keep: () => side.keep(),
    "really-delete": () => side.delete(),
    close,
  };
  dialog.addEventListener("click", ({ target }) => {
    const name = target.closest("[data-do]")?.dataset.do;
    if (name) acts[name]();
    else if (target === part("help")) help(false);
  });
  onCloseRequest(dialog, () => {
    if (!part("help").hidden) help(false);
    else if (!side.keep()) close();
  });
  keys(dialog, acts, (across, down) => stage?.move(across, down));
  return { open };
}

/** At its end a button is off, and hands the focus to the other one. */
function limit(button, end, other) {
  const held = document.activeElement === button;
  button.disabled = end;
  if (end && held) (other.disabled ? button.closest("dialog") : other).focus();
}

const [viewer] = [...document.querySelectorAll("dialog[data-viewer]")].map(setUp);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-viewer-item] a");
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
  if (!viewer || !link || !plain || event.defaultPrevented) return;
  event.preventDefault();
  viewer.open(link.closest("[data-viewer-item]").dataset.id);
});
