// Secrets that come behind the `#` of an address. They stay in the tab until they are used, and most leave the address.
import { ofTab } from './browser-storage.js';
import { signal } from './preact.js';
import { navigate } from './router.js';

const LIST_KEY = 'todo-link-list';
const KEYS = { link: 'todo-link', invitation: 'todo-invitation', reset: 'todo-reset' };

/** That of a list that is shared by link, of an invitation, of a forgotten password; each null where there is none. */
export const secrets = { link: signal(null), invitation: signal(null), reset: signal(null) };

/** Takes what the address brings. Only a link stays in it: it is where the list is. */
export function takeSecrets() {
  const brought = new URLSearchParams(location.hash.slice(1));
  const isReset = location.pathname === '/reset-password';
  take('link', brought.get('link') ?? (isOfLink() ? ofTab.get(KEYS.link) : null));
  take('invitation', brought.get('invitation') ?? ofTab.get(KEYS.invitation));
  take('reset', isReset ? (brought.get('secret') ?? ofTab.get(KEYS.reset)) : null);
  if (brought.has('invitation') || (isReset && brought.has('secret'))) {
    navigate(location.pathname + location.search, { replace: true });
  }
  // Whoever opens another of these in the same tab wants it as if it were a new one.
  addEventListener('hashchange', () => {
    const later = new URLSearchParams(location.hash.slice(1));
    if (['link', 'invitation', 'secret'].some((name) => later.has(name))) location.reload();
  });
}

/** Forgets one that was used. */
export function dropSecret(kind) {
  ofTab.remove(KEYS[kind]);
  secrets[kind].value = null;
}

/** Remembers which list the link leads to, so that a reload there stays with it. */
export function rememberListOfLink(id) {
  ofTab.set(LIST_KEY, id);
}

function take(kind, secret) {
  secrets[kind].value = secret;
  if (secret) ofTab.set(KEYS[kind], secret);
  else ofTab.remove(KEYS[kind]);
}

// The addresses that whoever holds a link comes to from there: a reload stays with it.
function isOfLink() {
  const [, kind, id] = location.pathname.split('/');
  return kind === 'labels' || (kind === 'lists' && id === ofTab.get(LIST_KEY));
}
