/**
 * One picture of a comparison: its element [data-pane] says which; its stage shows it; `transform` says
 * where it lies in the frame that all share. Its marks are landmarks, in the picture's own pixels.
 * Events: those of its stage.
 */
import { decimal, percent, say } from "../../components/format.js";
import { Picture } from "../../components/viewer/picture.js";
import { scaleOf } from "./geometry.js";
import { PaneStage } from "./pane-stage.js";

const CLOSER = 1.1; // times, before it is said
const OFF = 0.03; // of the measured scale
const EVENTS = ["viewport", "hand", "tap", "settled", "resizing", "resized", "loaded"];

export class Pane extends EventTarget {
  marks = [];
  transform = null;
  rest = null; // the transform while nothing else is known
  #flipped = false;

  constructor(element, { src }) {
    super();
    const { id, width, height, display, original, thumbnail, label, letter } = element.dataset;
    Object.assign(this, { element, id, thumbnail, label, letter });
    this.size = { width: Number(width), height: Number(height) };
    this.mm = Number(element.dataset.mmPerPx) || null; // of a pixel of the original
    this.picture = new Picture(element.querySelector("[data-stage]"), {
      src,
      kind: PaneStage,
      events: EVENTS,
      renew: async (item) => ({ ...item, display: element.dataset.again }), // signs anew
    });
    this.picture.label = label;
    for (const name of EVENTS) {
      this.picture.addEventListener(name, ({ detail }) => {
        if (name === "viewport") this.#drawMarks();
        if (name === "loaded" && this.#flipped) this.stage.mirror(true);
        this.dispatchEvent(new CustomEvent(name, { detail }));
      });
    }
    this.item = { id, display, original, ...this.size };
  }

  show() {
    return this.picture.show(this.item);
  }

  get stage() { return this.picture.stage; }

  get flipped() { return this.#flipped; }

  set flipped(on) {
    this.#flipped = on;
    this.element.querySelector("[data-mirrored]").hidden = !on;
    this.picture.label = on ? `${this.label}, ${gettext("mirrored")}` : this.label;
    if (this.stage?.layer) this.stage.mirror(on);
  }

  /**
   * How many times closer it was taken than the farthest one; and whether it lies at another scale
   * than the measured one, as landmarks on an edge that has grown would have it.
   */
  set closer(times) {
    const badge = this.element.querySelector("[data-scale]");
    const off = this.mm ? scaleOf(this.transform) / scaleOf(this.rest) : 1;
    const wrong = Math.abs(off - 1) > OFF;
    badge.hidden = !wrong && times < CLOSER;
    badge.textContent = wrong
      ? say(gettext("not at its measured scale: %(share)s"), { share: percent(off) })
      : say(gettext("taken %(times)s× closer"), { times: decimal(times) });
  }

  setMarks(marks) {
    this.marks = marks;
    const list = this.element.querySelector("[data-marks]");
    list.replaceChildren(
      ...marks.map((_mark, index) => {
        const dot = document.createElement("span");
        dot.className = "comparing-mark";
        dot.textContent = index + 1;
        return dot;
      }),
    );
    this.#drawMarks();
  }

  #drawMarks() {
    if (!this.stage?.layer || !this.marks.length) return;
    const dots = this.element.querySelectorAll(".comparing-mark");
    this.marks.forEach((mark, index) => {
      const { x, y } = this.stage.toScreen(mark);
      dots[index].style.translate = `${x}px ${y}px`;
    });
  }
}
