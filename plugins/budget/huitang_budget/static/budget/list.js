/* Selecting rows of the list: all at once, and how many. Without it the tick boxes still work. */
(() => {
  const update = (form) => {
    const boxes = [...form.querySelectorAll('input[name="ids"]')];
    const chosen = boxes.filter((box) => box.checked).length;
    const all = form.querySelector("[data-bulk-all]");
    if (all) {
      all.hidden = false;
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    const count = form.querySelector("[data-bulk-count]");
    if (count) count.textContent = chosen ? `(${chosen})` : "";
  };
  const start = () => document.querySelectorAll("form[data-bulk]").forEach(update);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-bulk-all]")) {
      form.querySelectorAll('input[name="ids"]').forEach((box) => { box.checked = event.target.checked; });
    }
    update(form);
  });
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
  start();
})();
