/**
 * What the machine proposes while somebody measures: the marks of a ruler along the line that was
 * drawn, a dermatoscope's round field, or a lesion's outline to begin with. It is shown, and kept once it is accepted; it says so
 * until a point is moved.
 */
import { api } from "../../api.js";
import { say, withMargin } from "../../format.js";

export class Proposing {
  #scale = null; // the body that accepts it; of marks, where they are a millimetre apart
  #of = ""; // the points that it is about
  #text = "";
  #busy = false;

  constructor(panel, draft) {
    Object.assign(this, { panel, draft });
  }

  /** The scale that is proposed for what is drawn; null. */
  get scale() {
    return this.#of === this.#points ? this.#scale : null;
  }

  get #points() { return JSON.stringify([this.draft.kind, this.draft.points]); }

  /** The body that accepts marks. */
  accepted(millimetres) {
    return { ...this.scale, millimetres: this.scale.millimetres * millimetres };
  }

  askForScale() {
    const { points, complete } = this.draft;
    if (!complete) return void this.panel.problem(gettext("Place the points first."));
    return this.#ask(gettext("Looking for the marks…"), this.panel.state.ticksUrl, { points }, ({ ticks, scale }) => {
      const period = withMargin(ticks.period, Math.max(ticks.uncertainty, 0.01), "px");
      this.#show(say(gettext("Proposal: %(count)s marks, %(period)s from one to the next."), { count: ticks.count, period }), scale);
    });
  }

  /** The width of a dermatoscope's field, whatever is drawn. */
  askForField() {
    const device = Number(this.panel.device);
    return this.#ask(gettext("Looking for the field of view…"), this.panel.state.fieldUrl, { device }, ({ circle, scale }) => {
      this.draft.take(scale.points, scale.pointing);
      const width = withMargin(2 * circle.radius, Math.max(2 * Math.SQRT2 * scale.pointing, 1), "px");
      this.#show(say(gettext("Proposal: a field of view of %(width)s. Look whether the circle lies on its edge, then accept."), { width }), scale);
    });
  }

  /** For an outline of which nothing is drawn yet. */
  askForOutline() {
    return this.#ask(gettext("Looking for the outline…"), this.panel.state.outlineUrl, undefined, ({ outline: { points, pointing } }) => {
      this.draft.take(points, pointing);
      this.#show(gettext("Proposal: check the outline, move its points where it is off, then save."), null);
    });
  }

  async #ask(looking, url, body, show) {
    if (this.#busy) return;
    this.#busy = true;
    const of = this.#points;
    this.panel.problem("");
    this.panel.proposed(looking);
    try {
      const answer = await api("POST", url, body);
      if (of !== this.#points) return;
      if (answer.refused) this.panel.problem(answer.detail);
      else show(answer);
    } catch (error) {
      if (of === this.#points) this.panel.problem(error.message);
    } finally {
      this.#busy = false;
      this.draw();
      if (this.scale) this.panel.focusForm();
    }
  }

  #show(text, scale) {
    this.#text = text;
    this.#scale = scale;
    this.#of = this.#points;
  }

  draw() {
    if (!this.panel.ready || this.#busy) return;
    this.panel.proposed(this.#of === this.#points ? this.#text : "", this.scale?.method);
  }
}
