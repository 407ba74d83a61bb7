/**
 * How the panes are shown: side by side, or two of them over each other, swiped, mixed, blinking or
 * subtracted. All of it is the stylesheet's; here is which mode, which two, and how far.
 * Events: "change".
 */
import { decimal, say } from "../../components/format.js";

export const MODES = ["side", "swipe", "overlay", "blink", "difference"];
const REDUCED_MOTION = matchMedia("(prefers-reduced-motion: reduce)");

export class Modes extends EventTarget {
  mode = "side";
  paused = false; // the blinking
  #pair;
  #timer = null;

  constructor(root, panes) {
    super();
    Object.assign(this, { root, panes });
    this.stage = root.querySelector("[data-panes]");
    this.#pair = panes.slice(0, 2);
    root.addEventListener("input", ({ target }) => target.matches("[data-slider]") && this.#slid());
    root.addEventListener("change", ({ target }) => {
      if (target.matches("[data-pair]")) this.#choose(Number(target.dataset.pair), target.value);
    });
    this.#bindGrip(root.querySelector("[data-grip]"));
    REDUCED_MOTION.addEventListener("change", () => this.draw());
  }

  get pair() { return this.#pair; }

  /** The panes on show. */
  get visible() {
    return this.mode === "side" ? this.panes : this.#pair;
  }

  set(mode) {
    this.mode = MODES.includes(mode) ? mode : "side";
    this.paused = false;
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  /** Two keys; others than these panes' are ignored. */
  setPair(keys) {
    const found = keys.map((key) => this.panes.find(({ id }) => id === key)).filter(Boolean);
    if (new Set(found).size === 2) this.#pair = found;
  }

  #choose(place, key) {
    const chosen = this.panes.find(({ id }) => id === key);
    const other = this.#pair[1 - place];
    // The same twice is none: the two change places.
    const pair = chosen === other ? [...this.#pair].reverse() : place ? [other, chosen] : [chosen, other];
    this.#pair = pair;
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  /** Blinks by itself, or at a press where motion is not wanted: to the other picture. */
  turn() {
    this.stage.toggleAttribute("data-other");
  }

  pause() {
    if (REDUCED_MOTION.matches) return this.turn();
    this.paused = !this.paused;
    return this.draw();
  }

  /** The slider of this mode, by steps. */
  slide(steps) {
    const slider = this.#slider;
    if (!slider) return;
    slider.value = Number(slider.value) + steps * Number(slider.dataset.slider);
    this.#slid();
  }

  get #slider() {
    return this.root.querySelector(`[data-of="${this.mode}"] [data-slider]`);
  }

  #slid() {
    this.draw();
  }

  draw() {
    const { mode, stage } = this;
    stage.dataset.mode = mode;
    for (const pane of this.panes) {
      const place = mode === "side" ? -1 : this.#pair.indexOf(pane);
      pane.element.classList.toggle("is-first", place === 0);
      pane.element.classList.toggle("is-second", place === 1);
      pane.element.hidden = mode !== "side" && place < 0;
    }
    for (const part of this.root.querySelectorAll("[data-of]")) part.hidden = part.dataset.of !== mode;
    for (const select of this.root.querySelectorAll("[data-pair]")) {
      select.value = this.#pair[Number(select.dataset.pair)].id;
    }
    const chooser = this.root.querySelector("[data-pairs]");
    if (chooser) chooser.hidden = mode === "side";
    for (const button of this.root.querySelectorAll("[data-mode-button]")) {
      button.setAttribute("aria-pressed", String(button.dataset.modeButton === mode));
    }
    this.#drawSlider();
    this.#blink();
  }

  #drawSlider() {
    const slider = this.#slider;
    if (!slider) return;
    // Through the object model: the page's policy has no inline style.
    this.stage.style.setProperty("--amount", slider.value);
    const text = say(slider.dataset.text, { value: decimal(Number(slider.value)) });
    slider.setAttribute("aria-valuetext", text);
    slider.closest("[data-of]").querySelector("output").textContent = text;
  }

  #blink() {
    clearInterval(this.#timer);
    const still = this.mode !== "blink" || this.paused || REDUCED_MOTION.matches;
    if (!still) this.#timer = setInterval(() => this.turn(), 1000 / Number(this.#slider.value));
    if (this.mode !== "blink") this.stage.removeAttribute("data-other");
    const pause = this.root.querySelector("[data-do=pause]");
    pause.setAttribute("aria-pressed", String(this.paused));
    pause.hidden = REDUCED_MOTION.matches;
    this.root.querySelector("[data-do=turn]").hidden = !(REDUCED_MOTION.matches || this.paused);
  }

  /** The line of the swipe is drawn along by its grip; its slider does the same for the keyboard. */
  #bindGrip(grip) {
    grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
    });
    grip.addEventListener("pointermove", ({ pointerId, clientX }) => {
      if (!grip.hasPointerCapture(pointerId)) return;
      const { left, width } = this.stage.getBoundingClientRect();
      this.#slider.value = ((clientX - left) / width) * 100;
      this.#slid();
    });
  }
}
