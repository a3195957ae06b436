import { batch, signal } from '../preact.js';
import { request } from './api.js';
import { isEntry } from './entry.js';
import { Live } from './live.js';
import { Local } from './local.js';
import { Notices } from './notices.js';
import { Outbox } from './outbox.js';
import { Replica } from './replica.js';
import { Shown } from './shown.js';
import { Sync } from './sync.js';
import { joinTabs } from './tabs.js';
import { makeTurns } from './turns.js';
import { sameField } from './values.js';

const TOLD_WITHIN = 1500; // by the socket, of what was sent from here
const TOGETHER = 40;
const NOBODY = Object.freeze([]);

/** All that belongs to one person, or one link, while they are here. */
export class World {
  /**
   * @param {string} name  of the database and the lock
   * @param {{status(changes), account(account)}} told
   */
  constructor(name, told) {
    this.name = name;
    this.told = told;
    this.replica = new Replica();
    this.shown = new Shown();
    this.presence = new Map(); // list id: signal
    this.local = new Local(name, (storage) => told.status({ storage }));
    this.notices = new Notices(this.shelf('notices', 'notice'));
    this.turn = makeTurns();
    const publish = () => this.publish();
    this.sync = new Sync(this.replica, this.turn, publish);
    this.outbox = new Outbox({
      replica: this.replica,
      sync: this.sync,
      shelf: this.shelf('outbox', 'entry'),
      told: {
        changed: publish,
        drained: publish,
        unreachable: () => this.live.look(),
        reached: () => this.live.look(),
        conflict: (found) => this.conflict(found),
        refused: (refusal) => this.notices.refuse(refusal),
      },
    });
    this.live = new Live({
      replica: this.replica,
      sync: this.sync,
      turn: this.turn,
      publish: () => this.publishSoon(),
      told: {
        connection: (connection) => this.connection(connection),
        presence: (listId, people) => this.note(listId, people),
      },
    });
    this.draft = this.outbox.draft();
    this.shownAt = -TOGETHER;
  }

  /** Show what is kept here, then go on with the service. Resolves when it is known what waits to be sent. */
  start() {
    this.begun = this.begin();
    return this.begun;
  }

  async begin() {
    this.tabs = await joinTabs(this.name, (message) => this.hear(message), () => this.lead());
    this.wasFirst = this.leads;
    await this.local.load((held) => this.take(held));
    if (this.isStopped) {
      this.tabs.leave();
      return;
    }
    // From here on what changes is kept; what was kept is shown.
    this.isLoaded = true;
    this.told.status({ pending: this.outbox.pending });
    this.tabs.say({ type: 'hi' });
    this.ears = new AbortController();
    const { signal: over } = this.ears;
    const online = () => this.outbox.pause.wake();
    addEventListener('online', online, { signal: over });
    const leave = () => document.hidden && this.local.flush();
    addEventListener('visibilitychange', leave, { signal: over, capture: true });
    addEventListener('pagehide', () => this.local.flush(), { signal: over });
    if (!this.isPaused) this.live.start();
  }

  /** Take over what is kept here. Where that took its time, the service is asked already, and knows better. */
  async take({ replica, entries, notices, isLost }) {
    if (this.isLoaded) await this.turn(() => replica && this.replica.token === null && this.restore(replica));
    else if (replica) this.restore(replica);
    if (this.isStopped) {
      this.local.close();
      return;
    }
    // What was done in the meantime.
    for (const entry of this.outbox.queue) this.local.keep('outbox', entry);
    this.notices.take(notices);
    const isUnread = isLost || !entries.every(isEntry);
    if (isUnread) this.notices.refuse({ id: 'damaged', says: '', problem: { code: 'damaged' }, operations: [] });
    if (this.leads && (this.isLoaded || !this.wasFirst)) this.local.saveAll(this.replica);
    this.outbox.take(entries.filter(isEntry));
  }

  restore({ lists, tasks, token = null, account = null, isWhole = false }) {
    const { replica } = this;
    for (const { list, position } of lists) {
      replica.putList(list);
      if (position !== undefined) replica.positions.set(list.id, position);
    }
    for (const task of tasks) replica.put(task);
    Object.assign(replica, { token, account, isWhole });
    this.told.status({ loading: !isWhole });
  }

  /** Stop speaking to the service; what is here stays, and can be changed. */
  pause() {
    this.isPaused = true;
    this.live.stop();
    this.outbox.isStopped = true;
    this.outbox.pause.wake();
    this.told.status({ connection: 'offline' });
  }

  resume() {
    this.isPaused = false;
    this.outbox.isStopped = false;
    if (this.isLoaded) this.live.start();
  }

  /** Leave; with `wipe`, nothing stays on this device. */
  async stop({ wipe = false } = {}) {
    this.pause();
    this.isStopped = this.sync.isStopped = true;
    this.ears?.abort();
    clearTimeout(this.timer);
    clearTimeout(this.soon);
    if (wipe) await this.local.wipe();
    else await this.local.flush().finally(() => this.local.close());
    this.tabs?.leave();
  }

