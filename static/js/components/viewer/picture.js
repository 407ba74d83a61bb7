/**
 * The picture of one item in a [data-stage]: its stage, "loading", and what is said when it fails.
 * Events: those of the stage, once there is one.
 */
import { Stage } from "./stage.js";

const STAGE_EVENTS = ["zoom", "viewport", "swipe", "outside"];

export class Picture extends EventTarget {
  stage = null; // until OpenSeadragon is there
  #loading = null;
  #item = null; // the one to be shown; another object each time that the page is read
  #renewed = new Set(); // ids whose expired URL was already asked anew
  #label = "";

  /**
   * `src`: of OpenSeadragon; `renew(item)` resolves to the item with a fresh URL, if it has one;
   * `kind`: a Canvas with `show` and `reset`, and its `events`.
   */
  constructor(root, { src, renew, kind = Stage, events = STAGE_EVENTS }) {
    super();
    Object.assign(this, { root, src, renew, kind, events });
  }

  async show(item) {
    this.#item = item;
    this.#setState("loading");
    try {
      await this.#loadStage();
      if (this.#item !== item) return;
      await this.stage.show(item.display, item);
      if (this.#item === item) this.#setState("");
    } catch {
      if (this.#item === item) await this.#retry(item);
    }
  }

  set label(text) {
    this.#label = text;
    if (this.stage) this.stage.label = text;
  }

  reset() {
    this.#item = null;
    this.#renewed.clear();
    this.stage?.reset();
  }

  /** A signed URL lives an hour: a fresh one once, then a word about it. */
  async #retry(item) {
    this.stage?.clear();
    if (this.#renewed.has(item.id)) return this.#setState("error");
    this.#renewed.add(item.id);
    const fresh = await this.renew(item);
    if (this.#item !== item) return undefined;
    return fresh ? this.show(fresh) : this.#setState("error");
  }

  async #loadStage() {
    this.#loading ??= this.kind.load(this.#part("canvas"), this.src).then((stage) => this.#use(stage));
    try {
      await this.#loading;
    } catch (error) {
      this.#loading = null;
      throw error;
    }
  }

  #use(stage) {
    this.stage = stage;
    stage.label = this.#label;
    for (const name of this.events) {
      stage.addEventListener(name, ({ detail }) => this.dispatchEvent(new CustomEvent(name, { detail })));
    }
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  #setState(name) {
    this.root.dataset.state = name;
    this.#part("loading").hidden = name !== "loading";
    this.#part("error").hidden = name !== "error";
  }
}
