const SCHEMA = 1;
const STORES = { tasks: 'id', lists: 'id', meta: 'name', outbox: 'id', notices: 'id' };
const READ_WITHIN = 3000;
const SAVE_AFTER = 150;
const SAVE_WITHIN = 1000;

/**
 * What is kept on this device, in a database for each account or link. Where there is none, or it is full, everything
 * goes on from memory, and `state` says so ('ok', 'full', 'forbidden'); none of these functions ever fails.
 */
export class Local {
  /** @param {(state: string) => void} told  hears of another `state` */
  constructor(name, told) {
    Object.assign(this, { name, told });
    this.state = 'ok';
    this.db = null;
    this.unsaved = nothing();
    this.isBroken = false; // what is kept of the replica lacks something, and is not to be used
  }

  /**
   * Open it, and hand all that it holds to `take`: `{replica: object|null, entries, notices, isLost}`, where `isLost` says
   * that gestures may have been in it that cannot be read. A device that takes longer than others is not waited for:
   * this resolves, and `take` is called when it is there after all.
   */
  async load(take) {
    const reading = this.read().then(take);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve(true), READ_WITHIN);
    });
    if (await Promise.race([reading, late])) this.tell('forbidden');
    clearTimeout(timer);
  }

  async read() {
    let entries = [];
    let notices = [];
    let isLost = false;
    try {
      this.use(await open(this.name));
      try {
        const held = await readAll(this.db, Object.keys(STORES));
        ({ outbox: entries, notices } = held);
        const meta = Object.fromEntries(held.meta.map((row) => [row.name, row.value]));
        if (meta.schema === SCHEMA && isSound(held)) return { replica: { ...held, ...meta }, entries, notices, isLost };
        await this.startOver(entries, notices);
      } catch {
        const outbox = await readAll(this.db, ['outbox']).catch(() => null);
        isLost = outbox === null;
        entries = outbox?.outbox || [];
        notices = await readAll(this.db, ['notices']).then((held) => held.notices, () => []);
        await this.makeAnew();
        await this.startOver(entries, notices);
      }
    } catch (error) {
      this.fail(isFull(error) ? 'full' : 'forbidden');
    }
    return { replica: null, entries, notices, isLost };
  }

  use(db) {
    this.db = db;
    db.onversionchange = () => this.close();
    db.onclose = () => this.fail('forbidden');
    this.tell('ok');
  }

  async makeAnew() {
    this.close();
    await remove(this.name);
    this.use(await open(this.name));
  }

  /** Begin with an empty replica; what waits to be sent stays. */
  async startOver(entries, notices) {
    await write(this.db, Object.keys(STORES), (stores) => {
      for (const name of ['tasks', 'lists', 'meta']) stores[name].clear();
      stores.meta.put({ name: 'schema', value: SCHEMA });
      for (const entry of entries) stores.outbox.put(entry);
      for (const notice of notices) stores.notices.put(notice);
    });
  }

  // -- gestures and notices: at once ------------------------------------------------------------

  /** Keep a row of the outbox or the notices. */
  keep(store, row) {
    return this.now(store, (rows) => rows.put(row));
  }

  drop(store, ids) {
    return this.now(store, (rows) => ids.forEach((id) => rows.delete(id)));
  }

  async now(store, work) {
    for (let turn = 0; turn < 2 && this.db; turn += 1) {
      try {
        await write(this.db, [store], (stores) => work(stores[store]));
        return;
      } catch (error) {
        if (!isFull(error) || turn) this.fail(isFull(error) ? 'full' : 'forbidden');
        // What can be read anew from the service makes room for what cannot.
        else await this.giveUp();
      }
    }
  }

  // -- the replica: a little later, together ----------------------------------------------------

  /** Keep what changed of the replica, with the token that belongs to it. */
  save(replica, { cleared, tasks, lists }) {
    if (!this.db) return;
    if (cleared) this.unsaved = { ...nothing(), cleared };
    for (const id of tasks) this.unsaved.tasks.set(id, replica.tasks.get(id));
    for (const id of lists) this.unsaved.lists.set(id, rowOf(replica, id));
    const { token, account, isWhole } = replica;
    Object.assign(this.unsaved.meta, { token, account, isWhole });
    this.timer ??= setTimeout(() => whenIdle(() => this.flush()), SAVE_AFTER);
  }

  /** Keep all of the replica, whatever was kept. */
  saveAll(replica) {
    this.isBroken = false;
    const all = { cleared: true, tasks: replica.tasks.byId.keys(), lists: replica.lists.keys() };
    this.save(replica, all);
  }

  async flush() {
    clearTimeout(this.timer);
    this.timer = null;
    const { cleared, tasks, lists, meta } = this.unsaved;
    this.unsaved = nothing();
    if (!this.db || (this.isBroken && !cleared)) return;
    try {
      await write(this.db, ['tasks', 'lists', 'meta'], (stores) => {
        if (cleared) for (const name of ['tasks', 'lists']) stores[name].clear();
        for (const [name, rows] of Object.entries({ tasks, lists })) {
          for (const [id, row] of rows) {
            if (row) stores[name].put(row);
            else stores[name].delete(id);
          }
        }
        for (const [name, value] of Object.entries(meta)) stores.meta.put({ name, value });
        stores.meta.put({ name: 'schema', value: SCHEMA });
      });
      this.isBroken = false;
    } catch (error) {
      if (isFull(error)) await this.giveUp();
      else this.fail('forbidden');
    }
  }

  /** Keep nothing of the replica any more. */
  async giveUp() {
    this.isBroken = true;
    this.tell('full');
    await write(this.db, ['tasks', 'lists', 'meta'], (stores) => {
      for (const store of Object.values(stores)) store.clear();
    }).catch(() => {});
  }

  // -- the end ----------------------------------------------------------------------------------

  fail(state) {
    this.close();
    this.tell(state);
  }

  tell(state) {
    if (this.state === state) return;
    this.state = state;
    this.told(state);
  }

  close() {
    const { db } = this;
    this.db = null;
    if (db) db.onclose = null;
    db?.close();
  }

  /** Forget everything. */
  async wipe() {
    clearTimeout(this.timer);
    this.close();
    await remove(this.name).catch(() => {});
  }
}

