// The desks: acts are sent in the background and answered with the desk as it is then; what others do comes by itself.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});
  const { follow, merge } = parts;
  const { setBy, tick } = parts.clock;

  const main = document.getElementById("main");
  const link = document.getElementById("linked");
  const meeting = main.dataset.meeting;
  let connected = true;

  const linked = (now) => {
    if (now === connected) return;
    connected = now;
    link.classList.toggle("is-ok", now);
    link.classList.toggle("is-off", !now);
    link.querySelector("[data-icon-on]").hidden = !now;
    link.querySelector("[data-icon-off]").hidden = now;
    link.querySelector("[data-word]").textContent = now ? link.dataset.on : link.dataset.off;
  };
  const lay = () => { setBy(document.querySelector("[data-at]")?.dataset.at); tick(); };
  const say = (text) => {
    const box = document.getElementById("said");
    const alert = document.createElement("div");
    alert.className = "alert alert-danger";
    alert.textContent = text;
    box.replaceChildren(alert);
    delete box.dataset.source;
  };

  const { read, soon } = follow({
    topics: [["conference.hall", meeting], ["conference.desk", meeting]],
    address: () => location.pathname + location.search,
    linked,
    after: lay,
  });

  // ---- acts ----
  const send = async (form, button) => {
    const body = new FormData(form, button);
    button?.setAttribute("aria-busy", "true");
    form.dataset.sending = "1";
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(body), redirect: "manual", headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      const html = await answer.text();
      if (answer.ok || answer.status === 422) {
        if (answer.ok) form.closest("details.dk-more")?.removeAttribute("open");
        if (answer.ok && form.matches("[data-reset]")) form.reset();
        merge(html, { force: answer.ok, own: true });
        lay();
        const refused = document.querySelector("#said .alert");
        if (refused) refused.scrollIntoView({ block: "nearest" });
      } else if (answer.status === 401 || answer.type === "opaqueredirect") {
        location.reload();
      } else {
        const text = new DOMParser().parseFromString(html, "text/html").querySelector(".ht-error p")?.textContent;
        say(text || main.dataset.failed);
      }
    } catch {
      linked(false);
      say(main.dataset.failed);
    } finally {
      delete form.dataset.sending;
      button?.removeAttribute("aria-busy");
      soon();
    }
  };
  // Before the portal's own listener, which would let the browser leave the page.
  addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-act]")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!form.dataset.sending) send(form, event.submitter);
  }, { capture: true });

  // ---- looking at a seat, filtering: another address of the same desk ----
  document.addEventListener("click", async (event) => {
    const anchor = event.target.closest("a[data-desk]");
    if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", anchor.href);
    await read(true);
    if (anchor.matches(".dk-seat, [id^=look-], [id^=loose-]")) {
      const card = document.getElementById("chosen");
      card.tabIndex = -1;
      card.focus({ preventScroll: innerWidth > 1100 });
    }
  });
  addEventListener("popstate", () => read(true));

  lay();
  setInterval(tick, 250);
})();
