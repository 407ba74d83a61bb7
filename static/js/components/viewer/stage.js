/**
 * The picture on its stage: OpenSeadragon, one picture at a time, zoom told relative to "fit".
 * Events: "zoom" {ratio, least, most}, "outside" (a press beside the picture), "swipe" (a step).
 */
import { gestures } from "./gestures.js";
import { openSeadragon } from "./load.js";

const LEAST = 0.5;
const MOST = 3;
const STEP = 0.25;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const PHONE = matchMedia("(width < 900px)");
const MARGINS = { left: 72, right: 72, top: 16, bottom: 16 }; // room for the arrows

export class Stage extends EventTarget {
  #osd;
  #turn = 0; // grows with every picture asked for: the late ones know that they are late
  #picture = null; // the TiledImage on show
  #original = null; // URL of what is sharper, until it is asked for
  #ratio = 1; // the zoom aimed at, 1 = fit
  #size = ""; // of the stage when it was aimed: OpenSeadragon zooms by itself when that changes

  static async load(element, src) {
    await openSeadragon(src);
    return new Stage(element);
  }

  constructor(element) {
    super();
    this.#osd = new window.OpenSeadragon.Viewer({
      element,
      drawer: "canvas",
      showNavigationControl: false,
      keyboardNavEnabled: false, // the viewer has its own keys
      tabIndex: -1,
      animationTime: STILL.matches ? 0 : 0.3,
      springStiffness: 9,
      visibilityRatio: 0.7,
      constrainDuringPan: true,
      viewportMargins: PHONE.matches ? {} : MARGINS,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false, flickEnabled: false },
      gestureSettingsTouch: { dblClickToZoom: false, flickEnabled: false, pinchRotate: false },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: false, flickEnabled: false },
    });
    const tell = (name, detail) => this.dispatchEvent(new CustomEvent(name, { detail }));
    gestures(this.#osd, {
      ratio: () => this.#ratio,
      zoomed: () => this.#picture && this.#size === this.#stage && this.#tell(this.#view.getZoom() / this.#fitZoom),
      resized: () => requestAnimationFrame(() => this.#aim(this.#ratio, null, true)),
      settle: () => this.#settle(),
      outside: () => tell("outside"),
      swipe: (step) => tell("swipe", step),
      zoom: (ratio, pixel) => this.#aim(ratio, this.#view.pointFromPixel(pixel)),
      inside: (pixel) => this.#inside(pixel),
    });
  }

  /** Shows a picture at the zoom of the one before; rejects when it cannot be loaded. */
  async show(url, { original, width }) {
    const turn = ++this.#turn;
    const centre = this.#centre;
    this.#original = null;
    const picture = await this.#add(url);
    if (turn !== this.#turn) return this.#osd.world.removeItem(picture);
    this.#picture = picture;
    this.#clear(picture);
    picture.setOpacity(1);
    this.#view.setRotation(0, true);
    this.#aim(this.#ratio, null, true);
    this.#view.panTo(point(centre.x, centre.y * this.#height), true);
    this.#view.applyConstraints(true);
    if (original && width > picture.source.width) this.#original = original;
    return this.#tell(this.#ratio);
  }

  clear() {
    this.#turn += 1;
    this.#picture = this.#original = null;
    this.#clear(null);
  }

  reset() {
    this.clear();
    this.#ratio = 1;
  }

  /** To the next quarter up (1) or down (-1). */
  zoom(direction) {
    const quarters = this.#ratio / STEP;
    this.#aim(STEP * (direction > 0 ? Math.floor(quarters + 1.01) : Math.ceil(quarters - 1.01)));
  }

  fit() { this.#aim(1); }

  rotate() {
    if (!this.#picture) return;
    this.#view.setRotation(this.#view.getRotation() + 90, STILL.matches);
    this.#aim(this.#ratio);
  }

  /** By tenths of the screen. */
  move(across, down) {
    if (!this.#picture || this.#ratio <= 1) return;
    const { x, y } = this.#view.getContainerSize();
    const step = point((across * x) / 10, (down * y) / 10);
    this.#view.panBy(this.#view.deltaPointsFromPixels(step), STILL.matches);
    this.#view.applyConstraints(STILL.matches);
  }

  get #view() { return this.#osd.viewport; }

  get #stage() { return String(this.#view.getContainerSize()); }

  get #height() {
    return this.#picture.getBoundsNoRotate().height; // where the width is 1
  }

  /** OpenSeadragon's zoom at which the picture, as it is turned, just fits. */
  get #fitZoom() {
    const upright = this.#view.getRotation() % 180 === 0;
    const [wide, high] = upright ? [1, this.#height] : [this.#height, 1];
    return 1 / Math.max(wide, high * this.#view.getAspectRatio());
  }

  /** Where we look, in shares of the picture: kept for the next one. */
  get #centre() {
    if (!this.#picture || this.#ratio <= 1) return { x: 0.5, y: 0.5 };
    const { x, y } = this.#view.getCenter();
    return { x, y: y / this.#height };
  }

  #aim(ratio, about = null, immediately = STILL.matches) {
    if (!this.#picture) return;
    this.#size = this.#stage;
    this.#view.minZoomLevel = this.#fitZoom * LEAST;
    this.#view.maxZoomLevel = this.#fitZoom * MOST;
    const wanted = Math.min(MOST, Math.max(LEAST, ratio));
    this.#view.zoomTo(this.#fitZoom * wanted, about, immediately);
    this.#settle(immediately);
    this.#view.applyConstraints(immediately);
  }

  /** At fit or under, the picture stays in the middle. */
  #settle(immediately = STILL.matches) {
    if (!this.#picture || this.#ratio > 1.001) return;
    this.#view.panTo(point(0.5, this.#height / 2), immediately);
  }

  #tell(zoom) {
    this.#ratio = Math.round(zoom * 1000) / 1000;
    const detail = { ratio: this.#ratio, least: LEAST, most: MOST };
    this.dispatchEvent(new CustomEvent("zoom", { detail }));
    if (this.#ratio > 1.001) this.#sharpen();
  }

  /** Past 100 % the original takes the place of the rendition: same bounds, no jump. */
  async #sharpen() {
    const [url, shown] = [this.#original, this.#picture];
    this.#original = null;
    if (!url) return;
    try {
      const sharp = await this.#add(url);
      const shape = ({ source }) => source.width / source.height;
      const alike = Math.abs(shape(sharp) / shape(shown) - 1) < 0.01;
      if (this.#picture === shown && alike) sharp.setOpacity(1); // above the rendition
      else this.#osd.world.removeItem(sharp);
    } catch {
      /* the rendition is good enough */
    }
  }

  /** Loads a picture out of sight; resolves to its TiledImage once its pixels are there. */
  #add(url) {
    return new Promise((done, fail) => {
      this.#osd.addTiledImage({
        tileSource: { type: "image", url },
        width: 1,
        opacity: 0,
        preload: true,
        success: ({ item }) => item.whenFullyLoaded(() => done(item)),
        error: () => fail(new Error("image")),
      });
    });
  }

  #clear(but) {
    const { world } = this.#osd;
    for (let index = world.getItemCount() - 1; index >= 0; index -= 1) {
      if (world.getItemAt(index) !== but) world.removeItem(world.getItemAt(index));
    }
  }

  #inside(pixel) {
    if (!this.#picture) return true;
    const { x, y } = this.#view.pointFromPixel(pixel);
    return x >= 0 && x <= 1 && y >= 0 && y <= this.#height;
  }
}

const point = (x, y) => new window.OpenSeadragon.Point(x, y);
