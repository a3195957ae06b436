// The picker that is open, for one task or for several, whoever asked for it.
import { html, signal } from '../preact.js';

const open = signal(null);

/** Opens a picker beside `anchor`: `due`, `labels`, `priority`, `assignee`, `list` or `reminders`. */
export function pick(kind, tasks, anchor) {
  open.value = { kind, tasks, anchor };
}

export function Picking() {
  return open.value && html`<span></span>`;
}
