/**
 * The viewer's dialog: what stands around the picture. It draws what the controller tells, and tells
 * it what is pressed.
 */
import { closeDialog, onCloseRequest, openDialog } from "../dialog.js";
import { rename } from "../history.js";
import { Bar } from "./bar.js";
import { describeDays, severalDays } from "./days.js";
import { leaveDeleted } from "./deletion.js";
import { focusTarget } from "./items.js";
import { bindKeys } from "./keys.js";
import { painted } from "./painted.js";
import { Panels } from "./panels.js";
import { hideAtRest } from "./rest.js";
import { Side } from "./side.js";
import { Strip } from "./strip.js";
import { Tools } from "./tools.js";
import { Walk } from "./walk.js";

const SEEN = 60; // ms that the page waits at most until the viewer is seen to be gone

export class View {
  #layer = null; // of the browser's history, while the viewer is open
  #opened = null; // id of the picture at which it was opened
  #stay = false; // it closes by Back, and the page stays where it was
  #later = true; // it may close in two steps
  #used = false; // it is closed, and still has what was shown

  constructor(dialog, controller, picture) {
    Object.assign(this, { dialog, controller, picture });
    this.strip = new Strip(this.#part("strip"), (id) => controller.pick(id));
    this.bar = new Bar(dialog);
    this.panels = new Panels(dialog);
    this.wake = hideAtRest(dialog, this.#part("canvas"));
    this.side = new Side(dialog, {
      announce: (text) => this.#announce(text),
      deleted: (item) => this.#deleted(item),
      changed: () => controller.refresh(),
      replaced: () => controller.reread(),
      next: () => this.walk.next(),
      reveal: () => this.panels.infoShown || this.panels.showInfo(true),
    });
    this.tools = new Tools(dialog, picture, {
      announce: (text) => this.#announce(text),
      reveal: () => this.panels.infoShown || this.panels.showInfo(true),
    });
    controller.mayLeave = (go) => this.tools.mayLeave() && this.side.mayLeave(go);
    this.walk = new Walk(controller, () => this.tools.leave() && this.side.edit());
    controller.addEventListener("open", () => this.#open());
    controller.addEventListener("show", () => this.#draw());
    controller.addEventListener("update", () => this.#draw());
    controller.addEventListener("close", () => this.#close());
    picture.addEventListener("zoom", ({ detail }) => this.bar.drawZoom(detail));
    picture.addEventListener("swipe", ({ detail }) => controller.step(detail));
    picture.addEventListener("outside", () => this.#pressedOutside());
    const commands = this.#commands();
    dialog.addEventListener("click", (event) => {
      const { target } = event;
      const control = target.closest("[data-do]");
      if (control?.href && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // in another tab
      if (control?.href) event.preventDefault();
      if (control) commands[control.dataset.do]();
      else if (target === this.#part("help")) this.panels.showHelp(false);
      else if (target === this.#part("stage")) this.#pressedOutside();
    });
    bindKeys(dialog, commands, (across, down) => picture.act((stage) => stage.move(across, down)));
    onCloseRequest(dialog, (from) => {
      this.#stay = from === "back" || from === "cancel";
      this.#later = from !== "back"; // the history asks whether it has closed
      if (this.panels.helpShown) this.panels.showHelp(false);
      else if (!this.side.stopAsking() && !this.side.stopEditing() && !this.tools.stop()) controller.close();
    });
  }

  /** What each [data-do] does, and each key. */
  #commands() {
    const { controller, panels, picture, side, tools } = this;
    return {
      in: () => picture.act((stage) => stage.zoom(1)),
      out: () => picture.act((stage) => stage.zoom(-1)),
      fit: () => picture.act((stage) => stage.fit()),
      rotate: () => picture.act((stage) => stage.rotate()),
      previous: () => controller.step(-1),
      next: () => controller.step(1),
      info: () => (panels.infoShown ? this.#hideInfo() : panels.showInfo(true)),
      help: () => panels.showHelp(!panels.helpShown),
      again: () => controller.show(controller.current),
      edit: () => tools.leave() && side.edit(),
      measure: () => this.#take(tools.measure),
      annotate: () => this.#take(tools.annotate),
      annotations: () => tools.annotate.toggleShown(),
      "stop-editing": () => side.stopEditing(),
      compare: () => tools.mayLeave() && side.compare(),
      primary: () => side.makePrimary(),
      delete: () => side.ask(),
      keep: () => side.stopAsking(),
      "really-delete": () => side.delete(),
      close: () => {
        this.#stay = false;
        controller.close();
      },
    };
  }

  #open() {
    const { current } = this.controller;
    this.#opened = current.id;
    this.#later = true;
    if (this.dialog.hasAttribute("data-gone")) this.#finishClosing();
    this.#clear();
    this.panels.reset();
    const page = document.querySelector("[data-subject]");
    const subject = this.#part("viewer-subject");
    if (!subject.textContent.trim() && page) subject.textContent = page.textContent.trim();
    this.#layer = openDialog(this.dialog, { value: current.id, returnTo: () => this.#focusTarget() });
    this.dialog.querySelector('[data-do="close"]').focus();
    this.wake();
  }

  /** Off the screen at once. That the page behind wakes up takes longer, and follows. */
  async #close() {
    const { dialog, controller } = this;
    if (this.#later && dialog.open) {
      dialog.toggleAttribute("data-gone", true);
      await painted(SEEN);
      if (!dialog.hasAttribute("data-gone") || controller.isOpen) return; // opened again meanwhile
    }
    this.#finishClosing();
  }

  /** First the page, with the focus in it; what is left of the picture goes when that is seen. */
  #finishClosing() {
    this.dialog.removeAttribute("data-gone");
    closeDialog(this.dialog);
    this.#used = true;
    painted().then(() => this.#clear());
  }

  /** For the next time; nothing, where that has come. */
  #clear() {
    if (!this.#used) return;
    this.#used = false;
    this.side.reset();
    this.tools.reset();
    this.panels.reset();
    this.picture.reset();
  }

  /** The tile of the picture last seen; after Back the page stays, so one that is in view. */
  #focusTarget() {
    const target = focusTarget(this.controller.current.id);
    const { top, bottom } = target?.getBoundingClientRect() ?? {};
    return this.#stay && (bottom < 0 || top > innerHeight) ? focusTarget(this.#opened) : target;
  }

  #draw() {
    const { controller } = this;
    const { items, current } = controller;
    const days = describeDays(items);
    const { name, sentence } = this.bar.draw(controller, days.get(current.id));
    this.picture.label = name;
    this.#announce(sentence);
    this.side.show(current);
    this.tools.show(current);
    this.strip.draw(items, current, severalDays(items) ? days : null);
    if (this.#layer) rename(this.#layer, current.id);
  }

  #pressedOutside() {
    this.#stay = false;
    if (this.panels.infoOverPicture) this.#hideInfo();
    else this.controller.close();
  }

  #take(tool) {
    if (!this.side.mayLeave(() => this.#take(tool))) return;
    this.side.stopEditing();
    this.tools.toggle(tool);
  }

  /** The information goes, and the form in it. */
  #hideInfo() {
    if (!this.tools.leave() || !this.side.mayLeave(() => this.#hideInfo())) return;
    this.side.stopEditing();
    this.panels.showInfo(false);
  }

  async #deleted(item) {
    this.#announce(gettext("Image deleted."));
    await leaveDeleted(this.controller, item);
  }

  #announce(text) {
    this.#part("live").textContent = text;
  }

  #part(name) { return this.dialog.querySelector(`[data-${name}]`); }
}
