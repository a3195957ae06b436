import { Offline, Problem, request } from './api.js';
import { Draft } from './foresight.js';
import { newId } from './ids.js';
import { Pause, backoff } from './turns.js';
import { sameField } from './values.js';

const FORMAT = 1;
const MOST_OPERATIONS = 500;
const MOST_CHARACTERS = 300_000; // of which each may be three bytes of the 1 MiB of a request
const KEPT_SENT = 30;
const MOST_FAULTS = 8;
// Of these the last writer wins without a word.
const PLACES = ['order', 'after'];

/**
 * Gestures on their way: kept, sent in their order, each as one atomic batch under a key of its own.
 *
 * An entry is `waiting`; `done` when the service did it and the replica may not have it yet; then `sent`, to be undone.
 * `body` is what was sent of it, which is sent again under the same key until there is an answer.
 */
export class Outbox {
  /**
   * @param {{keep(entry): Promise, drop(ids: string[]): Promise}} shelf  where entries are kept
   * @param {{changed(), conflict(found), refused(refusal)}} told
   */
  constructor({ replica, sync, shelf, told }) {
    Object.assign(this, { replica, sync, shelf, told });
    this.entries = new Map();
    this.withdrawn = new Map(); // gestures that were taken back before they were sent, by what took them back
    this.since = new Map(); // ids of entries that were done, and how many syncs had begun by then
    this.pause = new Pause();
    this.leads = false;
    this.isStopped = false;
  }

  // -- what is in it ----------------------------------------------------------------------------

  /** All entries in their order. */
  get queue() {
    return [...this.entries.values()].sort((a, b) => a.seq - b.seq || (a.id < b.id ? -1 : 1));
  }

  of(gesture) {
    return this.queue.filter((entry) => entry.gesture === gesture);
  }

  /** How many gestures are not done yet. */
  get pending() {
    return new Set(this.effective().filter((entry) => entry.state === 'waiting').map((entry) => entry.gesture)).size;
  }

  /** The entries that are to be seen: neither sent, nor taken back before they were. */
  effective() {
    const { queue } = this;
    const undone = new Set(queue.filter((entry) => entry.undoes).map((entry) => entry.undoes));
    const isTaken = (entry) => undone.has(entry.gesture) && entry.state === 'waiting' && !entry.body;
    const isIdle = (entry) => entry.undoes && entry.state === 'waiting' && this.of(entry.undoes).every(isTaken);
    return queue.filter((entry) => entry.state !== 'sent' && !isTaken(entry) && !isIdle(entry));
  }

  /** What views see. */
  draft() {
    const draft = this.over();
    for (const entry of this.effective()) draft.apply(entry);
    return draft;
  }

  over() {
    const draft = new Draft(this.replica);
    draft.memory = this.queue;
    return draft;
  }

  // -- what is put in ---------------------------------------------------------------------------

  /** Write a gesture down, over what is seen; it becomes several where it is too large. Its id. */
  act({ says, operations }, draft) {
    const gesture = newId();
    for (const part of portions(operations.map(withId))) {
      const entry = this.entry(gesture, says);
      entry.operations = part;
      entry.base = part.map((operation) => baseOf(operation, draft));
      entry.images = draft.apply(entry);
      this.put(entry);
    }
    return gesture;
  }

  /** Take a gesture back. The id of the gesture that does so, which can be taken back as well; null without either. */
  undo(gesture, draft) {
    const again = this.withdrawn.get(gesture);
    if (again) return this.act(again, draft);
    const entries = this.of(gesture);
    if (!entries.length) return null;
    const entry = this.entry(newId(), entries[0].says);
    entry.undoes = gesture;
    entry.images = entries.flatMap((each) => each.images || []).reverse();
    entry.images = entry.images.map(({ from, to, ...image }) => ({ ...image, from: to, to: from }));
    draft.apply(entry);
    const unsent = entries.filter((each) => !each.undoes && each.state === 'waiting' && !each.body);
    if (unsent.length === entries.length) {
      const operations = unsent.flatMap((each) => each.operations);
      this.withdrawn.set(entry.gesture, { says: entry.says, operations });
    }
    this.put(entry);
    return entry.gesture;
  }

  entry(gesture, says) {
    // What is kept from before may not be read yet: it comes first.
    const seq = Math.max(Date.now(), ...[...this.entries.values()].map((each) => each.seq + 1));
    const at = new Date().toISOString();
    return { format: FORMAT, id: newId(), gesture, says, seq, at, state: 'waiting', attempt: 0, body: null, rev: 0 };
  }

