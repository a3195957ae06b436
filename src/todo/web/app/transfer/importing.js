// What is done with files that are to go in, from the first look at them to the end.
import { announce } from '../announce.js';
import { t } from '../i18n.js';
import { text } from '../problem-words.js';
import { request } from '../store/api.js';
import { newId, session } from '../store/store.js';
import { toast } from '../toasts.js';
import { follow, forget, isRemembered, lookAgain, remember, tell } from './following.js';
import { addRun, dropRun, findRun, isEnded, nextQueued, patchRun, runs, shownKey } from './runs.js';
import { sendParts } from './upload.js';

const MOST_SMALL = 4 * 1024 * 1024;
const MOST_SIZE = 1024 * 1024 * 1024;
const SECONDS = 120;
// Of a tab that is sending a file, in case that another looks for what was left behind.
const LOCK = 'todo-import-';

const aborts = new Map();

/** Import files, one after the other; into this list, where one is said. */
export function importFiles(files, listId = null) {
  if (session.peek()?.kind !== 'person' || !files.length) return;
  for (const file of files) addRun({ stage: 'queued', file, name: file.name.slice(-255) || 'import', size: file.size, listId });
  const shown = findRun(shownKey.peek());
  if (!shown || shown.stage === 'ended' || shown.stage === 'working') showNext();
}

/** Turn to the next file that waits, or to none. */
export function showNext() {
  const next = nextQueued();
  shownKey.value = next?.key ?? null;
  if (next) look(next.key);
}

/** Look at a file, and at what would become of it. What was said of it meanwhile counts. */
export async function look(key, changes = {}) {
  const before = findRun(key);
  if (before.stage === 'preview' && before.import) {
    patchRun(key, { ...changes, isStale: true });
    if (!before.isChecking) await checkAnew(key);
    return;
  }
  aborts.get(key)?.abort();
  const abort = new AbortController();
  aborts.set(key, abort);
  patchRun(key, { ...changes, stage: before.preview ? 'preview' : 'looking', problem: null, isBusy: true, sendKey: null });
  const run = findRun(key);
  try {
    await requireReadable(run.file);
    if (run.size > MOST_SMALL) {
      await sendToLook(key, abort.signal);
      return;
    }
    const { body } = await send(run, { dry_run: true }, { signal: abort.signal });
    patchRun(key, { stage: 'preview', preview: body, mapping: run.mapping ?? body.mapping, isBusy: false });
  } catch (problem) {
    if (abort.signal.aborted) return;
    refuse(key, problem);
  }
}

/** Let it go in. */
export async function start(key) {
  const run = findRun(key);
  if (run.isBusy) return;
  patchRun(key, { isBusy: true, problem: null });
  try {
    const { body } = run.import ? await startChecked(run) : await send(run, run.choices, { key: (run.sendKey ??= newId()) });
    patchRun(key, { stage: 'working', import: body, isBusy: false });
    announce(t('The import began'));
    await follow(key);
  } catch (problem) {
    refuse(key, problem);
  }
}

/** Stop it. What went in stays, until it is undone. */
export async function cancel(key) {
  const run = findRun(key);
  aborts.get(key)?.abort();
  if (!run.import) {
    dropRun(key);
    return;
  }
  try {
    await request('POST', `${run.import.url}/cancel`, { headers: { 'Idempotency-Key': newId() } });
    if (run.stage === 'working') await lookAgain(key);
    else dropRun(key);
  } catch (problem) {
    toast(text(problem), { kind: 'warning' });
  }
}

/** Take all of it back. */
export async function takeBack(key) {
  const run = findRun(key);
  patchRun(key, { isBusy: true, problem: null });
  try {
    await request('POST', `/v1/operations/${run.import.operation_id}/undo`, {
      headers: { 'Idempotency-Key': newId() },
      seconds: SECONDS,
    });
    patchRun(key, { isBusy: false, isUndone: true });
    announce(t('The import was taken back'));
  } catch (problem) {
    patchRun(key, { isBusy: false, problem });
  }
}

/** Close the dialog: what is at work goes on, and what was sent waits; all else is given up. */
export function close(key) {
  const run = findRun(key);
  shownKey.value = null;
  if (!run || goesOnAlone(run)) return;
  if (run.stage === 'ended') dropRun(key);
  else cancel(key);
  for (const each of runs.peek().filter(({ stage }) => stage === 'queued')) dropRun(each.key);
}

/** Done with this one: on to the next, or to nothing. */
export function passOn(key) {
  const run = findRun(key);
  if (run.stage === 'ended') dropRun(key);
  else if (!goesOnAlone(run) || run.stage === 'preview') cancel(key);
  showNext();
}

