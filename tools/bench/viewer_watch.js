/** Of bench/viewer.py: tells when the viewer shows a picture's own pixels, or has gone. */
(colours) => {
  const dialog = document.querySelector("dialog[data-viewer]");
  const palette = JSON.parse(colours).map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  const one = document.createElement("canvas");
  one.width = one.height = 1;
  const pixel = one.getContext("2d", { willReadFrequently: true });
  const LARGE = 1000; // px; thumbnails are smaller
  let seen = null; // number of the colour last recognised

  function middle(canvas) {
    if (!canvas.width) return null;
    pixel.clearRect(0, 0, 1, 1);
    pixel.drawImage(canvas, canvas.width / 2, canvas.height / 2, 1, 1, 0, 0, 1, 1);
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    if (alpha < 250) return null;
    const near = palette.findIndex((of) => of.every((value, at) => Math.abs(value - [red, green, blue][at]) < 28));
    return near < 0 ? null : near;
  }

  /** Whether an <img> is the picture itself, ready to be painted: to read its pixels here would decode it anew. */
  const decoded = new WeakSet();
  function ready(picture) {
    if (!picture.complete || picture.naturalWidth < LARGE) return false;
    if (!decoded.has(picture)) picture.decode().then(() => decoded.add(picture));
    return decoded.has(picture);
  }

  /** The colour of an <img> that shows an image's display rendition: they were coloured in turn. */
  const first = Math.min(...[...document.querySelectorAll("[data-viewer-item]")].map(({ dataset }) => dataset.id));
  const colourOf = ({ src }) => (src.match(/\/(\d+)\/display/)[1] - first) % palette.length;

  /** The colour of what the stage shows; null for a thumbnail, nothing, or what was seen before. */
  function shown() {
    for (const picture of dialog.querySelectorAll("[data-stage] :is(canvas, img)")) {
      if (!picture.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const isImage = picture.matches("img");
      const colour = isImage ? (ready(picture) ? colourOf(picture) : null) : middle(picture);
      if (colour !== null && colour !== seen) return colour;
    }
    return null;
  }

  function there(step) {
    if (step === "back") return !dialog.open && !dialog.contains(document.activeElement);
    if (step === "close") return !dialog.open || !dialog.checkVisibility({ opacityProperty: true });
    const colour = dialog.open ? shown() : null;
    if (colour !== null) seen = colour;
    return colour !== null;
  }

  /** window.benchTook: a promise of {step: ms}; null for what does not come. */
  window.benchWatch = (steps) => {
    const start = new Promise((done) => {
      const type = steps[0] === "open" ? "pointerdown" : "keydown";
      addEventListener(type, ({ timeStamp }) => done(timeStamp), { capture: true, once: true });
    });
    const one = (step) =>
      new Promise((done) => {
        const began = performance.now();
        // The frame in which it is noticed is on the screen when the next one begins.
        const look = () => {
          if (there(step)) return requestAnimationFrame(async (now) => done([step, now - (await start)]));
          if (performance.now() - began > 30000) return done([step, null]);
          return requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      });
    window.benchTook = Promise.all(steps.map(one)).then(Object.fromEntries);
  };
};
