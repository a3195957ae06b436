import { signal } from '../preact.js';
import { sameField } from './values.js';

/** What a person has to see: conflicts and refusals, until they say what is to become of them. */
export class Notices {
  /** @param {{keep(row), drop(ids)}} shelf  where they are kept */
  constructor(shelf) {
    this.shelf = shelf;
    this.rows = new Map();
    this.conflicts = signal([]);
    this.refusals = signal([]);
  }

  take(rows) {
    for (const row of rows) this.rows.set(row.id, row);
    this.publish();
  }

  forget(ids) {
    for (const id of ids) this.rows.delete(id);
    this.publish();
  }

  put(row) {
    this.rows.set(row.id, row);
    this.shelf.keep(row);
    this.publish();
  }

  drop(id) {
    const row = this.rows.get(id);
    this.rows.delete(id);
    this.shelf.drop([id]);
    this.publish();
    return row;
  }

  /** A conflict: of one thing there is one, with the latest of mine, and what it was before the first. */
  conflict(found) {
    const isOf = (row) => row.kind === 'conflict' && row.taskId === found.taskId && row.listId === found.listId;
    const known = [...this.rows.values()].find(isOf);
    const changes = { ...known?.changes };
    for (const [name, change] of Object.entries(found.changes)) {
      changes[name] = { ...change, base: changes[name]?.base ?? change.base };
    }
    this.put({ ...known, ...found, id: known?.id || found.id, by: known?.by ?? null, kind: 'conflict', changes });
  }

  refuse(refusal) {
    this.put({ ...refusal, kind: 'refusal' });
  }

  /** Show what the others' values are by now; where they are as wanted, there is no conflict any more. */
  refresh(find) {
    for (const row of this.rows.values()) {
      const now = row.kind === 'conflict' && find(row);
      if (!now) continue;
      let isOther = false;
      const changes = {};
      for (const [name, change] of Object.entries(row.changes)) {
        isOther ||= !sameField(name, change.theirs, now[name]);
        if (!sameField(name, change.mine, now[name])) changes[name] = { ...change, theirs: now[name] };
        else isOther = true;
      }
      if (!isOther) continue;
      if (Object.keys(changes).length) this.put({ ...row, changes });
      else this.drop(row.id);
    }
  }

  publish() {
    const rows = [...this.rows.values()];
    this.conflicts.value = rows.filter((row) => row.kind === 'conflict');
    this.refusals.value = rows.filter((row) => row.kind === 'refusal');
  }
}
