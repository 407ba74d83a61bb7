/** A search that suggests while somebody types: a combobox with a listbox of links. htmx fetches the
 * options; without a script the form opens the page of results. */
const CHOSEN = "[aria-selected=true]";

for (const form of document.querySelectorAll("[data-suggest]")) {
  const input = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  const options = () => [...list.querySelectorAll("[role=option]")];

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  };

  const choose = (option) => {
    list.querySelector(CHOSEN)?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };

  // Past either end the words are chosen again: Enter then opens the page of results.
  const step = (by) => {
    const all = [null, ...options()];
    const at = all.indexOf(list.querySelector(CHOSEN));
    choose(all[(at + by + all.length) % all.length]);
  };

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.childElementCount) {
      event.preventDefault();
      if (list.hidden) show(true);
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && list.querySelector(CHOSEN)) {
      event.preventDefault();
      list.querySelector(CHOSEN).click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the words stay
      event.stopPropagation();
      show(false);
    }
  });

  // An answer to words that have been deleted meanwhile is no suggestion.
  list.addEventListener("htmx:afterSwap", () => {
    show(Boolean(input.value.trim() && list.childElementCount));
  });
  input.addEventListener("input", () => input.value.trim() || show(false));
  input.addEventListener("focus", () => list.childElementCount && input.value.trim() && show(true));
  form.addEventListener("focusout", ({ relatedTarget }) => {
    if (!form.contains(relatedTarget)) show(false);
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
}
