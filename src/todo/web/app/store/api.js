import { signal } from '../preact.js';

/** What the service refused: `code` is stable (docs/api/README.md), `detail` is English. */
export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(body.detail || body.title || `HTTP ${status}`);
    this.status = status;
    this.code = body.code || 'unavailable';
    this.detail = body.detail || '';
    this.errors = body.errors || [];
    this.current = body.current ?? null;
    this.retryAfter = retryAfter; // seconds, or 0
  }

  /** Whether the same request may succeed a little later. What has no code is not the service's own answer. */
  get passes() {
    return this.status >= 500 || ['too_many_attempts', 'still_running', 'unavailable'].includes(this.code);
  }

  /** Whether the session is over, or is somebody else's. */
  get isOver() {
    return ['unauthenticated', 'other_account'].includes(this.code);
  }
}

/** No answer came: there is no network, or it took too long. */
export class Offline extends Error {}

/** Seconds that this device's clock is ahead of the service's; 0 where that is nothing to speak of. */
export const clockOff = signal(0);

const SECONDS = 25;
const CLOCK_SECONDS = 30;
// Who comes here is nobody yet.
const DOORS = /^\/v1\/(sessions|accounts|password-resets)$/;
const caller = { accountId: null, secret: null, ended: null };

/** Say who asks from here on: a person by the cookie, or the holder of a secret. `ended` hears why it is over. */
export function callAs({ accountId = null, secret = null, ended = null } = {}) {
  Object.assign(caller, { accountId, secret, ended });
}

/**
 * Ask the service. A file is sent as it is, anything else as JSON.
 * @returns {Promise<{status: number, body: any, headers: Headers}>}
 * @throws {Problem} @throws {Offline} @throws {DOMException} where `signal` was aborted
 */
export async function request(method, path, { body, headers, signal: given, seconds = SECONDS } = {}) {
  const { accountId, ended } = caller;
  const limit = AbortSignal.timeout(seconds * 1000);
  const isDoor = method !== 'DELETE' && DOORS.test(path);
  let reply;
  let content;
  try {
    reply = await fetch(path, {
      method,
      body: isFile(body) ? body : JSON.stringify(body),
      headers: { ...(isDoor ? {} : identity()), ...media(body), ...headers },
      signal: given ? AbortSignal.any([given, limit]) : limit,
      credentials: 'same-origin',
      cache: 'no-store',
    });
    content = await read(reply);
  } catch (error) {
    if (given?.aborted) throw error;
    throw new Offline(error.message);
  }
  // Somebody on the way, who wants a log-in of their own first.
  if (/html/.test(reply.headers.get('Content-Type'))) throw new Offline('this is not the service');
  noteClock(reply.headers.get('Date'));
  if (reply.ok) return { status: reply.status, body: content, headers: reply.headers };
  const problem = new Problem(reply.status, Object(content), Number(reply.headers.get('Retry-After')) || 0);
  // An answer to whoever was here before ends nothing.
  if (problem.isOver && !isDoor && ended && ended === caller.ended) ended(problem.code);
  throw problem;

  function identity() {
    return {
      ...(caller.secret ? { Authorization: `Bearer ${caller.secret}` } : {}),
      ...(accountId ? { 'X-Account-Id': accountId } : {}),
    };
  }
}

function media(body) {
  return body === undefined ? {} : { 'Content-Type': `application/${isFile(body) ? 'octet-stream' : 'json'}` };
}

function isFile(body) {
  return body instanceof Blob;
}

async function read(reply) {
  const text = await reply.text();
  if (!/json/.test(reply.headers.get('Content-Type') || '')) return text || null;
  return text ? JSON.parse(text) : null;
}

function noteClock(date) {
  const off = Math.round((Date.now() - Date.parse(date)) / 1000);
  if (Number.isFinite(off)) clockOff.value = Math.abs(off) < CLOCK_SECONDS ? 0 : off;
}
