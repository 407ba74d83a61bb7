/** The upload modal, <dialog data-upload>: wires its parts, each a module of its own. */
import { Refusal } from "../api.js";
import { onCloseRequest, openDialog, reveal } from "../dialog.js";
import { say, size } from "../format.js";
import { describe } from "../history.js";
import { refresh } from "../images-changed.js";
import { foreign, logInAgain } from "../login-again.js";
import { toast } from "../toast.js";
import { Awake } from "./awake.js";
import { Camera } from "./camera.js";
import { Details } from "./details.js";
import { keepDraft } from "./draft.js";
import { Fold } from "./fold.js";
import { Footer } from "./footer.js";
import { Looking } from "./looking/index.js";
import { Mirrors } from "./mirrors.js";
import { connect } from "./page.js";
import { Proposals } from "./proposals.js";
import { Queue } from "./queue.js";
import { Retake } from "./retake.js";
import { Scope } from "./scope.js";
import { Sender } from "./sender.js";
import { Tiles } from "./tiles.js";
import { Transfer } from "./transfer.js";
import { validate } from "./validate.js";

const NARROW = matchMedia("(width < 900px)");

function setUp(dialog) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const { endpoint, maxSize, uppySrc, putAway } = dialog.dataset;
  const form = part("metadata");
  const looking = new Looking(dialog.dataset, { judged: Boolean(putAway) });
  const queue = new Queue((file, kind) => looking.look(file, kind));
  const footer = new Footer(dialog, queue);
  let transfer = null;
  let loading = null;
  let refreshing = null;

  const scope = form && new Scope(form, queue, () => tiles.redraw(queue, scope));
  const tiles = new Tiles(part("queue"), part("tile-template"), queue, scope, {
    remove,
    star: (item) => queue.choosePrimary(queue.isPrimary(item) ? null : item),
    retry: (item) => send([item]),
    select: (item, byKey) => details.select(item, byKey),
    fallback: () => part("browse"),
  });
  const details = new Details(dialog, scope);
  const proposals = form && new Proposals(form, queue, scope);
  if (form) new Fold(form, scope);
  const discardDraft = form && keepDraft(form, scope);
  const sender = new Sender(queue, {
    scope,
    addFiles,
    changed: draw,
    announce: (text) => footer.announce(text),
    showOutcome: (lines) => footer.showOutcome(lines),
    stored: (item) => retake.stored(item),
    imagesStored: () => run.changed(),
    asks: () => mirrors?.ask(),
    allGood: async (count) => {
      clearAndClose();
      await refreshing; // or the toast tells of pictures that the page does not show yet
      toast(say(ngettext("%(count)s image added.", "%(count)s images added.", count), { count }), { kind: "success" });
    },
  });
  const run = { send, changed: () => (refreshing = refresh()), conclude: () => sender.conclude() };
  const mirrors = putAway && new Mirrors(dialog, queue, footer, run);
  const retake = new Retake(dialog, queue, footer, run);
  const awake = new Awake(part("awake"), {
    resume() {
      const lost = queue.with("failed").filter(({ error }) => error?.status === 0);
      if (lost.length) send(lost);
      return lost.length > 0;
    },
  });
  const camera = new Camera(
    dialog,
    (file) => addFiles([file]),
    (open) => (part("drop").hidden = open),
  );

  /** Uppy, once: resolves to whether it is there. */
  function loadUppy() {
    loading ??= import(uppySrc).then(
      (uppy) => {
        transfer = new Transfer(uppy, { endpoint, dropTarget: dialog, on: sender.events });
        return true;
      },
      () => (loading = null),
    );
    return loading;
  }

  async function addFiles(files) {
    const refused = [];
    for (const file of files) {
      const { kind, reason } = await validate(file, Number(maxSize));
      if (reason) refused.push([file.name, reason]);
      else if (!queue.add(file, kind)) refused.push([file.name, gettext("already in the list")]);
    }
    footer.showRefused(refused);
    if (files.length === refused.length) return;
    const count = queue.with("ready").length;
    const text = ngettext("%(count)s picture to upload.", "%(count)s pictures to upload.", count);
    footer.announce(say(text, { count }));
  }

  function remove(item) {
    if (["waiting", "sending"].includes(item.status)) transfer.stop(item);
    queue.remove(item);
    if (!queue.busy) footer.showOutcome([]);
  }

  async function send(wanted) {
    camera.close();
    footer.showRefused([]);
    if (!sender.complete(wanted) || (await retake.stops(wanted))) return undefined;
    if (foreign() && !(await logInAgain())) return footer.fail(new Refusal(401).message);
    if (await loadUppy()) {
      const items = wanted.filter(({ status }) => ["ready", "failed"].includes(status)); // still
      if (items.length) sender.send(transfer, items);
      if (queue.busy) part("cancel").focus(); // the button that had the focus is gone
      if (queue.busy && NARROW.matches) reveal(part("queue"), { top: true });
      return undefined;
    }
    return footer.fail(gettext("No connection. Check the network, then try again."));
  }

  function draw() {
    footer.update(sender.overall);
    awake.set(queue.busy);
    if (form) form.inert = queue.busy || (queue.items.length > 0 && !queue.unsent.length);
  }

  /** Closes, or asks first when pictures would be lost. */
  function requestClose() {
    if (footer.asking) footer.stopAsking({ focus: true });
    else if (queue.unsent.length) footer.ask();
    else if (queue.items.length) clearAndClose();
    else dialog.close(); // what was typed waits for its pictures
  }

  function clearAndClose() {
    for (const item of queue.with("waiting", "sending")) transfer.stop(item);
    queue.clear();
    scope?.clear();
    discardDraft?.();
    footer.showRefused([]);
    footer.showOutcome([]);
    footer.stopAsking();
    dialog.close();
  }

  function open() {
    loadUppy();
    proposals?.read();
    openDialog(dialog, { returnTo: () => document.querySelector(`[data-open-upload="#${dialog.id}"]`) });
  }

  const clicks = {
    close: requestClose,
    cancel: () => (queue.busy ? sender.stop(transfer) : requestClose()),
    "ask-stay": () => footer.stopAsking({ focus: true }),
    "ask-leave": clearAndClose,
    send: () => send(queue.with("ready")),
    "retry-all": () => send(queue.with("failed")),
    browse: () => part("browse-input").click(),
    "refused-close": () => footer.showRefused([]),
  };
  dialog.addEventListener("click", ({ target }) => {
    for (const name of Object.keys(clicks)) if (target.closest(`[data-${name}]`)) clicks[name]();
  });
  for (const name of ["browse-input", "capture-input"]) {
    part(name).addEventListener("change", ({ target }) => {
      addFiles([...target.files]);
      target.value = ""; // the same file may be chosen again
    });
  }
  for (const type of ["added", "removed", "changed"]) queue.addEventListener(type, draw);
  dialog.addEventListener("close", () => camera.close());
  onCloseRequest(dialog, requestClose);
  window.addEventListener("beforeunload", (event) => {
    if (queue.unsent.length || scope?.dirty) event.preventDefault();
  });
  part("max").textContent = size(Number(maxSize));
  describe(dialog.id, { open: () => (open(), true) });
  draw();
  return { dialog, open, addFiles };
}

const uploads = [...document.querySelectorAll("dialog[data-upload]")].map(setUp);

connect(uploads);
