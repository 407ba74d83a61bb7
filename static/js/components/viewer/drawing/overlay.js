/**
 * What is drawn over the picture: an SVG in the stage's own coordinates, drawn anew with every frame,
 * so that it follows zoom, rotation and the window. Lines keep their width, handles their size. Who
 * extends it says what there is to be seen.
 */
import { Handles } from "./handles.js";
import { create } from "./svg.js";

const TOUCH_ERROR = 1.5; // of the screen's px: a finger is less steady

export class Overlay {
  /** `canvas`: the stage's element; `on`: save(), for who presses Enter at what is complete. */
  constructor(canvas, picture, draft, on) {
    Object.assign(this, { canvas, picture, draft });
    this.svg = create("svg", { class: "drawing-overlay" });
    this.shapes = create("g", { "aria-hidden": "true" });
    this.svg.append(this.shapes);
    this.handles = new Handles(this.svg, draft, { ...on, stage: this, press: (event) => this.place(event) });
    this.redraw = () => this.#draw();
    draft.addEventListener("change", this.redraw);
  }

  /** Brings `this.shapes` up to date. */
  draw() {}

  show() {
    this.canvas.append(this.svg);
    this.picture.addEventListener("viewport", this.redraw);
    this.picture.act(this.redraw);
  }

  hide() {
    this.picture.removeEventListener("viewport", this.redraw);
    this.svg.remove();
  }

  /** [x, y] of the picture, on the screen (CSS px from the corner of the stage), and back. */
  toScreen([x, y]) {
    const place = this.picture.stage.toScreen({ x, y });
    return [place.x, place.y];
  }

  toImage([x, y]) {
    const place = this.picture.stage.toImage({ x, y });
    return [place.x, place.y];
  }

  /** Where somebody points, in the picture. */
  pointedAt({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return this.toImage([clientX - left, clientY - top]);
  }

  /** A point where somebody pressed. */
  place(event) {
    this.draft.touched = event.pointerType === "touch";
    this.draft.add(this.pointedAt(event), this.grainOf(event));
    this.settle(event);
  }

  /** After something was drawn by a pointer. */
  settle(_event) {
    setTimeout(() => this.handles.focus()); // the library gives the focus to the picture first
  }

  /** px of the picture that one of the screen is. */
  get grain() {
    const [[x1, y1], [x2, y2]] = [this.toImage([0, 0]), this.toImage([1, 0])];
    return Math.hypot(x2 - x1, y2 - y1);
  }

  /** px of the picture that somebody is off who places a point by this pointer. */
  grainOf({ pointerType }) {
    return this.grain * (pointerType === "touch" ? TOUCH_ERROR : 1);
  }

  /** Where the middle of the stage is, in the picture. */
  get middle() {
    return this.toImage([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2]);
  }

  get #ready() { return this.svg.isConnected && "staged" in this.picture.root.dataset; }

  #draw() {
    if (!this.#ready) return;
    this.draw();
    this.handles.draw();
  }
}
