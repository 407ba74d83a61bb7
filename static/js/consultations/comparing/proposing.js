/**
 * The machine's proposal of how the pictures lie over the first one: shown as a proposal, until
 * somebody accepts it or takes it back; and where it does not believe, it says so.
 */
import { api } from "../../components/api.js";
import { percent, say } from "../../components/format.js";
import { toast } from "../../components/toast.js";
import { compose } from "./geometry.js";

export class Proposing {
  #busy = false;

  /** `root` has [data-proposed] with what is said, [data-do=propose], -accept and -decline. */
  constructor(root, alignment) {
    Object.assign(this, { root, alignment });
    this.button = root.querySelector("[data-do=propose]");
  }

  get open() {
    return this.#part("proposed")?.hidden === false;
  }

  async propose() {
    if (!this.button || this.#busy) return;
    this.#busy = true;
    this.button.setAttribute("aria-busy", "true");
    const [first, ...others] = this.alignment.panes;
    try {
      // Mirrored, a picture is no similarity of another: it is asked as it is.
      const asked = others.filter(({ flipped }) => flipped === first.flipped);
      if (first.flipped || !asked.length) throw new Error(gettext("Mirrored pictures are not aligned by the machine."));
      const answers = await Promise.all(asked.map((pane) => this.#ask(pane, first)));
      this.#show(first, asked, answers);
    } catch (error) {
      toast(error.message, { kind: "error" });
    }
    this.button.removeAttribute("aria-busy");
    this.#busy = false;
  }

  #ask(pane, first) {
    return api("POST", this.button.dataset.url, { first: Number(pane.id), second: Number(first.id) });
  }

  #show(first, panes, answers) {
    const found = answers.filter(({ refused }) => !refused);
    const refused = answers.find(({ refused }) => refused);
    if (refused) toast(`${refused.detail} ${gettext("Two landmarks in each picture align them.")}`, { kind: "error" });
    if (!found.length) return;
    this.#part("proposed").hidden = false; // first: nothing keeps it until it is accepted
    this.alignment.lay(
      panes.map((pane, index) => [pane, answers[index].transform]).filter(([, lying]) => lying),
      (lying) => compose(first.transform, lying),
    );
    const least = Math.min(...found.map(({ belief }) => belief));
    const text = gettext("Proposed alignment: %(share)s of the overlap found again. Look whether it is right.");
    this.#part("proposal").textContent = say(text, { share: percent(least) });
    this.root.querySelector("[data-do=accept]").focus();
  }

  accept() {
    this.#part("proposed").hidden = true;
    this.button.focus();
  }

  decline() {
    this.accept();
    this.alignment.undo();
  }

  #part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }
}