/** What others left on this device that was never sent: `[{name, account, pending}]`. */
export async function leftBehind(prefix, mine) {
  const found = [];
  try {
    for (const { name } of (await indexedDB.databases?.()) || []) {
      if (!name.startsWith(prefix) || name === mine) continue;
      const db = await open(name);
      const { meta, outbox } = await readAll(db, ['meta', 'outbox']).finally(() => db.close());
      const pending = new Set(outbox.filter((each) => each.state === 'waiting').map((each) => each.gesture)).size;
      const account = meta.find((row) => row.name === 'account')?.value || null;
      if (pending) found.push({ name, account, pending });
    }
  } catch {
    // Where nothing can be read, nothing is told.
  }
  return found;
}

// A thousand tasks take a frame to be written, which is not to be one in which something is drawn. Safari knows no idle.
function whenIdle(work) {
  if (globalThis.requestIdleCallback) requestIdleCallback(work, { timeout: SAVE_WITHIN });
  else work();
}

function nothing() {
  return { cleared: false, tasks: new Map(), lists: new Map(), meta: {} };
}

function rowOf(replica, id) {
  const list = replica.lists.get(id);
  return list && { id, list, position: replica.positions.get(id) };
}

function isSound({ tasks, lists }) {
  const isTask = (each) => typeof each.id === 'string' && typeof each.list_id === 'string' && typeof each.title === 'string';
  const isList = ({ list }) => typeof list?.title === 'string' && Array.isArray(list.members);
  return tasks.every(isTask) && lists.every(isList);
}

function isFull(error) {
  return error?.name === 'QuotaExceededError';
}

function open(name) {
  return new Promise((resolve, reject) => {
    // Without a version: whatever there is is opened, that of a later version of the page, too.
    const asked = indexedDB.open(name);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(store, { keyPath });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

function remove(name) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.deleteDatabase(name);
    asked.onsuccess = asked.onblocked = () => resolve();
    asked.onerror = () => reject(asked.error);
  });
}

async function readAll(db, names) {
  const tx = db.transaction(names);
  const read = names.map((name) => {
    return new Promise((resolve, reject) => {
      const asked = tx.objectStore(name).getAll();
      asked.onsuccess = () => resolve([name, asked.result]);
      asked.onerror = () => reject(asked.error);
    });
  });
  return Object.fromEntries(await Promise.all(read));
}

function write(db, names, work) {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(names, 'readwrite');
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error || new Error('aborted'));
    work(Object.fromEntries(names.map((name) => [name, tx.objectStore(name)])));
    // Whoever closes the page now has done it all the same.
    tx.commit();
  });
}
