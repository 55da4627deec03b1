// What pages do beyond HTML: drop-downs close, swaps are announced, failures are said. Every page works without it.
(() => {
  "use strict";
  const html = document.documentElement;
  const all = (selector, root = document) => [...(root.querySelectorAll ? root.querySelectorAll(selector) : [])];

  // ---- live region and progress ----
  const live = document.getElementById("live");
  const announce = (text) => {
    if (!live || !text) return;
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
  };
  const bar = document.createElement("div");
  bar.className = "ht-progress";
  document.body.append(bar);
  let waiting = 0;
  let timer = 0;
  const busy = (step) => {
    waiting = Math.max(0, waiting + step);
    clearTimeout(timer);
    if (waiting) timer = setTimeout(() => bar.classList.add("is-on"), 250);
    else bar.classList.remove("is-on");
  };

  // ---- drop-downs and confirmations ----
  const pops = () => all("details.ht-pop[open]");
  document.addEventListener("click", (event) => {
    const close = event.target.closest?.("[data-close]");
    for (const pop of pops()) if (close ? pop.contains(close) : !pop.contains(event.target)) pop.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const pop of pops()) {
      const inside = pop.contains(document.activeElement);
      pop.open = false;
      if (inside) pop.querySelector("summary").focus();
    }
    if (location.hash === "#navigation") {
      location.hash = "#main";
      document.querySelector(".ht-top-nav")?.focus();
    }
  });

  // ---- forms: sent once, nothing typed is lost unasked ----
  const ready = (form) => {
    delete form.dataset.sending;
    for (const button of all("button[aria-disabled]", form)) button.removeAttribute("aria-disabled");
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (form.matches(".ht-form") && document.body.dataset.reader && stale()) {
      event.preventDefault();
      checkThenSend(form, event.submitter);
      return;
    }
    form.dataset.sending = "1";
    changed.delete(form);
    event.submitter?.setAttribute("aria-disabled", "true");
    busy(1);
    // A form that answers with a download leaves the page where it is.
    setTimeout(() => { ready(form); busy(-1); }, 8000);
  });
  // Whoever was signed out meanwhile is told before anything is sent: the page, and what was typed, stays.
  let checkedAt = Date.now();
  const stale = () => Date.now() - checkedAt > 120000;
  const signedOut = (form) => {
    const words = document.getElementById("signed-out");
    form.querySelector(".ht-signed-out")?.remove();
    form.prepend(words.content.cloneNode(true));
    form.querySelector(".ht-signed-out").focus();
  };
  const checkThenSend = async (form, submitter) => {
    try {
      const answer = await fetch("/session", { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.ok && (await answer.json()).reader !== document.body.dataset.reader) { signedOut(form); return; }
    } catch {
      announce(live?.dataset.failed);
      return;
    }
    checkedAt = Date.now();
    form.querySelector(".ht-signed-out")?.remove();
    form.requestSubmit(submitter);
  };
  addEventListener("pageshow", () => all("form[data-sending]").forEach(ready));
  const changed = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form.ht-form");
    if (form && form.method === "post") changed.add(form);
  });
  for (const errors of all("form.ht-form .ht-errors")) changed.add(errors.closest("form"));
  addEventListener("beforeunload", (event) => {
    if ([...changed].some((form) => form.isConnected)) event.preventDefault();
  });

  // ---- lists: filters act at once, empty ones stay out of the address ----
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-filters]");
    if (form && document.getElementById("list") && event.target.tagName === "SELECT") form.requestSubmit();
  });
  const filtersChanged = () => {
    for (const link of all("[data-clear]")) {
      link.hidden = !all("input:not([type=hidden]), select", link.closest("form")).some((field) => field.value);
    }
    for (const link of all("a[data-export]")) {
      const address = new URL(link.dataset.export, location.href);
      for (const [name, value] of new URLSearchParams(location.search)) if (name !== "page") address.searchParams.set(name, value);
      link.href = address;
    }
  };
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("form[data-filters]")) return;
    const values = event.detail.parameters;
    for (const name of Object.keys(values)) if (values[name] === "") delete values[name];
  });

  // ---- rows ticked for acts on several ----
  const ticks = (id) => all(`input[name=ids][form="${id}"]`);
  const ticked = (id) => {
    const form = document.getElementById(id);
    if (!form) return;
    const boxes = ticks(id);
    const count = boxes.filter((box) => box.checked).length;
    const words = form.querySelector(".ht-bulk-count");
    words.dataset.none ??= words.textContent;
    words.textContent = count ? words.dataset.words.replace("#", count) : words.dataset.none;
    for (const button of all("button", form)) button.disabled = !count;
    for (const every of all(`[data-tick-all="${id}"]`)) {
      every.hidden = false;
      every.checked = count > 0 && count === boxes.length;
      every.indeterminate = count > 0 && count < boxes.length;
    }
  };
  document.addEventListener("change", (event) => {
    const { tickAll } = event.target.dataset || {};
    if (tickAll) for (const box of ticks(tickAll)) box.checked = event.target.checked;
    const id = tickAll || (event.target.name === "ids" && event.target.getAttribute("form"));
    if (id) ticked(id);
  });

  // ---- HTMX: what a swap means for people ----
  const quiet = (element) => Boolean(element?.closest?.("[data-quiet]"));
  const loud = (detail) => !quiet(detail.elt);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!loud(event.detail)) return;
    busy(1);
    event.detail.target?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!loud(event.detail)) return;
    busy(-1);
    event.detail.target?.removeAttribute("aria-busy");
  });
  // A poll must not throw a reader who is typing out of the page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status !== 401) return;
    const form = event.detail.elt.closest("form");
    if (quiet(event.detail.elt) || form?.method === "post") event.preventDefault();
    if (form?.method === "post") signedOut(form);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    if (detail.isError) {
      if (detail.elt.matches("[data-quiet]:not([data-part])")) { detail.shouldSwap = false; return; }
      detail.selectOverride = "unset";
      detail.swapOverride = "innerHTML";
      return;
    }
    const wanted = detail.elt.getAttribute("hx-select");
    if (wanted === "#list" && !detail.serverResponse.includes('id="list"')) detail.selectOverride = "unset";
  });
  // A link or form that would change a list in place loads the page where there is no such list.
  document.addEventListener("htmx:targetError", (event) => {
    const link = event.detail.elt;
    if (link?.href) location.assign(link.href);
    else if (link?.tagName === "FORM") HTMLFormElement.prototype.submit.call(link);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      const part = event.detail.elt.closest?.("[data-part]");
      const failed = document.getElementById("part-failed");
      if (part && failed) part.replaceChildren(failed.content.cloneNode(true));
      else if (loud(event.detail)) announce(live?.dataset.failed);
    });
  }
  document.addEventListener("click", (event) => {
    const part = event.target.closest?.("[data-retry]")?.closest("[data-part]");
    if (part) window.htmx.ajax("GET", part.getAttribute("hx-get"), { target: part, source: part, swap: "innerHTML" });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = document.getElementById(event.detail.target.id) || event.detail.target;
    improve(target);
    filtersChanged();
    if (!loud(event.detail)) return;
    const focus = target.matches?.("[data-focus]") ? target : target.querySelector?.("[data-focus]");
    if (focus) focus.focus();
    else if (document.activeElement === document.body && target.isConnected) {
      target.setAttribute("tabindex", "-1");
      target.focus({ preventScroll: true });
    }
    const said = target.querySelector?.("[data-announce]");
    announce(said ? said.textContent.trim() : live?.dataset.loaded);
  });

  // ---- after loading and after every swap ----
  const label = (table) => {
    const heads = all("thead tr:last-child > *", table).map((head) => head.textContent.trim());
    for (const row of all("tbody tr", table)) {
      [...row.cells].forEach((cell, index) => { if (cell.tagName === "TD" && heads[index] && !cell.dataset.label) cell.dataset.label = heads[index]; });
    }
  };
  const scrollable = (box) => {
    if (box.scrollWidth <= box.clientWidth || box.hasAttribute("tabindex")) return;
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    const name = box.querySelector("caption")?.textContent.trim() || document.querySelector("h1")?.textContent.trim();
    box.setAttribute("aria-label", name || "table");
  };
  // A table may be too wide only after the window was made narrower, the telephone turned, or its typeface came.
  const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => scrollable(target.closest(".table-responsive"))));
  const improve = (root) => {
    for (const button of all("[data-close][hidden]", root)) button.hidden = false;
    all(".ht-table", root).forEach(label);
    if (root.matches?.(".ht-table")) label(root);
    all(".table-responsive", root).forEach((box) => { scrollable(box); [box, ...box.children].forEach((one) => sizes.observe(one)); });
    // On a phone the results come first: filters that are not in use stay folded.
    if (matchMedia("(max-width: 767.98px)").matches) all(".ht-facet", root).forEach((box) => { box.open = Boolean(box.querySelector("[aria-current]")); });
    for (const form of all("form[data-bulk]")) ticked(form.id);
    const charts = all("[data-chart]:not([data-drawn])", root);
    if (!charts.length) return;
    if (window.huitangCharts) { window.huitangCharts(charts); return; }
    if (document.querySelector("script[data-charts]")) return;
    const script = document.createElement("script");
    script.src = charts[0].dataset.chartsScript;
    script.dataset.charts = "";
    document.head.append(script);
  };
  improve(document);
  filtersChanged();
  const first = document.querySelector("main [data-focus]");
  if (first) first.focus();
  html.classList.add("ht-script");
})();
