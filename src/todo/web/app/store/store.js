// For now: everything from the server, nothing kept. The real store has the same face.
import { signal } from '../preact.js';
import { request } from './api.js';

export const session = signal(undefined);
export const status = signal({ connection: 'live', pending: 0, loading: true, expired: false, storage: 'ok', clockOff: 0 });
export const conflicts = signal([]);
export const refusals = signal([]);
const lists = signal([]);
const tasks = signal(new Map());

export async function startPerson(account) {
  session.value = { kind: 'person', account };
  let token = null;
  const all = new Map();
  for (;;) {
    const { body } = await request('POST', '/v1/sync', { body: token ? { token } : {} });
    token = body.token;
    lists.value = [...lists.value.filter((l) => !body.lists.some((n) => n.id === l.id)), ...body.lists].sort((a, b) => a.order - b.order);
    for (const task of body.tasks) all.set(task.id, task);
    if (!body.more) break;
  }
  tasks.value = all;
  status.value = { ...status.value, loading: false };
}
export async function startLink() {}
export async function stop() { session.value = null; }
export const allLists = () => lists.value;
export const findList = (id) => lists.value.find((l) => l.id === id);
export const findTask = (id) => tasks.value.get(id);
export const allTasks = () => [...tasks.value.values()];
export const tasksIn = (id) => allTasks().filter((task) => task.list_id === id).sort((a, b) => a.order - b.order);
export const membersOf = (id) => findList(id)?.members ?? [];
export const presentIn = () => [];
export function allLabels() {
  const counts = new Map();
  for (const task of allTasks()) for (const name of task.labels) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => a.name.localeCompare(b.name));
}
export const watch = () => {};
export const newId = () => crypto.randomUUID();
export const resolveConflict = () => {};
export const dismissRefusal = () => {};
const operationsOf = new Map();
export function act({ operations }) {
  const id = newId();
  request('POST', '/v1/batch', { body: { operations } }).then(({ headers }) => {
    operationsOf.set(id, headers.get('X-Operation-Id'));
    startPerson(session.value.account);
  });
  return id;
}
export function undo(id) {
  request('POST', `/v1/operations/${operationsOf.get(id)}/undo`).then(() => startPerson(session.value.account));
}
