// Agenda and documents at the seat: read from the server each time, kept nowhere, gone when they are withdrawn.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});

  const part = async (address) => {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" });
    return { ok: answer.ok, html: answer.ok ? await answer.text() : "" };
  };

  const note = (body, text) => {
    const line = document.createElement("p");
    line.className = "st-note";
    line.textContent = text;
    body.replaceChildren(line);
  };

  const fill = async (address, body, words, missing) => {
    note(body, words.loading);
    try {
      const { ok, html } = await part(address);
      if (!ok) { note(body, missing); return null; }
      const fresh = new DOMParser().parseFromString(html, "text/html").body;
      body.replaceChildren(...fresh.childNodes);
      return body;
    } catch {
      note(body, words.no_papers);
      return null;
    }
  };

  /** The agenda with its documents. */
  const showList = (meeting, body, words) => fill(`/conference/seat/${meeting}/agenda`, body, words, words.no_papers);

  /** One document, page by page. */
  const showDocument = async (id, meeting, title, body, words) => {
    const filled = await fill(`/conference/seat/${meeting}/documents/${id}`, body, words, words.document_gone);
    const name = filled?.querySelector("[data-title]")?.dataset.title;
    if (name) title.textContent = name;
  };

  Object.assign(parts, { showList, showDocument });
})();
