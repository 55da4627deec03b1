/* From a finding to its quote in the form and back. The links work without this; it adds the calm scroll and the highlight. */
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const clear = () => document.querySelectorAll(".bd-shown").forEach((one) => one.classList.remove("bd-shown"));

  const show = (target) => {
    clear();
    const id = target.id.replace(/^quote-/, "");
    const marked = [...document.querySelectorAll(`[data-marks~="${CSS.escape(id)}"]`)];
    (marked.length ? marked : [target]).forEach((one) => one.classList.add("bd-shown"));
    target.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "center" });
    if (target.matches("a, [tabindex]")) target.focus({ preventScroll: true });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#quote-"], a[href^="#finding-"]');
    if (!link || event.metaKey || event.ctrlKey) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!target) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    show(target);
  });

  /* After a decision the finding was replaced: the keyboard goes on from there. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const article = event.detail.elt && event.detail.elt.closest && event.detail.elt.closest("[data-finding]");
    const finding = article || (event.detail.target && document.getElementById(event.detail.target.id));
    if (finding && finding.matches("[data-finding]")) finding.focus({ preventScroll: true });
  });
})();
