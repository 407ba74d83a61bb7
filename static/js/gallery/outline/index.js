/** Correcting the outline of a cut-out, in the place of the comparison: [data-outline]. */
import { api } from "../../components/api.js";
import { say } from "../../components/format.js";
import { Canvas } from "./canvas.js";
import { Line } from "./line.js";

let open = null; // {root, line, canvas, etag}

const part = (root, name) => root.querySelector(`[data-outline-${name}]`);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-outline-do]");
  if (button) actions[button.dataset.outlineDo]?.(button.closest("[data-outline]"));
});

const actions = {
  open: begin,
  cancel: end,
  undo,
  insert: () => open?.canvas.change(true),
  remove: () => open?.canvas.change(false),
  save,
  machine,
};

async function begin(root) {
  if (open) return;
  tell(root, gettext("Loading…"));
  let found;
  try {
    const response = await fetch(root.dataset.api, { credentials: "same-origin", headers: { Accept: "application/json" } });
    found = response.ok && { etag: response.headers.get("ETag"), ...(await response.json()) };
    if (!found) await api("GET", root.dataset.api); // says why
  } catch (error) {
    return tell(root, error.message, true);
  }
  if (!found) return;
  tell(root, "");
  const line = new Line(found.outline, found.width, found.height);
  show(root, true);
  open = { root, line, etag: found.etag, canvas: new Canvas(part(root, "svg"), line) };
  part(root, "machine").hidden = !found.by_hand;
  refresh();
  part(root, "svg").querySelector("circle")?.focus({ preventScroll: true });
  root.scrollIntoView({ block: "nearest" });
}

function end() {
  if (!open) return;
  const { root, canvas } = open;
  canvas.close();
  open = null;
  tell(root, "");
  show(root, false);
  root.querySelector("[data-outline-do=open]").focus();
}

function show(root, on) {
  part(root, "editor").hidden = !on;
  part(root, "opener").hidden = on;
  for (const other of root.closest("#picture").querySelectorAll("[data-compare]")) other.hidden = on;
}

function refresh(text = "") {
  const { root, line } = open;
  for (const name of ["undo", "save"]) part(root, name).disabled = !line.isChanged;
  if (text) tell(root, text);
}

function undo() {
  if (!open) return;
  open.line.undo();
  open.canvas.draw();
  refresh(gettext("Undone."));
}

document.addEventListener("outline:changed", ({ detail }) => open && refresh(detail));
document.addEventListener("keydown", (event) => {
  if (!open || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.matches("input, textarea")) return;
  event.preventDefault();
  undo();
});
addEventListener("beforeunload", (event) => {
  if (open?.line.isChanged) event.preventDefault();
});
// Where a press went last: the buttons "add" and "remove" take the focus away from its point.
document.addEventListener("focusin", ({ target }) => {
  if (open && target.place) open.canvas.last = target.place;
});

function save() {
  return write("PUT", { outline: open?.line.rings });
}

async function machine(root) {
  part(root, "machine").disabled = true;
  await write("DELETE");
  part(root, "machine").disabled = false;
}

async function write(method, body) {
  if (!open) return;
  const { root } = open;
  tell(root, gettext("Saving…"));
  try {
    await api(method, root.dataset.api, body, { etag: open.etag });
  } catch (error) {
    if (error.current) open.etag = error.etag;
    const again = error.current && gettext("The outline has been changed since you opened it. Save again to keep yours.");
    return tell(root, again || error.message, true);
  }
  open.line.former = []; // nothing is lost any more
  location.reload();
}

function tell(root, text, wrong = false) {
  const status = part(root, "status");
  status.textContent = say(text);
  status.classList.toggle("is-wrong", wrong);
}
