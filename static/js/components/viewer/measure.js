/** Measuring as a part of the viewer. */
import { Tool } from "./tool.js";

export class Measure extends Tool {
  constructor(dialog, picture, on) {
    super(dialog, picture, on, { name: "measure", mode: "measuring" });
  }

  async load() {
    const { Measuring } = await import("./measuring/index.js");
    this.panel ??= new Measuring(this.slot, this.dialog.querySelector("[data-canvas]"), this.picture, {
      announce: this.on.announce,
      leave: () => this.leave(),
    });
  }
}
