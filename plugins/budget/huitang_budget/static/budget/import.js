/* Drag and drop, and one request per file with its own progress. Without it the page is a plain upload form. */
(() => {
  const form = document.querySelector("form[data-import]");
  if (!form) return;
  const input = form.querySelector('input[type="file"]');
  const drop = form.querySelector("[data-drop]");
  const queue = form.querySelector("[data-queue]");
  const outcomes = document.querySelector("[data-outcomes]");
  const button = form.querySelector('button[type="submit"]');
  const words = form.dataset;
  form.querySelector("[data-drop-text]").hidden = false;

  const over = (on) => drop.classList.toggle("bd-over", on);
  ["dragenter", "dragover"].forEach((name) => drop.addEventListener(name, (event) => { event.preventDefault(); over(true); }));
  ["dragleave", "dragend"].forEach((name) => drop.addEventListener(name, () => over(false)));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length) run([...event.dataTransfer.files]);
  });

  const line = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const state = document.createElement("span");
    const bar = document.createElement("progress");
    name.className = "bd-queue-name";
    name.textContent = file.name;
    state.textContent = words.waiting;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    item.append(name, state, bar);
    queue.append(item);
    return { item, state, bar };
  };

  const send = (file, shown, batch) => new Promise((done) => {
    const data = new FormData();
    data.append("files", file, file.name);
    data.append("batch", batch);
    data.append("organisation_id", form.elements.organisation_id.value);
    const request = new XMLHttpRequest();
    request.open("POST", form.action || location.href);
    request.setRequestHeader("HX-Request", "true");
    shown.state.textContent = words.sending;
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) shown.bar.value = Math.round((event.loaded / event.total) * 100);
    });
    request.upload.addEventListener("load", () => { shown.state.textContent = words.reading; shown.bar.removeAttribute("value"); });
    request.addEventListener("load", () => { finish(request, shown); done(); });
    request.addEventListener("error", () => { fail(shown, words.failed); done(); });
    request.send(data);
  });

  const fail = (shown, text) => { shown.state.textContent = text; shown.bar.hidden = true; };

  const finish = (request, shown) => {
    const answer = document.createElement("template");
    answer.innerHTML = request.responseText;
    const results = answer.content.querySelectorAll("[data-outcome]");
    const error = answer.content.querySelector("[data-error]");
    if (results.length) {
      outcomes.append(...results);
      shown.item.remove();
    } else {
      fail(shown, error ? error.textContent : words.failed);
    }
    queue.hidden = !queue.children.length;
  };

  const run = async (files) => {
    queue.hidden = false;
    if (files.length > Number(words.maxFiles)) {
      fail(line({ name: words.tooMany }), "");
      return;
    }
    button.disabled = true;
    const batch = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const lines = files.map((file) => [file, line(file)]);
    for (const [file, shown] of lines) await send(file, shown, batch);
    input.value = "";
    button.disabled = false;
  };

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    run([...input.files]);
  });
})();