  put(entry) {
    this.entries.set(entry.id, entry);
    this.shelf.keep(entry).then(() => this.send());
    this.told.changed();
  }

  /** Take over what another tab, or the time before, knows of entries. */
  take(entries) {
    for (const entry of entries) {
      const known = this.entries.get(entry.id);
      if (entry.rev < (known?.rev ?? 0)) continue;
      // Where the other tab has what was done, this one may still wait for it.
      const isAhead = entry.state === 'sent' && known && known.state !== 'sent';
      this.entries.set(entry.id, isAhead ? { ...entry, state: 'done' } : entry);
    }
    this.told.changed();
    this.send();
  }

  forget(ids) {
    for (const id of ids) this.entries.delete(id);
    this.told.changed();
  }

  save(entry) {
    entry.rev += 1;
    return this.shelf.keep(entry);
  }

  drop(entries) {
    for (const entry of entries) this.entries.delete(entry.id);
    return this.shelf.drop(entries.map((entry) => entry.id));
  }

  // -- sending ----------------------------------------------------------------------------------

  /** Send what waits, if this is the tab that does so; harmless at any time. */
  async send() {
    if (this.isSending || !this.leads || this.isStopped || !this.replica.isWhole || !this.next()) return;
    this.isSending = true;
    let failures = 0;
    try {
      for (let entry = this.next(); entry && !this.isStopped; entry = this.next()) {
        try {
          // What was never tried can be taken back without a word.
          if (!navigator.onLine) throw new Offline();
          await this.attempt(entry);
          if (failures) this.told.reached();
          failures = 0;
        } catch (error) {
          if (error.isOver) return;
          if (error.code === 'internal_error' && failures >= MOST_FAULTS) await this.refuse(entry, error);
          else if (error instanceof Offline || error.passes) {
            failures += 1;
            if (error instanceof Offline) this.told.unreachable();
            await this.pause.wait(Math.max(backoff(failures), (error.retryAfter || 0) * 1000));
          } else throw error;
        }
        if (this.isStopped) return;
        this.told.changed();
      }
    } finally {
      this.isSending = false;
    }
    this.told.drained();
  }

  /** Deliver an entry, and do what an answer that is no success asks for. Throws what may pass, or ends it all. */
  async attempt(entry) {
    // What was never tried can be taken back without a word.
    if (!navigator.onLine) throw new Offline();
    try {
      await (entry.undoes ? this.deliverUndo(entry) : this.deliver(entry));
    } catch (error) {
      if (!(error instanceof Problem) || error.passes || error.isOver) throw error;
      await this.answer(entry, error);
    }
  }

  next() {
    return this.queue.find((entry) => entry.state === 'waiting');
  }

  async deliver(entry) {
    if (!entry.body) {
      if (this.queue.some((other) => other.undoes === entry.gesture)) {
        this.withdraw(entry);
        return;
      }
      const { operations, base, body, conflicts } = this.prepare(entry);
      Object.assign(entry, { operations, base });
      for (const conflict of conflicts) this.told.conflict(conflict);
      if (!body.length) {
        await this.drop([entry]);
        return;
      }
      entry.body = body;
      entry.attempt += 1;
      await this.save(entry);
    }
    const { body, headers } = await request('POST', '/v1/batch', {
      body: { operations: entry.body },
      headers: { 'Idempotency-Key': `${entry.id}-${entry.attempt}` },
    });
    entry.operationId = headers.get('X-Operation-Id');
    await this.finish(entry, body.results);
  }

  /** Note that an entry is done; a sync that begins from now on knows of it. */
  finish(entry, results) {
    entry.state = 'done';
    entry.results = results;
    entry.body = null;
    const sent = this.queue.filter((each) => each.state === 'sent');
    this.drop(sent.slice(0, Math.max(0, sent.length - KEPT_SENT)));
    return this.save(entry);
  }

  withdraw(entry) {
    const made = madeBy(entry);
    const gone = this.queue.filter((each) => each === entry || (!each.body && !each.undoes && isAbout(each, made)));
    return this.drop(gone.filter((each) => each.state === 'waiting'));
  }

  /** Where the entries are that were done: they need not be seen any more once the replica has them. */
  settle() {
    const draft = this.over();
    for (const entry of this.queue) {
      if (entry.state !== 'done') continue;
      // Without a number it was done in another tab, or before: a sync from now on.
      if (!this.since.has(entry.id)) this.since.set(entry.id, this.sync.begun);
      const isIn = !entry.undoes && entry.operations.every((each, at) => draft.isIn(each, entry.results?.[at]));
      if (!isIn && this.sync.ended <= this.since.get(entry.id)) continue;
      this.adopt(entry);
      entry.state = 'sent';
      if (this.leads) this.save(entry);
    }
  }

