/** Copies what stands beside a button: within [data-copies], the text or value of [data-copied]. */
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(button);
});

async function copy(button) {
  const source = button.closest("[data-copies]").querySelector("[data-copied]");
  const label = button.querySelector("span");
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(source.value ?? source.innerText);
  } catch {
    select(source); // an address without HTTPS has no clipboard: the rest is Ctrl-C
    return;
  }
  label.textContent = gettext("Copied");
  setTimeout(() => (label.textContent = before), 2000);
}

function select(source) {
  if (source.select) source.select();
  else getSelection().selectAllChildren(source);
}
