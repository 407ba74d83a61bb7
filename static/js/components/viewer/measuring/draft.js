/** What is being measured: a draft with its figure. */
import { Draft } from "../drawing/draft.js";
import { crossesItself, KINDS, mainFigure } from "./shapes.js";

export class MeasuredDraft extends Draft {
  round = false; // a field of view, as wide as its two points are apart

  constructor() {
    super(KINDS);
  }

  get crossing() { return this.kind === "polygon" && crossesItself(this.shown); }

  get complete() {
    const figure = this.active && mainFigure(this.kind, this.points, this.pointing);
    return Boolean(figure?.value >= 1) && !(this.kind === "polygon" && crossesItself(this.points));
  }

  /** Of what is shown; null while there is too little of it. */
  get figure() { return this.active ? mainFigure(this.kind, this.shown, this.pointing) : null; }
}
