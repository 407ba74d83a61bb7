/**
 * Sending goes on while the screen stays on: it is kept on where the browser can do that (Screen Wake
 * Lock), else [data-awake] asks for it. A page that was put to sleep, or without a connection, goes
 * on sending when it is back: `resume()` answers whether there was something left to send.
 */
import { toast } from "../toast.js";

const LATE = 3000; // ms after which a page that slept has been told what became of its requests
const ON_PHONE = matchMedia("(pointer: coarse)");

export class Awake {
  #lock = null;
  #wanted = false;
  #slept = false; // was the page hidden while something was being sent?

  constructor(note, { resume }) {
    this.note = note;
    const back = () => resume() && toast(gettext("Upload resumed."));
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) {
        this.#slept = this.#wanted;
        return;
      }
      if (this.#slept) for (const wait of [0, LATE]) setTimeout(back, wait);
      this.#slept = false;
      this.#hold(); // the browser lets go of it when the page is hidden
    });
    window.addEventListener("online", back);
  }

  /** `busy`: is something being sent? */
  set(busy) {
    if (busy === this.#wanted) return;
    this.#wanted = busy;
    if (busy) this.#hold();
    else this.#release();
  }

  async #hold() {
    if (!this.#wanted || document.hidden) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (this.#wanted && !this.#lock) this.#lock = lock;
      else lock.release();
      lock.addEventListener("release", () => (this.#lock = this.#lock === lock ? null : this.#lock));
    } catch {
      /* not there (plain HTTP, an older browser), or refused to save the battery */
    }
    this.note.hidden = !this.#wanted || Boolean(this.#lock) || !ON_PHONE.matches;
  }

  #release() {
    this.#lock?.release();
    this.#lock = null;
    this.note.hidden = true;
  }
}
