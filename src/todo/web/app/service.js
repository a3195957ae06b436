// The page without a network: a service worker opens it. Where there is none (private windows, plain http elsewhere than
// on this machine), the page is as it always was.
import { facts } from './facts.js';
import { t } from './i18n.js';
import { toast } from './toasts.js';

const ADDRESS = '/service-worker.js';
// A page that stays open for days looks for a new version when somebody comes back to it.
const LOOK_EVERY_MS = 6 * 60 * 60 * 1000;
const ANSWERED_WITHIN_MS = 10_000;

let lookedAt = Date.now();
let isOffered = false;

/** Registers the service worker, and offers a new version of the page once one is there. */
export async function register() {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  workers.addEventListener('message', (event) => offer(event.data));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && Date.now() - lookedAt > LOOK_EVERY_MS) lookAgain();
  });
  try {
    await workers.register(scriptAddress());
  } catch {
    return; // the person, or the browser, does not want one
  }
  await workers.ready;
  // The worker may have had a new version before anybody here listened.
  await ask('which');
}

async function lookAgain() {
  lookedAt = Date.now();
  await ask('refresh');
}

async function ask(type) {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
    setTimeout(resolve, ANSWERED_WITHIN_MS, null);
  });
  worker.postMessage({ type }, [port2]);
  offer(await answered);
}

function offer(message) {
  if (message?.type !== 'kept' || !message.names.length || isOffered) return;
  // In another language it is the same version.
  if (message.names.every((name) => name.startsWith(`${facts.static}/`))) return;
  isOffered = true;
  toast(t('There is a new version of this page.'), {
    action: { label: t('Load it'), run: () => location.reload() },
  });
}

/** The policy of the page lets only this be loaded as a script that is not in the document. */
function scriptAddress() {
  const policy = globalThis.trustedTypes?.createPolicy('service-worker', { createScriptURL: () => ADDRESS });
  return policy ? policy.createScriptURL('') : ADDRESS;
}
