/** What lies over or beside the picture: the information, a sheet on a phone, and the help. */
import { describe, part } from "../history.js";

const NARROW = matchMedia("(width < 900px)");

export class Panels {
  #info;
  #help;

  constructor(dialog) {
    this.dialog = dialog;
    this.#info = part("viewer-info", () => this.showInfo(false));
    this.#help = part("viewer-help", () => this.showHelp(false));
    describe("viewer-info", { open: () => dialog.open && (this.showInfo(true), true) });
    describe("viewer-help", { open: () => dialog.open && (this.showHelp(true), true) });
  }

  /** As the viewer opens, and closes. */
  reset() {
    this.showHelp(false);
    this.showInfo(!NARROW.matches);
  }

  get infoShown() {
    return "info" in this.dialog.dataset;
  }

  /** Is the information a sheet over the picture? */
  get infoOverPicture() {
    return this.infoShown && NARROW.matches;
  }

  showInfo(shown) {
    const { dialog } = this;
    const hadFocus = this.#part("side").contains(document.activeElement);
    dialog.toggleAttribute("data-info", shown);
    this.#button("info").setAttribute("aria-expanded", String(shown));
    this.#info.set(this.infoOverPicture && dialog.open);
    if (!dialog.open) return;
    if (this.infoOverPicture) this.#part("side").focus();
    else if (hadFocus) this.#button("info").focus();
  }

  get helpShown() {
    return !this.#part("help").hidden;
  }

  showHelp(shown) {
    const help = this.#part("help");
    const wasShown = this.helpShown;
    help.hidden = !shown;
    for (const other of this.dialog.children) other.inert = shown && other !== help;
    this.#help.set(shown && this.dialog.open);
    if (shown) help.querySelector("button").focus();
    else if (this.dialog.open && wasShown) this.#button("help").focus();
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #button(name) {
    return this.dialog.querySelector(`[data-do="${name}"]`);
  }
}