  // -- what is seen -----------------------------------------------------------------------------

  /** Show what is told: at once, or where much is told, a little later together. */
  publishSoon() {
    if (this.soon) return;
    const left = TOGETHER - (performance.now() - this.shownAt);
    if (left > 0) this.soon = setTimeout(() => this.publish(), left);
    else this.publish();
  }

  /** Show what became of everything. */
  publish() {
    if (this.isStopped) return;
    clearTimeout(this.soon);
    this.soon = null;
    this.shownAt = performance.now();
    const { replica, outbox, shown } = this;
    outbox.settle();
    const changed = replica.take();
    if (this.leads && this.isLoaded) this.local.save(replica, changed);
    const before = this.draft;
    this.draft = outbox.draft();
    const tasks = new Set([...changed.tasks, ...before.tasks.keys(), ...this.draft.tasks.keys()]);
    const lists = new Set([...changed.lists, ...before.lists.keys(), ...this.draft.lists.keys()]);
    batch(() => {
      shown.update(this.draft, tasks, lists);
      if (this.leads) this.notices.refresh((row) => this.theirs(row));
      this.told.status({ pending: this.isLoaded ? outbox.pending : null });
      if (replica.isWhole) this.told.status({ loading: false });
      this.told.known(replica);
    });
    outbox.send();
    this.catchUp();
  }

  theirs({ taskId, listId }) {
    return taskId ? this.replica.tasks.get(taskId) : this.replica.lists.get(listId);
  }

  /** See to it that what was done from here comes back. */
  catchUp() {
    if (this.timer || this.isPaused || !this.outbox.hasDone) return;
    const look = () => {
      this.timer = null;
      if (this.isPaused || this.outbox.isSending || !this.outbox.hasDone) return;
      this.sync.run().catch(() => {});
    };
    this.timer = setTimeout(look, this.live.socket ? TOLD_WITHIN : 0);
  }

  connection(connection) {
    this.told.status({ connection });
    if (connection !== 'live') return;
    this.outbox.pause.wake();
    this.outbox.send();
  }

  present(listId) {
    if (!this.presence.has(listId)) this.presence.set(listId, signal(NOBODY));
    return this.presence.get(listId);
  }

  note(listId, people) {
    if (listId) this.present(listId).value = people;
    else for (const each of this.presence.values()) each.value = NOBODY;
  }

  // -- what is done -----------------------------------------------------------------------------

  act(gesture) {
    return this.outbox.act(gesture, this.draft);
  }

  undo(gesture) {
    return this.outbox.undo(gesture, this.draft);
  }

  resolve(id, whose) {
    const row = this.notices.drop(id);
    if (!row || whose !== 'mine') return null;
    const changes = Object.fromEntries(Object.entries(row.changes).map(([name, { mine }]) => [name, mine]));
    const operation = row.taskId ? { do: 'update_task', id: row.taskId } : { do: 'update_list', id: row.listId };
    return this.act({ says: row.says, operations: [{ ...operation, changes }] });
  }

  /** Tell of a conflict at once, and by whom it is as soon as that is known. */
  async conflict(found) {
    this.notices.conflict(found);
    const { taskId, listId } = found;
    const path = taskId ? `/v1/tasks/${taskId}` : `/v1/lists/${listId}`;
    const { body } = await request('GET', `${path}/activity?limit=50`).catch(() => ({ body: [] }));
    const isIt = ({ changes }) => Object.keys(found.changes).some((name) => {
      return changes[name] && sameField(name, changes[name].after, found.changes[name].theirs);
    });
    const by = body.find(isIt)?.actor_name;
    const row = this.notices.conflicts.value.find((each) => each.taskId === taskId && each.listId === listId);
    if (by && row) this.notices.put({ ...row, by });
  }

  // -- other tabs -------------------------------------------------------------------------------

  /** Where rows of a store are kept, and told to the other tabs. */
  shelf(store, type) {
    return {
      keep: async (row) => {
        await this.local.keep(store, row);
        this.tabs?.say({ type, rows: [row] });
      },
      drop: async (ids) => {
        if (!ids.length) return;
        await this.local.drop(store, ids);
        this.tabs?.say({ type, gone: ids });
      },
    };
  }

  lead() {
    this.leads = this.outbox.leads = true;
    // What the one before wrote last is not known.
    if (this.isLoaded) this.local.saveAll(this.replica);
    this.outbox.send();
  }

  hear({ type, rows = [], gone = [] }) {
    if (this.isStopped || !this.isLoaded) return;
    const { outbox, notices } = this;
    if (type === 'hi') {
      // What could not be kept is known here alone.
      this.tabs.say({ type: 'entry', rows: outbox.queue });
      this.tabs.say({ type: 'notice', rows: [...notices.rows.values()] });
    } else {
      const known = type === 'entry' ? outbox : notices;
      known.take(rows);
      known.forget(gone);
    }
  }
}
