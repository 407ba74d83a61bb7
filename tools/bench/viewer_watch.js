/** Of bench/viewer.py: tells when the viewer shows a picture's own pixels, or has gone. */
(colours) => {
  const dialog = document.querySelector("dialog[data-viewer]");
  const palette = JSON.parse(colours).map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const one = document.createElement("canvas");
  one.width = one.height = 1;
  const pixel = one.getContext("2d", { willReadFrequently: true });
  let seen = null; // number of the colour last recognised

  function middle(picture) {
    const [width, height] = [picture.naturalWidth ?? picture.width, picture.naturalHeight ?? picture.height];
    if (!width || picture.complete === false) return null;
    pixel.clearRect(0, 0, 1, 1);
    pixel.drawImage(picture, width / 2, height / 2, 1, 1, 0, 0, 1, 1);
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    if (alpha < 250) return null;
    const near = palette.findIndex((of) => of.every((value, at) => Math.abs(value - [red, green, blue][at]) < 28));
    return near < 0 ? null : near;
  }

  /** The colour in the middle of what the stage shows; null for a thumbnail or nothing. */
  function shown() {
    for (const picture of dialog.querySelectorAll("[data-stage] :is(canvas, img)")) {
      if (!picture.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const colour = middle(picture);
      if (colour !== null && colour !== seen) return colour;
    }
    return null;
  }

  window.benchWatch = (step) => {
    const start = new Promise((done) => {
      const type = step === "open" ? "pointerdown" : "keydown";
      addEventListener(type, ({ timeStamp }) => done(timeStamp), { capture: true, once: true });
    });
    const there = () => {
      if (step === "close") return !dialog.open;
      if (!dialog.open) return false;
      const colour = shown();
      if (colour !== null) seen = colour;
      return colour !== null;
    };
    window.benchTook = new Promise((done) => {
      const began = performance.now();
      // The frame in which it is noticed is on the screen when the next one begins.
      const look = () => {
        if (there()) return requestAnimationFrame(async (now) => done(now - (await start)));
        if (performance.now() - began > 30000) return done(null);
        return requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  };
};
