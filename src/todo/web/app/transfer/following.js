// How far an import is that the service works on: what the socket says of it, else what is asked now and then.
import { announce } from '../announce.js';
import { local } from '../browser-storage.js';
import { t } from '../i18n.js';
import { effect, untracked } from '../preact.js';
import { Problem, request } from '../store/api.js';
import { importTold } from '../store/import-told.js';
import { session, status } from '../store/store.js';
import { Pause } from '../store/turns.js';
import { toast } from '../toasts.js';
import { endWords, hasSteppedOn, progressOf, progressWords } from './import-words.js';
import { findRun, isAtWork, patchRun, runs, shownKey } from './runs.js';

const LOOK_EVERY = 1500;

const pauses = new Map();

effect(() => {
  const told = importTold.value;
  if (told) untracked(() => hear(told));
});

function hear(told) {
  const run = runs.peek().find((each) => each.import?.id === told.id && isFollowed(each));
  if (!run) return;
  takeProgress(run.key, told);
  if (!isAtWork(told.state)) pauses.get(run.key)?.wake();
}

/** Ask how far it is until it is at an end, or waits for a yes. While the socket says so, it is not asked. */
export async function follow(key) {
  remember();
  while (isFollowed(findRun(key))) {
    const pause = new Pause();
    pauses.set(key, pause);
    await pause.wait(status.peek().connection === 'offline' ? LOOK_EVERY * 4 : LOOK_EVERY);
    const run = findRun(key);
    if (!isFollowed(run)) return;
    if (Date.now() - (run.toldAt ?? 0) < LOOK_EVERY && isAtWork(run.import.state)) continue;
    try {
      await lookAgain(key);
    } catch (problem) {
      if (problem instanceof Problem && !problem.passes) throw problem;
    }
  }
}

/** Ask once. */
export async function lookAgain(key) {
  const { import: known } = findRun(key);
  const { body } = await request('GET', known.url);
  if (!findRun(key)) return;
  if (body.state === 'checked') {
    const preview = { ...body.preview, problems: body.problems };
    const { mapping, isStale = false } = findRun(key);
    patchRun(key, { stage: 'preview', import: body, preview, mapping: mapping ?? preview.mapping, isBusy: isStale, isChecking: false });
    if (shownKey.peek() !== key) tell(t('“{name}” was looked at', { name: body.name }), key);
    return;
  }
  takeProgress(key, body);
  patchRun(key, { import: body });
  if (isAtWork(body.state)) return;
  patchRun(key, { stage: 'ended', isBusy: false, isChecking: false });
  forget();
  const says = endWords(body);
  if (shownKey.peek() === key) announce(says);
  else tell(says, key);
}

// Whether the service works on it.
function isFollowed(run) {
  return Boolean(run && (run.stage === 'working' || run.isChecking));
}

function takeProgress(key, told) {
  const { import: before } = findRun(key);
  patchRun(key, { import: { ...before, ...told }, toldAt: Date.now() });
  const after = findRun(key);
  if (isAtWork(told.state) && hasSteppedOn(progressOf({ ...after, import: before }), progressOf(after))) {
    announce(progressWords(after));
  }
}

/** Say something of a file whose dialog is not open. */
export function tell(says, key) {
  toast(says, { action: { label: t('Show'), run: () => (shownKey.value = key) } });
}

/** Let this browser know of it, so that a page that is opened need not ask in vain. */
export function remember() {
  local.set(mark(), true);
}

/** Whether this browser knows of one. */
export function isRemembered() {
  return Boolean(local.get(mark()));
}

/** Let this browser know of none any more. */
export function forget() {
  local.remove(mark());
}

function mark() {
  return `todo-imports-${session.peek()?.account?.id}`;
}
