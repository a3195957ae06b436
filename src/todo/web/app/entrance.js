// Who is here: the person of last time, at once; whoever the cookie says; the holder of a link; or a stranger.
import { local } from './browser-storage.js';
import { facts } from './facts.js';
import { language } from './i18n.js';
import { chooseLanguage } from './language-choice.js';
import { effect, signal } from './preact.js';
import { dropSecret, rememberListOfLink, secrets } from './secrets.js';
import { Offline, request } from './store/api.js';
import { session, startLink, startPerson, status, stop } from './store/store.js';

const KEY = 'todo-account';
const TOKEN_KEY = 'todo-session-id';

/** Who else is logged in in this browser now: `{account}`, null where it is not known who; else null. */
export const somebodyElse = signal(null);

/** Why a link shows nothing: `'ended'` or `'offline'`; else null. */
export const linkTrouble = signal(null);

/** Takes up where this browser left off. `session` is `undefined` until it is known who is here. */
export async function resume() {
  keepUp();
  if (secrets.link.value) return visit(secrets.link.value);
  const before = local.get(KEY);
  if (before?.id) return begin(before);
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

/** Begins as the person who has just logged in, at `address`. `token` is the one of this log-in. */
export async function enter(account, { token = null, address = null } = {}) {
  local.set(KEY, account);
  if (token) local.set(TOKEN_KEY, token.id);
  chooseLanguage(account.language);
  if (account.language !== language) {
    // The page is in another language than the person.
    location.assign(address ?? location.href);
    return new Promise(() => {});
  }
  return begin(account);
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
  await forget();
  location.assign('/');
}

/** Leaves nothing of the person who was here in this browser. */
export async function forget() {
  if (local.get(KEY)?.id === session.value?.account?.id) {
    local.remove(KEY);
    local.remove(TOKEN_KEY);
  }
  await stop();
}

/** Goes on as whoever is logged in in this browser now. What is kept of the other person stays for their return. */
export function changeOver() {
  if (!somebodyElse.value?.account) local.remove(KEY);
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

/** The id of the token that this browser has been logged in with; null where it is not known. */
export function ownTokenId() {
  return local.get(TOKEN_KEY);
}

async function begin(account) {
  somebodyElse.value = null;
  try {
    await startPerson(account);
  } catch (problem) {
    if (problem.status === 401) status.value = { ...status.value, expired: true };
    else if (!(problem instanceof Offline)) throw problem;
  }
}

async function visit(secret) {
  try {
    await startLink(secret);
    if (session.value?.kind === 'link') rememberListOfLink(session.value.listId);
  } catch (problem) {
    linkTrouble.value = problem instanceof Offline ? 'offline' : 'ended';
    session.value = null;
  }
}

// What is kept of the person follows what is known, and the other tabs of this browser.
function keepUp() {
  effect(() => {
    const who = session.value;
    if (who?.kind !== 'person' || somebodyElse.peek()) return;
    local.set(KEY, who.account);
    chooseLanguage(who.account.language);
  });
  effect(() => {
    if (status.value.otherAccount && !somebodyElse.peek()) somebodyElse.value = { account: null };
  });
  addEventListener('storage', (event) => {
    const who = session.peek();
    if (event.key !== KEY || who?.kind === 'link') return;
    const now = local.get(KEY);
    if (who?.kind !== 'person') {
      if (now && who === null) location.reload();
    } else if (!now) location.assign('/');
    else somebodyElse.value = now.id === who.account.id ? null : { account: now };
  });
}
