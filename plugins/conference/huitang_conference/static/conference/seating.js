// The seat plan: seats are dragged by mouse or finger, moved by the arrow keys, and people change places by choosing one
// seat and then another. Every act is sent at once and the plan read again; the forms below do the same without a script.
(() => {
  "use strict";
  const ROW = 60;
  let chosen = null; // {kind: "seat" | "person", id, label}
  let drag = null;
  const plan = () => document.getElementById("plan");
  const said = () => document.getElementById("plan-said");
  const say = (text) => { if (said()) said().textContent = text; };
  const frozen = () => !plan() || "frozen" in plan().dataset;
  const buttons = () => document.querySelectorAll("[data-seat], [data-person]");

  const mark = () => {
    for (const one of buttons()) {
      one.setAttribute("aria-pressed", String(chosen !== null && (one.dataset.seat ?? one.dataset.person) === chosen.id));
    }
  };
  const choose = (button) => {
    chosen = button && {
      kind: button.dataset.seat ? "seat" : "person", id: button.dataset.seat ?? button.dataset.person, label: button.dataset.label,
    };
    mark();
    say(chosen ? said().dataset.lifted.replace("#", chosen.label) : "");
  };

  const send = async (values, focus, reload = false) => {
    const body = new URLSearchParams(values);
    const words = { ...said().dataset };
    try {
      const answer = await fetch(plan().dataset.plan, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (answer.status >= 400) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        say(page.querySelector(".ht-errors p, .ht-errors li")?.textContent || words.failed);
        return false;
      }
      if (reload) { location.reload(); return true; }
      const fresh = await fetch(plan().dataset.plan, { headers: { "HX-Request": "true" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await fresh.text(), "text/html");
      const left = plan().querySelector(".cf-plan-box")?.scrollLeft ?? 0;
      const top = plan().querySelector(".cf-plan-box")?.scrollTop ?? 0;
      plan().replaceWith(document.adoptNode(page.getElementById("plan")));
      plan().querySelector(".cf-plan-box")?.scrollTo(left, top);
      if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
      say(words.done);
      return true;
    } catch {
      say(words.failed);
      return false;
    }
  };

  const press = async (button) => {
    if (frozen()) return;
    const id = button.dataset.seat ?? button.dataset.person;
    if (chosen?.id === id) { choose(null); return; }
    if (!chosen || !button.dataset.seat) { choose(button); return; }
    const { kind, id: first } = chosen;
    chosen = null;
    mark();
    if (kind === "person") await send({ act: "assign", seat: id, attendee: first }, button.id, true);
    else await send({ act: "swap", seat: first, other: id }, button.id);
  };

  const cell = () => {
    const style = getComputedStyle(plan().querySelector(".cf-plan"));
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const seat = plan().querySelector(".cf-seat");
    return { x: parseFloat(style.getPropertyValue("--cf-cell")) * size, y: seat ? seat.offsetHeight + 0.4 * size : ROW };
  };
  const half = (value) => Math.max(0, Math.round(value * 2) / 2);

  document.addEventListener("pointerdown", (event) => {
    const seat = event.target.closest?.("[data-seat]");
    if (!seat || frozen() || event.button !== 0) return;
    drag = { seat, x: event.clientX, y: event.clientY, moved: false, cell: cell() };
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const dx = event.clientX - drag.x;
    const dy = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 8) return;
    drag.moved = true;
    drag.seat.setPointerCapture?.(event.pointerId);
    drag.seat.style.setProperty("--cf-x", half(Number(drag.seat.dataset.x) + dx / drag.cell.x));
    drag.seat.style.setProperty("--cf-y", half(Number(drag.seat.dataset.y) + dy / drag.cell.y));
  });
  document.addEventListener("pointercancel", () => { drag = null; });
  document.addEventListener("pointerup", (event) => {
    const done = drag;
    drag = null;
    if (!done?.moved) return;
    const seat = done.seat;
    seat.addEventListener("click", (click) => { click.preventDefault(); click.stopImmediatePropagation(); }, { capture: true, once: true });
    const x = half(Number(seat.dataset.x) + (event.clientX - done.x) / done.cell.x);
    const y = half(Number(seat.dataset.y) + (event.clientY - done.y) / done.cell.y);
    send({ act: "move", seat: seat.dataset.seat, x, y }, seat.id);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-seat], [data-person]");
    if (button) press(button);
  });
  const STEPS = { ArrowLeft: [-0.5, 0], ArrowRight: [0.5, 0], ArrowUp: [0, -0.5], ArrowDown: [0, 0.5] };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) { choose(null); return; }
    const seat = event.target.closest?.("[data-seat]");
    const step = STEPS[event.key];
    if (!seat || !step || frozen()) return;
    event.preventDefault();
    const x = half(Number(seat.dataset.x) + step[0]);
    const y = half(Number(seat.dataset.y) + step[1]);
    seat.dataset.x = x;
    seat.dataset.y = y;
    seat.style.setProperty("--cf-x", x);
    seat.style.setProperty("--cf-y", y);
    clearTimeout(seat.timer);
    seat.timer = setTimeout(() => send({ act: "move", seat: seat.dataset.seat, x: seat.dataset.x, y: seat.dataset.y }, seat.id), 400);
  });
})();
