/**
 * A picture as soon as the browser has it, without waiting for the stage (OpenSeadragon): an <img>
 * over it, fitted as the stage fits, which decodes beside the page's own work. Until the picture is
 * there its thumbnail stands in, if the page has it. The stage takes over when it is ready.
 */
import { pictureOf } from "./items.js";
import { painted } from "./painted.js";

export class Sight {
  #wanted = null;

  /** `canvas`: the stage's element, which is not seen meanwhile. */
  constructor(canvas) {
    this.canvas = canvas;
    this.frame = Object.assign(document.createElement("div"), { className: "viewer-sight", hidden: true });
    this.frame.setAttribute("aria-hidden", "true"); // the stage has the name
    canvas.after(this.frame);
  }

  /** Resolves when the picture's own pixels can be painted, or another is wanted; rejects when it cannot be loaded. */
  async show({ display, thumbnail, element }) {
    const picture = pictureOf(display);
    this.#wanted = picture;
    if (!picture.complete) this.#put(standIn(element, thumbnail));
    await picture.decode();
    if (this.#wanted === picture) this.#put(picture);
  }

  /** The stage shows the same by now: it takes over when that is painted. */
  async handOver() {
    const picture = this.#wanted;
    this.canvas.classList.remove("is-behind");
    await painted();
    if (this.#wanted === picture) this.hide();
  }

  hide() {
    this.#wanted = null;
    this.frame.hidden = true;
    this.frame.replaceChildren();
    this.canvas.classList.remove("is-behind");
  }

  #put(picture) {
    this.frame.replaceChildren(...(picture ? [picture] : []));
    this.frame.hidden = false;
    this.canvas.classList.add("is-behind");
  }
}

/** The tile's thumbnail, where the page has it already. */
function standIn(element, thumbnail) {
  const tile = element?.querySelector("img");
  return tile?.complete && tile.naturalWidth ? Object.assign(new Image(), { src: thumbnail, alt: "" }) : null;
}
