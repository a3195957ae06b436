import { baseOf } from './conflicts.js';
import { newEntry, portions } from './entry.js';
import { Draft } from './foresight.js';
import { newId } from './ids.js';
import { send } from './sending.js';
import { settle } from './settlement.js';
import { Pause } from './turns.js';

const KEPT_SENT = 30;

/**
 * Gestures on their way: kept, sent in their order, each as one atomic batch under a key of its own.
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
    for (const part of portions(operations)) {
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
    return newEntry(gesture, says, seq);
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

  // -- what becomes of it -----------------------------------------------------------------------

  /** Send what waits, if this is the tab that does so; harmless at any time. */
  send() {
    return send(this);
  }

  next() {
    return this.queue.find((entry) => entry.state === 'waiting');
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

  get hasDone() {
    return this.queue.some((entry) => entry.state === 'done');
  }

  /** What was done need not be seen any more once the replica has it. */
  settle() {
    settle(this);
  }
}
