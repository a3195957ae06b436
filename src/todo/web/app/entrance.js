// Who is here: the person of last time, at once; whoever the cookie says; the holder of a link; or a stranger.
import { local } from './browser-storage.js';
import { facts } from './facts.js';
import { language, languages } from './i18n.js';
import { chooseLanguage } from './language-choice.js';
import { effect, signal } from './preact.js';
import { dropSecret, rememberListOfLink, secrets } from './secrets.js';
import { Offline, request } from './store/api.js';
import { session, startLink, startPerson, status, stop } from './store/store.js';

const KEY = 'todo-account';

/** Why a link shows nothing: `'ended'` or `'offline'`; else null. */
export const linkTrouble = signal(null);

/** Whether somebody is on the way out, and nothing else is to be shown. */
export const isLeaving = signal(false);

/** Takes up where this browser left off. `session` is `undefined` until it is known who is here. */
export async function resume() {
  keepUp();
  if (secrets.link.value) return visit(secrets.link.value);
  const before = local.get(KEY);
  if (before?.id) return startPerson(before);
  if (facts.signed_in) {
    try {
      return await enter((await request('GET', '/v1/me')).body);
    } catch {
      // The log-in has ended, or nobody can be asked: whoever it is logs in again.
    }
  }
  session.value = null;
  return undefined;
}

/** Begins as the person who has just logged in, at `address`. */
export async function enter(account, address = null) {
  local.set(KEY, account);
  const isChosen = chooseLanguage(account.language);
  if (account.language !== language && languages.some((each) => each.language === account.language)) {
    // The page is in another language than the person.
    await isChosen;
    if (address) location.assign(address);
    else location.reload();
    return new Promise(() => {});
  }
  return startPerson(account);
}

/** Takes over what the server says of the person who is here. */
export function learn(account) {
  session.value = { ...session.value, account };
}

/** Logs out, and leaves nothing of the person in this browser. Raises Offline: no script can take the cookie away. */
export async function leave() {
  try {
    await request('DELETE', '/v1/sessions/current');
  } catch (problem) {
    // Any other answer means that this log-in is over.
    if (problem instanceof Offline || problem.status >= 500) throw problem;
  }
  await forget('/');
}

/** Leaves nothing of the person who was here in this browser, and begins anew at an address. */
export async function forget(address) {
  isLeaving.value = true;
  if (local.get(KEY)?.id === session.value?.account?.id) local.remove(KEY);
  await stop();
  location.assign(address);
}

/** Who else is logged in in this browser now, as far as is known; else null. */
export function otherAccount() {
  const now = local.get(KEY);
  return now && now.id !== session.value?.account?.id ? now : null;
}

/** Goes on as whoever is logged in in this browser now. What is kept of the other person stays for their return. */
export function changeOver() {
  if (!otherAccount()) local.remove(KEY);
  location.assign('/today');
}

/** Leaves the list of a link for the rest of the page. */
export function leaveLink(address) {
  dropSecret('link');
  location.assign(address);
}

/** Whether somebody has logged in in this browser before, who may go back to their own lists. */
export function isKnownHere() {
  return Boolean(local.get(KEY)) || facts.signed_in;
}

async function visit(secret) {
  effect(() => {
    const who = session.value;
    if (who?.kind !== 'link') return;
    if (who.listId) rememberListOfLink(who.listId);
    if (status.value.expired) linkTrouble.value = 'ended';
    else if (who.listId || status.value.connection !== 'offline') linkTrouble.value = null;
    else linkTrouble.value = 'offline';
  });
  await startLink(secret);
}

// What is kept of the person follows what is known, and the other tabs of this browser.
function keepUp() {
  effect(() => {
    const who = session.value;
    if (who?.kind !== 'person' || status.value.expired || isLeaving.peek()) return;
    local.set(KEY, who.account);
    chooseLanguage(who.account.language);
  });
  addEventListener('storage', (event) => {
    // Somebody has logged in in another tab.
    if (event.key === KEY && session.peek() === null && local.get(KEY)) location.reload();
  });
}
