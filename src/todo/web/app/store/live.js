import { Offline, Problem, request } from './api.js';
import { importTold } from './import-told.js';
import { Pause, backoff } from './turns.js';

const MOST_LISTS = 200;
const PING_EVERY = 5 * 60 * 1000;
const ANSWER_WITHIN = 15 * 1000;
const REST_EVERY = 60 * 1000;
const POLL_EVERY = 30 * 1000;
// Where sockets do not open, while the rest does, it is tried again after so many polls.
const POLLS_A_TRY = 20;
const TRIES = 2;
const STEADY = 5; // seconds that a socket is open which is worth its while

/**
 * Keeps the replica as the service is: by a socket (docs/api/live.md), else by asking again and again.
 * `told` has what the rest hears of it: connection(state), presence(listId, people).
 */
export class Live {
  constructor({ replica, sync, turn, publish, told }) {
    Object.assign(this, { replica, sync, turn, publish, told });
    this.pause = new Pause();
    this.socket = null;
    this.watched = null; // the list that is open
    this.seen = null; // the list in which the service shows us
    this.listening = new Set();
    this.asked = new Set(); // lists whose `hello` is still to come
    this.refused = new Map(); // list id: where it stood when it was refused
    this.accountRevision = undefined;
    this.isStopped = true;
  }

  start() {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.ears = new AbortController();
    const { signal } = this.ears;
    addEventListener('online', () => this.pause.wake(), { signal });
    addEventListener('offline', () => this.leave(), { signal });
    document.addEventListener('visibilitychange', () => this.look(), { signal });
    this.rest = setInterval(() => this.lookAtRest(), REST_EVERY);
    this.loop();
  }

  stop() {
    this.isStopped = true;
    this.ears?.abort();
    clearInterval(this.rest);
    this.leave();
    this.pause.wake();
  }

  /** Look at once whether the service can be reached. */
  look() {
    this.subscribeAll();
    if (document.hidden) return;
    this.pause.wake();
    if (this.socket) this.ping();
  }

  /** Lists beyond those that a socket takes are asked for. */
  lookAtRest() {
    if (this.socket && !document.hidden && this.replica.lists.size > MOST_LISTS) this.sync.run().catch(() => {});
  }

  leave() {
    this.socket?.close();
    this.closed?.();
  }

  // -- the loop ---------------------------------------------------------------------------------

  async loop() {
    const { ears } = this;
    let isFirst = true;
    let failures = 0;
    let unopened = 0;
    let polls = 0;
    while (ears === this.ears && !this.isStopped) {
      let wait;
      try {
        // Who comes back listens first, and then asks what was missed; else what is new shows sooner.
        if (isFirst || unopened || !this.replica.isWhole) await this.sync.run();
        if (this.isStopped) return;
        if (!this.isPolling) this.told.connection('connecting');
        isFirst = false;
        failures += 1;
        this.isPolling = unopened >= TRIES && polls < POLLS_A_TRY;
        if (this.isPolling) {
          polls += 1;
          this.told.connection('live');
          wait = POLL_EVERY;
        } else {
          polls = 0;
          const seconds = await this.listen();
          unopened = seconds === null ? unopened + 1 : 0;
          if (seconds > STEADY) failures = 0;
        }
      } catch (error) {
        if (!(error instanceof Offline) && !(error instanceof Problem)) console.error(error);
        if (error.isOver) return;
        failures += 1;
        // A service that was away may have answered without taking sockets just before.
        if (error instanceof Offline) unopened = 0;
        this.isPolling = false;
        this.told.connection('offline');
        wait = Math.max(backoff(failures), (error.retryAfter || 0) * 1000);
      }
      if (this.isStopped) return;
      if (wait === undefined && !this.isPolling) this.told.connection(navigator.onLine ? 'connecting' : 'offline');
      await this.pause.wait(wait ?? backoff(failures));
      while (this.isPolling && document.hidden && !this.isStopped) await this.pause.wait(POLL_EVERY);
    }
  }

