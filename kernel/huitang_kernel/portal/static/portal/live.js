// What is told live, as it is told. In HTML, with htmx; several topics are separated by spaces:
//   <div data-live="conference.hall:KEY" hx-get="…" hx-trigger="live">
// In a script; the answer is a function that ends it:
//   HuitangLive.subscribe("conference.hall", key, { message, gap, hint, refused, state }, since)
// `gap` means: something was missed, read again. `state` is told "connected", "lost" or "paused" (the page is hidden).
// One connection serves the whole page, and none a hidden one: browsers open six to a place at most, tabs and all.
(() => {
  "use strict";
  const ADDRESS = "/live/events";
  const TOGETHER = 300;
  const MOST_WAIT = 60000;
  const topics = new Map();
  let source = null;
  let state = "paused";
  let timer = 0;
  let wait = 2000;
  let signedOut = false;

  const call = (name, act, ...values) => {
    for (const hearer of [...(topics.get(name)?.hearers || [])]) {
      try { hearer[act]?.(...values); } catch (error) { console.error(error); }
    }
  };
  const turn = (now) => {
    document.documentElement.dataset.liveState = now;
    if (now === state) return;
    state = now;
    for (const name of topics.keys()) call(name, "state", now);
  };

  // A position that is not known yet, or does not follow the last one, means that something may have been missed.
  const heard = (kind, event) => {
    const said = JSON.parse(event.data);
    if (kind === "goodbye") {
      signedOut = said.code === "not-signed-in";
      if (signedOut || said.code === "nothing-to-hear") close("lost");
      return;
    }
    const name = `${said.topic}:${said.key}`;
    const topic = topics.get(name);
    if (!topic) return;
    if (kind === "ready") {
      const first = topic.position === null;
      topic.position = said.sequence;
      if (first) call(name, "gap", said.sequence);
    } else if (kind === "hint") {
      call(name, "hint", said.data);
    } else if (kind === "refused" || kind === "ended") {
      call(name, "refused", said.code);
      topics.delete(name);
    } else if (kind === "message" && said.sequence <= topic.position) {
      return;
    } else if (kind === "message" && said.sequence === topic.position + 1) {
      topic.position = said.sequence;
      call(name, "message", said.data, said.sequence);
    } else {
      topic.position = said.sequence;
      call(name, "gap", said.sequence);
    }
  };

  const close = (now) => {
    source?.close();
    source = null;
    turn(now);
  };
  const open = () => {
    clearTimeout(timer);
    close(document.hidden ? "paused" : "lost");
    if (!topics.size || document.hidden || signedOut || !window.EventSource) return;
    const query = new URLSearchParams();
    for (const name of topics.keys()) query.append("topic", name);
    query.append("since", [...topics.values()].map((topic) => topic.position ?? "-").join("."));
    source = new EventSource(`${ADDRESS}?${query}`);
    for (const kind of ["ready", "message", "gap", "hint", "refused", "ended", "goodbye"]) {
      source.addEventListener(kind, (event) => heard(kind, event));
    }
    source.addEventListener("open", () => { wait = 2000; turn("connected"); });
    source.addEventListener("error", () => {
      turn("lost");
      for (const [name, topic] of topics) if (topic.position === null) call(name, "gap", null);
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, MOST_WAIT);
    });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(open, 20);
  };
  document.addEventListener("visibilitychange", soon);
  addEventListener("pagehide", () => close("paused"));
  addEventListener("pageshow", (event) => { if (event.persisted) soon(); });

  const subscribe = (topic, key, hearer, since = null) => {
    const name = `${topic}:${key}`;
    const known = topics.get(name);
    if (known) {
      known.hearers.add(hearer);
      if (known.position !== null && since !== known.position) hearer.gap?.(known.position);
    } else {
      topics.set(name, { position: since, hearers: new Set([hearer]) });
      soon();
    }
    hearer.state?.(state);
    return () => {
      const left = topics.get(name);
      if (!left?.hearers.delete(hearer) || left.hearers.size) return;
      topics.delete(name);
      soon();
    };
  };

  // ---- elements ----
  const ends = new WeakMap();
  const listen = (root) => {
    const found = [...(root.querySelectorAll?.("[data-live]") || [])];
    if (root.matches?.("[data-live]")) found.push(root);
    for (const element of found) {
      if (ends.has(element)) continue;
      let planned = 0;
      const act = () => {
        if (!element.isConnected) { ends.get(element)?.(); return; }
        if (planned) return;
        planned = setTimeout(() => { planned = 0; window.htmx?.trigger(element, "live"); }, TOGETHER * Math.random());
      };
      const all = element.dataset.live.split(/\s+/).filter(Boolean).map((name) => {
        const at = name.indexOf(":");
        const [topic, key] = at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
        return subscribe(topic, key, { message: act, gap: act, hint: act });
      });
      ends.set(element, () => all.forEach((end) => end()));
    }
  };
  document.addEventListener("htmx:afterSettle", (event) => listen(event.detail.target));
  document.addEventListener("htmx:beforeCleanupElement", (event) => ends.get(event.target)?.());
  window.HuitangLive = { subscribe };
  listen(document);
})();