  get hasDone() {
    return this.queue.some((entry) => entry.state === 'done');
  }

  /** Let the entry that builds on what was written here build on how the service writes it. */
  adopt(entry) {
    const later = this.queue.filter((each) => each.seq > entry.seq && each.state === 'waiting');
    entry.operations?.forEach((operation, at) => {
      const held = this.replica.tasks.get(operation.id) || this.replica.lists.get(operation.id);
      if (!operation.changes || held?.version !== entry.results?.[at]?.version) return;
      const names = new Set(Object.keys(operation.changes));
      for (const { operations = [], base } of later) {
        operations.forEach(({ id, changes }, number) => {
          if (id !== operation.id || !base[number]) return;
          for (const name of names) {
            if (name in base[number]) base[number][name] = held[name];
            // What comes after it builds on that one.
            if (name in changes) names.delete(name);
          }
        });
      }
    });
  }

  // -- conflicts --------------------------------------------------------------------------------

  /**
   * What of an entry is to be sent, and with which versions. What others changed meanwhile is left out, as conflicts.
   */
  prepare(entry) {
    const known = this.over();
    for (const each of this.queue) if (each.state === 'done') known.apply(each);
    const operations = [];
    const base = [];
    const body = [];
    const conflicts = [];
    const versioned = new Set();
    entry.operations.forEach((operation, at) => {
      const { id, changes } = operation;
      const isList = operation.do.endsWith('_list');
      const now = changes && (isList ? known.list(id) : known.task(id));
      const found = now && entry.base[at] ? contested(entry.base[at], changes, now) : {};
      const kept = changes && Object.fromEntries(Object.entries(changes).filter(([name]) => !(name in found)));
      if (Object.keys(found).length) {
        conflicts.push({ id: newId(), taskId: isList ? null : id, listId: isList ? id : now.list_id, changes: found, says: entry.says });
      }
      if (changes && !Object.keys(kept).length) return;
      const left = changes ? { ...operation, changes: kept } : operation;
      operations.push(left);
      base.push(entry.base[at]);
      const version = now && !versioned.has(id) && this.versionOf(id, now);
      const matters = changes && Object.keys(kept).some((name) => !PLACES.includes(name));
      versioned.add(id);
      body.push(matters && version && !entry.isBlind ? { ...left, version } : left);
    });
    return { operations, base, body, conflicts };
  }

  /** The version of a thing as the service has it, what was done just now included. */
  versionOf(id, now) {
    let { version } = now;
    for (const { state, results } of this.entries.values()) {
      if (state !== 'done') continue;
      for (const result of results || []) if (result.id === id) version = Math.max(version, result.version || 0);
    }
    return version;
  }

  // -- refusals ---------------------------------------------------------------------------------

  async answer(entry, problem) {
    if (problem.status === 412) {
      const before = JSON.stringify(entry.body);
      entry.body = null;
      await this.sync.run();
      // Where it is as it was said to be, the batch itself changed it on its way.
      if (JSON.stringify(this.prepare(entry).body) === before) entry.isBlind = true;
      return;
    }
    if (problem.code === 'idempotency_mismatch') {
      // Another tab sent it, where there is no lock to prevent that.
      await this.finish(entry, null);
      return;
    }
    if (problem.status === 404 && !entry.undoes) {
      const at = Number(/^\/operations\/(\d+)/.exec(problem.errors[0]?.pointer)?.[1]);
      const gone = entry.operations[at];
      const isAlone = entry.operations.length === 1;
      if (gone && !gone.do.startsWith('create_') && (!isAlone || gone.do.startsWith('delete_'))) {
        // What is gone is deleted; and it keeps nothing else from being done.
        if (!gone.do.startsWith('delete_')) this.tellRefusal(entry, problem, [gone]);
        entry.operations = entry.operations.filter((_, number) => number !== at);
        entry.base = entry.base.filter((_, number) => number !== at);
        entry.body = null;
        return;
      }
    }
    await this.refuse(entry, problem);
  }

  /** Take an entry back, with all that builds on it, and tell. */
  async refuse(entry, problem) {
    const made = madeBy(entry);
    const built = this.queue.filter((each) => each !== entry && each.state === 'waiting' && isAbout(each, made));
    this.tellRefusal(entry, problem, [entry, ...built].flatMap((each) => each.operations || []));
    await this.drop([entry, ...built, ...this.queue.filter((each) => each.undoes === entry.gesture)]);
  }

