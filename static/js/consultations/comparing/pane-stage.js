/**
 * The picture of a pane: it lies where it is told, by a similarity from its own pixels to the screen
 * (CSS pixels from the middle of the pane), and tells where a hand has moved it.
 * Events: "viewport" with every frame; "hand" {alone} when a hand takes hold of it; "tap", a short
 * press, where it was on the screen; "settled"; "resizing" and "resized".
 */
import { Canvas, point } from "../../components/viewer/canvas.js";
import { invert, apply, scaleOf, similarity, angleOf } from "./geometry.js";

const OPTIONS = { halved: true, visibilityRatio: 0.25, constrainDuringPan: true };

export class PaneStage extends Canvas {
  #moment = null; // where it is to be, as soon as there is a picture

  constructor(element) {
    super(element, OPTIONS);
    const hand = ({ originalEvent }) => this.emit("hand", { alone: Boolean(originalEvent?.altKey) });
    for (const name of ["canvas-press", "canvas-scroll", "canvas-pinch"]) this.osd.addHandler(name, hand);
    this.osd.addHandler("canvas-click", ({ quick, position }) => quick && this.single && this.emit("tap", position));
    this.osd.addHandler("animation-finish", () => this.layer && this.emit("settled"));
    this.osd.addHandler("resize", () => {
      this.emit("resizing"); // it zooms by itself after this: nobody's hand
      requestAnimationFrame(() => this.emit("resized"));
    });
  }

  async show(url, item) {
    await this.open(url, item, () => {
      this.emit("loaded");
      if (this.#moment) this.place(this.#moment);
    });
  }

  reset() {
    this.clear();
  }

  /** CSS pixels; nothing while the pane is not shown. */
  get box() {
    const { x, y } = this.view.getContainerSize();
    return { width: x, height: y };
  }

  /** Puts the picture there: at once, or gently. */
  place(map, { gently = false } = {}) {
    this.#moment = map;
    const { width } = this.box;
    if (!this.layer || !width) return;
    const middle = apply(invert(map), { x: 0, y: 0 });
    const turn = angleOf(map);
    const near = this.view.getRotation();
    this.view.zoomTo((scaleOf(map) * this.size.width) / width, null, !gently);
    this.view.setRotation(turn + 360 * Math.round((near - turn) / 360), !gently);
    this.view.panTo(point(middle.x / this.size.width, middle.y / this.size.width), !gently);
    if (this.view.getZoom() * width > this.layer.source.width * 1.02) this.sharpen();
  }

  /** Where it lies at this moment, or where it is going to. */
  map({ going = false } = {}) {
    const { width } = this.box;
    const scale = (this.view.getZoom(!going) * width) / this.size.width;
    const turned = similarity(scale, this.view.getRotation(!going));
    const { x, y } = this.view.getCenter(!going);
    const middle = apply(turned, { x: x * this.size.width, y: y * this.size.width });
    return { ...turned, x: -middle.x, y: -middle.y };
  }

  /** CSS pixels for one of the picture's, least and most. */
  limit(least, most) {
    const { width } = this.box;
    if (!this.size || !width) return;
    this.view.minZoomLevel = (least * this.size.width) / width;
    this.view.maxZoomLevel = (most * this.size.width) / width;
  }

  /** Quickly and coarsely, or finely. */
  set coarse(on) {
    this.osd.drawer.setImageSmoothingEnabled(!on);
  }

  /** Mirrored left for right, or as it was taken: a way of looking, never the file. */
  mirror(on) {
    for (let index = 0; index < this.osd.world.getItemCount(); index += 1) {
      this.osd.world.getItemAt(index).setFlip(on);
    }
    this.osd.forceRedraw();
  }
}
