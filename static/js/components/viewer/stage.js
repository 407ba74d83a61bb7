/**
 * A picture that can be zoomed, moved and rotated: zoom told relative to "fit". Any number of stages
 * can be on a page.
 * Events: "zoom" {ratio, min, max, pixels}, what is aimed at, and how many of the screen's pixels one
 * of the picture takes; "viewport", with every frame drawn (canvas.js); "outside", a press beside it;
 * "swipe", a step.
 */
import { Canvas, point } from "./canvas.js";
import { gestures } from "./gestures.js";

const MIN_ZOOM = 0.5;
const MAX_ZOOM = 3;
const ZOOM_STEP = 0.25;
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage extends Canvas {
  static beginsFitted = true;
  busy = false; // somebody draws on the picture: presses are none of ours
  held = () => false; // and nor are drags
  #ratio = 1; // the zoom aimed at, 1 = fit
  #aimedIn = ""; // the container's size then: OpenSeadragon zooms by itself when that changes

  constructor(element) {
    super(element);
    gestures(this.osd, {
      ratio: () => this.#ratio,
      held: () => this.busy && this.held(),
      zoomed: () => this.#zoomed(),
      resized: () => requestAnimationFrame(() => this.#zoomTo(this.#ratio, null, true)),
      centre: () => this.#centreSmall(),
      outside: () => this.busy || !this.single || this.emit("outside"),
      swipe: (step) => this.busy || this.emit("swipe", step),
      zoom: (ratio, position) => this.busy || this.#zoomTo(ratio, this.view.pointFromPixel(position)),
      inside: (position) => this.#isInside(position),
    });
  }

  /** Shows a picture at the zoom of the one before; rejects when it cannot be loaded. */
  async show(url, item) {
    const centre = this.#centre;
    const shown = await this.open(url, item, () => {
      this.view.setRotation(0, true);
      this.#zoomTo(this.#ratio, null, true);
      this.view.panTo(point(centre.x, centre.y * this.worldHeight), true);
      this.view.applyConstraints(true);
    });
    if (shown) this.#setRatio(this.#ratio);
  }

  reset() {
    this.clear();
    this.#ratio = 1;
  }

  /** To the next quarter up (1) or down (-1). */
  zoom(direction) {
    const steps = this.#ratio / ZOOM_STEP;
    this.#zoomTo(ZOOM_STEP * (direction > 0 ? Math.floor(steps + 1.01) : Math.ceil(steps - 1.01)));
  }

  fit() { this.#zoomTo(1); }

  /** Does the next picture begin as a whole, filling the stage? */
  get fitted() { return Math.abs(this.#ratio - 1) <= 0.001; }

  rotate() {
    if (!this.layer) return;
    this.view.setRotation(this.view.getRotation() + 90, REDUCED_MOTION.matches);
    this.#zoomTo(this.#ratio);
  }

  /** By tenths of the screen. */
  move(across, down) {
    if (!this.layer || this.#ratio <= 1) return;
    const { x, y } = this.view.getContainerSize();
    const distance = point((across * x) / 10, (down * y) / 10);
    this.view.panBy(this.view.deltaPointsFromPixels(distance), REDUCED_MOTION.matches);
    this.view.applyConstraints(REDUCED_MOTION.matches);
  }

  get #container() { return String(this.view.getContainerSize()); }

  /** OpenSeadragon's zoom at which the picture, as it is turned, just fits. */
  get #fitZoom() {
    const upright = this.view.getRotation() % 180 === 0;
    const [wide, high] = upright ? [1, this.worldHeight] : [this.worldHeight, 1];
    return 1 / Math.max(wide, high * this.view.getAspectRatio());
  }

  /** Where we look, in shares of the picture: kept for the next one. */
  get #centre() {
    if (!this.layer || this.#ratio <= 1) return { x: 0.5, y: 0.5 };
    const { x, y } = this.view.getCenter();
    return { x, y: y / this.worldHeight };
  }

  #zoomTo(ratio, about = null, immediately = REDUCED_MOTION.matches) {
    if (!this.layer) return;
    this.#aimedIn = this.#container;
    this.view.minZoomLevel = this.#fitZoom * MIN_ZOOM;
    this.view.maxZoomLevel = this.#fitZoom * MAX_ZOOM;
    const wanted = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, ratio));
    this.view.zoomTo(this.#fitZoom * wanted, about, immediately);
    this.#centreSmall(immediately);
    this.view.applyConstraints(immediately);
  }

  /** At fit or under, the picture stays in the middle. */
  #centreSmall(immediately = REDUCED_MOTION.matches) {
    if (!this.layer || this.#ratio > 1.001) return;
    this.view.panTo(point(0.5, this.worldHeight / 2), immediately);
  }

  #zoomed() {
    if (!this.layer || this.#aimedIn !== this.#container) return;
    this.#setRatio(this.view.getZoom() / this.#fitZoom);
  }

  #setRatio(ratio) {
    this.#ratio = Math.round(ratio * 1000) / 1000;
    const wide = this.view.deltaPixelsFromPoints(point(1, 0)).x * devicePixelRatio;
    this.emit("zoom", { ratio: this.#ratio, min: MIN_ZOOM, max: MAX_ZOOM, pixels: wide / this.size.width });
    if (this.#ratio > 1.001) this.sharpen(); // past 100 %
  }

  #isInside(position) {
    if (!this.layer) return true;
    const { x, y } = this.toImage(position);
    return x >= 0 && x <= this.size.width && y >= 0 && y <= this.size.height;
  }
}
