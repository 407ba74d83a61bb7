/** What is written on the picture of a comparison's pane: to be read, mirrored as the pane is. */
import { AnnotationDraft } from "./draft.js";
import { AnnotatingOverlay } from "./overlay.js";
import { read } from "./w3c.js";

export class PaneOverlay extends AnnotatingOverlay {
  /** `pane`: {element, picture, size, flipped}. Beside its canvas, which filters of light change. */
  constructor(pane) {
    super(pane.element.querySelector("[data-stage]"), pane.picture, new AnnotationDraft(), { save() {}, drawn() {} });
    this.pane = pane;
  }

  set documents(documents) {
    this.rows = documents.map((document, place) => ({ id: document.id, number: place + 1, ...read(document) }));
  }

  toScreen([x, y]) {
    return super.toScreen([this.pane.flipped ? this.pane.size.width - x : x, y]);
  }
}
