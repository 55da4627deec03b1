// The attendance page hears the meeting and reads its counts and its list again after every change.
(() => {
  "use strict";
  const box = document.querySelector("[data-follow]");
  const { follow } = window.huitangConference ?? {};
  if (!box || !follow) return;
  const meeting = box.dataset.follow;
  follow({
    topics: [["conference.hall", meeting], ["conference.desk", meeting]],
    address: () => location.pathname,
    linked: () => {},
  });
})();