/** Go on with a file that was on its way when the page was left. */
export function resume(key, file) {
  const run = findRun(key);
  if (file.size !== run.size) {
    patchRun(key, { problem: new Error(t('This is another file: it has another size.')) });
    return;
  }
  patchRun(key, { file });
  look(key);
}

/** Find what was left behind when the page was left; ask also where this browser knows of nothing if `isAsked`. */
export async function recover(isAsked = false) {
  if (!isAsked && !isRemembered()) return;
  const { body } = await request('GET', '/v1/imports?limit=20');
  const held = new Set(((await navigator.locks?.query())?.held ?? []).map(({ name }) => name));
  const found = body.filter((each) => !isEnded(each.state) && !held.has(LOCK + each.id));
  for (const each of found) {
    if (runs.peek().some((run) => run.import?.id === each.id)) continue;
    const fields = { name: each.name, size: each.size, listId: each.list_id, import: each };
    if (each.state === 'uploading') addRun({ ...fields, stage: 'lost' });
    else follow(addRun({ ...fields, stage: 'working' })).catch(() => {});
  }
  if (!found.length) forget();
}

/** Nothing of it is somebody else's. What the service has goes on. */
export function forgetAll() {
  for (const abort of aborts.values()) abort.abort();
  runs.value = [];
  shownKey.value = null;
}

// -- steps --------------------------------------------------------------------------------------

async function requireReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error(t('This cannot be read. If it is a folder, drop the files that are in it.'));
  }
  if (file.size > MOST_SIZE) throw new Error(t('This file is too large: up to {number} GB can be imported.', { number: 1 }));
}

function send(run, choices, { signal, key } = {}) {
  const query = new URLSearchParams({ name: run.name, ...choices });
  if (run.listId) query.set('list', run.listId);
  if (run.mapping && run.isMapped) query.set('mapping', JSON.stringify(run.mapping));
  const headers = key ? { 'Idempotency-Key': key } : {};
  return request('POST', `/v1/imports?${query}`, { body: run.file, headers, signal, seconds: SECONDS });
}

function startChecked(run, isDry = false) {
  const { all_or_nothing: isAllOrNothing = false, again = false } = run.choices;
  const mapping = run.isMapped ? { mapping: run.mapping } : {};
  const body = { list: run.listId, all_or_nothing: isAllOrNothing, again, dry_run: isDry, ...mapping };
  return request('POST', `${run.import.url}/start`, { body, headers: { 'Idempotency-Key': newId() } });
}

// What was sent is read once more, in the way that is wished now; also in the one that is wished meanwhile. What was
// seen stays in sight.
async function checkAnew(key) {
  try {
    for (let run = findRun(key); run?.stage === 'preview' && run.isStale; run = findRun(key)) {
      patchRun(key, { isBusy: true, isChecking: true, isStale: false, problem: null });
      const { body } = await startChecked(findRun(key), true);
      patchRun(key, { import: body });
      await follow(key);
    }
  } catch (problem) {
    patchRun(key, { isChecking: false });
    refuse(key, problem);
  }
}

// A large file is sent first, and looked at by the service.
async function sendToLook(key, signal) {
  const run = findRun(key);
  if (!run.import) {
    const body = { name: run.name, size: run.size, dry_run: true, ...(run.listId ? { list: run.listId } : {}) };
    const made = await request('POST', '/v1/imports', { body, headers: { 'Idempotency-Key': newId() }, signal });
    patchRun(key, { import: made.body });
  } else {
    patchRun(key, { import: (await request('GET', run.import.url, { signal })).body });
  }
  const made = findRun(key).import;
  remember();
  await holding(LOCK + made.id, async () => {
    if (made.upload) await sendParts(findRun(key).file, made, { signal, onSent: (sent) => patchRun(key, { sent }) });
    patchRun(key, { stage: 'working', import: { ...findRun(key).import, state: 'waiting' } });
    await follow(key);
  });
}

// Where the page is not private there are no locks, and another tab may think that the file was left behind.
function holding(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}

function refuse(key, problem) {
  if (!findRun(key)) return;
  patchRun(key, { stage: findRun(key).preview ? 'preview' : 'refused', problem, isBusy: false });
  if (shownKey.peek() !== key) tell(text(problem), key);
}

// Without anybody who looks; or it was sent already, and can wait.
function goesOnAlone({ stage, size, import: made }) {
  return stage === 'working' || stage === 'lost' || (stage === 'looking' && size > MOST_SMALL) || (stage === 'preview' && made);
}
