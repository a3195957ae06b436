import { newId } from './ids.js';
import { sameField } from './values.js';

// Of these the last writer wins without a word.
const PLACES = ['order', 'after'];

/** What an operation changes, as it is seen before. */
export function baseOf({ do: what, id, changes }, draft) {
  const now = changes && (what.endsWith('_list') ? draft.list(id) : draft.task(id));
  if (!now) return null;
  const names = Object.keys(changes).filter((name) => !PLACES.includes(name));
  // Who completes an occurrence has seen when it was due.
  if (changes.completed && now.due?.recurrence) names.push('due');
  return Object.fromEntries(names.map((name) => [name, now[name] ?? null]));
}

/**
 * What of an entry is to be sent, and with which versions. What others changed meanwhile is left out, as conflicts.
 */
export function prepare(entry, outbox) {
  const known = outbox.over();
  for (const each of outbox.queue) if (each.state === 'done') known.apply(each);
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
    const version = now && !versioned.has(id) && versionOf(id, now, outbox);
    const matters = changes && Object.keys(kept).some((name) => !PLACES.includes(name));
    versioned.add(id);
    body.push(matters && version && !entry.isBlind ? { ...left, version } : left);
  });
  return { operations, base, body, conflicts };
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

/** The version of a thing as the service has it, what was done just now included. */
function versionOf(id, now, outbox) {
  let { version } = now;
  for (const { state, results } of outbox.entries.values()) {
    if (state !== 'done') continue;
    for (const result of results || []) if (result.id === id) version = Math.max(version, result.version || 0);
  }
  return version;
}
