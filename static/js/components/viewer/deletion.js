/** After a deletion in the viewer: the next picture, and a message that brings the deleted one back. */
import { api } from "../api.js";
import { say } from "../format.js";
import { toast } from "../toast.js";

/** `item` went into the bin; resolves when the next picture is there, or the viewer is closed. */
export async function leaveDeleted(controller, item) {
  const removed = controller.remove(item);
  const shown = !controller.isOpen; // it was the last one, and the viewer closed
  const action = item.restore && { label: gettext("Undo"), onClick: () => restore(controller, item, shown) };
  toast(gettext("Image deleted."), { kind: "success", action });
  await removed;
}

async function restore(controller, item, shown) {
  try {
    await api("POST", item.restore, { ids: [Number(item.id)] });
    await controller.restore(item, { shown });
    const text = ngettext("%(count)s image restored.", "%(count)s images restored.", 1);
    toast(say(text, { count: 1 }), { kind: "success" });
  } catch ({ message }) {
    toast(message, { kind: "error" });
  }
}
