// The imports that this tab knows of: each a file that is being looked at, waits for a yes, goes in, or went in.
import { signal } from '../preact.js';

/**
 * `{key, file, name, size, stage, ...}` of each. `stage` is 'queued', 'looking' (at the file; a large one is sent for
 * it), 'preview', 'working', 'ended', 'refused' (by the service, with its `problem`), or 'lost' (a file that was on its
 * way when the page was left). `import` is what the API says of it, as far as it knows it. Of a large file
 * `isChecking` while it is read once more, and `isStale` where what was read is not what is wished.
 */
export const runs = signal([]);
/** The key of the one that the dialog shows, or null. */
export const shownKey = signal(null);

const ENDED = ['done', 'failed', 'cancelled'];
const AT_WORK = ['waiting', 'checking', 'running'];

let made = 0;

export function findRun(key) {
  return runs.value.find((run) => run.key === key) ?? null;
}

export function addRun(fields) {
  const run = { key: ++made, file: null, listId: null, mapping: null, choices: {}, sent: 0, import: null, ...fields };
  runs.value = [...runs.peek(), run];
  return run.key;
}

export function patchRun(key, changes) {
  runs.value = runs.peek().map((run) => (run.key === key ? { ...run, ...changes } : run));
}

export function dropRun(key) {
  runs.value = runs.peek().filter((run) => run.key !== key);
  if (shownKey.peek() === key) shownKey.value = null;
}

/** The next file that waits for its turn. */
export function nextQueued() {
  return runs.value.find((run) => run.stage === 'queued') ?? null;
}

export function isEnded(state) {
  return ENDED.includes(state);
}

export function isAtWork(state) {
  return AT_WORK.includes(state);
}
