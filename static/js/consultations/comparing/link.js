/**
 * Panes that move as one. They share a frame, which is the first picture's own pixels, and one view of
 * it; each picture lies in the frame by its transform. Whichever pane a hand moves leads, and the
 * others follow with every frame drawn. Alone, it moves in the frame instead: its transform changes.
 * Events: "view", another view; "aligned" {pane}, another transform; "before", somebody begins to move
 * one alone.
 */
import { alike, compose, fitScale, invert, scaleOf, screenOf, viewOf, wholeView } from "./geometry.js";
import { Pace } from "./pace.js";

const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 16;

/** No farther in or out than that, and never beside the first picture. */
function within(view, { width, height }) {
  const between = (least, value, most) => Math.min(most, Math.max(least, value));
  const [x, y] = [between(0, view.x, width), between(0, view.y, height)];
  return { ...view, x, y, zoom: between(LEAST_ZOOM, view.zoom, MOST_ZOOM) };
}

export class Link extends EventTarget {
  alone = false; // the toggle: whatever moves, moves alone
  #view;
  #leader = null;
  #leadsAlone = false;
  #untouched = true; // since a hand took hold
  #pace = new Pace((coarse) => this.#shown.forEach(({ stage }) => (stage.coarse = coarse)));

  constructor(panes, view) {
    super();
    this.panes = panes;
    this.#view = view ?? wholeView(this.frame);
    for (const pane of panes) {
      pane.addEventListener("hand", ({ detail }) => this.#take(pane, this.alone || detail.alone));
      pane.addEventListener("viewport", () => this.#follow(pane));
      pane.addEventListener("settled", () => this.#follow(pane));
      pane.addEventListener("resizing", () => (this.#leader = null));
      pane.addEventListener("resized", () => this.place());
      pane.addEventListener("loaded", () => this.place());
    }
  }

  /** The shared frame: the first picture's pixels. */
  get frame() { return this.panes[0].size; }

  get view() { return this.#view; }

  /** How large one pane is: they are alike. Null while none is shown. */
  get box() {
    return this.#shown[0]?.stage.box ?? null;
  }

  get #shown() {
    return this.panes.filter(({ stage }) => stage?.layer && stage.box.width);
  }

  /** Puts every picture where it belongs; `gently` by the pane that leads, which the others follow. */
  place(gently = null) {
    const { box } = this;
    if (!box) return;
    const screen = screenOf(this.#view, this.frame, box);
    const fit = fitScale(this.frame, box, this.#view.angle);
    for (const pane of this.#shown) {
      const scale = scaleOf(pane.transform);
      pane.stage.limit(LEAST_ZOOM * fit * scale, MOST_ZOOM * fit * scale);
      if (!gently || pane === gently) {
        pane.stage.place(compose(screen, pane.transform), { gently: Boolean(gently) });
      }
    }
  }

  /** Another view: `change(view)` answers what of it is new. `by`: the pane from which it is asked. */
  look(change, by = this.panes[0]) {
    const leader = this.#shown.includes(by) ? by : this.#shown[0];
    if (!leader) return;
    if (this.alone) return this.#moveAlone(leader, change);
    const going = leader === this.#leader ? this.#aim(leader) : this.#view;
    this.#leader = leader;
    this.#leadsAlone = false;
    const next = { ...going, ...change(going) };
    this.#view = within(next, this.frame);
    this.place(leader);
    this.#tell("view");
  }

  /** The view to which a pane is on its way. */
  #aim(pane) {
    const screen = compose(pane.stage.map({ going: true }), invert(pane.transform));
    return viewOf(screen, this.frame, this.box, this.#view.angle);
  }

  /** The same change, as if the view were of this pane only. */
  #moveAlone(pane, change) {
    this.#tell("before");
    const { box, frame } = this;
    const view = this.#view;
    const next = { ...view, ...change(view) };
    // A quarter turn fits another size into the box, but this picture only turns.
    next.zoom *= fitScale(frame, box, view.angle) / fitScale(frame, box, next.angle);
    const moved = compose(screenOf(next, frame, box), pane.transform);
    this.align(pane, compose(invert(screenOf(view, frame, box)), moved));
  }

  /** The picture lies elsewhere in the frame. */
  align(pane, transform) {
    pane.transform = transform;
    this.#leader = null;
    this.place();
    this.#tell("aligned", { pane });
  }

  /** A hand takes hold of a pane. */
  #take(pane, alone) {
    this.#leader = pane;
    this.#leadsAlone = alone;
    this.#untouched = true;
  }

  #follow(pane) {
    const { box, frame } = this;
    if (pane !== this.#leader || !box) return;
    const map = pane.stage.map();
    if (this.#leadsAlone) {
      const transform = compose(invert(screenOf(this.#view, frame, box)), map);
      if (alike(transform, pane.transform)) return undefined;
      if (this.#untouched) this.#tell("before");
      this.#untouched = false;
      pane.transform = transform;
      return this.#tell("aligned", { pane });
    }
    const screen = compose(map, invert(pane.transform));
    this.#pace.frame();
    this.#view = viewOf(screen, frame, box, this.#view.angle);
    for (const other of this.#shown) {
      if (other !== pane) other.stage.place(compose(screen, other.transform));
    }
    return this.#tell("view");
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
