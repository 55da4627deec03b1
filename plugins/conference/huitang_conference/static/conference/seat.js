// The seat terminal: one page that shows what the hall is doing and says honestly how it stands itself.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});
  const { Link, Vote, drawResult, showDocument, showList } = parts;
  const { now, secondsTo, setBy, span, time } = parts.clock;

  const $ = (id) => document.getElementById(id);
  const setup = JSON.parse($("setup").textContent);
  const { words } = setup;
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const model = { welcome: null, state: null, mine: null, sequence: 0, connected: false, since: now(), chosen: "", poll: null, push: "", opened: 0 };

  // ---- the connection ----
  const heard = (message) => {
    if (message.type === "welcome") {
      setBy(message.server_time);
      Object.assign(model, { welcome: message, state: message.state, mine: message.mine, sequence: message.sequence });
    } else if (message.type === "state") {
      if (message.sequence <= model.sequence) return;
      setBy(message.state.at);
      model.sequence = message.sequence;
      model.state = message.state;
    } else if (message.type === "mine" || (message.type === "ack" && message.mine)) {
      model.mine = message.mine;
    } else if (message.type === "bye" && message.retry_ms === null) {
      say(message.reason === "revoked" ? words.revoked : words.outdated, "bad");
      return;
    } else {
      return;
    }
    draw();
  };
  const changed = (connected) => {
    model.connected = connected;
    model.since = now();
    vote.linked(connected);
    draw();
  };
  const address = new URL(setup.socket, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const link = new Link(address.href, { heard, changed, client: setup.client });
  const vote = new Vote(words, link, {
    recorded: () => { if (sound.getAttribute("aria-pressed") === "true") beep(); },
    drawn: () => drawPress(),
  });

  const act = async (message, done, button) => {
    if (button) button.setAttribute("aria-busy", "true");
    say(words.sending, "note");
    const answer = await link.send(message);
    if (button) button.removeAttribute("aria-busy");
    if (answer.type === "ack") say(done, "good");
    else if (answer.type === "refused") say(answer.message[document.documentElement.lang] || answer.message.en, "bad");
    else say(words.not_sent, "bad");
    return answer.type === "ack";
  };

  let silence = 0;
  const say = (text, tone) => {
    put($("said"), text);
    $("said").dataset.tone = tone;
    clearTimeout(silence);
    if (tone !== "bad") silence = setTimeout(() => put($("said"), ""), 6000);
  };

  // ---- what is shown ----
  const chip = (id, on, text, hidden = false) => {
    const element = $(id);
    element.hidden = hidden;
    element.dataset.tone = on ? "on" : "off";
    element.querySelector("[data-on]").hidden = !on;
    element.querySelector("[data-off]").hidden = on;
    put(element.querySelector("[data-word]"), text);
  };

  /** Which panel is on: the reader's choice, unless the hall has something newer. */
  const panel = () => {
    const { state, welcome, chosen } = model;
    if (!welcome || !state || !welcome.attendee) return "idle";
    const poll = state.poll;
    if (chosen) return chosen;
    if (poll?.state === "open" && model.mine) return "vote";
    if (state.push && model.push !== state.push.id) return state.push.kind === "result" ? "result" : "page";
    if (poll?.state === "closed" && !model.over) return "result";
    return "card";
  };

  const follow = () => {
    const { state } = model;
    const poll = state?.poll ? `${state.poll.id} ${state.poll.state} ${state.poll.announced_at || ""}` : "";
    if (poll !== model.poll) {
      if (model.poll !== null) model.push = state?.push?.id || ""; // a vote is newer than what was pushed before
      model.poll = poll;
      model.chosen = "";
      model.over = !poll || ["prepared", "void", "withdrawn"].includes(state.poll.state);
    }
    // A result stays until the meeting goes on.
    if (state && poll && /^(item|speech)\.(begun|granted)/.test(state.what)) model.over = true;
    const push = state?.push?.id || "";
    if (push && push !== model.seen) {
      model.chosen = "";
      model.over = true; // what is pushed now is newer than a result
    }
    model.seen = push;
    if (!push && model.chosen === "page") model.chosen = "";
  };

  const draw = () => {
    follow();
    const { state, welcome, mine, connected } = model;
    const attendee = welcome?.attendee;
    chip("chip-link", connected, connected ? words.connected : words.not_connected);
    chip("chip-presence", mine?.presence === "present", words.presence[mine?.presence] || "", !mine);
    $("lost").hidden = connected || !welcome;
    put($("lost").querySelector("[data-word]"), words.lost_since.replace("#", time(model.since)));
    put($("meeting-title"), state?.meeting.title || words.title);
    $("rehearsal").hidden = !state?.meeting.is_rehearsal;
    put($("idle-word"), welcome ? (welcome.meeting ? words.free_seat : words.no_meeting) : words.connecting);
    vote.update(state?.poll || null, mine, attendee);
    const receipt = vote.press?.state === "recorded" && vote.press.receipt;
    if (attendee) drawCard(attendee, state);
    const told = state?.push?.kind === "result" && state.poll?.id !== state.push.poll_id && state.poll?.state !== "open";
    if (told) drawResult({ title: state.push.title, announced_at: state.push.at, result: state.push.result }, words, "", false);
    else if (state?.poll) drawResult(state.poll, words, receipt, vote.press?.state === "late");
    if (state?.push) drawPage(state.push);
    drawBar();
    drawSpeech();
    show(panel());
  };

  const drawPress = () => {
    const state = vote.press?.state;
    const unsure = ["sent", "lost", "late"].includes(state);
    const text = unsure ? words.press_not_recorded : words.press_recorded.replace("#", vote.press?.receipt || "");
    chip("chip-press", !unsure, text, !(unsure || state === "recorded") || model.over);
  };

  const drawCard = (attendee, state) => {
    put($("card-name"), attendee.name);
    put($("card-title"), attendee.title);
    $("panel-card").style.setProperty("--chars", Math.max(2, [...attendee.name].length));
    put($("card-now"), state.item ? `${state.item.number} ${state.item.title}`.trim() : "");
  };

  let shown = "";
  const show = (name) => {
    for (const section of document.querySelectorAll(".st-panel")) section.hidden = section.id !== `panel-${name}`;
    for (const button of document.querySelectorAll(".st-bar [data-panel]")) button.setAttribute("aria-pressed", String(button.dataset.panel === name));
    document.body.dataset.panel = name;
    if (name === shown) return;
    shown = name;
    const heading = $(`panel-${name}`).querySelector("h2");
    if (heading && heading.textContent) put($("live"), heading.textContent);
  };

  const drawPage = (push) => {
    if ($("panel-page").dataset.id === push.id) return;
    $("panel-page").dataset.id = push.id;
    put($("page-title"), push.title || words.page);
    const body = $("page-body");
    body.replaceChildren();
    if (push.kind === "text") body.textContent = push.text;
    else if (push.kind === "document") showDocument(push.document_id, model.welcome.meeting, $("page-title"), body, words);
    else if (push.kind === "agenda") showList(model.welcome.meeting, body, words);
  };

  const mySpeech = () => {
    const me = model.welcome?.attendee?.id;
    const speaking = model.state?.speaking;
    if (!me || !speaking) return {};
    const now_ = speaking.now.find((one) => one.attendee_id === me);
    const place = speaking.queue.findIndex((one) => one.attendee_id === me);
    return { now: now_, place: place + 1, speech: now_ || speaking.queue[place] };
  };

  const drawBar = () => {
    const { state, mine, welcome } = model;
    $("bar").hidden = !welcome?.attendee;
    if (!welcome?.attendee) return;
    const open = ["convened", "open", "adjourned"].includes(state.meeting.state);
    $("do-checkin").hidden = !(open && mine?.presence === "expected");
    $("do-return").hidden = !(open && ["away", "left"].includes(mine?.presence));
    $("do-leave").hidden = !(open && mine?.presence === "present");
    $("do-vote").hidden = !(state.poll?.state === "open" && shown !== "vote" && model.chosen);
    $("do-page").hidden = !state.push;
    drawRecord(mine?.to_confirm?.[0]);
    const { now: speaking, place } = mySpeech();
    const speak = $("do-speak");
    speak.hidden = Boolean(speaking) || welcome.attendee.role === "staff";
    put(speak.querySelector("[data-word]"), place ? words.withdraw : words.ask);
    speak.setAttribute("aria-pressed", String(Boolean(place)));
    speak.disabled = mine?.presence !== "present" || (!place && !state.speaking.is_open);
  };

  /** The first record of a speech that waits for the speaker's word. */
  const drawRecord = (record) => {
    $("do-record").hidden = !record;
    if (!record && model.chosen === "record") model.chosen = "";
    if (!record) return;
    $("record-confirm").dataset.speech = record.speech;
    put($("record-title"), record.item || words.title);
    put($("record-text"), record.record);
  };

  const drawSpeech = () => {
    const { now: speaking, place } = mySpeech();
    const box = $("speech");
    box.hidden = !speaking && !place;
    if (box.hidden) return;
    const left = speaking?.ends_at ? secondsTo(speaking.ends_at) : null;
    const warn = left !== null && left <= setup.warn_seconds;
    box.dataset.tone = left === null ? "" : left < 0 ? "over" : warn ? "warn" : "";
    put($("speech-word"), speaking ? (left === null ? words.speaking : left < 0 ? words.over_time : warn ? words.last_minute : words.speaking) : words.queue.replace("#", place));
    put($("speech-time"), left === null ? "" : left < 0 ? `+${span(left)}` : span(left));
  };

  // ---- what people do ----
  $("do-checkin").addEventListener("click", (event) => act({ type: "checkin" }, words.checked_in, event.currentTarget));
  $("do-return").addEventListener("click", (event) => act({ type: "return" }, words.returned, event.currentTarget));
  $("do-leave").addEventListener("click", (event) => act({ type: "leave", reason: "" }, words.left, event.currentTarget));
  $("do-speak").addEventListener("click", (event) => {
    const { place } = mySpeech();
    act({ type: place ? "unspeak" : "speak" }, place ? words.withdrawn : words.asked, event.currentTarget);
  });
  $("record-confirm").addEventListener("click", (event) => act({ type: "confirm_speech", speech: event.currentTarget.dataset.speech }, words.record_confirmed, event.currentTarget));
  for (const button of document.querySelectorAll("[data-call]")) {
    button.addEventListener("click", async () => {
      const done = await act({ type: "call", what: button.dataset.call }, words.called, button);
      put(button.querySelector("[data-state]"), done ? words.call_sent.replace("#", time()) : words.call_failed);
    });
  }
  const choose = (name) => {
    model.chosen = name === "vote" ? "" : name;
    more(false);
    if (name === "card") { model.over = true; model.push = model.state?.push?.id || ""; }
    if (name === "agenda") showList(model.welcome.meeting, $("agenda-body"), words);
    draw();
    $("main").focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-panel]");
    if (button && button !== document.body) choose(button.dataset.panel);
    const paper = event.target.closest("[data-document]");
    if (paper) {
      event.preventDefault();
      showDocument(paper.dataset.document, model.welcome.meeting, $("document-title"), $("document-body"), words);
      choose("document");
    }
  });
  const more = (open) => {
    $("bar").classList.toggle("is-open", open);
    $("do-more").setAttribute("aria-expanded", String(open));
  };
  $("do-more").addEventListener("click", () => more(!$("bar").classList.contains("is-open")));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && model.chosen) choose("vote"); });

  // ---- the device: sound, light, clock ----
  const sound = $("sound");
  sound.addEventListener("click", () => sound.setAttribute("aria-pressed", String(sound.getAttribute("aria-pressed") !== "true")));
  const beep = () => {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    tone.connect(audio.destination);
    tone.frequency.value = 880;
    tone.start();
    tone.stop(audio.currentTime + 0.12);
    tone.onended = () => audio.close();
  };
  const stayAwake = () => { if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {}); };
  document.addEventListener("visibilitychange", stayAwake);
  stayAwake();
  setInterval(() => { put($("clock"), time()); vote.poll && vote.tick(); drawSpeech(); }, 500);
  draw();
})();
