/**
 * One picture in OpenSeadragon: loading it, the sharper original in its place, and where a place in
 * the picture is on the screen. How it may be moved is the business of who extends this: the viewer's
 * Stage, and the panes of a comparison.
 * Events: "viewport", with every frame drawn, for what lies over the picture and must follow it.
 */
import { addLayer, removeLayers, sameShape } from "./layers.js";
import { createViewer, loadOpenSeadragon } from "./openseadragon.js";

export class Canvas extends EventTarget {
  osd; // of OpenSeadragon, for those who extend this
  layer = null; // the TiledImage on show
  size = null; // of the picture, in its own pixels
  single = true; // the press under way, or the last one, is of one finger: two are a pinch, however short
  #halved;
  #request = 0; // grows with every picture asked for: the late ones know that they are late
  #original = null; // URL of what is sharper, until it is asked for

  static async load(element, src) {
    await loadOpenSeadragon(src);
    return new this(element);
  }

  /** `options`: of OpenSeadragon; `halved`: see layers.js. */
  constructor(element, { halved = false, ...options } = {}) {
    super();
    this.#halved = halved;
    this.osd = createViewer(element, options);
    element.addEventListener("pointerdown", ({ isPrimary }) => (this.single = isPrimary), { capture: true });
    this.osd.addHandler("update-viewport", () => this.layer && this.emit("viewport"));
  }

  /**
   * Shows a picture; rejects when it cannot be loaded. `place()` puts it where it is to be, before it
   * is drawn. Resolves to whether it is still the one wanted.
   */
  async open(url, { original, width, height }, place) {
    const request = ++this.#request;
    this.#original = null;
    const layer = await addLayer(this.osd, url, { halved: this.#halved });
    if (request !== this.#request) {
      this.osd.world.removeItem(layer);
      return false;
    }
    this.layer = layer;
    const { source } = layer;
    this.size = { width: width || source.width, height: height || source.height };
    removeLayers(this.osd, layer);
    layer.setOpacity(1);
    place();
    if (original && width > source.width) this.#original = original;
    return true;
  }

  clear() {
    this.#request += 1;
    this.layer = this.#original = null;
    removeLayers(this.osd);
  }

  /** What the picture is, for who does not see it: it stands on what takes the focus at a press. */
  set label(text) {
    this.osd.canvas.setAttribute("role", "img");
    this.osd.canvas.setAttribute("aria-label", text);
  }

  /** From a place on this stage (CSS pixels from its corner) to one in the picture (its own pixels). */
  toImage({ x, y }) {
    const place = this.view.pointFromPixel(point(x, y), true);
    return { x: place.x * this.size.width, y: (place.y / this.worldHeight) * this.size.height };
  }

  /** And back: where a place in the picture is seen at this moment. */
  toScreen({ x, y }) {
    const place = point(x / this.size.width, (y / this.size.height) * this.worldHeight);
    const { x: left, y: top } = this.view.pixelFromPoint(place, true);
    return { x: left, y: top };
  }

  get view() { return this.osd.viewport; }

  get worldHeight() {
    return this.layer.getBoundsNoRotate().height; // where the width is 1
  }

  /** The original takes the place of the rendition: same bounds, no jump. Resolves to its layer. */
  async sharpen() {
    const [url, rendition] = [this.#original, this.layer];
    this.#original = null;
    if (!url) return null;
    try {
      const original = await addLayer(this.osd, url, { halved: this.#halved });
      if (this.layer === rendition && sameShape(original, rendition)) {
        original.setFlip(rendition.getFlip());
        original.setOpacity(1); // above it
        return original;
      }
      this.osd.world.removeItem(original);
    } catch {
      /* the rendition is good enough */
    }
    return null;
  }

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

export const point = (x, y) => new window.OpenSeadragon.Point(x, y);
