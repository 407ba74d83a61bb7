/** The comparing page, main[data-comparing]: its panes, how they are looked at, and what is pressed. */
import { openDialog } from "../../components/dialog.js";
import { percent, say } from "../../components/format.js";
import { toast } from "../../components/toast.js";
import { flush, read, write } from "./address.js";
import { Alignment } from "./alignment.js";
import { closeness, pushed, restOf, sound, wholeView } from "./geometry.js";
import { Keeping } from "./keeping.js";
import { bindKeys } from "./keys.js";
import { evenOut } from "./light.js";
import { Link } from "./link.js";
import { Modes } from "./modes.js";
import { Pane } from "./pane.js";
import { Proposing } from "./proposing.js";
import { Written } from "./written.js";

const STEP = 1.25; // of the zoom
const SHARE = 0.1; // of the pane, for an arrow

const root = document.querySelector("[data-comparing]");
const part = (name) => root.querySelector(`[data-${name}]`);
const button = (name) => root.querySelector(`[data-do="${name}"]`);
const panes = [...root.querySelectorAll("[data-pane]")].map((element) => new Pane(element, { src: root.dataset.osdSrc }));
const [frame] = panes.map(({ size }) => size);
const saved = JSON.parse(document.getElementById("comparison-saved").textContent);
const asked = read();
const dialog = document.getElementById("keeping");
let active = panes[0];
let light = false;

for (const pane of panes) {
  const there = asked.lay[pane.id] ?? saved.lay[pane.id];
  pane.rest = restOf(pane, panes[0]);
  pane.transform = sound(there) ? there : pane.rest;
  const mirrored = asked.given ? asked.mirrored : saved.mirrored;
  if (mirrored.includes(pane.id)) pane.flipped = true;
}
const link = new Link(panes, asked.view ?? saved.view);
const alignment = new Alignment(link);
const proposing = new Proposing(root, alignment);
const modes = new Modes(root, panes);
const written = new Written(button("annotations"), panes);
modes.setPair(asked.pair);

const state = () => ({
  ...{ mode: modes.mode, view: link.view, panes },
  aligned: alignment.aligned,
  pair: modes.pair.map(({ id }) => id),
  light,
  comparison: dialog?.dataset.comparison,
});
const announce = (text) => (part("live").textContent = text);

function activate(pane) {
  active = pane;
  for (const one of panes) one.element.classList.toggle("is-active", one === pane);
}

const pressed = (name, on) => button(name).setAttribute("aria-pressed", String(on));

function draw() {
  const { aligning } = root.dataset;
  pressed("alone", link.alone);
  pressed("align", aligning !== undefined);
  pressed("light", light);
  pressed("mirror", active.flipped);
  part("aligning").hidden = aligning === undefined;
  for (const one of root.querySelectorAll('[data-do="undo"]')) one.disabled = !alignment.canUndo;
  const { number, pane, done } = alignment.next;
  const text = done
    ? gettext("The pictures lie over each other by their landmarks. Press again to move one.")
    : say(gettext("Landmark %(number)s: press the same place in picture %(letter)s."), { number, letter: pane.letter });
  if (part("step").textContent !== text) part("step").textContent = text;
  closeness(panes).forEach((times, index) => (panes[index].closer = times));
  drawView();
}

/** With every frame while a hand moves the pictures: as little as can be. */
const zoom = part("zoom");
function drawView() {
  const text = percent(link.view.zoom);
  if (zoom.textContent !== text) zoom.textContent = text;
  if (!proposing.open) write(state);
}

function mark(pane, place) {
  const problem = alignment.mark(pane, place);
  if (problem) return toast(problem, { kind: "error" });
  const { done, pane: following } = alignment.next;
  if (!done) activate(following);
  return announce(part("step").textContent);
}

