/**
 * Laying pictures over each other by two landmarks in each: the same two places, pressed in every
 * picture. What was done can be taken back, and all of it reset.
 * Events: "change", of marks or transforms.
 */
import { alike, compose, ofPairs, sound } from "./geometry.js";

const ENOUGH = 2;
const LEAST_APART = 0.02; // of the picture's longer edge: nearer, and a pixel's error turns it
const MOST_STEPS = 50;

export class Alignment extends EventTarget {
  #steps = []; // what was before: {transforms, marks, flips}

  constructor(link) {
    super();
    this.link = link;
    link.addEventListener("before", () => this.remember());
    link.addEventListener("aligned", () => this.#tell());
  }

  get panes() { return this.link.panes; }

  get canUndo() { return this.#steps.length > 0; }

  /** Is any picture somewhere else than where nothing is known? */
  get aligned() {
    return this.panes.some(({ transform, rest }) => !alike(transform, rest));
  }

  /** What comes next: how many marks the picture has that has fewest, and which. */
  get next() {
    const counts = this.panes.map(({ marks }) => marks.length);
    const least = Math.min(...counts);
    return { number: least + 1, pane: this.panes[counts.indexOf(least)], done: least >= ENOUGH };
  }

  remember() {
    const { panes } = this;
    this.#steps.push({
      transforms: panes.map(({ transform }) => transform),
      marks: panes.map(({ marks }) => marks),
      flips: panes.map(({ flipped }) => flipped),
    });
    if (this.#steps.length > MOST_STEPS) this.#steps.shift();
  }

  /** A landmark, in the picture's own pixels. Answers what is wrong with it, or "". */
  mark(pane, place) {
    const { width, height } = pane.size;
    if (place.x < 0 || place.y < 0 || place.x > width || place.y > height) {
      return gettext("That is beside the picture.");
    }
    const marks = pane.marks.length < ENOUGH ? [...pane.marks, place] : nearest(pane.marks, place);
    const [one, other] = marks;
    if (other && Math.hypot(one.x - other.x, one.y - other.y) < LEAST_APART * Math.max(width, height)) {
      return gettext("The two landmarks are too close to each other.");
    }
    this.remember();
    pane.setMarks(marks);
    return this.#lay();
  }

  /** Every picture with two marks onto the first one's. */
  #lay() {
    const [first, ...others] = this.panes;
    let problem = "";
    for (const pane of first.marks.length === ENOUGH ? others : []) {
      if (pane.marks.length < ENOUGH) continue;
      const onto = ofPairs(pane.marks, first.marks);
      const transform = onto && compose(first.transform, onto);
      if (sound(transform)) pane.transform = transform;
      else problem = gettext("These landmarks do not fit: the pictures would differ too much in size.");
    }
    this.link.place();
    this.#tell();
    return problem;
  }

  /** Pictures lie where [pane, transform] says, through `onto`: a proposal. */
  lay(found, onto) {
    this.remember();
    for (const [pane, transform] of found) {
      pane.transform = onto(transform);
      pane.setMarks([]);
    }
    this.link.place();
    this.#tell();
  }

  undo() {
    const step = this.#steps.pop();
    if (!step) return;
    this.panes.forEach((pane, index) => {
      pane.transform = step.transforms[index];
      pane.flipped = step.flips[index];
      pane.setMarks(step.marks[index]);
    });
    this.link.place();
    this.#tell();
  }

  /** As if nothing were known. */
  reset() {
    this.remember();
    for (const pane of this.panes) {
      pane.transform = pane.rest;
      pane.setMarks([]);
    }
    this.link.place();
    this.#tell();
  }

  mirror(pane) {
    this.remember();
    pane.flipped = !pane.flipped;
    pane.setMarks([]); // they were places in the picture as it was seen
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

/** The marks, the nearer one moved to `place`. */
function nearest(marks, place) {
  const [one, other] = marks.map((mark) => Math.hypot(mark.x - place.x, mark.y - place.y));
  return one <= other ? [place, marks[1]] : [marks[0], place];
}
