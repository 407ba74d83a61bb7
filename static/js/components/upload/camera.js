/** A photo from the camera: the phone's own app where there is one, else a small live preview. */
import { part as layer } from "../history.js";

const front = new WeakSet();
/** Was it taken here by the front camera? Its picture may be mirrored, and says so nowhere. */
export const byFrontCamera = (file) => front.has(file);

const SIZE = { width: { ideal: 4096 }, height: { ideal: 3072 } };

export class Camera {
  #stream = null;
  #facing = "environment";
  #layer = layer("upload-camera", () => this.close({ focus: true }));

  /** `onPhoto(file)` for each picture; `onToggle(open)` when the preview opens or closes. */
  constructor(dialog, onPhoto, onToggle) {
    const part = (name) => dialog.querySelector(`[data-${name}]`);
    this.panel = part("camera");
    this.video = part("camera-video");
    this.note = part("camera-note");
    this.shutter = part("camera-shoot");
    this.switcher = part("camera-switch");
    this.opener = part("camera-open");
    this.capture = part("capture-input");
    this.onPhoto = onPhoto;
    this.onToggle = onToggle;
    this.opener.addEventListener("click", () => this.open());
    part("camera-close").addEventListener("click", () => this.close({ focus: true }));
    this.shutter.addEventListener("click", () => this.shoot());
    this.switcher.addEventListener("click", () => {
      this.#facing = this.#facing === "user" ? "environment" : "user";
      this.#start();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this.close());
    window.addEventListener("pagehide", () => this.close());
  }

  open() {
    const phone = matchMedia("(pointer: coarse) and (hover: none)").matches;
    if (phone || !navigator.mediaDevices?.getUserMedia) return this.capture.click();
    this.panel.hidden = false;
    this.#layer.set(true);
    this.onToggle(true);
    return this.#start();
  }

  /** Releases the camera: its light goes out. */
  close({ focus = false } = {}) {
    if (this.panel.hidden) return;
    this.#release();
    this.panel.hidden = true;
    this.#layer.set(false);
    this.onToggle(false);
    if (focus) this.opener.focus();
  }

  async shoot() {
    this.shutter.disabled = true;
    try {
      const blob = await this.#picture();
      const stamp = new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-");
      const now = { type: blob.type, lastModified: Date.now() };
      const photo = new File([blob], `photo-${stamp}.jpg`, now);
      const facing = this.#stream?.getVideoTracks()[0]?.getSettings().facingMode ?? this.#facing;
      if (facing === "user") front.add(photo);
      this.onPhoto(photo);
      this.note.textContent = gettext("Photo added.");
    } catch {
      this.note.textContent = gettext("The photo could not be taken. Try again.");
    }
    this.shutter.disabled = !this.#stream;
  }

  async #start() {
    this.#release();
    this.note.textContent = gettext("Starting the camera…");
    try {
      const constraints = { video: { facingMode: this.#facing, ...SIZE }, audio: false };
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      if (this.panel.hidden) return stream.getTracks().forEach((track) => track.stop()); // too late
      this.#stream = stream;
      this.video.srcObject = stream;
      await this.video.play();
      this.note.textContent = "";
      this.shutter.disabled = false;
      this.shutter.focus();
      const devices = await navigator.mediaDevices.enumerateDevices();
      this.switcher.hidden = devices.filter(({ kind }) => kind === "videoinput").length < 2;
    } catch (error) {
      if (!this.panel.hidden) this.note.textContent = explain(error);
    }
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.video.srcObject = null;
    this.shutter.disabled = true;
  }

  /** The sensor's own picture where the browser gives it, else the frame on screen. */
  async #picture() {
    const [track] = this.#stream.getVideoTracks();
    if ("ImageCapture" in window) {
      try {
        const blob = await new ImageCapture(track).takePhoto();
        if (blob.type === "image/jpeg") return blob; // a PNG of a sensor is past every limit
      } catch {
        /* many webcams refuse: the frame will do */
      }
    }
    const canvas = document.createElement("canvas");
    canvas.width = this.video.videoWidth;
    canvas.height = this.video.videoHeight;
    canvas.getContext("2d").drawImage(this.video, 0, 0);
    return new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no frame"))), "image/jpeg", 0.95),
    );
  }
}

function explain(error) {
  if (error.name === "NotAllowedError")
    return gettext("The camera is not allowed. Allow it in the browser's site settings.");
  if (error.name === "NotFoundError") return gettext("No camera was found on this device.");
  if (error.name === "NotReadableError") return gettext("Another program is using the camera.");
  return gettext("The camera does not start.");
}
