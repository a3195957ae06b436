import { computed, effect, signal } from '../preact.js';
import { callAs, clockOff } from './api.js';
import { newId } from './ids.js';
import { leftBehind } from './local.js';
import { World } from './world.js';

export { newId };

const PERSON = 'todo-person-';
const NONE = Object.freeze([]);
const AT_REST = {
  connection: 'offline',
  pending: 0,
  loading: false,
  expired: false,
  storage: 'ok',
  clockOff: 0,
  left: NONE,
};

/** `{kind: 'person', account}`, `{kind: 'link', listId, role}`, null for a stranger; undefined until it is known. */
export const session = signal(undefined);
/**
 * How things are: `connection` ('live', 'connecting', 'offline'), `pending` gestures (null until it is known how many
 * were kept here), `loading`, `storage` ('ok', 'full', 'forbidden'), seconds of `clockOff`; `expired` is false,
 * 'unauthenticated' or 'other_account'; `left` is what others left here that was never sent, as
 * `[{name, account, pending}]`, where `account` is null if it was never known.
 */
export const status = signal(AT_REST);
const world = signal(null);
// What a tab says to those of other people, too.
const doors = typeof BroadcastChannel === 'function' ? new BroadcastChannel('todo-doors') : null;

/** `[{id, taskId, listId, says, changes: {field: {mine, theirs, base}}, by}]` */
export const conflicts = view((here) => here.notices.conflicts.value);
/** `[{id, says, problem, operations}]` */
export const refusals = view((here) => here.notices.refusals.value);

effect(() => note({ clockOff: clockOff.value }));
if (doors) doors.onmessage = ({ data }) => hearOfDoors(data);

// -- who is here --------------------------------------------------------------------------------

/** Begin, or after logging in again go on, as this person. `secret` is for who has no cookie. */
export async function startPerson(account, { secret = null } = {}) {
  const name = PERSON + account.id;
  doors?.postMessage({ came: account.id });
  const who = { kind: 'person', account };
  await start(name, { accountId: account.id, secret }, who);
  if (world.peek()?.name !== name) return;
  note({ left: await leftBehind(PERSON, name) });
}

/** Begin as the holder of a link. */
export async function startLink(secret) {
  await start(`todo-link-${digest(secret)}`, { secret }, { kind: 'link', listId: null, role: null });
}

/** Log out: nothing of this session stays on this device. */
export async function stop() {
  const here = world.peek();
  if (!here) return;
  doors?.postMessage({ left: here.name });
  await leave({ wipe: true });
}

/** Resolves when it is known what waits to be sent. */
export async function begun() {
  await world.peek()?.begun;
}

async function start(name, caller, who) {
  const here = world.peek();
  callAs({ ...caller, ended: (code) => isOver(name, code) });
  if (here?.name === name) {
    session.value = who.kind === 'person' ? who : session.peek();
    note({ expired: false });
    here.resume();
    return;
  }
  const left = here && leave({ wipe: false }, false);
  status.value = {
    ...AT_REST,
    connection: 'connecting',
    pending: null,
    loading: true,
    clockOff: clockOff.peek(),
  };
  const next = new World(name, { status: (changes) => world.peek() === next && note(changes), known: know });
  world.value = next;
  session.value = who;
  await next.start();
  // What the one before left is to be found from here on.
  await left;
}

/** This tab was told that the session is over; the others, which may not ask by themselves, are told by it. */
function isOver(name, code) {
  doors?.postMessage({ over: name, code });
  end(name, code);
}

/** The session is over on the service's side: all that is here stays, and waits. */
function end(name, code) {
  const here = world.peek();
  if (here?.name !== name) return;
  here.pause();
  note({ expired: code });
}

async function leave(how, isToForget = true) {
  const here = world.peek();
  if (isToForget) {
    callAs();
    world.value = session.value = null;
    status.value = AT_REST;
  }
  await here.stop(how);
}

function hearOfDoors({ came, left, over, code }) {
  const here = world.peek();
  if (!here) return;
  if (over === here.name) end(over, code);
  if (left === here.name) leave({ wipe: false });
  if (!came || !here.name.startsWith(PERSON)) return;
  if (here.name !== PERSON + came) end(here.name, 'other_account');
  else if (status.peek().expired) {
    note({ expired: false });
    here.resume();
  }
}

/** Take over what the service says of who is here. */
function know({ account, lists }) {
  const now = session.peek();
  // What was on its way when somebody changed it is older than what is known.
  const isNews = account && account !== now?.account && !(account.version < now?.account?.version);
  if (now?.kind === 'person' && isNews && account.id === now.account.id) {
    session.value = { kind: 'person', account };
    }
  const [list] = lists.values();
  if (now?.kind === 'link' && (now.listId !== list?.id || now.role !== list?.role)) {
    session.value = { kind: 'link', listId: list?.id ?? null, role: list?.role ?? null };
  }
}

// -- what there is ------------------------------------------------------------------------------

/** All lists in their order, each with its `members`. */
export function allLists() {
  return world.value?.shown.ordered.value ?? NONE;
}

export function findList(id) {
  return allLists().find((list) => list.id === id) ?? null;
}

/** All tasks of all lists. */
export function allTasks() {
  return world.value?.shown.all.value ?? NONE;
}

export function findTask(id) {
  return world.value?.shown.task(id) ?? null;
}

/** The tasks of a list in their order. */
export function tasksIn(listId) {
  return world.value?.shown.shelf(listId).value ?? NONE;
}

export function membersOf(listId) {
  return findList(listId)?.members ?? NONE;
}

/** Who has a list open, as `[{id, name}]`. */
export function presentIn(listId) {
  return world.value?.present(listId).value ?? NONE;
}

/** Labels by name, with how many open tasks carry each: `[{name, count}]`. */
export function allLabels() {
  return world.value?.shown.counts.value ?? NONE;
}

/** Say which list is open. Returns what says that it is not any more. */
export function watch(listId) {
  const here = world.peek();
  here?.live.watch(listId);
  return () => here?.live.watch(null);
}

// -- what is done -------------------------------------------------------------------------------

/**
 * Do something: it is seen at once, kept, and sent as one atomic batch.
 * @param {{says: string, operations: object[]}} gesture  `says` is what a person is told of it; operations as in
 *   POST /v1/batch, without versions
 * @returns {string|null} its id, for `undo`; null for a stranger
 */
export function act(gesture) {
  return world.peek()?.act(gesture) ?? null;
}

/** Take a gesture back. The id of the gesture that does so; null where it is not known any more. */
export function undo(gestureId) {
  return world.peek()?.undo(gestureId) ?? null;
}

/** Decide a conflict: with 'mine', my values are written over theirs. The id of the gesture that does so, or null. */
export function resolveConflict(id, whose) {
  return world.peek()?.resolve(id, whose) ?? null;
}

export function dismissRefusal(id) {
  world.peek()?.notices.drop(id);
}

// -- helpers ------------------------------------------------------------------------------------

function view(read) {
  return computed(() => (world.value ? read(world.value) : NONE));
}

function note(changes) {
  const now = status.peek();
  if (Object.keys(changes).some((name) => now[name] !== changes[name])) status.value = { ...now, ...changes };
}

/** A name for a secret that does not give it away: 52 bits of it, mixed. */
function digest(text) {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    high = Math.imul(high ^ text.charCodeAt(at), 2654435761);
    low = Math.imul(low ^ text.charCodeAt(at), 1597334677);
  }
  return ((high >>> 0) * 2 ** 20 + (low >>> 12)).toString(36);
}
