// Voting at the seat: the keys and the ballot. A key is lit when the server has acknowledged the press, never before.
// In a secret vote no key is ever lit and none looks different from another: only "recorded" and the receipt are shown.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});
  const { now, secondsTo, span } = parts.clock;

  const $ = (id) => document.getElementById(id);
  const MARKS = ["for", "against", "abstain"];

  class Vote {
    constructor(words, link, told) {
      Object.assign(this, { words, link, told, poll: null, press: null, marks: new Map(), written: [], order: "" });
      this.keys = [...document.querySelectorAll(".st-key")];
      for (const key of this.keys) key.addEventListener("click", () => this.#pressed(key.dataset.choice));
      $("vote-ballot").addEventListener("submit", (event) => { event.preventDefault(); this.#cast(); });
      $("written-add").addEventListener("click", () => this.#write());
      $("written-name").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.#write(); } });
      $("ballot-list").addEventListener("click", (event) => {
        const mark = event.target.closest(".st-mark");
        if (mark) this.#mark(mark.closest("li").dataset.name, mark.dataset.mark);
      });
      document.addEventListener("keydown", (event) => this.#key(event));
    }

    /** The state of the hall or one's own has changed. */
    update(poll, mine, attendee) {
      const fresh = poll?.id !== this.poll?.id;
      if (fresh) this.#forget();
      else if (poll && poll.state !== "open" && this.press && this.press.state !== "recorded") this.#tooLate();
      this.poll = poll;
      this.mine = mine;
      this.attendee = attendee;
      const known = mine?.press && mine.press.poll === poll?.id ? mine.press : null;
      if (known && (!this.press || this.press.state === "recorded")) this.press = { ...this.press, state: "recorded", receipt: known.receipt, number: known.number };
      if (fresh && poll) this.#lay();
      this.draw();
    }

    get isOpen() { return this.poll?.state === "open"; }
    get isSecret() { return this.poll?.secrecy === "secret"; }
    get isElection() { return this.poll?.kind === "election"; }
    get isVoter() { return this.attendee?.role === "member" && !this.attendee.is_remote && Boolean(this.mine); }
    get mayPress() {
      if (!this.isOpen || !this.isVoter || this.poll.manner !== "key" || this.mine.presence !== "present") return false;
      if (this.press?.state === "sent" || this.press?.state === "lost") return false;
      return !(this.press?.state === "recorded" && this.poll.counts === "first");
    }

    draw() {
      const { poll, words } = this;
      if (!poll) return;
      const kind = this.isSecret ? words.secret : words.open;
      $("vote-kind").textContent = poll.attempt > 1 ? `${kind} · ${words.attempt.replace("#", poll.attempt)}` : kind;
      $("vote-open-icon").hidden = this.isSecret;
      $("vote-secret-icon").hidden = !this.isSecret;
      $("vote-title").textContent = poll.title;
      $("vote-text").textContent = poll.text || (this.isElection ? "" : this.#names().join("、"));
      $("panel-vote").classList.toggle("is-secret", this.isSecret);
      const manual = poll.manner === "hands" || !this.isVoter;
      $("vote-keys").hidden = this.isElection || manual;
      $("vote-ballot").hidden = !this.isElection || manual;
      this.#drawKeys();
      if (this.isElection) this.#drawBallot();
      this.#say();
      this.told.drawn();
      this.tick();
    }

    tick() {
      const left = $("vote-left");
      left.hidden = !(this.isOpen && this.poll.closes_at);
      if (!left.hidden) left.textContent = span(Math.max(0, secondsTo(this.poll.closes_at)));
    }

    // ---- one press ----
    async #pressed(choice) {
      if (!this.mayPress) return;
      const number = (this.press?.number || 0) + 1;
      const before = this.press;
      const press = { id: this.link.newId(), poll: this.poll.id, number, choice, state: this.link.connected ? "sent" : "lost", at: now() };
      this.press = press;
      this.draw();
      let answer;
      do {
        answer = await this.link.send({ type: "press", id: press.id, poll: press.poll, number, choice }, { keep: true });
        const again = answer.type === "refused" && (answer.code === "unavailable" || answer.code === "too-many");
        if (!again || this.press !== press) break;
        press.state = "lost";
        this.draw();
        await new Promise((done) => setTimeout(done, 1000 + Math.random() * 1000));
      } while (this.press === press);
      if (this.press !== press) return;
      if (answer.type === "ack") {
        press.state = "recorded";
        press.receipt = answer.receipt;
        const another = answer.counted && answer.counted !== press.id; // pressed before, perhaps at another terminal
        if (this.isSecret || another) { press.choice = null; this.#unmark(); } // not kept once it is recorded
        this.told.recorded();
      } else if (answer.type === "refused") {
        this.press = { ...before, refused: answer.message[document.documentElement.lang] || answer.message.en, state: before?.state || "" };
      }
      this.draw();
    }

    /** The connection came or went: what is under way is "sent" or not recorded. */
    linked(connected) {
      if (!this.press || !["sent", "lost"].includes(this.press.state)) return;
      this.press.state = connected ? "sent" : "lost";
      this.draw();
    }

    #tooLate() {
      this.link.drop(this.press.id);
      this.press = { state: "late" };
    }

    #forget() {
      if (this.press?.id) this.link.drop(this.press.id);
      this.press = null;
      this.marks.clear();
      this.written = [];
      this.order = "";
    }

    #key(event) {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches?.("input, textarea")) return;
      if ($("panel-vote").hidden || $("vote-keys").hidden || !/^[1-3]$/.test(event.key)) return;
      const key = [...$("vote-keys").children][Number(event.key) - 1];
      key.focus();
      this.#pressed(key.dataset.choice);
    }

    // ---- keys ----
    #lay() {
      const order = [...MARKS];
      // Where the operator asked for it, every seat has its own order: the way of the hand then says nothing.
      if (this.isSecret && this.poll.options?.shuffle) {
        for (let last = order.length - 1; last > 0; last -= 1) {
          const other = crypto.getRandomValues(new Uint32Array(1))[0] % (last + 1);
          [order[last], order[other]] = [order[other], order[last]];
        }
      }
      order.forEach((choice, place) => {
        const key = this.keys.find((one) => one.dataset.choice === choice);
        $("vote-keys").append(key);
        key.querySelector(".st-key-number").textContent = place + 1;
        key.setAttribute("aria-keyshortcuts", place + 1);
      });
    }

    #drawKeys() {
      const state = this.press?.state || "";
      for (const key of this.keys) {
        const mine = !this.isSecret && this.press?.choice === key.dataset.choice;
        const lit = mine && state === "recorded";
        key.dataset.state = mine ? state : "";
        key.setAttribute("aria-pressed", String(lit));
        key.disabled = !this.mayPress;
        const word = mine ? { sent: this.words.sent, lost: this.words.not_recorded, recorded: this.words.recorded }[state] || "" : "";
        key.querySelector("[data-state]").textContent = word;
      }
    }

    // ---- the ballot of an election ----
    #listed() { return this.poll?.names || []; }
    #names() { return this.#listed().map((one) => one.name); }
    #forCount() { return [...this.marks.values()].filter((mark) => mark === "for").length; }
    #unmark() { this.marks.clear(); this.written = []; }

    #mark(name, mark) {
      if (!this.mayPress) return;
      if (this.marks.get(name) === mark) this.marks.delete(name);
      else this.marks.set(name, mark);
      this.draw();
    }

    #write() {
      const field = $("written-name");
      const name = field.value.trim();
      if (!name || !this.mayPress) return;
      if (!this.#names().includes(name) && !this.written.includes(name)) this.written.push(name);
      this.marks.set(name, "for");
      field.value = "";
      this.order = "";
      this.draw();
      field.focus();
    }

    #drawBallot() {
      const names = [...this.#names(), ...this.written];
      const list = $("ballot-list");
      if (this.order !== names.join("\n")) {
        this.order = names.join("\n");
        list.replaceChildren(...names.map((name, place) => {
          const row = $("candidate").content.cloneNode(true).firstElementChild;
          row.dataset.name = name;
          const label = row.querySelector("[data-name]");
          label.id = `candidate-${place}`;
          label.textContent = name;
          row.querySelector(".st-marks").setAttribute("aria-labelledby", label.id);
          if (this.written.includes(name)) for (const mark of row.querySelectorAll(".st-mark:not([data-mark=for])")) mark.hidden = true;
          return row;
        }));
      }
      for (const row of list.children) {
        for (const mark of row.querySelectorAll(".st-mark")) {
          mark.setAttribute("aria-pressed", String(this.marks.get(row.dataset.name) === mark.dataset.mark));
          mark.disabled = !this.mayPress;
        }
      }
      const count = this.#forCount();
      const over = count > this.poll.seats;
      const said = this.words.marked.replace("#", count).replace("%", this.poll.seats);
      $("ballot-count").textContent = over ? `${said} ${this.words.over}` : said;
      $("ballot-count").dataset.tone = over ? "bad" : "";
      $("ballot-written").hidden = !(this.poll.options?.write_ins ?? true);
      for (const field of [$("written-name"), $("written-add"), $("ballot-send")]) field.disabled = !this.mayPress;
      $("ballot-send").querySelector("[data-word]").textContent = this.#sendWord(over);
    }

    #sendWord(over) {
      if (over) return this.words.cast_void;
      if (this.press?.state !== "recorded") return this.words.cast;
      return this.poll.counts === "last" ? this.words.cast_again : this.words.recorded;
    }

    #cast() {
      if (!this.mayPress) return;
      // An over-marked ballot is void by law: it is said, and sent only when the voter presses once more.
      if (this.#forCount() > this.poll.seats && !this.sure) {
        this.sure = true;
        $("vote-said").textContent = this.words.over_sure;
        $("vote-said").dataset.tone = "bad";
        return;
      }
      this.sure = false;
      const marks = Object.fromEntries(this.#listed().filter((one) => this.marks.has(one.name)).map((one) => [one.id, this.marks.get(one.name)]));
      this.#pressed({ marks, write_ins: this.written.filter((name) => this.marks.has(name)) });
    }

    // ---- what is said under the keys ----
    #say() {
      const { press, words, poll, mine } = this;
      let [text, tone] = ["", ""];
      if (poll.manner === "hands") [text, tone] = [words.hands, "note"];
      else if (this.attendee?.is_remote) [text, tone] = [words.remote, "note"];
      else if (!this.isVoter) [text, tone] = [words.not_entitled, "note"];
      else if (mine.presence !== "present") [text, tone] = [words.check_in_first, "bad"];
      else if (!press && mine.has_fault) [text, tone] = [words.fault, "bad"];
      else if (!press) [text, tone] = [this.isElection ? "" : words.not_pressed, "note"];
      else if (press.state === "sent") [text, tone] = [words.sent, "note"];
      else if (press.state === "lost") [text, tone] = [words.lost, "bad"];
      else if (press.state === "late") [text, tone] = [words.late, "bad"];
      else if (press.refused) [text, tone] = [press.refused, "bad"];
      else if (press.state === "recorded") [text, tone] = [`${words.recorded_with.replace("#", press.receipt || "—")}${poll.counts === "last" && this.isOpen ? ` ${words.may_change}` : ""}`, "good"];
      const said = $("vote-said");
      if (said.textContent !== text) {
        said.textContent = text;
        if (this.isElection) requestAnimationFrame(() => said.scrollIntoView({ block: "nearest" })); // a long ballot may have pushed it out of sight
      }
      said.dataset.tone = tone;
    }
  }

  parts.Vote = Vote;
})();
