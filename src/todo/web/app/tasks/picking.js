// Which picker is open, for one task or for several, whoever asked for it.
import { load } from '../later.js';
import { signal } from '../preact.js';

/** `{kind, ids, anchor}`, or null. */
export const picking = signal(null);

/** Opens a picker beside `anchor`: `due`, `labels`, `priority`, `assignee`, `list` or `reminders`; or closes it. */
export function pick(kind, tasks, anchor) {
  load();
  const now = picking.value;
  picking.value = now?.kind === kind && now.anchor === anchor ? null : { kind, ids: tasks.map((task) => task.id), anchor };
}
