/**
 * Measuring in the viewer: a scale, lengths and areas, drawn over the picture and kept by the API.
 * Figures while drawing are the browser's; what is kept says what the server makes of the same points.
 */
import { api } from "../../api.js";
import { withMargin } from "../../format.js";
import { listenToPresses } from "../drawing/presses.js";
import { MeasuredDraft } from "./draft.js";
import { MeasuringOverlay } from "./overlay.js";
import { Panel } from "./panel.js";
import { Proposing } from "./proposing.js";
import { sized } from "./shapes.js";

export class Measuring {
  #item = null; // the picture in which it is measured
  #saving = false;
  #draft = new MeasuredDraft();

  /** `slot`: the panel's element; `picture`: the viewer's; `on`: announce(text), leave(). */
  constructor(slot, canvas, picture, on) {
    Object.assign(this, { picture, on });
    this.panel = new Panel(slot, {
      tool: (name) => this.#take(name),
      act: (name, id) => this.#act(name, id),
      submit: (fields) => this.#save(fields),
      pick: (id) => this.#pick(id),
      device: () => this.#chooseDevice(),
    });
    this.overlay = new MeasuringOverlay(canvas, picture, this.#draft, { save: () => this.#finish(slot) });
    listenToPresses(canvas, this.overlay, this.#draft);
    this.proposing = new Proposing(this.panel, this.#draft);
    this.#draft.addEventListener("change", () => this.#drawFigure());
    addEventListener("beforeunload", (event) => this.drawing && event.preventDefault());
  }

  get active() { return this.#item !== null; }

  /** Has something been drawn that is not kept? */
  get drawing() { return this.#draft.started; }

  /** Begins in this picture, or shows what is measured in another. Resolves to whether it may. */
  async open(item) {
    const same = this.#item?.id === item.id;
    this.#item = item;
    if (!same) {
      this.#put();
      this.overlay.saved = [];
    }
    try {
      await this.#reload(item);
    } catch (error) {
      if (this.#item !== item) return true;
      this.on.announce(error.message);
      return false;
    }
    return true;
  }

  close() {
    this.#put();
    this.#item = null;
    this.overlay.hide();
  }

  /** One step back: what is drawn, then the tool. False when there was neither. */
  back() {
    if (!this.#draft.active) return false;
    const tool = this.panel.tool;
    if (this.#draft.started) this.#take(tool);
    else {
      this.#put();
      this.panel.focusTool(tool);
    }
    return true;
  }

  async #reload(item, keep = false) {
    await this.panel.load(item.page, keep);
    if (this.#item !== item) return;
    this.overlay.saved = this.panel.measured;
    this.overlay.show();
    this.#drawFigure();
  }

  #take(tool) {
    this.picture.act((stage) => this.#begin(tool, stage));
  }

  #begin(tool, stage) {
    if (!this.active) return;
    this.panel.problem("");
    this.panel.tool = tool;
    this.#setBusy(true);
    this.#draft.begin(tool, stage.size);
    this.overlay.handles.focus();
  }

  #put() {
    this.panel.tool = null;
    this.#setBusy(false);
    this.#draft.begin(null);
  }

  /** The stage leaves presses to us. */
  #setBusy(busy) {
    if (this.picture.stage) this.picture.stage.busy = busy;
    this.picture.root.toggleAttribute("data-drawing", busy);
  }

  #pick(id) {
    if (this.overlay.current === id) return;
    this.overlay.current = id;
    this.overlay.redraw();
  }

  #act(name, id) {
    if (name === "leave") this.on.leave();
    else if (name === "cancel") this.back();
    else if (name === "ticks") this.proposing.askForScale();
    else if (name === "field") this.proposing.askForField();
    else if (name === "outline") this.proposing.askForOutline().then(() => this.overlay.handles.focus());
    else if (name === "undo") {
      if (this.#draft.started) this.#draft.remove();
      this.overlay.handles.focus();
    } else if (name === "remove-scale") this.#send("DELETE", this.panel.state.scaleUrl, undefined, gettext("Scale removed."));
    else if (name === "delete") this.#send("DELETE", this.panel.state.ofEach.replace(/0$/, id), undefined, gettext("Measurement deleted."));
  }

  /** Its field is looked for, unless somebody draws it. */
  #chooseDevice() {
    this.#drawFigure();
    if (this.panel.device && !this.#draft.started) this.proposing.askForField();
  }

  #drawFigure() {
    const { figure, crossing, complete, started, kind } = this.#draft;
    if (!this.panel.ready) return;
    this.#draft.round = kind === "scale" && this.panel.device !== "";
    let text = "";
    if (crossing) text = gettext("The outline crosses itself: its area cannot be told.");
    else if (figure) text = written(figure, kind === "scale" ? null : this.panel.state.scale);
    this.overlay.text = crossing ? "" : text;
    this.panel.drawDraft(text, complete, started);
    this.proposing.draw();
    this.overlay.redraw();
  }

  /** Enter at a point: a scale's millimetres are asked for, whatever else is kept. */
  #finish(slot) {
    if (this.#draft.kind === "scale") this.panel.focusForm();
    else this.#save(new FormData(slot.querySelector("form")));
  }

  async #save(fields) {
    const { kind, points, pointing, complete, crossing } = this.#draft;
    if (!complete) {
      return this.panel.problem(crossing ? gettext("The outline crosses itself: its area cannot be told.") : gettext("Place the points first."));
    }
    const { etag, scaleUrl, url } = this.panel.state;
    const body = { points, pointing };
    if (kind !== "scale") return this.#send("POST", url, { ...body, kind, note: fields.get("note") }, gettext("Measurement saved."));
    if (this.proposing.scale?.method === "ticks") Object.assign(body, this.proposing.accepted(number(fields.get("tick"))));
    else if (this.panel.device) Object.assign(body, { method: "field", device: Number(this.panel.device) });
    else Object.assign(body, { method: fields.has("bar") ? "bar" : "ruler", millimetres: number(fields.get("millimetres")) });
    return this.#send("POST", scaleUrl, body, gettext("Scale saved."), { etag, next: "length" });
  }

  async #send(method, url, body, done, { etag, next } = {}) {
    if (this.#saving) return;
    const item = this.#item;
    const tool = this.panel.tool;
    this.#saving = true;
    let problem = "";
    try {
      await api(method, url, body, { etag });
    } catch (error) {
      problem = error.message;
      if (![404, 409, 412].includes(error.status)) return void this.panel.problem(problem);
    } finally {
      this.#saving = false;
    }
    if (this.#item !== item) return;
    if (!problem && body) this.#draft.begin(null);
    await this.#reload(item, Boolean(problem)).catch((error) => (problem = error.message));
    this.panel.problem(problem);
    if (problem) return;
    this.on.announce(done);
    if (body) this.#take(next ?? tool);
    else this.panel.focusTool(tool ?? "length");
  }
}

/** "7.2 mm ± 0.3"; without a scale in pixels. */
function written(figure, scale) {
  const square = figure.power === 2 ? "²" : "";
  return withMargin(...sized(figure, scale), (scale ? "mm" : "px") + square);
}

/** As it is typed, with a comma or a point. */
const number = (text) => Number(String(text).trim().replace(",", ".")) || 0;
