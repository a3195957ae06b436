// Which tasks are selected, in the list that is shown.
import { signal } from '../preact.js';

/** The ids, in no order. */
export const selected = signal(new Set());
let anchor = null;

/** Selects a task, or no more. */
export function toggleSelected(id) {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  anchor = id;
  selected.value = next;
}

/** Selects everything between where the selection began and `id`, in the order of `ids`. */
export function selectUpTo(id, ids, from) {
  const begin = ids.indexOf(ids.includes(anchor) ? anchor : from);
  const end = ids.indexOf(id);
  if (begin < 0 || end < 0) return;
  anchor = ids[begin];
  selected.value = new Set(ids.slice(Math.min(begin, end), Math.max(begin, end) + 1));
}

/** Selects all of them. */
export function selectAll(ids) {
  selected.value = new Set(ids);
}

/** Selects nothing. */
export function selectNone() {
  anchor = null;
  if (selected.value.size) selected.value = new Set();
}
