import { newId } from './ids.js';

const FORMAT = 1;
const MOST_OPERATIONS = 500;
const MOST_CHARACTERS = 300_000; // of which each may be three bytes of the 1 MiB of a request

/**
 * A gesture on its way, or a part of one: `waiting`; `done` when the service did it and the replica may not have it yet;
 * then `sent`, to be undone. `body` is what was sent of it, which is sent again under the same key until there is an
 * answer.
 */
export function newEntry(gesture, says, seq) {
  const at = new Date().toISOString();
  return { format: FORMAT, id: newId(), gesture, says, seq, at, state: 'waiting', attempt: 0, body: null, rev: 0 };
}

/** Whether a row is an entry as it is written here. */
export function isEntry({ format, seq, gesture, operations, undoes }) {
  const isWhole = format === FORMAT && typeof seq === 'number' && typeof gesture === 'string';
  return isWhole && (Array.isArray(operations) || typeof undoes === 'string');
}

/** Operations in portions that a request holds, with ids for what they make. */
export function portions(operations) {
  const parts = [[]];
  let room = MOST_CHARACTERS;
  for (const operation of operations.map(withId)) {
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

/** The ids of what an entry makes. */
export function madeBy(entry) {
  return new Set((entry.operations || []).map((each) => (each.task || each.list)?.id).filter(Boolean));
}

/** Whether an entry needs one of these. */
export function isAbout(entry, ids) {
  const uses = (each) => [each.id, each.list_id, each.task?.parent_id, each.changes?.list_id, each.changes?.parent_id];
  return (entry.operations || []).some((each) => uses(each).some((id) => ids.has(id)));
}

function withId(operation) {
  const name = { create_list: 'list', create_task: 'task' }[operation.do];
  return name ? { ...operation, [name]: { id: newId(), ...operation[name] } } : operation;
}
