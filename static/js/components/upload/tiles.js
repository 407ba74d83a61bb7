/** The preview grid: one tile an item, redrawn as the item changes. */
import { fromTemplate } from "../dialog.js";
import { percent, say, size } from "../format.js";
import { reasonsInWords } from "./poor.js";

export class Tiles {
  #tiles = new Map(); // item → <li>

  /** `scope` answers summary(item) and current. */
  constructor(list, template, queue, scope, actions) {
    queue.addEventListener("added", ({ detail: item }) => {
      const tile = fromTemplate(template);
      this.#tiles.set(item, tile);
      list.insertBefore(tile, this.#tiles.get(item.instead) ?? null);
      this.#draw(tile, item, queue, scope);
    });
    queue.addEventListener("removed", ({ detail: item }) => {
      const tile = this.#tiles.get(item);
      const next = tile.nextElementSibling ?? tile.previousElementSibling;
      const held = tile.contains(document.activeElement);
      tile.remove();
      this.#tiles.delete(item);
      if (held) (next?.querySelector("[data-remove]:not([hidden])") ?? actions.fallback()).focus();
    });
    queue.addEventListener("changed", ({ detail: item }) => {
      if (this.#tiles.has(item)) this.#draw(this.#tiles.get(item), item, queue, scope);
    });
    list.addEventListener("click", ({ target, detail: clicks }) => {
      const tile = target.closest("[data-tile]");
      const item = [...this.#tiles].find(([, other]) => other === tile)?.[0];
      for (const name of ["remove", "star", "retry", "select"]) {
        if (item && target.closest(`[data-${name}]`)) return actions[name](item, clicks === 0);
      }
    });
  }

  redraw(queue, scope) {
    for (const [item, tile] of this.#tiles) this.#draw(tile, item, queue, scope);
  }

  #draw(tile, item, queue, scope) {
    const part = (name) => tile.querySelector(`[data-${name}]`);
    const editable = ["ready", "failed"].includes(item.status); // may still be changed
    const summary = scope?.summary(item) ?? "";
    const primary = queue.isPrimary(item);
    tile.dataset.status = item.status;
    tile.classList.toggle("is-current", scope?.current === item);

    const picture = tile.querySelector("img");
    if (item.url && picture.getAttribute("src") !== item.url) picture.src = item.url;
    picture.hidden = !item.url;
    part("blank").hidden = Boolean(item.url);
    part("blank").classList.toggle("is-loading", !item.previewed);
    part("kind").textContent = item.previewed ? item.kind || "" : "";

    const select = part("select");
    select.disabled = !scope || !editable || Boolean(item.frozen);
    select.setAttribute("aria-pressed", String(scope?.current === item));
    part("select-text").textContent = say(gettext("Own details for %(name)s"), { name: item.name });
    const star = part("star");
    star.hidden = !scope?.hasPrimary || item.status === "refused";
    star.disabled = !editable || Boolean(item.frozen);
    star.setAttribute("aria-pressed", String(primary));
    star.setAttribute("aria-label", say(gettext("Primary image: %(name)s"), { name: item.name }));
    const remove = part("remove");
    remove.hidden = item.status === "sent";
    remove.setAttribute("aria-label", say(gettext("Remove %(name)s"), { name: item.name }));

    part("name").textContent = item.name;
    part("name").title = item.name;
    part("sent").hidden = item.status !== "sent";
    part("own").hidden = !summary || item.status === "sent";
    part("own").lastElementChild.textContent = summary;
    part("verdict").hidden = !reasonsInWords(item);
    part("verdict").lastElementChild.textContent = reasonsInWords(item);

    const bar = tile.querySelector("progress");
    bar.hidden = !["waiting", "sending", "sent"].includes(item.status);
    if (item.status === "sending" && item.progress >= 1) bar.removeAttribute("value");
    else bar.value = item.status === "sent" ? 1 : item.progress;
    bar.setAttribute("aria-label", say(gettext("Progress of %(name)s"), { name: item.name }));
    part("size").textContent = size(item.file.size);
    part("state").textContent = stateOf(item);
    part("retry").hidden = item.status !== "failed";
  }
}

function stateOf(item) {
  if (item.status === "waiting") return ` · ${item.note || gettext("waiting")}`;
  if (item.status === "sending") {
    if (item.note) return ` · ${item.note}`;
    return ` · ${item.progress >= 1 ? gettext("being checked") : percent(item.progress)}`;
  }
  if (item.status === "sent") return ` · ${gettext("sent")}`;
  if (item.error) return ` · ${item.error.message}`;
  return "";
}
