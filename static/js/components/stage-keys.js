/** What the same keys do to a picture wherever one lies on a stage: the viewer, the comparing page. */
export const STAGE_KEYS = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "fit", r: "rotate" };
export const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
