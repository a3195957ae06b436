// Opens the page without a network, and at once with one. It keeps the document and the files that the document names,
// nothing that anybody wrote: that is kept by the page itself, and this never answers for the API.

const KEPT = 'todo-page';
// The same document serves every address; of this one it says nothing of its own.
const DOCUMENT = '/log-in';
const PAGES = [
  /^\/(?:log-in|sign-up|forgotten-password|reset-password|today|upcoming|search|trash|activity|settings)$/,
  /^\/(?:lists|labels|settings)\/[^/]+$/,
];
const NAMED = /\b(?:src|srcset|href)="(\/static\/[^"]+)"/g;
// Without these the document is a blank page.
const NEEDED = /\.(?:js|css)$/;

// After a change of the language the document is waited for so long.
const ASKED_FOR_MS = 3000;

let renewing = null;
let asked = null;

addEventListener('install', (event) => {
  skipWaiting();
  // Where there is no network just now, the next visit tries again.
  event.waitUntil(renew().catch(() => {}));
});

addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([forgetOthers(), clients.claim()]));
});

addEventListener('message', (event) => {
  if (event.data?.type === 'refresh') event.waitUntil(answer(event, renewAsAsked()));
  if (event.data?.type === 'which') event.waitUntil(answer(event, renewing));
});

addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (address.pathname === '/') event.respondWith(start(request));
    else if (PAGES.some((page) => page.test(address.pathname))) event.respondWith(open(event));
  } else if (address.pathname.startsWith('/static/')) {
    event.respondWith(file(request));
  }
});

/** The document as it is kept, renewed behind it; from the network where none is kept. */
async function open(event) {
  if (asked) await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, ASKED_FOR_MS))]);
  const kept = await find(DOCUMENT);
  event.waitUntil(renew().catch(() => {}));
  return kept ?? fetch(event.request);
}

/** At `/` the service tells strangers what it is, which is not kept: without a network, on to what is. */
async function start(request) {
  try {
    return await fetch(request);
  } catch (error) {
    if (!(await find(DOCUMENT))) throw error;
    return Response.redirect(DOCUMENT);
  }
}

async function file(request) {
  return (await find(request.url)) ?? fetch(request);
}

/** Keeps the document as it is now, and its files: those first, so that what is kept is always whole. */
function renew() {
  renewing ??= fetchAll().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** The same, and what is being renewed already does not count: it may be from before the change. */
async function renewAsAsked() {
  const before = renewing;
  const mine = Promise.resolve(before).catch(() => {}).then(renew).catch(() => {});
  asked = mine;
  await mine;
  if (asked === mine) asked = null;
}

async function fetchAll() {
  const reply = await fetch(DOCUMENT, { cache: 'no-cache', headers: { Accept: 'text/html' } });
  if (!reply.ok || reply.redirected) throw new Error(`the document is not to be had: ${reply.status}`);
  const names = namedIn(await reply.clone().text());
  const cache = await caches.open(KEPT);
  await Promise.all(names.map((name) => keep(cache, name)));
  const before = await cache.match(DOCUMENT);
  const needless = before ? namedIn(await before.text()) : [];
  await cache.put(DOCUMENT, reply);
  // Files of the version before stay until the next one: a page that was opened just now may still load them.
  const wanted = new Set([...names, ...needless].map((name) => new URL(name, location.origin).href));
  for (const request of await cache.keys()) {
    const isFile = new URL(request.url).pathname.startsWith('/static/');
    if (isFile && !wanted.has(request.url)) await cache.delete(request);
  }
  if (names.join() !== needless.join()) await tell(names);
}

/** Keeps a file that is not kept yet. Only what is needed may not be missing. */
async function keep(cache, name) {
  if (await cache.match(name)) return;
  try {
    const reply = await fetch(name);
    // What the service does not call immutable is another release's, or nothing.
    if (!reply.ok || !reply.headers.get('Cache-Control')?.includes('immutable')) throw new Error(`${name} is not here`);
    await cache.put(name, reply);
  } catch (error) {
    if (NEEDED.test(name)) throw error;
  }
}

function namedIn(html) {
  return [...new Set([...html.matchAll(NAMED)].map((found) => found[1]))];
}

async function find(name) {
  const cache = await caches.open(KEPT);
  return cache.match(name);
}

async function forgetOthers() {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

/** Tells every open page which files the kept document names now. */
async function tell(names) {
  for (const client of await clients.matchAll({ type: 'window' })) client.postMessage({ type: 'kept', names });
}

/** Answers a page once something has ended: which files the kept document names. */
async function answer(event, ended) {
  await Promise.resolve(ended).catch(() => {});
  const kept = await find(DOCUMENT);
  event.ports[0]?.postMessage({ type: 'kept', names: kept ? namedIn(await kept.text()) : [] });
}
