// The agenda's order by drag: dropping an item sends the new order. Without it the arrow buttons do the same.
(() => {
  "use strict";
  const list = document.querySelector("[data-agenda]");
  if (!list) return;
  let dragged = null;
  const mark = (over) => { for (const item of list.children) item.classList.toggle("is-over", item === over); };
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-item]");
    if (!dragged || event.target.closest("input, textarea, select, a")) { dragged = null; return; }
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.item);
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    mark(event.target.closest("[data-item]"));
  });
  list.addEventListener("dragend", () => { dragged = null; mark(null); });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest("[data-item]");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const below = [...list.children].indexOf(dragged) < [...list.children].indexOf(over);
    over[below ? "after" : "before"](dragged);
    mark(null);
    const form = document.createElement("form");
    form.method = "post";
    form.action = list.dataset.agenda;
    for (const item of list.children) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "item";
      field.value = item.dataset.item;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  });
  // A text in an open form can be selected by mouse all the same.
  for (const form of list.querySelectorAll("form, details")) {
    form.addEventListener("focusin", () => { form.closest("[data-item]").draggable = false; });
    form.addEventListener("focusout", () => { form.closest("[data-item]").draggable = true; });
  }
})();
