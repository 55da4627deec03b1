// Pages that follow a meeting: they hear its topics and read their regions ([data-live]) again after a change. A region
// that somebody is typing in, or that holds an open form, is left alone until that is done.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});

  const AGAIN = 3000; // after the server has refused or ended the stream

  const held = (region) => {
    const focus = document.activeElement;
    const typing = region.contains(focus) && focus.matches("input:not([type=hidden]), textarea, select");
    return typing || region.querySelector("details.dk-more[open]") !== null;
  };

  const put = (old, fresh) => {
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const opened = [...old.querySelectorAll("details[open][id]:not(.dk-more)")].map((one) => one.id);
    old.replaceWith(fresh);
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  };

  /** Takes the regions of a fragment into the page; `force`: also those that are being typed in (after an own act). False
      when a region had to wait. */
  const merge = (html, { force = false, own = false } = {}) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    let waits = false;
    for (const region of fresh.querySelectorAll("[data-live]")) {
      const old = document.getElementById(region.id);
      if (!old || old.dataset.source === region.outerHTML) continue;
      if (region.id === "said" && !own) continue; // what an act was answered stays until the next one
      if (!force && held(old)) { waits = true; continue; }
      const source = region.outerHTML;
      const taken = document.adoptNode(region);
      put(old, taken);
      taken.dataset.source = source;
    }
    return !waits;
  };

  /** Reads `address()` again whenever one of `topics` tells something; `linked(true|false)` says whether that works. */
  const follow = ({ topics, address, linked, after }) => {
    let waiting = null;
    let later = null;
    let running = false;
    let dirty = false;
    let source = null;

    const read = async (force = false) => {
      if (running) { dirty = true; return; }
      running = true;
      dirty = false;
      try {
        const answer = await fetch(address(), { headers: { "HX-Request": "true" }, cache: "no-store" });
        if (answer.status === 401 || answer.status === 403) { location.reload(); return; }
        if (answer.ok) {
          const all = merge(await answer.text(), { force });
          after?.();
          if (!all) setTimeout(soon, 1000);
        } else { setTimeout(soon, AGAIN); }
      } catch {
        linked(false);
      } finally {
        running = false;
        if (dirty) soon();
      }
    };
    // Several changes in one moment are read once.
    const soon = () => {
      if (waiting) return;
      waiting = setTimeout(() => { waiting = null; read(); }, 40);
    };

    // Numbers that may be missed come several times a second: once a second is enough to look at.
    const slowly = () => {
      if (later || waiting) return;
      later = setTimeout(() => { later = null; read(); }, 1000);
    };

    const open = () => {
      source?.close();
      const query = topics.map(([topic, key]) => `topic=${encodeURIComponent(`${topic}:${key}`)}`).join("&");
      source = new EventSource(`/live/events?${query}`);
      source.addEventListener("open", () => { linked(true); soon(); });
      source.addEventListener("error", (event) => {
        if (event instanceof MessageEvent) return; // the server's word about one topic, not a lost connection
        linked(false);
        if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN);
      });
      for (const kind of ["message", "gap"]) source.addEventListener(kind, soon);
      source.addEventListener("hint", slowly);
    };
    open();
    addEventListener("offline", () => linked(false));
    addEventListener("online", () => { open(); });
    return { read, soon };
  };

  Object.assign(parts, { follow, merge });
})();
