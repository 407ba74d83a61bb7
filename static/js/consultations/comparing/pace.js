/**
 * Where a machine is slow, moving pictures are drawn coarsely, and finely again as soon as they rest:
 * a hand that moves them sees where they are going.
 */

const SLOW = 22; // ms from one frame to the next
const FRAMES = 6; // that are looked at
const REST = 200; // ms without a frame

export class Pace {
  #times = [];
  #coarse = false;
  #timer = null;

  /** `draw(coarse)` is told when that changes. */
  constructor(draw) {
    this.draw = draw;
  }

  /** A frame was drawn while a hand moves the pictures. */
  frame(now = performance.now()) {
    this.#times.push(now);
    if (this.#times.length > FRAMES) this.#times.shift();
    const slow = (now - this.#times[0]) / (FRAMES - 1) > SLOW;
    if (this.#times.length === FRAMES && slow && !this.#coarse) this.#set(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#rest(), REST);
  }

  #rest() {
    this.#times = [];
    if (this.#coarse) this.#set(false);
  }

  #set(coarse) {
    this.#coarse = coarse;
    this.draw(coarse);
  }
}
