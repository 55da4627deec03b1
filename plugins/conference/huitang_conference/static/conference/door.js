// The door: the field is empty and ready again after every scan, whatever was touched in between.
(() => {
  "use strict";
  const form = document.querySelector("[data-door]");
  if (!form) return;
  const field = form.querySelector("input");
  const ready = () => { field.value = ""; field.focus(); };
  document.addEventListener("htmx:afterSwap", ready);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.failed) field.select(); });
  ready();
})();
