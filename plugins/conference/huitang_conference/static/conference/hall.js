// The hall screen: hears the meeting's topic and reads its stage again; clocks and timers run by the server's time.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});
  const { follow } = parts;
  const { setBy, tick } = parts.clock;

  const stage = () => document.getElementById("stage");
  const lost = document.getElementById("lost");
  const lay = () => { setBy(stage().dataset.at); tick(); };

  follow({
    topics: [["conference.hall", stage().dataset.meeting]],
    address: () => location.pathname,
    linked: (connected) => { lost.hidden = connected; },
    after: lay,
  });
  lay();
  setInterval(tick, 250);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); });
  navigator.wakeLock?.request("screen").catch(() => {});
})();