  tellRefusal(entry, { code, detail, errors, status }, operations) {
    this.told.refused({ id: newId(), says: entry.says, problem: { code, detail, errors, status }, operations });
  }

  // -- undo -------------------------------------------------------------------------------------

  async deliverUndo(entry) {
    // The last first; what was not sent was taken out when its turn came.
    const targets = this.of(entry.undoes).filter((each) => each.state !== 'waiting');
    const undone = (entry.undone ||= []);
    for (const target of targets.reverse()) {
      const single = [target.operationId || (!target.undone && (await this.findOperation(target)))];
      for (const of of (target.undone?.map((each) => each.by) || single).reverse()) {
        if (!of || undone.some((each) => each.of === of)) continue;
        const { body } = await request('POST', `/v1/operations/${of}/undo`, {
          headers: { 'Idempotency-Key': `${entry.id}-${undone.length}` },
        });
        undone.push({ of, by: body.operation_id });
        await this.save(entry);
      }
    }
    if (undone.length) await this.finish(entry, null);
    else await this.drop([entry]);
  }

  /** The operation of an entry whose answer was lost, from the activity. */
  async findOperation({ operations, results }) {
    const at = operations?.findIndex((each) => each.do.endsWith('_task')) ?? -1;
    const taskId = results?.[at]?.id;
    if (!taskId) return null;
    const { do: what, changes, task } = operations[at];
    const { body } = await request('GET', `/v1/tasks/${taskId}/activity?limit=50`);
    const me = this.replica.account?.id;
    const kinds = { create: /created/, update: /updated|completed|reopened|moved/, delete: /trashed/, restore: /restored/ };
    return body.find((each) => {
      const isMine = (!me || each.actor_id === me) && !each.undoes && kinds[what.split('_')[0]].test(each.kind);
      const told = changes || { title: task?.title };
      return isMine && Object.keys(told).every((name) => {
        return !(name in each.changes) || name === 'order' || sameField(name, each.changes[name].after, told[name]);
      });
    })?.operation_id;
  }
}

/** Whether a row is an entry as it is written here. */
export function isEntry({ format, seq, gesture, operations, undoes }) {
  const isWhole = format === FORMAT && typeof seq === 'number' && typeof gesture === 'string';
  return isWhole && (Array.isArray(operations) || typeof undoes === 'string');
}

function withId(operation) {
  const name = { create_list: 'list', create_task: 'task' }[operation.do];
  return name ? { ...operation, [name]: { id: newId(), ...operation[name] } } : operation;
}

/** Operations in portions that a request holds. */
function portions(operations) {
  const parts = [[]];
  let room = MOST_CHARACTERS;
  for (const operation of operations) {
    const length = JSON.stringify(operation).length;
    if (parts.at(-1).length && (parts.at(-1).length === MOST_OPERATIONS || length > room)) {
      parts.push([]);
      room = MOST_CHARACTERS;
    }
    parts.at(-1).push(operation);
    room -= length;
  }
  return parts;
}

/** What an operation changes, as it is seen before. */
function baseOf({ do: what, id, changes }, draft) {
  const now = changes && (what.endsWith('_list') ? draft.list(id) : draft.task(id));
  if (!now) return null;
  const names = Object.keys(changes).filter((name) => !PLACES.includes(name));
  // Who completes an occurrence has seen when it was due.
  if (changes.completed && now.due?.recurrence) names.push('due');
  return Object.fromEntries(names.map((name) => [name, now[name] ?? null]));
}

/** The fields that others changed since they were seen as `base`, to something else than is wanted. */
function contested(base, changes, now) {
  const found = {};
  const isOccurrence = changes.completed && 'due' in base && !('due' in changes);
  for (const name of Object.keys(base)) {
    const mine = name in changes ? changes[name] : base[name];
    if (sameField(name, base[name], now[name]) || sameField(name, mine, now[name])) continue;
    if (!isOccurrence || name !== 'due') found[name] = { mine, theirs: now[name], base: base[name] };
    else found.completed = { mine: true, theirs: now.completed, base: base.completed };
  }
  return found;
}

/** The ids of what an entry makes. */
function madeBy(entry) {
  return new Set((entry.operations || []).map((each) => (each.task || each.list)?.id).filter(Boolean));
}

/** Whether an entry needs one of these. */
function isAbout(entry, ids) {
  const uses = (each) => [each.id, each.list_id, each.task?.parent_id, each.changes?.list_id, each.changes?.parent_id];
  return (entry.operations || []).some((each) => uses(each).some((id) => ids.has(id)));
}
