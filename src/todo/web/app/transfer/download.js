// Getting an export onto the person's disk, whichever way the service gives it.
import { t } from '../i18n.js';
import { Offline, Problem } from '../store/api.js';
import { session } from '../store/store.js';

const LOOK_EVERY = 1500;

/**
 * Has the browser save an export. The service sends it at once, or writes it first: then `onWait` hears how far it is.
 * Gives its files where there are several, which the person chooses from.
 */
export async function download(query, { signal, onWait }) {
  const path = `/v1/export?${query}`;
  const reply = await ask(path, signal);
  if (reply.status === 202) return whenWritten(await reply.json(), { signal, onWait });
  if (reply.headers.has('Content-Length')) {
    const address = URL.createObjectURL(await reply.blob());
    save(address, nameOf(reply));
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    return [];
  }
  // However long it is, the browser writes it to the disk as it comes.
  await reply.body.cancel();
  save(path, nameOf(reply));
  return [];
}

async function whenWritten(asked, { signal, onWait }) {
  let written = asked;
  while (['waiting', 'running'].includes(written.state)) {
    onWait(written);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    signal.throwIfAborted();
    const reply = await ask(asked.url, signal);
    // It leads to the only file as soon as that is there.
    if (reply.type === 'opaqueredirect' || !/json/.test(reply.headers.get('Content-Type'))) {
      await reply.body?.cancel();
      save(asked.url, '');
      return [];
    }
    written = await reply.json();
  }
  if (written.state === 'failed') throw new Error(written.error ?? t('The export failed. Try again later.'));
  if (written.files.length === 1) save(written.files[0].url, written.files[0].name);
  return written.files;
}

async function ask(path, signal) {
  const headers = { 'X-Account-Id': session.peek().account.id };
  let reply;
  try {
    reply = await fetch(path, { headers, signal, credentials: 'same-origin', cache: 'no-store', redirect: 'manual' });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Offline(error.message);
  }
  if (reply.ok || reply.type === 'opaqueredirect') return reply;
  const body = await reply.json().catch(() => ({}));
  throw new Problem(reply.status, body, Number(reply.headers.get('Retry-After')) || 0);
}

function save(address, name) {
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

function nameOf(reply) {
  const said = reply.headers.get('Content-Disposition') ?? '';
  return decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(said)?.[1] ?? 'todo');
}