  /** Listen until the socket is closed. How many seconds it was open; null where it never was. */
  async listen() {
    const { body } = await request('POST', '/v1/live/tickets');
    if (this.isStopped) return null;
    return new Promise((resolve) => {
      const socket = new WebSocket(body.url);
      let openedAt = null;
      let timer = setTimeout(() => this.leave(), ANSWER_WITHIN);
      this.socket = socket;
      this.alive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.ping(), PING_EVERY);
      };
      this.ping = () => {
        clearTimeout(timer);
        timer = setTimeout(() => this.leave(), ANSWER_WITHIN);
        this.say({ type: 'ping' });
      };
      this.closed = () => {
        clearTimeout(timer);
        if (this.socket !== socket) return;
        this.socket = null;
        this.listening.clear();
        this.asked.clear();
        this.told.presence(null);
        resolve(openedAt && (Date.now() - openedAt) / 1000);
      };
      socket.onopen = () => {
        openedAt = Date.now();
        this.accountRevision = undefined;
        this.refused.clear();
        this.alive();
        this.subscribeAll();
        this.sync.run().then(() => this.socket === socket && this.told.connection('live'), () => this.leave());
      };
      socket.onmessage = ({ data }) => {
        if (this.socket !== socket) return;
        this.alive();
        const { begun } = this.sync;
        const message = JSON.parse(data);
        this.turn(() => this.socket === socket && this.hear(message, begun)).catch(() => this.leave());
      };
      socket.onclose = this.closed;
    });
  }

  ping() {}

  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  // -- what to listen to ------------------------------------------------------------------------

  /** Say which list is open: others are shown that, and it comes first where there are many. */
  watch(listId) {
    this.watched = listId;
    // Who goes from one list to the next says so in one message.
    queueMicrotask(() => this.subscribeAll());
  }

  /** Listen to what is not listened to yet, and be present in the list that is looked at, and in no other. */
  subscribeAll() {
    if (this.socket?.readyState !== WebSocket.OPEN) return;
    const { asked, listening, watched, seen } = this;
    const { lists, positions } = this.replica;
    // One step after the other: what is said may overtake.
    if (!asked.size) this.seen = document.hidden ? null : watched;
    const turned = seen === this.seen ? [] : [seen, this.seen].filter((id) => listening.has(id));
    const wanted = [...lists.keys()].filter((id) => {
      const isRefused = this.refused.has(id) && this.refused.get(id) === positions.get(id);
      return !isRefused && !listening.has(id) && !asked.has(id);
    });
    wanted.sort((a, b) => (b === watched) - (a === watched));
    if (wanted[0] === watched && !asked.size && listening.size >= MOST_LISTS) {
      const other = [...listening].find((id) => !turned.includes(id));
      listening.delete(other);
      this.say({ type: 'unsubscribe', lists: [other] });
    }
    this.subscribe([...turned, ...wanted.slice(0, MOST_LISTS - listening.size - asked.size)]);
  }

  subscribe(listIds) {
    if (!listIds.length) return;
    for (const id of listIds) this.asked.add(id);
    const { positions } = this.replica;
    const lists = listIds.map((id) => ({ id, since: positions.get(id) ?? 0, quiet: id !== this.seen }));
    this.say({ type: 'subscribe', lists });
  }

  // -- what is heard ----------------------------------------------------------------------------

  /** Apply a message; `begun` is how many syncs had begun when it came: a later one knows of it. */
  async hear(message, begun) {
    const isToSync = this[`hear_${message.type}`]?.(message) && this.sync.begun === begun;
    if (isToSync) await this.sync.pages();
    if (message.type === 'hello') {
      for (const { id, revision, sync } of message.lists) if (sync) this.replica.advance(id, revision);
    }
    if (isToSync || message.type === 'hello') this.subscribeAll();
    this.publish();
  }

  hear_hello({ lists, refused, account_revision: revision }) {
    for (const { id, present } of lists) {
      this.listening.add(id);
      this.asked.delete(id);
      this.told.presence(id, present);
    }
    for (const { id } of refused) {
      this.refused.set(id, this.replica.positions.get(id));
      this.listening.delete(id);
      this.asked.delete(id);
    }
    return this.isBehind(revision) || refused.length > 0 || lists.some((each) => each.sync);
  }

  hear_change(change) {
    const { list_id: id, revision } = change;
    const position = this.replica.positions.get(id);
    if (position === undefined || revision <= position) return false;
    if (revision > position + 1) {
      if (!this.asked.has(id)) this.subscribe([id]);
      return false;
    }
    return !this.replica.tell(change);
  }

  hear_presence({ list_id: id, present }) {
    this.told.presence(id, present);
  }

  /** Sync says what to forget. */
  hear_lost({ list_id: id }) {
    this.listening.delete(id);
    this.told.presence(id, []);
    return true;
  }

  hear_account({ revision }) {
    this.accountRevision = revision;
    return true;
  }

  hear_pong({ revisions, account_revision: revision }) {
    const behind = Object.keys(revisions).filter((id) => (this.replica.positions.get(id) ?? 0) < revisions[id]);
    this.subscribe(behind);
    return this.isBehind(revision) || Object.keys(revisions).length < this.listening.size;
  }

  hear_import({ import: progress }) {
    importTold.value = progress;
  }

  hear_error({ code }) {
    console.warn(`live updates: ${code}`);
    this.leave();
  }

  isBehind(revision) {
    const isOther = this.accountRevision !== undefined && this.accountRevision !== revision;
    this.accountRevision = revision;
    return isOther;
  }
}
