/** The keys of the comparing page, wherever the focus is on it. */
import { MOVES, STAGE_KEYS } from "../../components/stage-keys.js";
import { MODES } from "./modes.js";

const KEYS = {
  ...STAGE_KEYS,
  ",": "turn-left",
  ".": "turn-right",
  d: "alone",
  a: "align",
  p: "propose",
  z: "undo",
  l: "light",
  m: "mirror",
  h: "annotations",
  n: "next-pane",
  s: "keep",
  "[": "less",
  "]": "more",
  "?": "help",
};
const PRESSED = { " ": "blink", Enter: "mark" }; // unless a button or a link has the focus
const DOES = "button, a, summary";
const TYPED = "input:not([type=range]), textarea, select";

/** `commands`: what each name does, "mode" with a mode's name; `move(across, down)`: the arrows. */
export function bindKeys(commands, move) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    if (target.closest?.(TYPED)) return;
    const command = commandOf(event);
    if (command === null) return;
    if (command === "escape") return void commands.escape(); // menus hear it, too
    event.preventDefault();
    if (command === "move") move(...MOVES[key]);
    else if (command === "mode") commands.mode(MODES[Number(key) - 1]);
    else commands[command]();
  });
}

function commandOf({ key, target, ctrlKey, metaKey }) {
  if (ctrlKey || metaKey) return key.toLowerCase() === "z" ? "undo" : null;
  if (key === "Escape") return "escape";
  if (key in MOVES) return target.matches?.("[type=range]") ? null : "move";
  if (key in PRESSED) return target.closest?.(DOES) ? null : PRESSED[key];
  if (MODES[Number(key) - 1]) return "mode";
  return KEYS[key.length === 1 ? key.toLowerCase() : key] ?? null;
}
