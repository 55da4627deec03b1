// Time as the server has it: screens of one hall must not differ by what their own clocks say.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});

  const two = (number) => String(number).padStart(2, "0");
  let skew = 0;

  /** Takes the server's time as it came in with a message. */
  const setBy = (stamp) => { if (stamp) skew = Date.parse(stamp) - Date.now(); };
  const now = () => Date.now() + skew;

  /** 75 → "1:15". */
  const span = (seconds) => {
    const all = Math.abs(seconds);
    return `${Math.floor(all / 60)}:${two(all % 60)}`;
  };

  /** Whole seconds until a stamp; negative once it is past. */
  const secondsTo = (stamp) => Math.round((Date.parse(stamp) - now()) / 1000);

  const time = (moment = now()) => new Date(moment).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });

  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  /** Clocks ([data-clock]), what is left ([data-until], [data-warn] seconds before the end) and what has passed ([data-since]). */
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-clock]")) put(clock, time());
    for (const timer of document.querySelectorAll("[data-until]")) {
      const left = secondsTo(timer.dataset.until);
      put(timer, left < 0 ? `+${span(left)}` : span(left));
      timer.classList.toggle("is-warning", left >= 0 && left <= Number(timer.dataset.warn || 0));
      timer.classList.toggle("is-over", left < 0);
      const word = timer.nextElementSibling;
      if (word?.dataset?.over) put(word, left < 0 ? word.dataset.over : word.dataset.left);
    }
    for (const timer of document.querySelectorAll("[data-since]")) put(timer, span(Math.max(0, -secondsTo(timer.dataset.since))));
  };

  parts.clock = { setBy, now, span, secondsTo, time, tick };
})();
