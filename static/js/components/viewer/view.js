/**
 * The viewer's dialog: what stands around the picture. It draws what the controller tells, and tells
 * it what is pressed.
 */
import { onCloseRequest, openDialog } from "../dialog.js";
import { percent, say } from "../format.js";
import { toast } from "../toast.js";
import { focusTarget, totalText } from "./items.js";
import { bindKeys } from "./keys.js";
import { Side } from "./side.js";
import { Strip } from "./strip.js";

const NARROW = matchMedia("(width < 900px)");

export class View {
  constructor(dialog, controller, picture) {
    Object.assign(this, { dialog, controller, picture });
    this.strip = new Strip(this.#part("strip"), (id) => this.#show(controller.find(id)));
    this.side = new Side(dialog, {
      announce: (text) => this.#announce(text),
      deleted: (item) => this.#deleted(item),
      changed: async () => {
        await controller.refresh();
        this.#announce(gettext("This is now the primary image."));
      },
    });
    controller.addEventListener("open", () => this.#open());
    controller.addEventListener("show", () => this.#draw());
    controller.addEventListener("update", () => this.#draw());
    controller.addEventListener("close", () => dialog.close());
    picture.addEventListener("zoom", ({ detail }) => this.#drawZoom(detail));
    picture.addEventListener("swipe", ({ detail }) => controller.step(detail));
    picture.addEventListener("outside", () => {
      if (NARROW.matches && this.#infoShown) this.#showInfo(false);
      else controller.close();
    });
    const commands = this.#commands();
    dialog.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-do]")?.dataset.do;
      if (name) commands[name]();
      else if (target === this.#part("help")) this.#showHelp(false);
    });
    bindKeys(dialog, commands, (across, down) => picture.stage?.move(across, down));
    onCloseRequest(dialog, () => {
      if (!this.#part("help").hidden) this.#showHelp(false);
      else if (!this.side.stopAsking()) controller.close();
    });
  }

  /** What each [data-do] does, and each key. */
  #commands() {
    const { controller, picture, side } = this;
    return {
      in: () => picture.stage?.zoom(1),
      out: () => picture.stage?.zoom(-1),
      fit: () => picture.stage?.fit(),
      rotate: () => picture.stage?.rotate(),
      previous: () => controller.step(-1),
      next: () => controller.step(1),
      info: () => this.#showInfo(!this.#infoShown),
      help: () => this.#showHelp(this.#part("help").hidden),
      again: () => controller.show(controller.current),
      primary: () => side.makePrimary(),
      delete: () => side.ask(),
      keep: () => side.stopAsking(),
      "really-delete": () => side.delete(),
      close: () => controller.close(),
    };
  }

  #open() {
    this.#showInfo(!NARROW.matches);
    this.#showHelp(false);
    const page = document.querySelector("[data-subject]");
    const subject = this.#part("viewer-subject");
    if (!subject.textContent.trim() && page) subject.textContent = page.textContent.trim();
    openDialog(this.dialog, { returnTo: () => focusTarget(this.controller.current.id) });
    this.#button("close").focus();
  }

  #draw() {
    const { items, current, index, total } = this.controller;
    const position = { place: index + 1, all: totalText(total) };
    this.#part("position").textContent = say(gettext("%(place)s / %(all)s"), position);
    this.#part("label").textContent = current.label;
    this.picture.label = current.label;
    const text = gettext("Image %(place)s of %(all)s: %(label)s");
    this.#announce(say(text, { ...position, label: current.label }));
    disableAtEnd(this.#button("previous"), index <= 0, this.#button("next"));
    disableAtEnd(this.#button("next"), index + 1 >= total, this.#button("previous"));
    this.side.show(current);
    this.strip.draw(items, current);
  }

  #drawZoom({ ratio, min, max }) {
    this.#part("zoom").textContent = percent(ratio);
    disableAtEnd(this.#button("out"), ratio <= min + 0.001, this.#button("in"));
    disableAtEnd(this.#button("in"), ratio >= max - 0.001, this.#button("out"));
  }

  #show(item) {
    if (item) this.controller.show(item);
  }

  async #deleted(item) {
    const removed = this.controller.remove(item);
    this.#announce(gettext("Image deleted."));
    toast(gettext("Image deleted."), { kind: "success" });
    await removed;
  }

  get #infoShown() {
    return "info" in this.dialog.dataset;
  }

  #showInfo(shown) {
    this.dialog.toggleAttribute("data-info", shown);
    this.#button("info").setAttribute("aria-expanded", String(shown));
    if (shown && NARROW.matches && this.dialog.open) this.#part("side").focus();
  }

  #showHelp(shown) {
    const help = this.#part("help");
    help.hidden = !shown;
    for (const other of this.dialog.children) other.inert = shown && other !== help;
    if (shown) help.querySelector("button").focus();
    else if (this.dialog.open) this.#button("help").focus();
  }

  #announce(text) {
    this.#part("live").textContent = text;
  }

  #part(name) {
    return this.dialog.querySelector(`[data-${name}]`);
  }

  #button(name) {
    return this.dialog.querySelector(`[data-do="${name}"]`);
  }
}

/** At its end a button is off, and hands the focus to the other one. */
function disableAtEnd(button, end, other) {
  const hadFocus = document.activeElement === button;
  button.disabled = end;
  if (end && hadFocus) (other.disabled ? button.closest("dialog") : other).focus();
}
