/**
 * A picture that can be zoomed, moved and rotated: OpenSeadragon in an element, zoom told relative
 * to "fit". Any number of stages can be on a page.
 * Events: "zoom" {ratio, min, max, pixels}, what is aimed at, and how many of the screen's pixels one
 * of the picture takes; "viewport", with every frame drawn, for what lies over the picture and must
 * follow it; "outside", a press beside it; "swipe", a step.
 */
import { gestures } from "./gestures.js";
import { addLayer, removeLayers, sameShape } from "./layers.js";
import { createViewer, loadOpenSeadragon } from "./openseadragon.js";

const MIN_ZOOM = 0.5;
const MAX_ZOOM = 3;
const ZOOM_STEP = 0.25;
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage extends EventTarget {
  busy = false; // somebody draws on the picture: presses are none of ours
  #osd;
  #request = 0; // grows with every picture asked for: the late ones know that they are late
  #layer = null; // the TiledImage on show
  #original = null; // URL of what is sharper, until it is asked for
  size = null; // of the picture, in its own pixels
  #ratio = 1; // the zoom aimed at, 1 = fit
  #aimedIn = ""; // the container's size then: OpenSeadragon zooms by itself when that changes

  static async load(element, src) {
    await loadOpenSeadragon(src);
    return new Stage(element);
  }

  constructor(element) {
    super();
    this.#osd = createViewer(element);
    this.#osd.addHandler("update-viewport", () => this.#layer && this.#emit("viewport"));
    gestures(this.#osd, {
      ratio: () => this.#ratio,
      zoomed: () => this.#zoomed(),
      resized: () => requestAnimationFrame(() => this.#zoomTo(this.#ratio, null, true)),
      centre: () => this.#centreSmall(),
      outside: () => this.busy || this.#emit("outside"),
      swipe: (step) => this.busy || this.#emit("swipe", step),
      zoom: (ratio, position) => this.busy || this.#zoomTo(ratio, this.#view.pointFromPixel(position)),
      inside: (position) => this.#isInside(position),
    });
  }

  /** Shows a picture at the zoom of the one before; rejects when it cannot be loaded. */
  async show(url, { original, width, height }) {
    const request = ++this.#request;
    const centre = this.#centre;
    this.#original = null;
    const layer = await addLayer(this.#osd, url);
    if (request !== this.#request) return this.#osd.world.removeItem(layer);
    this.#layer = layer;
    const { source } = layer;
    this.size = { width: width || source.width, height: height || source.height };
    removeLayers(this.#osd, layer);
    layer.setOpacity(1);
    this.#view.setRotation(0, true);
    this.#zoomTo(this.#ratio, null, true);
    this.#view.panTo(point(centre.x, centre.y * this.#worldHeight), true);
    this.#view.applyConstraints(true);
    if (original && width > source.width) this.#original = original;
    return this.#setRatio(this.#ratio);
  }

  clear() {
    this.#request += 1;
    this.#layer = this.#original = null;
    removeLayers(this.#osd);
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

  /** What the picture is, for who does not see it: it stands on what takes the focus at a press. */
  set label(text) {
    this.#osd.canvas.setAttribute("role", "img");
    this.#osd.canvas.setAttribute("aria-label", text);
  }

  rotate() {
    if (!this.#layer) return;
    this.#view.setRotation(this.#view.getRotation() + 90, REDUCED_MOTION.matches);
    this.#zoomTo(this.#ratio);
  }

  /** By tenths of the screen. */
  move(across, down) {
    if (!this.#layer || this.#ratio <= 1) return;
    const { x, y } = this.#view.getContainerSize();
    const distance = point((across * x) / 10, (down * y) / 10);
    this.#view.panBy(this.#view.deltaPointsFromPixels(distance), REDUCED_MOTION.matches);
    this.#view.applyConstraints(REDUCED_MOTION.matches);
  }

  /** From a place on this stage (CSS pixels from its corner) to one in the picture (its own pixels). */
  toImage({ x, y }) {
    const place = this.#view.pointFromPixel(point(x, y), true);
    return { x: place.x * this.size.width, y: (place.y / this.#worldHeight) * this.size.height };
  }

  /** And back: where a place in the picture is seen at this moment. */
  toScreen({ x, y }) {
    const place = point(x / this.size.width, (y / this.size.height) * this.#worldHeight);
    const { x: left, y: top } = this.#view.pixelFromPoint(place, true);
    return { x: left, y: top };
  }

  get #view() { return this.#osd.viewport; }

  get #container() { return String(this.#view.getContainerSize()); }

  get #worldHeight() {
    return this.#layer.getBoundsNoRotate().height; // where the width is 1
  }

  /** OpenSeadragon's zoom at which the picture, as it is turned, just fits. */
  get #fitZoom() {
    const upright = this.#view.getRotation() % 180 === 0;
    const [wide, high] = upright ? [1, this.#worldHeight] : [this.#worldHeight, 1];
    return 1 / Math.max(wide, high * this.#view.getAspectRatio());
  }

  /** Where we look, in shares of the picture: kept for the next one. */
  get #centre() {
    if (!this.#layer || this.#ratio <= 1) return { x: 0.5, y: 0.5 };
    const { x, y } = this.#view.getCenter();
    return { x, y: y / this.#worldHeight };
  }

  #zoomTo(ratio, about = null, immediately = REDUCED_MOTION.matches) {
    if (!this.#layer) return;
    this.#aimedIn = this.#container;
    this.#view.minZoomLevel = this.#fitZoom * MIN_ZOOM;
    this.#view.maxZoomLevel = this.#fitZoom * MAX_ZOOM;
    const wanted = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, ratio));
    this.#view.zoomTo(this.#fitZoom * wanted, about, immediately);
    this.#centreSmall(immediately);
    this.#view.applyConstraints(immediately);
  }

  /** At fit or under, the picture stays in the middle. */
  #centreSmall(immediately = REDUCED_MOTION.matches) {
    if (!this.#layer || this.#ratio > 1.001) return;
    this.#view.panTo(point(0.5, this.#worldHeight / 2), immediately);
  }

  #zoomed() {
    if (!this.#layer || this.#aimedIn !== this.#container) return;
    this.#setRatio(this.#view.getZoom() / this.#fitZoom);
  }

  #setRatio(ratio) {
    this.#ratio = Math.round(ratio * 1000) / 1000;
    const wide = this.#view.deltaPixelsFromPoints(point(1, 0)).x * devicePixelRatio;
    this.#emit("zoom", { ratio: this.#ratio, min: MIN_ZOOM, max: MAX_ZOOM, pixels: wide / this.size.width });
    if (this.#ratio > 1.001) this.#loadOriginal();
  }

  /** Past 100 % the original takes the place of the rendition: same bounds, no jump. */
  async #loadOriginal() {
    const [url, rendition] = [this.#original, this.#layer];
    this.#original = null;
    if (!url) return;
    try {
      const original = await addLayer(this.#osd, url);
      if (this.#layer === rendition && sameShape(original, rendition)) original.setOpacity(1); // above it
      else this.#osd.world.removeItem(original);
    } catch {
      /* the rendition is good enough */
    }
  }

  #isInside(position) {
    if (!this.#layer) return true;
    const { x, y } = this.toImage(position);
    return x >= 0 && x <= this.size.width && y >= 0 && y <= this.size.height;
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

const point = (x, y) => new window.OpenSeadragon.Point(x, y);
