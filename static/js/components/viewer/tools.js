/** What can be done on the picture, one at a time: measuring, writing. */
import { Annotate } from "./annotate.js";
import { Measure } from "./measure.js";

export class Tools {
  /** As of Tool. */
  constructor(...of) {
    this.measure = new Measure(...of);
    this.annotate = new Annotate(...of);
    this.all = [this.measure, this.annotate];
  }

  show(item) { for (const tool of this.all) tool.show(item); }

  reset() { for (const tool of this.all) tool.reset(); }

  mayLeave() { return this.all.every((tool) => tool.mayLeave()); }

  leave() { return this.all.every((tool) => tool.leave()); }

  stop() { return this.all.some((tool) => tool.stop()); }

  /** Takes one in the hand, or puts it away. */
  toggle(tool) {
    if (this.all.every((other) => other === tool || other.leave())) tool.toggle();
  }
}
