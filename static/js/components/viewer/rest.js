/**
 * Controls beside and under a picture go while the pointer rests or a finger holds the picture, and
 * come back with a movement, a tap, a key or the focus: `root` has data-rest while they are away.
 */

const STILL = 2500; // ms without a movement
const HELD = 200; // ms, a tap is shorter

export function hideAtRest(root, picture) {
  let timer = null;
  let touching = false;

  const set = (resting) => root.toggleAttribute("data-rest", resting);
  function wait(after) {
    clearTimeout(timer);
    timer = setTimeout(set, after, true);
  }
  function wake() {
    if (touching) return;
    set(false);
    wait(STILL);
  }

  for (const type of ["pointermove", "keydown", "focusin"]) root.addEventListener(type, wake);
  // Captured: the picture's library keeps what happens on the picture to itself.
  root.addEventListener(
    "pointerdown",
    ({ target, pointerType }) => {
      wake();
      touching = pointerType !== "mouse" && picture.contains(target);
      if (touching) wait(HELD);
    },
    { capture: true },
  );
  for (const type of ["pointerup", "pointercancel"]) {
    window.addEventListener(
      type,
      () => {
        if (!touching) return;
        touching = false;
        wake();
      },
      { capture: true },
    );
  }
  return wake;
}
