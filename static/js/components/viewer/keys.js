/** The viewer's keys, wherever the focus is in it. */
import { MOVES, STAGE_KEYS } from "../stage-keys.js";

const KEYS = {
  ...STAGE_KEYS,
  ArrowLeft: "previous",
  ArrowRight: "next",
  i: "info",
  e: "edit",
  c: "compare",
  f: "primary",
  m: "measure",
  Delete: "delete",
  a: "annotate",
  h: "annotations",
  "?": "help",
};

/** `commands`: what each name does; `move(across, down)`: Shift and the arrows. */
export function bindKeys(dialog, commands, move) {
  document.addEventListener("keydown", (event) => {
    if (!dialog.open || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select")) return;
    const shifted = event.shiftKey && MOVES[event.key];
    const command = commands[KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key]];
    if (!shifted && !command) return;
    event.preventDefault();
    if (shifted) move(...shifted);
    else command();
  });
}
