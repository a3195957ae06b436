// Addresses of the page. Every state that one may want to come back to has one.
import { computed, signal } from './preact.js';

const PATTERNS = [
  ['start', '/'],
  ['log-in', '/log-in'],
  ['sign-up', '/sign-up'],
  ['forgotten-password', '/forgotten-password'],
  ['reset-password', '/reset-password'],
  ['today', '/today'],
  ['upcoming', '/upcoming'],
  ['list', '/lists/:list'],
  ['label', '/labels/:label'],
  ['search', '/search'],
  ['trash', '/trash'],
  ['activity', '/activity'],
  ['settings', '/settings'],
  ['settings', '/settings/:section'],
];

const here = signal(location.href);

/** Where we are: `{name, params, query, hash}`; the name is `'nowhere'` where no pattern fits. */
export const route = computed(() => find(new URL(here.value)));

/** Goes to an address of the page. Going where one is already is no step back in the history. */
export function navigate(address, { replace = false } = {}) {
  const target = new URL(address, location.href);
  if (target.href === location.href) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', target);
  here.value = target.href;
}

/** The address that we are at with some of its query set; a value of null takes one away. */
export function addressWith(query) {
  const target = new URL(here.value);
  for (const [name, value] of Object.entries(query)) {
    if (value === null) target.searchParams.delete(name);
    else target.searchParams.set(name, value);
  }
  return target.pathname + target.search;
}

/** The address of a label. Dots alone would be steps on the way; a blank, which no label ends with, keeps them. */
export function labelAddress(name) {
  return `/labels/${encodeURIComponent(/^\.\.?$/.test(name) ? `${name} ` : name)}`;
}

/** Lets links and the browser's buttons change the address without loading the page anew. */
export function followLinks() {
  addEventListener('popstate', () => {
    here.value = location.href;
  });
  addEventListener('hashchange', () => {
    here.value = location.href;
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || link.target || link.hasAttribute('download')) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href);
    if (target.origin !== location.origin || find(target).name === 'nowhere') return;
    if (target.hash && target.pathname === location.pathname) return;
    event.preventDefault();
    navigate(target.href);
  });
}

function find(address) {
  const parts = address.pathname.split('/');
  for (const [name, pattern] of PATTERNS) {
    const params = match(pattern.split('/'), parts);
    if (params) {
      return { name, params, query: Object.fromEntries(address.searchParams), hash: address.hash };
    }
  }
  return { name: 'nowhere', params: {}, query: {}, hash: address.hash };
}

function match(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const params = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) {
      try {
        params[part.slice(1)] = decodeURIComponent(parts[index]).trim();
      } catch {
        return null;
      }
    } else if (part !== parts[index]) return null;
  }
  return params;
}