const commands = {
  in: () => link.look(({ zoom }) => ({ zoom: zoom * STEP }), active),
  out: () => link.look(({ zoom }) => ({ zoom: zoom / STEP }), active),
  fit: () => (link.alone ? alignment.reset() : link.look(() => wholeView(frame), active)),
  rotate: () => link.look(({ angle }) => ({ angle: angle + 90 }), active),
  "turn-left": () => link.look(({ angle }) => ({ angle: angle - 1 }), active),
  "turn-right": () => link.look(({ angle }) => ({ angle: angle + 1 }), active),
  alone() {
    link.alone = !link.alone;
    announce(link.alone ? gettext("Now one picture moves alone.") : gettext("Now the pictures move together."));
    draw();
  },
  align() {
    root.toggleAttribute("data-aligning");
    if ("aligning" in root.dataset) activate(alignment.next.pane);
    draw();
  },
  propose: () => proposing.propose(),
  accept() {
    proposing.accept();
    draw();
  },
  decline: () => proposing.decline(),
  undo: () => (proposing.open ? proposing.decline() : alignment.undo()),
  reset: () => alignment.reset(),
  async light() {
    light = !light;
    if (!(await evenOut(panes, light))) {
      light = false;
      toast(gettext("The light could not be measured."), { kind: "error" });
    }
    draw();
  },
  mirror: () => alignment.mirror(active),
  annotations: () => written.toggle().catch(({ message }) => toast(message, { kind: "error" })),
  "next-pane"() {
    const { visible } = modes;
    visible[(visible.indexOf(active) + 1) % visible.length].element.focus();
  },
  mark() {
    if (!("aligning" in root.dataset) || !active.stage?.layer) return;
    const { width, height } = active.stage.box;
    mark(active, active.stage.toImage({ x: width / 2, y: height / 2 }));
  },
  blink: () => modes.mode === "blink" && modes.pause(),
  pause: () => modes.pause(),
  turn: () => modes.turn(),
  less: () => modes.slide(-1),
  more: () => modes.slide(1),
  mode: (name) => modes.set(name),
  keep: () => proposing.open || keeping?.open(),
  help: () => openDialog(document.getElementById("comparing-help")),
  "close-help": () => document.getElementById("comparing-help").close(),
  escape: () => (proposing.open ? proposing.decline() : "aligning" in root.dataset && commands.align()),
};

const keeping = dialog && new Keeping(dialog, { state, shown: saved, kept: () => write(state) });

root.addEventListener("click", ({ target }) => {
  const pane = target.closest("[data-again-of]");
  if (pane) panes.find(({ id }) => id === pane.dataset.againOf).show();
  const mode = target.closest("[data-mode-button]")?.dataset.modeButton;
  if (mode) modes.set(mode);
  const name = target.closest("[data-do]")?.dataset.do;
  if (name) commands[name]();
  // Another set of pictures keeps how these lie.
  const others = target.closest("a[data-others]");
  if (others) {
    flush(state);
    const search = new URLSearchParams(location.search);
    search.set("images", new URL(others.href).searchParams.get("images"));
    others.search = search.toString().replaceAll("%2C", ",");
  }
});
document.getElementById("comparing-help").addEventListener("click", ({ target }) => {
  if (target.closest("[data-do]")) commands["close-help"]();
});
bindKeys(commands, (across, down) => {
  const { box } = link;
  if (!box) return;
  const far = [-across * SHARE * box.width, -down * SHARE * box.height];
  link.look((view) => pushed(view, frame, box, ...far), active);
});

for (const pane of panes) {
  pane.element.addEventListener("focusin", () => activate(pane));
  pane.addEventListener("hand", () => activate(pane));
  pane.addEventListener("tap", ({ detail }) => "aligning" in root.dataset && mark(pane, pane.stage.toImage(detail)));
}
link.addEventListener("view", drawView);
link.addEventListener("aligned", draw);
alignment.addEventListener("change", draw);
modes.addEventListener("change", () => {
  if (!modes.visible.includes(active)) activate(modes.visible[0]);
  requestAnimationFrame(() => link.place());
  draw();
});
addEventListener("pagehide", () => proposing.open || flush(state));

modes.set(asked.mode ?? saved.mode);
activate(panes[0]);
draw();
for (const pane of panes) pane.show();
if (asked.light) commands.light();
