// The seat's connection: the terminal protocol (docs/conference/terminal-protocol.md) and nothing else.
//
// A press that was not acknowledged stays here, in memory only, and is sent again under the same id after every reconnect:
// the server takes it once. Everything else that was under way when the connection broke is reported as not done.
(() => {
  "use strict";
  const parts = (window.huitangConference ??= {});

  const SUBPROTOCOL = "huitang.terminal.v1";
  const PING_EVERY = 5000;
  const DEAF_AFTER = 11000; // no word from the server for so long: the connection is dead, whatever the browser thinks
  const LONGEST_WAIT = 10000;

  const random = () => crypto.getRandomValues(new Uint32Array(3)).reduce((text, part) => text + part.toString(36), "");

  class Link {
    /** `heard(message)` gets every message of the server, `changed(connected)` when the connection comes or goes. */
    constructor(address, { heard, changed, client }) {
      Object.assign(this, { address, heard, changed, client });
      this.connected = false;
      this.waiting = new Map(); // id → { message, settle, kept }
      this.tries = 0;
      this.retry = 1000;
      this.sequence = 0;
      this.over = false; // the server said that connecting again would not help
      addEventListener("online", () => this.#now());
      addEventListener("offline", () => this.#close());
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#now(); });
      setInterval(() => this.#beat(), 1000);
      this.#open();
    }

    /** Sends a message; answers with the `ack` or `refused` that came, or { type: "lost" } when it may not have arrived.
        `keep`: sent again until it is answered or `drop(id)`. */
    send(message, { keep = false } = {}) {
      const id = message.id || random();
      const sent = { ...message, id };
      return new Promise((settle) => {
        this.waiting.set(id, { message: sent, settle, kept: keep });
        if (this.connected) this.#put(sent);
        else if (!keep) this.#settle(id, { type: "lost", id });
      });
    }

    /** What was kept is not to be sent again. */
    drop(id) { this.#settle(id, { type: "dropped", id }); }

    newId() { return random(); }

    #put(message) { this.socket.send(JSON.stringify(message)); }

    #settle(id, answer) {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      waiting?.settle(answer);
    }

    #open() {
      clearTimeout(this.timer);
      if (this.over) return;
      const socket = new WebSocket(this.address, SUBPROTOCOL);
      this.socket = socket;
      this.lastHeard = Date.now();
      socket.addEventListener("message", (event) => { if (socket === this.socket) this.#hear(JSON.parse(event.data)); });
      socket.addEventListener("close", () => { if (socket === this.socket) this.#lost(); });
    }

    #hear(message) {
      this.lastHeard = Date.now();
      if (message.type === "welcome") this.#welcomed(message);
      if (message.sequence) this.sequence = message.sequence;
      if (message.type === "bye") {
        this.over = message.retry_ms === null;
        this.retry = message.retry_ms ?? this.retry;
      }
      this.heard(message);
      if ((message.type === "ack" || message.type === "refused") && message.id) this.#settle(message.id, message);
    }

    #welcomed(message) {
      const first = !this.connected;
      this.retry = message.retry_ms;
      this.tries = 0;
      this.connected = true;
      if (!first) return;
      this.#put({ type: "hello", id: random(), versions: [1], client: this.client, capabilities: ["touch", "display"], last_sequence: this.sequence });
      this.changed(true);
      for (const { message: kept } of this.waiting.values()) this.#put(kept);
    }

    #lost() {
      const was = this.connected;
      this.connected = false;
      this.socket = null;
      for (const [id, { kept }] of [...this.waiting]) if (!kept) this.#settle(id, { type: "lost", id });
      if (was || this.tries === 0) this.changed(false);
      this.tries += 1;
      // Half of the wait is chance: a thousand seats that lost one server must not all come back in the same moment.
      const wait = Math.min(LONGEST_WAIT, this.retry * 2 ** Math.min(this.tries - 1, 5));
      this.timer = setTimeout(() => this.#open(), wait * (0.5 + Math.random() / 2));
    }

    #close() {
      const socket = this.socket;
      if (!socket) return;
      this.#lost();
      socket.close();
    }

    #now() { if (!this.socket) this.#open(); }

    #beat() {
      if (!this.socket || this.socket.readyState > 1) return;
      const silence = Date.now() - this.lastHeard;
      if (silence > DEAF_AFTER) this.#close();
      else if (this.connected && silence > PING_EVERY && silence % PING_EVERY < 1000) this.#put({ type: "ping", id: random(), t: Date.now() });
    }
  }

  parts.Link = Link;
})();
