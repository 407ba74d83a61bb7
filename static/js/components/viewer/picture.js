/**
 * The picture of one item in a [data-stage]: seen at once (sight.js), then on its stage; "loading",
 * and what is said when it fails.
 * Events: "shown", the picture wanted is seen; those of the stage, once there is one.
 */
import { painted } from "./painted.js";
import { Sight } from "./sight.js";
import { Stage } from "./stage.js";

const STAGE_EVENTS = ["zoom", "viewport", "swipe", "outside"];

export class Picture extends EventTarget {
  stage = null; // until OpenSeadragon is there
  #loading = null;
  #item = null; // the one to be shown; another object each time that the page is read
  #renewed = new Set(); // ids whose expired URL was already asked anew
  #label = "";
  #staged = false; // the stage shows #item
  #waiting = []; // what is to be done once it does

  /**
   * `src`: of OpenSeadragon; `renew(item)` resolves to the item with a fresh URL, if it has one;
   * `kind`: a Canvas with `show` and `reset`, and its `events`. Only what `beginsFitted` is seen at once.
   */
  constructor(root, { src, renew, kind = Stage, events = STAGE_EVENTS }) {
    super();
    Object.assign(this, { root, src, renew, kind, events });
    this.sight = new Sight(this.#part("canvas"));
  }

  async show(item) {
    this.#item = item;
    this.#setStaged(false);
    this.#waiting = [];
    this.#setState("loading");
    try {
      if (this.stage?.fitted ?? this.kind.beginsFitted) await this.#showAtOnce(item);
      else this.sight.hide();
      if (this.#item !== item) return;
      await this.#loadStage();
      if (this.#item !== item) return;
      await this.stage.show(item.display, item);
      if (this.#item !== item) return;
      this.#setShown();
      this.#setStaged(true);
      for (const act of this.#waiting.splice(0)) act(this.stage);
      await this.sight.handOver();
    } catch {
      if (this.#item === item) await this.#retry(item);
    }
  }

  /** The stage's work, which is the page's own, comes after the picture is on the screen. */
  async #showAtOnce(item) {
    await this.sight.show(item);
    if (this.#item !== item) return;
    this.#setShown();
    await painted();
  }

  #setStaged(staged) {
    this.#staged = staged;
    this.root.toggleAttribute("data-staged", staged);
  }

  #setShown() {
    if (this.root.dataset.state === "") return;
    this.#setState("");
    this.dispatchEvent(new CustomEvent("shown"));
  }

  /** Calls `what(stage)` now, or as soon as the stage shows the picture. */
  act(what) {
    if (this.#staged) what(this.stage);
    else this.#waiting.push(what);
  }

  set label(text) {
    this.#label = text;
    if (this.stage) this.stage.label = text;
  }

  reset() {
    this.#item = null;
    this.#setStaged(false);
    this.#waiting = [];
    this.#renewed.clear();
    this.sight.hide();
    this.stage?.reset();
  }

  /** A signed URL lives an hour: a fresh one once, then a word about it. */
  async #retry(item) {
    this.sight.hide();
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
