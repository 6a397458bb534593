// Keys: `?` lists them; any other one clicks what carries it as data-key. Not while somebody types, and not when they
// are switched off in the list, which this browser remembers.
(() => {
  "use strict";
  const list = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

  on.checked = localStorage.getItem("desk-keys") !== "off";
  on.addEventListener("change", () => localStorage.setItem("desk-keys", on.checked ? "on" : "off"));
  document.getElementById("keys-open").addEventListener("click", () => list.showModal());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isTyping(event.target)) return;
    if (event.key === "?") {
      if (list.open) list.close();
      else list.showModal();
    } else if (on.checked && !list.open && /^[a-z/]$/.test(event.key)) {
      const found = [...document.querySelectorAll(`[data-key="${event.key}"]`)].find((one) => one.checkVisibility());
      if (!found) return;
      event.preventDefault();
      found.click();
    }
  });
})();
