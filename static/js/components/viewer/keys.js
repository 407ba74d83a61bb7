/** The viewer's keys, wherever the focus is in it. */

const KEYS = {
  ArrowLeft: "previous",
  ArrowRight: "next",
  "+": "in",
  "=": "in",
  "-": "out",
  "−": "out",
  0: "fit",
  r: "rotate",
  i: "info",
  e: "edit",
  c: "compare",
  f: "primary",
  m: "measure",
  a: "annotate",
  h: "annotations",
  "?": "help",
};
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

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
