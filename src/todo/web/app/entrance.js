// Who is here: the person of last time, at once; whoever the cookie says; the holder of a link; or a stranger.
import { facts } from './facts.js';
import { request } from './store/api.js';
import { session, startLink, startPerson } from './store/store.js';

const KEY = 'todo-account';

/** Takes up where this browser left off. `session` is `undefined` until it is known who is here. */
export async function resume() {
  const link = new URLSearchParams(location.hash.slice(1)).get('link');
  if (link) return startLink(link);
  const kept = remembered();
  if (kept) return startPerson(kept);
  if (!facts.signed_in) {
    session.value = null;
    return undefined;
  }
  try {
    enter((await request('GET', '/v1/me')).body);
  } catch {
    session.value = null;
  }
  return undefined;
}

/** Begins as the person who has just logged in. */
export function enter(account) {
  try {
    localStorage.setItem(KEY, JSON.stringify(account));
  } catch {
    // Storage is forbidden: this person is known until the tab is closed.
  }
  return startPerson(account);
}

/** Forgets who was here. */
export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There was nothing to forget.
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}
