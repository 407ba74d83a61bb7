/**
 * What is written on the pictures of a comparison, shown over each: fetched once somebody asks for it,
 * for those pictures that have something to be read by this reader.
 */
import { api } from "../../components/api.js";
import { addStyles } from "../../components/styles.js";

export class Written {
  #overlays = null;
  shown = false;

  /** `button`: of an app that knows annotations; null where there is none. */
  constructor(button, panes) {
    Object.assign(this, { button, panes });
  }

  /** On or off; rejects where it cannot be fetched. */
  async toggle() {
    if (!this.button) return;
    this.shown = !this.shown;
    this.button.setAttribute("aria-pressed", String(this.shown));
    this.#overlays ??= this.#fetch();
    try {
      for (const overlay of await this.#overlays) overlay.hidden = !this.shown;
    } catch (error) {
      this.#overlays = null;
      this.shown = false;
      this.button.setAttribute("aria-pressed", "false");
      throw error;
    }
  }

  async #fetch() {
    const { css, of } = this.button.dataset;
    const [{ PaneOverlay }] = await Promise.all([import("../../components/viewer/annotating/pane-overlay.js"), addStyles(css.split(" "))]);
    return Promise.all(
      this.panes.map(async (pane) => {
        const { items } = await api("GET", of.replace("/0/", `/${pane.id}/`));
        const overlay = new PaneOverlay(pane);
        overlay.documents = items;
        overlay.show();
        return overlay;
      }),
    );
  }
}
